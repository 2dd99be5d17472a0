/* SPDX-License-Identifier: MIT */
/*
 * A program may forbid itself system calls (seccomp), and be killed by the next one. From then on the tracker makes
 * none of its own: it counts, but opens no file and takes no snapshot.
 *
 * A filter that only lets calls fail is no reason: those of the tracker may. Filters from before the program began are
 * not known here, and are as a rule made for programs that do more than the tracker does.
 */
#include "sites.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

bool sysinfo__is_confined;

#if SYSINFO__KEEPS_SITES

#define EXPORT __attribute__((visibility("default")))

static int (*next_prctl)(int, ...);
static long (*next_syscall)(long, ...);

void sysinfo__find_confining(void) {
    void *symbol = dlsym(RTLD_NEXT, "prctl");
    memcpy(&next_prctl, &symbol, sizeof symbol);
    symbol = dlsym(RTLD_NEXT, "syscall");
    memcpy(&next_syscall, &symbol, sizeof symbol);
}

enum { ARGUMENTS = 6 };

/* Before the C library's own functions are found. */
static long call_kernel(long number, const long *argument) {
#if defined(__x86_64__)
    register long r10 __asm__("r10") = argument[3];
    register long r8 __asm__("r8") = argument[4];
    register long r9 __asm__("r9") = argument[5];
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(argument[0]), "S"(argument[1]), "d"(argument[2]), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
#else
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = argument[0];
    register long x1 __asm__("x1") = argument[1];
    register long x2 __asm__("x2") = argument[2];
    register long x3 __asm__("x3") = argument[3];
    register long x4 __asm__("x4") = argument[4];
    register long x5 __asm__("x5") = argument[5];
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    long result = x0;
#endif
    if (result < 0 && result > -4096) {
        errno = (int)-result;
        return -1;
    }
    return result;
}

/* ---- What a filter may do ---- */

/* As the kernel has them: not every C library comes with its headers. */
struct instruction {
    uint16_t code;
    uint8_t if_true, if_false;
    uint32_t value;
};
struct filter {
    uint16_t length;
    const struct instruction *instruction;
};

/* Other results kill, or are a signal, or are for a tracer. */
static bool is_harmless(uint32_t result) {
    enum { ALLOW = 0x7FFF, LOG = 0x7FFC, TO_SUPERVISOR = 0x7FC0, FAIL = 0x0005 };
    uint32_t action = result >> 16;
    return action == ALLOW || action == LOG || action == TO_SUPERVISOR || action == FAIL;
}

static bool may_kill(const struct filter *filter) {
    enum { CLASS = 7, RETURN = 6, SOURCE = 0x18 };
    for (uint16_t i = 0; filter != NULL && i < filter->length; i++) {
        const struct instruction *next = &filter->instruction[i];
        if ((next->code & CLASS) == RETURN && ((next->code & SOURCE) != 0 || !is_harmless(next->value))) {
            return true;
        }
    }
    return false;
}

enum { STRICT_MODE = 1, FILTER_MODE = 2 };     /* prctl(PR_SET_SECCOMP) */
enum { SET_STRICT_MODE = 0, SET_FILTER_MODE }; /* seccomp() */

/* The call was made, and has succeeded: the filter is there. */
static void note(bool is_strict, bool is_filter, long filter) {
    if (is_strict || (is_filter && may_kill((const struct filter *)filter))) {
        STORE(sysinfo__is_confined, true);
    }
}

/* ---- In front of the C library ---- */

static void take_arguments(long *argument, size_t count, va_list list) {
    for (size_t i = 0; i < count; i++) {
        argument[i] = va_arg(list, long);
    }
}

EXPORT int prctl(int option, ...) {
    long a[ARGUMENTS] = {option};
    va_list list;
    va_start(list, option);
    take_arguments(a + 1, 4, list);
    va_end(list);
    int result = next_prctl != NULL ? next_prctl(option, a[1], a[2], a[3], a[4]) : (int)call_kernel(SYS_prctl, a);
    if (option == PR_SET_SECCOMP && result == 0) {
        note(a[1] == STRICT_MODE, a[1] == FILTER_MODE, a[2]);
    }
    return result;
}

EXPORT long syscall(long number, ...) {
    long a[ARGUMENTS];
    va_list list;
    va_start(list, number);
    take_arguments(a, ARGUMENTS, list);
    va_end(list);
    long result =
        next_syscall != NULL ? next_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]) : call_kernel(number, a);
    if (UNLIKELY(number == SYS_seccomp) && result >= 0) {
        note(a[0] == SET_STRICT_MODE, a[0] == SET_FILTER_MODE, a[2]);
    } else if (UNLIKELY(number == SYS_prctl) && a[0] == PR_SET_SECCOMP && result == 0) {
        note(a[1] == STRICT_MODE, a[1] == FILTER_MODE, a[2]);
    }
    return result;
}

#else

void sysinfo__find_confining(void) {
}

#endif
