/* SPDX-License-Identifier: MIT */
/* The calls that a library of another system makes, answered from the simulated machine. */
#include "sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sim_machine sim;
struct sim_fault sim_fault;
void (*sim_hook)(const char *name, int call);
int sim_calls, sim_failing_allocation, sim_allocations, sim_live_allocations, sim_live_ports, sim_live_answers,
    sim_open_files, sim_errno;

static uint64_t nanoseconds;

void sim_reset(void) {
    memset(&sim, 0, sizeof sim);
    sim.cpus = 4;
    sim.cores = 2;
    for (unsigned i = 0; i < sim.cpus; i++) {
        sim.cpu[i] = (struct sim_cpu){
            .user = 1000 + i, .nice = 200 + i, .system = 3000 + i, .spin = 40 + i, .irq = 50 + i, .idle = 60000 + i};
    }
    sim.hz = 100;
#if SIM_MACOS /* Its rate is fixed, and more time than passes would be refused. */
    sim.stathz = 100;
#else
    sim.stathz = 128;
#endif
    sim.smt = 1;
    sim.page_size = 4096;
    sim.physical = UINT64_C(8) << 30;
    sim.pages = 2000000;
    sim.free = 300000;
    sim.active = 400000;
    sim.inactive = 500000;
    sim.wired = 250000;
    sim.laundry = 7000;
    sim.file = 120000;
    sim.exec = 30000;
    sim.anonymous = 740000;
    sim.dirty = 900;
    sim.speculative = 11000;
    sim.purgeable = 5000;
    sim.cache = 140000;
    sim.buffers = 123456789;
    sim.arc = 987654321;
    sim.arc_least = 268435456;
    sim.swaps = 2;
    sim.swap[0].bytes = UINT64_C(1) << 30;
    sim.swap[0].used = 4096 * 1000;
    sim.swap[1].bytes = UINT64_C(2) << 30;
    sim.swap[1].used = 4096 * 24;
    sim.swap_version = 2;
    sim.pages_in = 77;
    sim.pages_out = 99;
    sim.switches = 1234567;
    sim.interrupts = 2345678;
    sim.soft_interrupts = 345678;
    sim.syscalls = 45678901;
    sim.load[0] = 0.5;
    sim.load[1] = 1.25;
    sim.load[2] = 2;
    sim.loads = 3;
    memset(&sim_fault, 0, sizeof sim_fault);
    sim_hook = NULL;
    sim_calls = sim_failing_allocation = sim_allocations = 0;
    sim_errno = 0;
    nanoseconds = UINT64_C(5000000000);
}

/* ---- Faults ---- */

static const struct sim_fault no_fault;

/* Every call passes here; the fault that befalls it. */
static struct sim_fault enter(const char *name) {
    sim_calls++;
    if (sim_hook != NULL) {
        sim_hook(name, sim_calls);
    }
    if (!sim_fault.is_set || (sim_fault.name != NULL && strcmp(sim_fault.name, name) != 0)) {
        return no_fault;
    }
    sim_fault.seen++;
    return sim_fault.at == 0 || sim_fault.at == sim_fault.seen ? sim_fault : no_fault;
}

static int fail_with(int number) {
    sim_errno = number;
    return -1;
}

int *simk___error(void);
int *simk___errno(void);
int *simk___error(void) { /* FreeBSD, macOS */
    return &sim_errno;
}
int *simk___errno(void) { /* NetBSD, OpenBSD */
    return &sim_errno;
}

/* ---- sysctl ---- */

static int answer_key(const struct sim_key *key, const int *rest, void *old, size_t *room) {
    static unsigned char answer[SIM_ANSWER];
    struct sim_fault fault = enter(key->name);
    if (fault.error != SIM_OK) {
        return fail_with(sim_error_number(fault.error));
    }
    size_t size = 0;
    memset(answer, 0xA5, sizeof answer); /* What stands behind an answer is not to be trusted. */
    enum sim_error error = key->build(rest, old == NULL ? 0 : *room, answer, &size);
    if (error != SIM_OK) {
        return fail_with(sim_error_number(error));
    }
    size = size > fault.cut ? size - fault.cut : 0;
    size += fault.grow;
    if (old == NULL) {
        *room = size;
        return 0;
    }
    if (size > *room) {
        if (!sim_all_or_nothing) {
            memcpy(old, answer, *room);
            *room = size;
        }
        return fail_with(sim_error_number(SIM_ENOMEM));
    }
    memcpy(old, answer, size);
    *room = size;
    return 0;
}

int simk_sysctl(const int *number, unsigned length, void *old, size_t *room, const void *new_value, size_t new_size);
int simk_sysctl(const int *number, unsigned length, void *old, size_t *room, const void *new_value, size_t new_size) {
    if (new_value != NULL || new_size != 0) {
        abort(); /* The library changes nothing. */
    }
    for (const struct sim_key *key = sim_keys; key->name != NULL; key++) {
        if (key->length > 0 && length == key->length + (key->takes_more ? 1 : 0) &&
            memcmp(number, key->number, key->length * sizeof *number) == 0) {
            return answer_key(key, number + key->length, old, room);
        }
    }
    return fail_with(sim_unknown_key());
}

static const struct sim_key *find(const char *name) {
    for (const struct sim_key *key = sim_keys; key->name != NULL; key++) {
        if (strcmp(key->name, name) == 0) {
            return key;
        }
    }
    return NULL;
}

int simk_sysctlbyname(const char *name, void *old, size_t *room, const void *new_value, size_t new_size);
int simk_sysctlbyname(const char *name, void *old, size_t *room, const void *new_value, size_t new_size) {
    if (new_value != NULL || new_size != 0) {
        abort();
    }
    const struct sim_key *key = find(name);
    return key != NULL ? answer_key(key, NULL, old, room) : fail_with(sim_unknown_key());
}

int simk_sysctlnametomib(const char *name, int *number, size_t *length);
int simk_sysctlnametomib(const char *name, int *number, size_t *length) {
    struct sim_fault fault = enter("sysctlnametomib");
    const struct sim_key *key = find(name);
    if (fault.error != SIM_OK || key == NULL) {
        return fail_with(fault.error != SIM_OK ? sim_error_number(fault.error) : sim_unknown_key());
    }
    if (key->length > *length) {
        return fail_with(sim_error_number(SIM_ENOMEM));
    }
    memcpy(number, key->number, key->length * sizeof *number);
    *length = key->length;
    return 0;
}

/* ---- Other calls ---- */

int simk_issetugid(void);
int simk_issetugid(void) {
    return 0;
}

/* No test hands the library a stream of a simulated system. */
size_t simk_fwrite(const void *text, size_t size, size_t count, void *stream);
size_t simk_fwrite(const void *text, size_t size, size_t count, void *stream) {
    (void)text, (void)size, (void)count, (void)stream;
    abort();
}
size_t simk__fwrite(const void *text, size_t size, size_t count, void *stream);
size_t simk__fwrite(const void *text, size_t size, size_t count, void *stream) { /* macOS */
    return simk_fwrite(text, size, count, stream);
}

int simk_getloadavg(double *load, int room);
int simk_getloadavg(double *load, int room) {
    struct sim_fault fault = enter("getloadavg");
    if (fault.error != SIM_OK || sim.loads < 0) {
        return fail_with(sim_error_number(fault.error != SIM_OK ? fault.error : SIM_EIO));
    }
    int count = sim.loads < room ? sim.loads : room;
    memcpy(load, sim.load, (size_t)count * sizeof *load);
    return count;
}

int simk_getpagesize(void);
int simk_getpagesize(void) {
    return (int)sim.page_size;
}

enum { CPUCTL = 77 };

int simk_open(const char *path, int flags, ...);
int simk_open(const char *path, int flags, ...) {
    (void)flags;
    struct sim_fault fault = enter("open");
    if (fault.error != SIM_OK || strcmp(path, "/dev/cpuctl") != 0) {
        return fail_with(sim_error_number(fault.error != SIM_OK ? fault.error : SIM_ENOENT));
    }
    sim_open_files++;
    return CPUCTL;
}

int simk_close(int file);
int simk_close(int file) {
    if (file != CPUCTL) {
        abort();
    }
    sim_open_files--;
    return 0;
}

int simk_ioctl(int file, unsigned long request, ...);
int simk_ioctl(int file, unsigned long request, ...) {
    va_list arguments;
    va_start(arguments, request);
    void *state = va_arg(arguments, void *);
    va_end(arguments);
    struct sim_fault fault = enter("ioctl");
    if (fault.error != SIM_OK || file != CPUCTL || sim_cpu_state(request, state) != 0) {
        return fail_with(sim_error_number(fault.error != SIM_OK ? fault.error : SIM_EINVAL));
    }
    return 0;
}

/* ---- Time: it passes only when somebody looks or sleeps, and CPUs work only while somebody sleeps ---- */

struct timespec_of_64_bits {
    int64_t seconds, nanoseconds;
};

static int get_time(int clock, struct timespec_of_64_bits *now) {
    (void)clock;
    nanoseconds += 1000;
    now->seconds = (int64_t)(nanoseconds / 1000000000);
    now->nanoseconds = (int64_t)(nanoseconds % 1000000000);
    return 0;
}

/* Of 8 ticks: 2 user, 1 nice, 1 system, 1 interrupt, 3 idle. */
static void work(uint64_t eights) {
    for (unsigned i = 0; i < sim.cpus; i++) {
        struct sim_cpu *cpu = &sim.cpu[i];
        if (!cpu->is_offline && !cpu->is_absent) {
            cpu->user += 2 * eights;
            cpu->nice += eights;
            cpu->system += eights;
            cpu->irq += eights;
            cpu->idle += 3 * eights;
        }
    }
}

static int sleep_for(const struct timespec_of_64_bits *time) {
    struct sim_fault fault = enter("nanosleep");
    if (fault.error != SIM_OK) {
        return fail_with(sim_error_number(fault.error));
    }
    uint64_t slept = (uint64_t)time->seconds * 1000000000 + (uint64_t)time->nanoseconds;
    nanoseconds += slept;
    work(slept * (uint64_t)sim.stathz / UINT64_C(8000000000) + 1);
    return 0;
}

int simk_clock_gettime(int clock, struct timespec_of_64_bits *now);
int simk_clock_gettime(int clock, struct timespec_of_64_bits *now) {
    return get_time(clock, now);
}
int simk___clock_gettime50(int clock, struct timespec_of_64_bits *now);
int simk___clock_gettime50(int clock, struct timespec_of_64_bits *now) { /* NetBSD */
    return get_time(clock, now);
}
int simk_nanosleep(const struct timespec_of_64_bits *time, void *left);
int simk_nanosleep(const struct timespec_of_64_bits *time, void *left) {
    (void)left;
    return sleep_for(time);
}
int simk___nanosleep50(const struct timespec_of_64_bits *time, void *left);
int simk___nanosleep50(const struct timespec_of_64_bits *time, void *left) { /* NetBSD */
    (void)left;
    return sleep_for(time);
}
int simk__nanosleep(const struct timespec_of_64_bits *time, void *left);
int simk__nanosleep(const struct timespec_of_64_bits *time, void *left) { /* macOS */
    (void)left;
    return sleep_for(time);
}

/* ---- Mach ---- */

unsigned simk_mach_task_self_ = 0x103;

/* What Mach says instead of an errno. */
static int refused(const struct sim_fault *fault) {
    static const int results[SIM_ERRORS] = {[SIM_EPERM] = 2 /* KERN_PROTECTION_FAILURE */,
                                            [SIM_ENOENT] = 3 /* KERN_NO_SPACE */,
                                            [SIM_EIO] = 5 /* KERN_FAILURE */,
                                            [SIM_ENOMEM] = 6 /* KERN_RESOURCE_SHORTAGE */,
                                            [SIM_EACCES] = 8 /* KERN_NO_ACCESS */,
                                            [SIM_EINVAL] = 4 /* KERN_INVALID_ARGUMENT */,
                                            [SIM_EINTR] = 0x10000007 /* MACH_SEND_INTERRUPTED */,
                                            [SIM_NO_SUCH_KEY] = 46 /* KERN_NOT_SUPPORTED */};
    return results[fault->error];
}

unsigned simk_mach_host_self(void);
unsigned simk_mach_host_self(void) {
    sim_live_ports++;
    return 0x207;
}

int simk_mach_port_deallocate(unsigned task, unsigned port);
int simk_mach_port_deallocate(unsigned task, unsigned port) {
    if (task != simk_mach_task_self_ || port != 0x207) {
        abort();
    }
    sim_live_ports--;
    return 0;
}

int simk_host_page_size(unsigned port, unsigned long *size);
int simk_host_page_size(unsigned port, unsigned long *size) {
    (void)port;
    struct sim_fault fault = enter("host_page_size");
    if (fault.error != SIM_OK) {
        return refused(&fault);
    }
    *size = sim.page_size;
    return 0;
}

/* Two are open at most; each remembers its size, which the caller must give back exactly. */
static struct {
    int *array;
    size_t size;
} answers[4];

int simk_host_processor_info(unsigned port, int what, unsigned *cpus, int **array, unsigned *length);
int simk_host_processor_info(unsigned port, int what, unsigned *cpus, int **array, unsigned *length) {
    (void)port;
    struct sim_fault fault = enter("host_processor_info");
    if (fault.error != SIM_OK) {
        return refused(&fault);
    }
    int *answer = calloc(SIM_ANSWER, 1);
    if (answer == NULL || sim_processor_info(what, answer, cpus, length) != 0) {
        abort();
    }
    *length = *length > fault.cut / 4 ? *length - (unsigned)(fault.cut / 4) : 0;
    *array = calloc(*length + 1, sizeof **array); /* Its own size, so that a sanitizer sees what is read behind it. */
    memcpy(*array, answer, *length * sizeof *answer);
    free(answer);
    for (size_t i = 0; i < 4; i++) {
        if (answers[i].array == NULL) {
            answers[i].array = *array;
            answers[i].size = *length * sizeof **array;
            sim_live_answers++;
            return 0;
        }
    }
    abort();
}

int simk_vm_deallocate(unsigned task, unsigned long address, unsigned long size);
int simk_vm_deallocate(unsigned task, unsigned long address, unsigned long size) {
    for (size_t i = 0; i < 4 && task == simk_mach_task_self_; i++) {
        if (answers[i].array == (int *)address && answers[i].size == size) {
            free(answers[i].array);
            answers[i].array = NULL;
            sim_live_answers--;
            return 0;
        }
    }
    fprintf(stderr, "vm_deallocate of %lu bytes that nobody has\n", size);
    abort();
}

int simk_host_statistics64(unsigned port, int what, int *answer, unsigned *length);
int simk_host_statistics64(unsigned port, int what, int *answer, unsigned *length) {
    (void)port;
    struct sim_fault fault = enter("host_statistics64");
    if (fault.error != SIM_OK) {
        return refused(&fault);
    }
    unsigned room = *length;
    if (sim_statistics(what, answer, length) != 0) {
        return 4;
    }
    *length = *length > fault.cut / 4 ? *length - (unsigned)(fault.cut / 4) : 0;
    *length += (unsigned)(fault.grow / 4);
    if (*length > room) {
        return 5;
    }
    for (unsigned i = 0; i < fault.grow / 4; i++) {
        answer[*length - 1 - i] = -1;
    }
    return 0;
}

/* ---- Memory ---- */

static bool may_allocate(void) {
    sim_allocations++;
    if (sim_allocations == sim_failing_allocation) {
        sim_errno = sim_error_number(SIM_ENOMEM);
        return false;
    }
    return true;
}

void *simk_malloc(size_t size);
void *simk_malloc(size_t size) {
    if (!may_allocate()) {
        return NULL;
    }
    sim_live_allocations++;
    return malloc(size);
}

void *simk_calloc(size_t count, size_t size);
void *simk_calloc(size_t count, size_t size) {
    if (!may_allocate()) {
        return NULL;
    }
    sim_live_allocations++;
    return calloc(count, size);
}

void *simk_realloc(void *old, size_t size);
void *simk_realloc(void *old, size_t size) {
    if (!may_allocate()) {
        return NULL;
    }
    sim_live_allocations += old == NULL;
    return realloc(old, size);
}

void simk_free(void *memory);
void simk_free(void *memory) {
    sim_live_allocations -= memory != NULL;
    free(memory);
}

/* ---- What is the same everywhere ---- */

void *simk_memcpy(void *to, const void *from, size_t size);
void *simk_memcpy(void *to, const void *from, size_t size) {
    return memcpy(to, from, size);
}
void *simk_memset(void *to, int byte, size_t size);
void *simk_memset(void *to, int byte, size_t size) {
    return memset(to, byte, size);
}
int simk_memcmp(const void *a, const void *b, size_t size);
int simk_memcmp(const void *a, const void *b, size_t size) {
    return memcmp(a, b, size);
}
size_t simk_strlen(const char *text);
size_t simk_strlen(const char *text) {
    return strlen(text);
}
int simk_strcmp(const char *a, const char *b);
int simk_strcmp(const char *a, const char *b) {
    return strcmp(a, b);
}
char *simk_strrchr(const char *text, int c);
char *simk_strrchr(const char *text, int c) {
    return strrchr(text, c);
}
void *simk_memchr(const void *bytes, int c, size_t length);
void *simk_memchr(const void *bytes, int c, size_t length) {
    return memchr(bytes, c, length);
}
char *simk_strstr(const char *text, const char *part);
char *simk_strstr(const char *text, const char *part) {
    return strstr(text, part);
}
void simk_qsort(void *rows, size_t count, size_t size, int (*compare)(const void *, const void *));
void simk_qsort(void *rows, size_t count, size_t size, int (*compare)(const void *, const void *)) {
    qsort(rows, count, size, compare);
}

/* macOS's headers call these, with the room that the compiler knows of. */
void *simk___memcpy_chk(void *to, const void *from, size_t size, size_t room);
void *simk___memcpy_chk(void *to, const void *from, size_t size, size_t room) {
    return size <= room ? memcpy(to, from, size) : (abort(), NULL);
}
void *simk___memset_chk(void *to, int byte, size_t size, size_t room);
void *simk___memset_chk(void *to, int byte, size_t size, size_t room) {
    return size <= room ? memset(to, byte, size) : (abort(), NULL);
}

/* Formatting is the same everywhere. */
int simk_snprintf(char *text, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
int simk_snprintf(char *text, size_t size, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, size, format, arguments);
    va_end(arguments);
    return length;
}
