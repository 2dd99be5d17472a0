/* SPDX-License-Identifier: MIT */
/* NetBSD 10 and later. docs/systems/netbsd.md has the source and formula of every field. */
#include "sysctl.h"

#include <sys/param.h> /* First: the others need its types. */

#include <sys/cpuio.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/sched.h>
#include <sys/sysctl.h>
#include <uvm/uvm_extern.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <lwp.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "bsd/system.h"
#include "bsd/uvm.h"
#include "posix/posix.h"

/* Layouts guaranteed by sysctl(7) on every port. */
_Static_assert(CP_USER == 0 && CP_NICE == 1 && CP_SYS == 2 && CP_INTR == 3 && CP_IDLE == 4 && CPUSTATES == 5,
               "kern.cp_time");
_Static_assert(sizeof(struct clockinfo) == 20 && offsetof(struct clockinfo, stathz) == 12, "kern.clockrate");
_Static_assert(offsetof(struct uvmexp_sysctl, pagesize) == 0 && offsetof(struct uvmexp_sysctl, npages) == 24,
               "vm.uvmexp2");
_Static_assert(offsetof(struct uvmexp_sysctl, wired) == 64 && offsetof(struct uvmexp_sysctl, swpages) == 136 &&
                   offsetof(struct uvmexp_sysctl, swpginuse) == 144 && offsetof(struct uvmexp_sysctl, nswget) == 160,
               "vm.uvmexp2");
_Static_assert(offsetof(struct uvmexp_sysctl, intrs) == 208 && offsetof(struct uvmexp_sysctl, pgswapout) == 272,
               "vm.uvmexp2");
_Static_assert(offsetof(struct uvmexp_sysctl, anonpages) == 568 && offsetof(struct uvmexp_sysctl, filepages) == 576 &&
                   offsetof(struct uvmexp_sysctl, execpages) == 584,
               "vm.uvmexp2");
_Static_assert(offsetof(struct uvmexp_sysctl, faults) == 192 && offsetof(struct uvmexp_sysctl, pageins) == 240 &&
                   offsetof(struct uvmexp_sysctl, forks) == 280 && offsetof(struct uvmexp_sysctl, fltget) == 424,
               "vm.uvmexp2");
_Static_assert(sizeof(struct kinfo_proc2) == 680 && offsetof(struct kinfo_proc2, p_vm_rssize) == 432 &&
                   offsetof(struct kinfo_proc2, p_nlwps) == 616 && offsetof(struct kinfo_proc2, p_vm_vsize) == 664,
               "kern.proc2");
_Static_assert(sizeof(struct kinfo_file) == 120, "kern.file2");

/* ---- CPU time ---- */

/*
 * The result depends on the buffer size: exactly one block, or none, is filled with the total; any other size gets a
 * block for each CPU. The state's buffer is never one block.
 */
static int read_cpus(struct sysinfo_host *host, struct sysinfo__cpu_blocks *blocks) {
    static const int key[] = {CTL_KERN, KERN_CP_TIME};
    *blocks = (struct sysinfo__cpu_blocks){.width = sizeof(uint64_t)};
    int status = sysinfo__tick_rate(host, &blocks->rate);
    if (status == SYSINFO_OK) {
        status = sysinfo__sysctl_all(host, "kern.cp_time", key, 2, &blocks->length);
    }
    blocks->bytes = sysinfo__state(host)->room;
    if (status == SYSINFO_OK && sysinfo__cpu_blocks_count(blocks) == 0) {
        status = sysinfo__sysctl_too_short(host, "kern.cp_time");
    }
    return status;
}

static int cpu_times(struct sysinfo_host *host, struct sysinfo_cpu_sample *times) {
    struct sysinfo__cpu_blocks blocks;
    int status = read_cpus(host, &blocks);
    if (status == SYSINFO_OK) {
        sysinfo__decode_cpu_sum(&blocks, times);
    }
    return status;
}

static int count_cpus(struct sysinfo_host *host, int which, const char *name, uint64_t *count) {
    const int key[] = {CTL_HW, which};
    return sysinfo__sysctl_number(host, name, key, 2, count);
}

/*
 * Opens the device that reports which CPUs are offline. Returns -1 if none is, which is the usual case, or if the
 * device cannot be opened; then all CPUs count as online.
 */
static int open_if_some_are_offline(struct sysinfo_host *host, size_t count) {
    uint64_t online;
    if (count_cpus(host, HW_NCPUONLINE, "hw.ncpuonline", &online) != SYSINFO_OK || online >= count) {
        return -1;
    }
    return open("/dev/cpuctl", O_RDONLY | O_CLOEXEC);
}

static bool is_offline(int device, size_t cpu) {
    cpustate_t state;
    memset(&state, 0, sizeof state);
    state.cs_id = (u_int)cpu;
    return device >= 0 && ioctl(device, IOC_CPU_GETSTATE, &state) == 0 && !state.cs_online;
}

static int decode_rows(struct sysinfo_host *host, const struct sysinfo__cpu_blocks *blocks,
                       struct sysinfo__cpu_rows *rows) {
    size_t count = sysinfo__cpu_blocks_count(blocks);
    int device = open_if_some_are_offline(host, count);
    int status = SYSINFO_OK;
    for (size_t cpu = 0; cpu < count && status == SYSINFO_OK; cpu++) {
        if (!is_offline(device, cpu) && !sysinfo__decode_cpu_row(blocks, cpu, rows)) {
            status = sysinfo__no_memory(host, "kern.cp_time");
        }
    }
    if (device >= 0) {
        close(device);
    }
    sysinfo__decode_cpu_sum(blocks, &rows->all.sample);
    return status;
}

static int cpu_times_percpu(struct sysinfo_host *host, struct sysinfo__cpu_rows *rows) {
    struct sysinfo__cpu_blocks blocks;
    int status = read_cpus(host, &blocks);
    return status == SYSINFO_OK ? decode_rows(host, &blocks, rows) : status;
}

static int cpu_counts(struct sysinfo_host *host, struct sysinfo_processors *counts) {
    uint64_t count;
    int status = count_cpus(host, HW_NCPUONLINE, "hw.ncpuonline", &count);
    if (sysinfo__is_missing(status)) {
        status = count_cpus(host, HW_NCPU, "hw.ncpu", &count);
    }
    if (status == SYSINFO_OK && count > 0) {
        FACT(counts, count, count);
        if (count == 1) { /* NetBSD does not report cores, but one CPU has one core. */
            FACT(counts, cores, 1);
        }
    }
    return status;
}

/* ---- Memory, swap and counters ---- */

/* NetBSD 9 and later report at least the members up to execpages. */
static int read_answer(struct sysinfo_host *host, struct uvmexp_sysctl answer[2], size_t *size) {
    static const int key[] = {CTL_VM, VM_UVMEXP2};
    memset(answer, 0, sizeof answer[0]);
    *size = 2 * sizeof answer[0]; /* The second leaves room for the struct to grow. */
    int status = sysinfo__sysctl(host, "vm.uvmexp2", key, 2, answer, size);
    if (status == SYSINFO_OK && *size < offsetof(struct uvmexp_sysctl, colorhit)) {
        status = sysinfo__sysctl_too_short(host, "vm.uvmexp2");
    }
    if (status == SYSINFO_OK && (answer[0].npages <= 0 || answer[0].pagesize <= 0)) {
        status = sysinfo__failed(host, SYSINFO_MALFORMED, 0, "vm.uvmexp2", "reports no memory");
    }
    return status;
}

int sysinfo__system_uvm(struct sysinfo_host *host, struct sysinfo__uvm *uvm) {
    struct uvmexp_sysctl answer[2];
    size_t size;
    int status = read_answer(host, answer, &size);
    if (status == SYSINFO_OK) {
        *uvm = (struct sysinfo__uvm){
            .page_size = answer[0].pagesize,
            .pages = answer[0].npages,
            .free = answer[0].free,
            .active = answer[0].active,
            .inactive = answer[0].inactive,
            .wired = answer[0].wired,
            .file = answer[0].filepages,
            .exec = answer[0].execpages,
            .anonymous = answer[0].anonpages,
            .dirty = answer[0].filedirty,
            .has_dirty = size >= offsetof(struct uvmexp_sysctl, fltup), /* Since NetBSD 10. */
            .swap = (uint32_t)answer[0].swpages,
            .swap_used = (uint32_t)answer[0].swpginuse,
            .swapped_in = (uint32_t)answer[0].nswget, /* Each read one page; pgswapin is no longer maintained. */
            .swapped_out = (uint32_t)answer[0].pgswapout,
            .switches = (uint64_t)answer[0].swtch,
            .interrupts = (uint64_t)answer[0].intrs,
            .soft_interrupts = (uint64_t)answer[0].softs,
            .syscalls = (uint64_t)answer[0].syscalls,
            .forks = (uint64_t)answer[0].forks,
            .faults = (uint64_t)answer[0].faults,
            .read_faults = (uint64_t)answer[0].fltget + (uint64_t)answer[0].pageins,
        };
    }
    return status;
}

/* Reads a key that a release, or a kernel without ZFS, may lack. */
static int read_number(struct sysinfo_host *host, const char *name, struct sysinfo__number *number) {
    number->value = 0;
    int status = sysinfo__sysctl_number_by_name(host, name, &number->value);
    number->is_known = status == SYSINFO_OK;
    return sysinfo__is_missing(status) ? SYSINFO_OK : status;
}

static int virtual_memory(struct sysinfo_host *host, struct sysinfo_memory *memory) {
    struct sysinfo__uvm uvm;
    int status = sysinfo__system_uvm(host, &uvm);
    if (status != SYSINFO_OK) {
        return status;
    }
    struct sysinfo__netbsd_caches caches;
    status = read_number(host, "vm.bufmem", &caches.buffers);
    if (status == SYSINFO_OK) {
        status = read_number(host, "kstat.zfs.misc.arcstats.size", &caches.arc);
    }
    if (status == SYSINFO_OK) {
        status = read_number(host, "kstat.zfs.misc.arcstats.c_min", &caches.arc_least);
    }
    if (status == SYSINFO_OK) {
        sysinfo__decode_netbsd_memory(&uvm, &caches, memory);
    }
    return status;
}

/* ---- This process ---- */

const uint64_t sysinfo__system_peak_unit = 1024;

int sysinfo__system_self(struct sysinfo_host *host, struct sysinfo__self *self) {
    struct kinfo_proc2 process;
    const int key[] = {CTL_KERN, KERN_PROC2, KERN_PROC_PID, getpid(), sizeof process, 1};
    size_t size = sizeof process;
    int status = sysinfo__sysctl(host, "kern.proc2", key, 6, &process, &size);
    if (status == SYSINFO_OK && size < sizeof process) {
        status = sysinfo__sysctl_too_short(host, "kern.proc2");
    }
    if (status == SYSINFO_OK) {
        uint64_t page = (uint64_t)getpagesize();
        *self = (struct sysinfo__self){.rss = sysinfo__bytes((uint64_t)process.p_vm_rssize, page),
                                       .vms = sysinfo__bytes((uint64_t)process.p_vm_vsize, page),
                                       .threads = process.p_nlwps};
    }
    return status;
}

int sysinfo__system_descriptors(struct sysinfo_host *host, uint64_t *count) {
    const int key[] = {CTL_KERN, KERN_FILE2, KERN_FILE_BYPID, getpid(), sizeof(struct kinfo_file), INT_MAX};
    size_t size = 0;
    int status = sysinfo__sysctl_all(host, "kern.file2", key, 6, &size);
    *count = size / sizeof(struct kinfo_file);
    return status;
}

/* Without RLIMIT_DATA, which limits only brk(2): malloc() maps its memory here. */
int sysinfo__system_bounds(struct sysinfo_host *host, struct sysinfo__bounds *bounds) {
    return sysinfo__add_resource(host, bounds, "RLIMIT_AS", RLIMIT_AS, offsetof(struct sysinfo__self, vms));
}

/* A number beyond the set's size ends the loop. */
static uint64_t count_set(const cpuset_t *cpus) {
    uint64_t count = 0;
    int is_set;
    for (cpuid_t cpu = 0; (is_set = cpuset_isset(cpu, cpus)) >= 0; cpu++) {
        count += is_set > 0;
    }
    return count;
}

/* An empty set means that this thread may run on every CPU. */
int sysinfo__system_allowed_cpus(struct sysinfo_host *host, uint64_t *count) {
    int status = SYSINFO_OK;
    cpuset_t *cpus = cpuset_create();
    if (cpus == NULL) {
        return sysinfo__no_memory(host, "_sched_getaffinity");
    }
    if (_sched_getaffinity(0, _lwp_self(), cpuset_size(cpus), cpus) == 0) {
        *count = count_set(cpus);
    } else {
        status = sysinfo__failed(host, sysinfo__posix_status(errno), errno, "_sched_getaffinity", NULL);
    }
    cpuset_destroy(cpus);
    return status == SYSINFO_OK && *count == 0 ? count_cpus(host, HW_NCPUONLINE, "hw.ncpuonline", count) : status;
}

/* ---- Description of the CPUs ---- */

/* Reads one figure for all CPUs, from the driver that this machine uses. */
static int cpu_freq(struct sysinfo_host *host, struct sysinfo__cpu_rows *rows) {
    static const char *const drivers[][2] = {
        {"machdep.est.frequency.current", "machdep.est.frequency.available"},
        {"machdep.powernow.frequency.current", "machdep.powernow.frequency.available"},
        {"machdep.cpu.frequency.current", "machdep.cpu.frequency.available"}};
    struct sysinfo_cpu_frequency *all = &rows->all.frequency;
    int status = SYSINFO_OK;
    for (size_t i = 0; i < 3 && status == SYSINFO_OK && !SYSINFO_HAS(all, current); i++) {
        uint64_t megahertz, least, most;
        char levels[1024];
        status = sysinfo__sysctl_number_by_name(host, drivers[i][0], &megahertz);
        if (status == SYSINFO_OK && megahertz > 0) {
            FACT(all, current, sysinfo__bytes(megahertz, 1000000));
            status = sysinfo__sysctl_text_by_name(host, drivers[i][1], levels, sizeof levels);
            if (status == SYSINFO_OK && sysinfo__decode_frequencies(levels, &least, &most)) {
                FACT(all, min, least);
                FACT(all, max, most);
            }
        }
        status = sysinfo__is_missing(status) ? SYSINFO_OK : status;
    }
    return status;
}

static int cpu_info(struct sysinfo_host *host, struct sysinfo_cpu_description *description) {
    int status = SYSINFO_OK;
    TEXT_BY_NAME(host, status, description, model, "machdep.cpu_brand");
    if (!SYSINFO_HAS(description, model)) {
        TEXT_BY_NAME(host, status, description, model, "hw.model");
    }
    TEXT_BY_NAME(host, status, description, architecture, "hw.machine");
    return status;
}

/* ---- Sources ---- */

static const struct sysinfo__source sources[] = {
    CPU_MODE(cpu, "place in kern.cp_time"),
    CPU_MODE(user, "CP_USER of kern.cp_time"),
    CPU_MODE(system, "CP_SYS of kern.cp_time"),
    CPU_MODE(nice, "CP_NICE of kern.cp_time"),
    CPU_MODE(idle, "CP_IDLE of kern.cp_time"),
    CPU_MODE(irq, "CP_INTR of kern.cp_time"),
    CPU_COUNT(count, "hw.ncpuonline"),
    CPU_COUNT(cores, "1 where hw.ncpuonline is 1"),
    MEMORY(total, "npages of vm.uvmexp2"),
    MEMORY(available, "free + filepages + execpages of vm.uvmexp2, at most npages - wired - anonpages; with ZFS "
                      "+ size - c_min of kstat.zfs.misc.arcstats"),
    MEMORY(free, "free of vm.uvmexp2"),
    MEMORY(active, "active of vm.uvmexp2"),
    MEMORY(inactive, "inactive of vm.uvmexp2"),
    MEMORY(buffers, "vm.bufmem"),
    MEMORY(cached, "filepages + execpages of vm.uvmexp2"),
    MEMORY(dirty, "filedirty of vm.uvmexp2"),
    MEMORY(wired, "wired of vm.uvmexp2"),
    MEMORY(arc, "kstat.zfs.misc.arcstats.size"),
    SWAP(total, "swpages of vm.uvmexp2 x page size"),
    SWAP(used, "swpginuse of vm.uvmexp2 x page size"),
    SWAP(sin, "nswget of vm.uvmexp2 x page size"),
    SWAP(sout, "pgswapout of vm.uvmexp2 x page size"),
    STATS(ctx_switches, "swtch of vm.uvmexp2"),
    STATS(interrupts, "intrs of vm.uvmexp2"),
    STATS(soft_interrupts, "softs of vm.uvmexp2"),
    STATS(syscalls, "syscalls of vm.uvmexp2"),
    CPU_FREQUENCY(current, "machdep.*.frequency.current"),
    CPU_FREQUENCY(min, "machdep.*.frequency.available"),
    CPU_FREQUENCY(max, "machdep.*.frequency.available"),
    CPU_DESCRIPTION(model, "machdep.cpu_brand, else hw.model"),
    CPU_DESCRIPTION(architecture, "hw.machine"),
    STATS(forks, "forks of vm.uvmexp2"),
    PAGING(faults, "faults of vm.uvmexp2"),
    PAGING(major_faults, "fltget + pageins of vm.uvmexp2"),
    ALLOWANCE(limit, "RLIMIT_AS"),
    CPU_ALLOWANCE(usable, "_sched_getaffinity()"),
    CPU_ALLOWANCE(quota, "none: the system has no such limit"),
    PROCESS(rss, "p_vm_rssize of kern.proc2 x page size"),
    PROCESS(vms, "p_vm_vsize of kern.proc2 x page size"),
    PROCESS(threads, "p_nlwps of kern.proc2"),
    PROCESS(descriptors, "rows of kern.file2"),
    SOURCES_OF_GETRUSAGE,
    SOURCES_THAT_ALL_SHARE,
};

const struct sysinfo__backend sysinfo__backend = {
    .name = "netbsd",
    .sources = sources,
    .open = sysinfo__bsd_open,
    .close = sysinfo__bsd_close,
    .clock = sysinfo__posix_clock,
    .sleep = sysinfo__posix_sleep,
    .is_privileged = sysinfo__posix_is_privileged,
    .error = sysinfo__posix_error,
    .cpu_times = cpu_times,
    .cpu_times_percpu = cpu_times_percpu,
    .cpu_counts = cpu_counts,
    .virtual_memory = virtual_memory,
    .swap_memory = sysinfo__uvm_swap,
    .load_average = sysinfo__posix_load_average,
    .cpu_stats = sysinfo__uvm_stats,
    .page_stats = sysinfo__uvm_paging,
    .cpu_freq = cpu_freq,
    .cpu_info = cpu_info,
    .memory_limit = sysinfo__bsd_memory_limit,
    .limit_levels = sysinfo__bsd_limit_levels,
    .cpu_limit = sysinfo__bsd_cpu_limit,
    .process = sysinfo__bsd_process,
    .process_memory = sysinfo__bsd_process_memory,
    .append_mark = sysinfo__posix_append_mark,
};
