/* SPDX-License-Identifier: MIT */
/* FreeBSD 14 and later. docs/systems/freebsd.md has the source and formula of every field. */
#include "sysctl.h"

#include <sys/param.h>
#include <sys/resource.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#include <sys/user.h>
#include <vm/vm_param.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bsd/system.h"
#include "bsd/vm_stats.h"
#include "posix/posix.h"

/* Layouts guaranteed by sysctl(3) on the 64-bit platforms. */
_Static_assert(CP_USER == 0 && CP_NICE == 1 && CP_SYS == 2 && CP_INTR == 3 && CP_IDLE == 4 && CPUSTATES == 5,
               "kern.cp_time");
_Static_assert(sizeof(struct clockinfo) == 20 && offsetof(struct clockinfo, stathz) == 12, "kern.clockrate");
_Static_assert(XSWDEV_VERSION == 2, "vm.swap_info");
#ifdef __LP64__
_Static_assert(sizeof(long) == 8, "kern.cp_time");
_Static_assert(sizeof(struct xswdev) == 32 && offsetof(struct xswdev, xsw_nblks) == 20 &&
                   offsetof(struct xswdev, xsw_used) == 24,
               "vm.swap_info");
_Static_assert(sizeof(struct kinfo_proc) == 1088 && offsetof(struct kinfo_proc, ki_pid) == 72 &&
                   offsetof(struct kinfo_proc, ki_size) == 256 && offsetof(struct kinfo_proc, ki_rssize) == 264 &&
                   offsetof(struct kinfo_proc, ki_numthreads) == 596,
               "kern.proc.pid");
#endif

/* ---- CPU time ---- */

/* The kernel counts in long: 64 bits, or on other platforms 32 bits that wrap around. */
typedef unsigned long ticks_of_cpu[CPUSTATES];

static int cpu_times(struct sysinfo_host *host, struct sysinfo_cpu_sample *times) {
    double rate;
    ticks_of_cpu time;
    size_t size = sizeof time;
    int status = sysinfo__tick_rate(host, &rate);
    if (status == SYSINFO_OK) {
        status = sysinfo__sysctl_by_name(host, "kern.cp_time", time, &size);
    }
    if (status == SYSINFO_OK && size < sizeof time) {
        status = sysinfo__sysctl_too_short(host, "kern.cp_time");
    }
    if (status == SYSINFO_OK) {
        const struct sysinfo__cpu_blocks sum = {time, sizeof time, sizeof time[0], rate};
        sysinfo__decode_cpu_sum(&sum, times);
    }
    return status;
}

static int decode_rows(struct sysinfo_host *host, const struct sysinfo__cpu_blocks *blocks,
                       struct sysinfo__cpu_rows *rows) {
    for (size_t cpu = 0; cpu < sysinfo__cpu_blocks_count(blocks); cpu++) {
        struct sysinfo__ticks ticks = sysinfo__cpu_blocks_at(blocks, cpu);
        if (sysinfo__is_cpu(&ticks) && !sysinfo__decode_cpu_row(blocks, cpu, rows)) {
            return sysinfo__no_memory(host, "kern.cp_times");
        }
    }
    if (rows->count == 0) {
        return sysinfo__failed(host, SYSINFO_MALFORMED, 0, "kern.cp_times", "knows no CPU");
    }
    sysinfo__decode_cpu_sum(blocks, &rows->all.sample);
    return SYSINFO_OK;
}

static int cpu_times_percpu(struct sysinfo_host *host, struct sysinfo__cpu_rows *rows) {
    double rate;
    int key[4];
    size_t length = 4, size = 0;
    int status = sysinfo__tick_rate(host, &rate);
    if (status == SYSINFO_OK) {
        status = sysinfo__find_key(host, "kern.cp_times", key, &length);
    }
    if (status == SYSINFO_OK) {
        status = sysinfo__sysctl_all(host, "kern.cp_times", key, (unsigned)length, &size);
    }
    if (status != SYSINFO_OK) {
        return status;
    }
    const struct sysinfo__cpu_blocks blocks = {sysinfo__state(host)->room, size, sizeof(long), rate};
    return decode_rows(host, &blocks, rows);
}

static int cpu_counts(struct sysinfo_host *host, struct sysinfo_processors *counts) {
    uint64_t cpus, cores;
    int status = sysinfo__sysctl_number_by_name(host, "hw.ncpu", &cpus);
    if (status != SYSINFO_OK) {
        return status;
    }
    if (cpus > 0) {
        FACT(counts, count, cpus);
    }
    status = sysinfo__sysctl_number_by_name(host, "kern.smp.cores", &cores);
    if (status == SYSINFO_OK && cores > 0) {
        FACT(counts, cores, cores);
    }
    return sysinfo__is_missing(status) ? SYSINFO_OK : status;
}

/* FreeBSD cannot add or remove CPUs at run time. */
static uint64_t online(struct sysinfo_host *host) {
    (void)host;
    return 1;
}

/* ---- Swap ---- */

/* Sums the devices, which have one key each; the first number without a device ends them. */
static int read_devices(struct sysinfo_host *host, struct sysinfo__freebsd_swap *swap) {
    enum { MOST = 4096 };
    int key[8];
    size_t length = 7;
    int status = sysinfo__find_key(host, "vm.swap_info", key, &length);
    if (status != SYSINFO_OK) {
        return status;
    }
    for (key[length] = 0; key[length] < MOST; key[length]++) {
        struct xswdev device[2]; /* The second leaves room for the struct to grow. */
        size_t size = sizeof device;
        status = sysinfo__sysctl(host, "vm.swap_info", key, (unsigned)length + 1, device, &size);
        if (status == SYSINFO_NOT_FOUND) {
            break;
        }
        if (status != SYSINFO_OK) {
            return status;
        }
        if (size < sizeof device[0] || device[0].xsw_version != XSWDEV_VERSION) {
            return sysinfo__failed(host, SYSINFO_MALFORMED, 0, "vm.swap_info",
                                   "is of a version that this library does not know");
        }
        swap->total += (unsigned)device[0].xsw_nblks;
        swap->used += (unsigned)device[0].xsw_used;
    }
    return SYSINFO_OK;
}

static int swap_memory(struct sysinfo_host *host, struct sysinfo_swap *swap) {
    struct sysinfo__freebsd_swap counted = {.page_size = (uint64_t)getpagesize()};
    int status = read_devices(host, &counted);
    if (status == SYSINFO_OK) {
        status = sysinfo__vm_stats_swapped(host, &counted);
    }
    if (status == SYSINFO_OK) {
        sysinfo__decode_freebsd_swap(&counted, swap);
    }
    return status;
}

/* ---- This process ---- */

const uint64_t sysinfo__system_peak_unit = 1024;

int sysinfo__system_self(struct sysinfo_host *host, struct sysinfo__self *self) {
    const int key[] = {CTL_KERN, KERN_PROC, KERN_PROC_PID, getpid()};
    struct kinfo_proc process[2]; /* The second leaves room for the struct to grow. */
    size_t size = sizeof process;
    int status = sysinfo__sysctl(host, "kern.proc.pid", key, 4, process, &size);
    if (status == SYSINFO_OK && size < sizeof process[0]) {
        status = sysinfo__sysctl_too_short(host, "kern.proc.pid");
    }
    if (status == SYSINFO_OK) {
        *self = (struct sysinfo__self){.rss = sysinfo__bytes((uint64_t)process[0].ki_rssize, (uint64_t)getpagesize()),
                                       .vms = process[0].ki_size,
                                       .threads = (uint64_t)process[0].ki_numthreads};
    }
    return status;
}

int sysinfo__system_descriptors(struct sysinfo_host *host, uint64_t *count) {
    static const int key[] = {CTL_KERN, KERN_PROC, KERN_PROC_NFDS, 0};
    return sysinfo__sysctl_number(host, "kern.proc.nfds", key, 4, count);
}

/* ---- Description of the CPUs ---- */

static int add_frequency(struct sysinfo_host *host, uint64_t cpu, struct sysinfo__cpu_rows *rows) {
    char name[40], levels[1024];
    uint64_t megahertz, least, most;
    snprintf(name, sizeof name, "dev.cpu.%llu.freq", (unsigned long long)cpu);
    int status = sysinfo__sysctl_number_by_name(host, name, &megahertz);
    if (status != SYSINFO_OK || megahertz == 0) {
        return sysinfo__is_missing(status) ? SYSINFO_OK : status;
    }
    struct sysinfo_cpu_frequency *row = sysinfo__frequency_rows_add(rows, cpu);
    if (row == NULL) {
        return sysinfo__no_memory(host, name);
    }
    FACT(row, current, sysinfo__bytes(megahertz, 1000000));
    snprintf(name, sizeof name, "dev.cpu.%llu.freq_levels", (unsigned long long)cpu);
    status = sysinfo__sysctl_text_by_name(host, name, levels, sizeof levels);
    if (status == SYSINFO_OK && sysinfo__decode_frequencies(levels, &least, &most)) {
        FACT(row, min, least);
        FACT(row, max, most);
    }
    return sysinfo__is_missing(status) ? SYSINFO_OK : status;
}

/* A driver may report the frequency for the first CPU only; most virtual machines have none. */
static int cpu_freq(struct sysinfo_host *host, struct sysinfo__cpu_rows *rows) {
    enum { MOST = 1024 };
    uint64_t count, base;
    int status = sysinfo__sysctl_number_by_name(host, "hw.ncpu", &count);
    for (uint64_t cpu = 0; status == SYSINFO_OK && cpu < count && cpu < MOST; cpu++) {
        status = add_frequency(host, cpu, rows);
    }
    if (status == SYSINFO_OK) {
        status = sysinfo__sysctl_number_by_name(host, "hw.clockrate", &base);
        if (status == SYSINFO_OK && base > 0) {
            FACT(&rows->all.frequency, base, sysinfo__bytes(base, 1000000));
        }
        status = sysinfo__is_missing(status) ? SYSINFO_OK : status;
    }
    return status;
}

static int cpu_info(struct sysinfo_host *host, struct sysinfo_cpu_description *description) {
    int status = SYSINFO_OK;
    TEXT_BY_NAME(host, status, description, model, "hw.model");
    TEXT_BY_NAME(host, status, description, architecture, "hw.machine");
    return status;
}

/* ---- Sources ---- */

static const struct sysinfo__source sources[] = {
    CPU_MODE(cpu, "place in kern.cp_times"),
    CPU_MODE(user, "CP_USER of kern.cp_time"),
    CPU_MODE(system, "CP_SYS of kern.cp_time"),
    CPU_MODE(nice, "CP_NICE of kern.cp_time"),
    CPU_MODE(idle, "CP_IDLE of kern.cp_time"),
    CPU_MODE(irq, "CP_INTR of kern.cp_time"),
    CPU_COUNT(count, "hw.ncpu"),
    CPU_COUNT(cores, "kern.smp.cores"),
    MEMORY(available, "v_free_count + v_inactive_count of vm.stats.vm, + size - c_min of kstat.zfs.misc.arcstats"),
    MEMORY(laundry, "vm.stats.vm.v_laundry_count"),
    MEMORY(arc, "kstat.zfs.misc.arcstats.size"),
    SWAP(total, "xsw_nblks of vm.swap_info, all devices"),
    SWAP(used, "xsw_used of vm.swap_info, all devices"),
    CPU_FREQUENCY(current, "dev.cpu.N.freq"),
    CPU_FREQUENCY(min, "dev.cpu.N.freq_levels"),
    CPU_FREQUENCY(max, "dev.cpu.N.freq_levels"),
    CPU_FREQUENCY(base, "hw.clockrate"),
    CPU_DESCRIPTION(model, "hw.model"),
    CPU_DESCRIPTION(architecture, "hw.machine"),
    PAGING(major_faults, "vm.stats.vm.v_io_faults"),
    ALLOWANCE(limit, "RLIMIT_AS; rules of rctl(8) on memoryuse, vmemoryuse and swapuse"),
    SOURCE(SYSINFO_RESULT_SWAP_ALLOWANCE, sysinfo_allowance, limit, "rules of rctl(8) on swapuse"),
    CPU_ALLOWANCE(usable, "cpuset_getaffinity(2); rules of rctl(8) on pcpu"),
    CPU_ALLOWANCE(quota, "rules of rctl(8) on pcpu"),
    PROCESS(rss, "ki_rssize of kern.proc.pid x page size"),
    PROCESS(vms, "ki_size of kern.proc.pid"),
    PROCESS(threads, "ki_numthreads of kern.proc.pid"),
    PROCESS(descriptors, "kern.proc.nfds"),
    SOURCES_OF_VM_STATS,
    SOURCES_OF_GETRUSAGE,
    SOURCES_THAT_ALL_SHARE,
};

const struct sysinfo__backend sysinfo__backend = {
    .name = "freebsd",
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
    .online = online,
    .virtual_memory = sysinfo__vm_stats_memory,
    .swap_memory = swap_memory,
    .load_average = sysinfo__posix_load_average,
    .cpu_stats = sysinfo__vm_stats_counters,
    .page_stats = sysinfo__vm_stats_paging,
    .cpu_freq = cpu_freq,
    .cpu_info = cpu_info,
    .memory_limit = sysinfo__bsd_memory_limit,
    .swap_limit = sysinfo__bsd_swap_limit,
    .limit_levels = sysinfo__bsd_limit_levels,
    .cpu_limit = sysinfo__bsd_cpu_limit,
    .process = sysinfo__bsd_process,
    .process_memory = sysinfo__bsd_process_memory,
    .append_mark = sysinfo__posix_append_mark,
};
