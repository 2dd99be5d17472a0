/* SPDX-License-Identifier: MIT */
/*
 * Copies the process while its other threads are stopped, and reads their registers, which may hold the only pointer
 * to a block. A process cannot trace its own threads, so a helper that shares its memory does: it stops them, forks and
 * lets them run. Where tracing is denied (seccomp, Yama, a debugger, strace), the copy is made without registers.
 */
#include "snapshot.h"

#include <dirent.h>
#include <elf.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#if SYSINFO__KEEPS_SITES

#ifndef PR_SET_PTRACER
#define PR_SET_PTRACER 0x59616d61
#endif

enum { THREADS_MOST = 8192, STACK_BYTES = 65536, PATIENCE = 500000000 /* Nanoseconds for a thread to stop. */ };

struct sysinfo__stopped *sysinfo__stopped;
uint32_t sysinfo__stopped_count;
bool sysinfo__has_registers;

static char helper_stack[STACK_BYTES] __attribute__((aligned(16)));
static struct {
    pid_t process, caller, copy;
    int error;
    int tasks;     /* The list of threads, which the helper has opened; -1: it has not, or has closed it. */
    int may_begin; /* Set by the caller. */
} shared;

static uint64_t nanoseconds(void) {
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static bool wait_for_stop(pid_t thread) {
    uint64_t until = nanoseconds() + PATIENCE;
    int status;
    for (;;) {
        pid_t stopped = waitpid(thread, &status, __WALL | WNOHANG);
        if (stopped == thread) {
            return WIFSTOPPED(status);
        }
        if ((stopped < 0 && errno != EINTR) || nanoseconds() > until) {
            return false;
        }
        sched_yield();
    }
}

static bool take_registers(pid_t thread, struct sysinfo__stopped *stopped) {
    struct iovec part = {stopped->word, sizeof stopped->word};
    if (ptrace(PTRACE_GETREGSET, thread, (void *)NT_PRSTATUS, &part) != 0) {
        return false;
    }
    stopped->words = (uint32_t)(part.iov_len / sizeof stopped->word[0]);
#if defined(__x86_64__)
    enum { RSP = 19, FS_BASE = 21 };
    stopped->sp = stopped->word[RSP];
    stopped->control_block = stopped->word[FS_BASE];
#else
    enum { SP = 31 };
    stopped->sp = stopped->word[SP];
    struct iovec tls = {&stopped->control_block, sizeof stopped->control_block};
    (void)ptrace(PTRACE_GETREGSET, thread, (void *)0x401 /* NT_ARM_TLS */, &tls);
#endif
    return true;
}

/* 1: it is stopped; 0: it has ended; -1: it cannot be traced. */
static int stop(pid_t thread) {
    if (ptrace(PTRACE_SEIZE, thread, NULL, NULL) != 0) {
        return errno == ESRCH ? 0 : -1;
    }
    struct sysinfo__stopped *stopped = &sysinfo__stopped[sysinfo__stopped_count];
    memset(stopped, 0, sizeof *stopped);
    stopped->thread = thread;
    sysinfo__stopped_count++;
    if (ptrace(PTRACE_INTERRUPT, thread, NULL, NULL) != 0 || !wait_for_stop(thread)) {
        return -1;
    }
    return take_registers(thread, stopped) ? 1 : -1;
}

static bool is_stopped(pid_t thread) {
    for (uint32_t i = 0; i < sysinfo__stopped_count; i++) {
        if (sysinfo__stopped[i].thread == thread) {
            return true;
        }
    }
    return false;
}

static pid_t number_of(const char *name) {
    pid_t number = 0;
    for (; *name >= '0' && *name <= '9' && number < 100000000; name++) {
        number = number * 10 + (*name - '0');
    }
    return *name == '\0' ? number : 0;
}

struct kernel_entry {
    uint64_t inode;
    int64_t offset;
    unsigned short length;
    unsigned char type;
    char name[];
};

/* One look at the list. How many are newly stopped; -1: one cannot be. */
static int stop_new(int tasks) {
    static char bytes[16384] __attribute__((aligned(8)));
    int count = 0;
    long length;
    if (lseek(tasks, 0, SEEK_SET) != 0) {
        return -1;
    }
    while ((length = syscall(SYS_getdents64, tasks, bytes, sizeof bytes)) > 0) {
        for (long at = 0; at < length;) {
            const struct kernel_entry *entry = (const struct kernel_entry *)(void *)(bytes + at);
            at += entry->length;
            pid_t thread = number_of(entry->name);
            if (thread == 0 || thread == shared.caller || is_stopped(thread)) {
                continue;
            }
            int result = sysinfo__stopped_count < THREADS_MOST ? stop(thread) : -1;
            if (result < 0) {
                return -1;
            }
            count += result;
        }
    }
    return length < 0 ? -1 : count;
}

static void close_tasks(void) {
    int tasks = shared.tasks;
    shared.tasks = -1;
    if (tasks >= 0) {
        (void)close(tasks);
    }
}

/* A thread may be born while others are being stopped: until none is new. */
static bool stop_all(void) {
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%ld/task", (long)shared.process);
    int tasks = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), count = 1;
    shared.tasks = tasks;
    while (tasks >= 0 && count > 0) {
        count = stop_new(tasks);
    }
    close_tasks();
    return tasks >= 0 && count == 0;
}

static int help(void *unused) {
    (void)unused;
    while (__atomic_load_n(&shared.may_begin, __ATOMIC_ACQUIRE) == 0) {
        sched_yield();
    }
    sysinfo__has_registers = stop_all();
    /* A child of the process. The kernel writes its number before it runs: this helper may be killed at any time. */
    pid_t copy = (pid_t)syscall(SYS_clone, CLONE_PARENT | CLONE_PARENT_SETTID, NULL, &shared.copy, NULL, NULL);
    if (copy == 0) {
        return 1;
    }
    shared.error = copy < 0 ? errno : 0;
    for (uint32_t i = 0; i < sysinfo__stopped_count; i++) {
        (void)ptrace(PTRACE_DETACH, sysinfo__stopped[i].thread, NULL, NULL);
    }
    return 0;
}

static int (*copy_function)(void *);
static void *copy_argument;

static int help_and_end(void *unused) {
    if (help(unused) == 1) {
        (void)copy_function(copy_argument);
    }
    syscall(SYS_exit, 0);
    return 0;
}

pid_t sysinfo__copy_stopped(int (*function)(void *), void *argument, int *wait_for) {
    if (sysinfo__stopped == NULL) {
        sysinfo__stopped = sysinfo__reserve(THREADS_MOST * sizeof *sysinfo__stopped);
        if (sysinfo__stopped == NULL) {
            return -1;
        }
    }
    sysinfo__stopped_count = 0;
    sysinfo__has_registers = false;
    shared.process = getpid();
    shared.caller = (pid_t)syscall(SYS_gettid);
    shared.copy = -1;
    shared.error = 0;
    shared.tasks = -1;
    shared.may_begin = 0;
    copy_function = function;
    copy_argument = argument;
    *wait_for = (int)__WCLONE;
    pid_t helper = clone(help_and_end, helper_stack + sizeof helper_stack,
                         CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_UNTRACED, NULL);
    if (helper < 0) {
        return -1;
    }
    (void)prctl(PR_SET_PTRACER, (unsigned long)helper, 0, 0, 0);
    __atomic_store_n(&shared.may_begin, 1, __ATOMIC_RELEASE);
    int status;
    pid_t ended;
    do {
        ended = waitpid(helper, &status, (int)__WCLONE);
    } while (ended < 0 && errno == EINTR);
    (void)prctl(PR_SET_PTRACER, 0, 0, 0, 0);
    close_tasks();         /* Of a helper that was killed. */
    if (shared.copy < 0) { /* Nor are the registers those of the copy that will be made in its place. */
        sysinfo__has_registers = false;
        sysinfo__stopped_count = 0;
    }
    errno = shared.error;
    return shared.copy;
}

#endif
