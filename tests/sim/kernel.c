/* SPDX-License-Identifier: MIT */
/* The system calls of another system's library, answered from the simulated machine. */
#define _GNU_SOURCE /* dl_iterate_phdr() */
#include "sim.h"

#include <link.h>
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
#if SIM_MACOS /* Its rate is fixed, and more time than has passed would be rejected. */
    sim.stathz = 100;
#elif SIM_DRAGONFLY /* It counts microseconds. */
    sim.stathz = 1000000;
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
    sim.compressor = 60000;
    sim.pressure = 1;
    sim.pressure_free = 63;
    sim.buffers = 123456789;
#if !SIM_NETBSD /* ZFS is rare there. */
    sim.arc = 987654321;
#endif
    sim.arc_least = 268435456;
    sim.swaps = 2;
    sim.swap[0].bytes = UINT64_C(1) << 30;
    sim.swap[0].used = 4096 * 1000;
    sim.swap[1].bytes = UINT64_C(2) << 30;
    sim.swap[1].used = 4096 * 24;
#if SIM_DRAGONFLY
    sim.swap_version = 1;
#else
    sim.swap_version = 2;
#endif
    sim.pages_in = 77;
    sim.pages_out = 99;
    sim.switches = 1234567;
    sim.interrupts = 2345678;
    sim.soft_interrupts = 345678;
    sim.syscalls = 45678901;
    sim.forks = 5000;
    sim.vforks = 600;
    sim.rforks = 70;
    sim.faults = 9876543;
    sim.read_faults = 4321;
    sim.file_in = 1000;
    sim.file_out = 2000;
    sim.boot_seconds = 1699990000;
    sim.boot_microseconds = 250000;
    sim.now = 1700000000;
    sim.process.rss = 1500;
    sim.process.vms = 9000;
    sim.process.data = 2200;
    sim.process.threads = 3;
    sim.process.descriptors = 11;
    sim.process.user_microseconds = 2500000;
    sim.process.system_microseconds = 1250000;
    sim.process.peak = 8192;
    sim.process.minor_faults = 700;
    sim.process.major_faults = 8;
    sim.process.voluntary = 90;
    sim.process.involuntary = 12;
    sim.process.address_limit = sim.process.data_limit = SIM_UNLIMITED;
    sim.counts_racct = 0;
    sim.megahertz = 2400;
    sim.levels = "2401/35000 2400/33000 1200/9000 800/-1";
    sim.brand = "Wonder CPU  @ 2.40GHz ";
    sim.levels_of_cores = 2;
    sim.efficient = 1;
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

/* Every call passes through here and gets its fault. */
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
int *simk___error(void) { /* FreeBSD, DragonFly, macOS */
    return &sim_errno;
}
int *simk___errno(void) { /* NetBSD, OpenBSD */
    return &sim_errno;
}

/* ---- sysctl ---- */

static int answer_key(const struct sim_key *key, const int *rest, void *old, size_t *room) {
    static unsigned char answer[SIM_LONGEST];
    struct sim_fault fault = enter(key->name);
    if (fault.error != SIM_OK) {
        return fail_with(sim_error_number(fault.error));
    }
    size_t size = 0;
    memset(answer, 0xA5, 2 * SIM_ANSWER); /* Bytes after a value must not be relied on. */
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
        abort(); /* The library never changes anything. */
    }
    for (const struct sim_key *key = sim_keys; key->name != NULL; key++) {
        if (key->length > 0 && length == key->length + key->more &&
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

/* No test passes the library a stream of a simulated system. */
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

/* ---- Time: it passes only when someone reads the clock or sleeps, and CPUs work only during sleeps ---- */

struct timespec_of_64_bits {
    int64_t seconds, nanoseconds;
};

static int get_time(int clock, struct timespec_of_64_bits *now) {
    if (clock == 0) { /* CLOCK_REALTIME everywhere. */
        now->seconds = sim.now;
        now->nanoseconds = 0;
        return 0;
    }
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

/* ---- This process ---- */

int simk_getpid(void);
int simk_getpid(void) {
    return SIM_PID;
}

/* Two times, and the counters in the layout that all these systems share. */
struct usage_of_64_bits {
    int64_t user[2], system[2];
    int64_t maxrss, ixrss, idrss, isrss, minflt, majflt, nswap, inblock, oublock, msgsnd, msgrcv, nsignals, nvcsw,
        nivcsw;
};

static int get_usage(int who, struct usage_of_64_bits *usage) {
    struct sim_fault fault = enter("getrusage");
    if (fault.error != SIM_OK || who != 0) {
        return fail_with(sim_error_number(fault.error != SIM_OK ? fault.error : SIM_EINVAL));
    }
    memset(usage, 0, sizeof *usage);
    usage->user[0] = sim.process.user_microseconds / 1000000;
    usage->user[1] = sim.process.user_microseconds % 1000000;
    usage->system[0] = sim.process.system_microseconds / 1000000;
    usage->system[1] = sim.process.system_microseconds % 1000000;
    usage->maxrss = sim.process.peak;
    usage->minflt = sim.process.minor_faults;
    usage->majflt = sim.process.major_faults;
    usage->nvcsw = sim.process.voluntary;
    usage->nivcsw = sim.process.involuntary;
    return 0;
}

int simk_getrusage(int who, struct usage_of_64_bits *usage);
int simk_getrusage(int who, struct usage_of_64_bits *usage) {
    return get_usage(who, usage);
}
int simk___getrusage50(int who, struct usage_of_64_bits *usage);
int simk___getrusage50(int who, struct usage_of_64_bits *usage) { /* NetBSD */
    return get_usage(who, usage);
}

int simk_getrlimit(int resource, uint64_t limit[2]);
int simk_getrlimit(int resource, uint64_t limit[2]) {
    struct sim_fault fault = enter("getrlimit");
    if (fault.error != SIM_OK || (resource != sim_rlimit_as && resource != sim_rlimit_data)) {
        return fail_with(sim_error_number(fault.error != SIM_OK ? fault.error : SIM_EINVAL));
    }
    uint64_t own = resource == sim_rlimit_as ? sim.process.address_limit : sim.process.data_limit;
    limit[0] = own == SIM_UNLIMITED ? sim_rlim_infinity : own;
    limit[1] = sim_rlim_infinity;
    return 0;
}

int simk__getrlimit(int resource, uint64_t limit[2]);
int simk__getrlimit(int resource, uint64_t limit[2]) { /* macOS */
    return simk_getrlimit(resource, limit);
}

int simk_getdtablecount(void);
int simk_getdtablecount(void) { /* OpenBSD */
    return (int)sim.process.descriptors;
}

int simk_proc_pidinfo(int pid, int what, uint64_t argument, void *answer, int room);
int simk_proc_pidinfo(int pid, int what, uint64_t argument, void *answer, int room) { /* macOS */
    (void)argument;
    struct sim_fault fault = enter("proc_pidinfo");
    int size = fault.error == SIM_OK ? sim_process_info(pid, what, answer, room) : -1;
    if (size < 0) {
        fail_with(sim_error_number(fault.error != SIM_OK ? fault.error : SIM_EINVAL));
        return 0;
    }
    return size > (int)fault.cut ? size - (int)fault.cut : 0;
}

int simk_procctl(int kind, int64_t id, int command, void *data);
int simk_procctl(int kind, int64_t id, int command, void *data) { /* FreeBSD: P_PID, PROC_REAP_ACQUIRE */
    if (kind != 0 || id != SIM_PID || command != 2 || data != NULL) {
        abort();
    }
    sim.is_reaper = true;
    return 0;
}

int simk_mach_timebase_info(unsigned base[2]);
int simk_mach_timebase_info(unsigned base[2]) { /* That of an Apple processor. */
    if (enter("mach_timebase_info").error != SIM_OK) {
        return 5;
    }
    base[0] = 125;
    base[1] = 3;
    return 0;
}

/* ---- CPUs that this thread may run on ---- */

int simk_cpuset_getaffinity(int level, int which, int64_t id, size_t size, unsigned char *cpus);
int simk_cpuset_getaffinity(int level, int which, int64_t id, size_t size, unsigned char *cpus) { /* FreeBSD */
    struct sim_fault fault = enter("cpuset_getaffinity");
    if (fault.error != SIM_OK || level != 3 || which != 1 || id != -1 || size < (SIM_CPUS + 7) / 8) {
        return fail_with(sim_error_number(fault.error != SIM_OK ? fault.error : SIM_EINVAL));
    }
    memset(cpus, 0, size);
    for (unsigned i = 0; i < sim.cpus; i++) {
        if (!sim.cpu[i].is_absent && !sim.cpu[i].is_forbidden) {
            cpus[i / 8] |= (unsigned char)(1U << i % 8);
        }
    }
    return 0;
}

enum { DRAGONFLY_SET = 32 };
int simk_sched_getaffinity(int pid, size_t size, unsigned char *cpus);
int simk_sched_getaffinity(int pid, size_t size, unsigned char *cpus) { /* DragonFly */
    struct sim_fault fault = enter("sched_getaffinity");
    if (fault.error != SIM_OK || pid != 0 || size != DRAGONFLY_SET) {
        return fail_with(sim_error_number(fault.error != SIM_OK ? fault.error : SIM_EINVAL));
    }
    memset(cpus, 0, size);
    for (unsigned i = 0; i < sim.cpus && i < 8 * DRAGONFLY_SET; i++) {
        if (!sim.cpu[i].is_forbidden) {
            cpus[i / 8] |= (unsigned char)(1U << i % 8);
        }
    }
    return 0;
}

enum { NETBSD_SET = 40 };
int simk__lwp_self(void);
int simk__lwp_self(void) {
    return 7;
}
int simk__sched_getaffinity(int pid, int thread, size_t size, unsigned char *cpus);
int simk__sched_getaffinity(int pid, int thread, size_t size, unsigned char *cpus) { /* NetBSD */
    struct sim_fault fault = enter("_sched_getaffinity");
    if (fault.error != SIM_OK || pid != 0 || thread != 7 || size != NETBSD_SET) {
        return fail_with(sim_error_number(fault.error != SIM_OK ? fault.error : SIM_EINVAL));
    }
    memset(cpus, 0, size);
    for (unsigned i = 0; i < sim.cpus && sim.is_bound; i++) {
        if (!sim.cpu[i].is_offline && !sim.cpu[i].is_forbidden) {
            cpus[i / 8] |= (unsigned char)(1U << i % 8);
        }
    }
    return 0;
}

/* Sets of its libc, whose size depends on the number of CPUs. */
size_t simk__cpuset_size(const unsigned char *cpus);
size_t simk__cpuset_size(const unsigned char *cpus) {
    (void)cpus;
    return NETBSD_SET;
}
int simk__cpuset_isset(unsigned long cpu, const unsigned char *cpus);
int simk__cpuset_isset(unsigned long cpu, const unsigned char *cpus) {
    return cpu / 8 < NETBSD_SET ? cpus[cpu / 8] >> cpu % 8 & 1 : -1;
}

/* ---- Rules of FreeBSD's rctl(8) ---- */

static int answer_text(const char *text, char *answer, size_t room) {
    if (text == NULL) {
        return fail_with(sim_error_number(SIM_EPERM));
    }
    if (strlen(text) >= room) {
        return fail_with(sim_error_number(SIM_ERANGE));
    }
    strcpy(answer, text);
    return 0;
}

int simk_rctl_get_limits(const char *filter, size_t length, char *answer, size_t room);
int simk_rctl_get_limits(const char *filter, size_t length, char *answer, size_t room) {
    struct sim_fault fault = enter("rctl_get_limits");
    if (fault.error != SIM_OK || length != strlen(filter) + 1 || strcmp(filter, "process:4321:") != 0) {
        return fail_with(sim_error_number(fault.error != SIM_OK ? fault.error : SIM_EINVAL));
    }
    return answer_text(sim.rules, answer, room);
}
int simk_rctl_get_racct(const char *filter, size_t length, char *answer, size_t room);
int simk_rctl_get_racct(const char *filter, size_t length, char *answer, size_t room) {
    struct sim_fault fault = enter("rctl_get_racct");
    if (fault.error != SIM_OK || length != strlen(filter) + 1) {
        return fail_with(sim_error_number(fault.error != SIM_OK ? fault.error : SIM_EINVAL));
    }
    for (size_t i = 0; i < SIM_ACCOUNTS && sim.account[i].subject != NULL; i++) {
        if (strcmp(sim.account[i].subject, filter) == 0) {
            return answer_text(sim.account[i].use, answer, room);
        }
    }
    return fail_with(sim_error_number(SIM_EINVAL));
}

/* ---- Mach ---- */

unsigned simk_mach_task_self_ = 0x103;

/* Mach's codes in place of an errno. */
static int refused(const struct sim_fault *fault) {
    static const int results[SIM_ERRORS] = {[SIM_EPERM] = 2 /* KERN_PROTECTION_FAILURE */,
                                            [SIM_ENOENT] = 3 /* KERN_NO_SPACE */,
                                            [SIM_EIO] = 5 /* KERN_FAILURE */,
                                            [SIM_ENOMEM] = 6 /* KERN_RESOURCE_SHORTAGE */,
                                            [SIM_EACCES] = 8 /* KERN_NO_ACCESS */,
                                            [SIM_EINVAL] = 4 /* KERN_INVALID_ARGUMENT */,
                                            [SIM_EINTR] = 0x10000007 /* MACH_SEND_INTERRUPTED */,
                                            [SIM_ERANGE] = 5,
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

/* At most two exist at once; each remembers its size, which the caller must pass back exactly. */
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
    *array = calloc(*length + 1, sizeof **array); /* Exactly this size, so that a sanitizer detects reads beyond it. */
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

unsigned char *simk__cpuset_create(void);
unsigned char *simk__cpuset_create(void) { /* NetBSD */
    if (!may_allocate()) {
        return NULL;
    }
    sim_allocations--; /* Every call of the libc allocates. */
    sim_live_allocations++;
    return calloc(NETBSD_SET, 1);
}
void simk__cpuset_destroy(unsigned char *cpus);
void simk__cpuset_destroy(unsigned char *cpus) {
    sim_live_allocations--;
    free(cpus);
}

void simk_free(void *memory);
void simk_free(void *memory) {
    sim_live_allocations -= memory != NULL;
    free(memory);
}

/* ---- The loader: the allocator's functions lie in this program, and so does malloc() ---- */

int simk_dl_iterate_phdr(int (*each)(struct dl_phdr_info *, size_t, void *), void *context);
int simk_dl_iterate_phdr(int (*each)(struct dl_phdr_info *, size_t, void *), void *context) {
    return dl_iterate_phdr(each, context); /* The struct begins alike everywhere. */
}

/* jemalloc's, of FreeBSD and NetBSD. */
static int report_size(size_t value, void *old, size_t *size) {
    if (old == NULL || *size != sizeof value) {
        return 22;
    }
    memcpy(old, &value, sizeof value);
    return 0;
}

static int sim_mallctl(const char *name, void *old, size_t *size, void *new_value, size_t new_size) {
    (void)new_size;
    const struct {
        const char *name;
        uint64_t value;
    } sizes[] = {{"stats.allocated", sim.heap.allocated},
                 {"stats.arenas.4096.tcache_bytes", sim.heap.cached},
                 {"stats.mapped", sim.heap.mapped},
                 {"stats.retained", sim.heap.retained},
                 {"stats.resident", sim.heap.resident},
                 {"arenas.page", sim.heap.page},
                 {"stats.arenas.4096.pdirty", sim.heap.dirty},
                 {"stats.arenas.4096.pmuzzy", sim.heap.muzzy},
                 {"stats.arenas.4096.small.nmalloc", sim.heap.blocks + 7},
                 {"stats.arenas.4096.large.nmalloc", 0},
                 {"stats.arenas.4096.small.ndalloc", 7},
                 {"stats.arenas.4096.large.ndalloc", 0}};
    if (strcmp(name, "epoch") == 0) {
        return new_value == NULL || enter("epoch").error != SIM_OK ? 22 : 0;
    }
    if (strcmp(name, "arena.4096.purge") == 0) {
        sim.process.rss -= sim.heap.released;
        return 0;
    }
    if (strcmp(name, "arenas.narenas") == 0 && *size == sizeof sim.heap.arenas) {
        memcpy(old, &sim.heap.arenas, sizeof sim.heap.arenas);
        return 0;
    }
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0] && !sim.heap.has_no_statistics; i++) {
        if (strcmp(name, sizes[i].name) == 0) {
            return report_size((size_t)sizes[i].value, old, size);
        }
    }
    return strcmp(name, "thread.tcache.flush") == 0 ? 0 : 2;
}

void *simk_dlsym(void *handle, const char *name);
void *simk_dlsym(void *handle, const char *name) {
    (void)handle;
    int (*control)(const char *, void *, size_t *, void *, size_t) = sim_mallctl;
    void *(*allocate)(size_t) = simk_malloc;
    void *function = NULL;
#if SIM_FREEBSD || SIM_NETBSD
    if (sim.heap.is_there && strcmp(name, "mallctl") == 0) {
        memcpy(&function, &control, sizeof function);
    }
#endif
    if (sim.heap.is_there && strcmp(name, "malloc") == 0) {
        memcpy(&function, &allocate, sizeof function);
    }
    (void)control, (void)allocate;
    return function;
}

const char *simk_dlerror(void);
const char *simk_dlerror(void) {
    return NULL;
}

/* ---- The zones of macOS ---- */

struct loaded {
    const char *path;
    void *base;
    const char *symbol;
    void *address;
};

int simk_dladdr(const void *address, struct loaded *loaded);
int simk_dladdr(const void *address, struct loaded *loaded) {
    void *(*allocate)(size_t) = simk_malloc;
    bool is_other = sim.heap.is_other && memcmp(&address, &allocate, sizeof address) == 0;
    *loaded = (struct loaded){.path = "/usr/lib/system", .base = is_other ? &sim.heap : (void *)&sim};
    return enter("dladdr").error == SIM_OK;
}

int simk_malloc_get_all_zones(unsigned task, void *reader, unsigned long **zones, unsigned *count);
int simk_malloc_get_all_zones(unsigned task, void *reader, unsigned long **zones, unsigned *count) {
    static struct {
        void *reserved[2], *size;
        void *(*allocate)(size_t);
    } zone = {.allocate = simk_malloc};
    static unsigned long list[8];
    (void)task, (void)reader;
    struct sim_fault fault = enter("malloc_get_all_zones");
    if (fault.error != SIM_OK) {
        return 5;
    }
    list[0] = (unsigned long)&zone;
    *zones = list;
    *count = sim.heap.is_there ? sim.heap.arenas : 0;
    return 0;
}

struct zone_statistics {
    unsigned blocks;
    size_t used, peak, allocated;
};
void simk_malloc_zone_statistics(void *zone, struct zone_statistics *statistics);
void simk_malloc_zone_statistics(void *zone, struct zone_statistics *statistics) {
    if (zone != NULL) {
        abort();
    }
    *statistics = (struct zone_statistics){.blocks = (unsigned)sim.heap.blocks,
                                           .used = (size_t)sim.heap.allocated,
                                           .peak = (size_t)sim.heap.peak,
                                           .allocated = (size_t)sim.heap.mapped};
}

size_t simk_malloc_zone_pressure_relief(void *zone, size_t goal);
size_t simk_malloc_zone_pressure_relief(void *zone, size_t goal) {
    (void)zone, (void)goal;
    sim.heap.footprint -= sim.heap.released * sim.page_size;
    return 0;
}

int simk_task_info(unsigned task, unsigned what, int *answer, unsigned *length);
int simk_task_info(unsigned task, unsigned what, int *answer, unsigned *length) {
    struct sim_fault fault = enter("task_info");
    if (fault.error != SIM_OK) {
        return refused(&fault);
    }
    return task == simk_mach_task_self_ && sim_task_info(what, answer, length) == 0 ? 0 : 4;
}

/* ---- Functions that are the same everywhere ---- */

void *simk_memcpy(void *to, const void *from, size_t size);
void *simk_memcpy(void *to, const void *from, size_t size) {
    return memcpy(to, from, size);
}
void *simk_memmove(void *to, const void *from, size_t size);
void *simk_memmove(void *to, const void *from, size_t size) {
    return memmove(to, from, size);
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
size_t simk_strspn(const char *text, const char *all);
size_t simk_strspn(const char *text, const char *all) {
    return strspn(text, all);
}
size_t simk_strcspn(const char *text, const char *end);
size_t simk_strcspn(const char *text, const char *end) {
    return strcspn(text, end);
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

/* macOS's headers call these, with the buffer size known to the compiler. */
void *simk___memcpy_chk(void *to, const void *from, size_t size, size_t room);
void *simk___memcpy_chk(void *to, const void *from, size_t size, size_t room) {
    return size <= room ? memcpy(to, from, size) : (abort(), NULL);
}
void *simk___memmove_chk(void *to, const void *from, size_t size, size_t room);
void *simk___memmove_chk(void *to, const void *from, size_t size, size_t room) {
    return size <= room ? memmove(to, from, size) : (abort(), NULL);
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
