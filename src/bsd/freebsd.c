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

/* The numeric key of a name, for values that can only be read by number. */
static int find_key(struct sysinfo_host *host, const char *name, int *key, size_t *length) {
    return sysctlnametomib(name, key, length) == 0 ? SYSINFO_OK : sysinfo__sysctl_failed(host, name, errno);
}

static int cpu_times_percpu(struct sysinfo_host *host, struct sysinfo__cpu_rows *rows) {
    double rate;
    int key[4];
    size_t length = 4, size = 0;
    int status = sysinfo__tick_rate(host, &rate);
    if (status == SYSINFO_OK) {
        status = find_key(host, "kern.cp_times", key, &length);
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

/* ---- Memory ---- */

/* A key that a release may lack, and the destination of its number. */
struct figure {
    const char *name;
    size_t offset;
};

static int read_figures(struct sysinfo_host *host, const struct figure *figures, size_t count, void *numbers) {
    for (size_t i = 0; i < count; i++) {
        struct sysinfo__number *number = (void *)((char *)numbers + figures[i].offset);
        int status = sysinfo__sysctl_number_by_name(host, figures[i].name, &number->value);
        number->is_known = status == SYSINFO_OK;
        if (status != SYSINFO_OK && !sysinfo__is_missing(status)) {
            return status;
        }
    }
    return SYSINFO_OK;
}

static int virtual_memory(struct sysinfo_host *host, struct sysinfo_memory *memory) {
    static const struct figure figures[] = {
        {"vm.stats.vm.v_free_count", offsetof(struct sysinfo__freebsd_memory, free)},
        {"vm.stats.vm.v_active_count", offsetof(struct sysinfo__freebsd_memory, active)},
        {"vm.stats.vm.v_inactive_count", offsetof(struct sysinfo__freebsd_memory, inactive)},
        {"vm.stats.vm.v_wire_count", offsetof(struct sysinfo__freebsd_memory, wired)},
        {"vm.stats.vm.v_laundry_count", offsetof(struct sysinfo__freebsd_memory, laundry)},
        {"vfs.bufspace", offsetof(struct sysinfo__freebsd_memory, buffers)},
        {"kstat.zfs.misc.arcstats.size", offsetof(struct sysinfo__freebsd_memory, arc)},
        {"kstat.zfs.misc.arcstats.c_min", offsetof(struct sysinfo__freebsd_memory, arc_least)},
    };
    struct sysinfo__freebsd_memory counted = {.page_size = (uint64_t)getpagesize()};
    int status = sysinfo__sysctl_number_by_name(host, "hw.physmem", &counted.total);
    if (status == SYSINFO_OK && counted.total == 0) {
        status = sysinfo__failed(host, SYSINFO_MALFORMED, 0, "hw.physmem", "is 0");
    }
    if (status == SYSINFO_OK) {
        status = read_figures(host, figures, sizeof figures / sizeof figures[0], &counted);
    }
    if (status == SYSINFO_OK) {
        sysinfo__decode_freebsd_memory(&counted, memory);
    }
    return status;
}

/* ---- Swap ---- */

/* Sums the devices, which have one key each; the first number without a device ends them. */
static int read_devices(struct sysinfo_host *host, struct sysinfo__freebsd_swap *swap) {
    enum { MOST = 4096 };
    int key[8];
    size_t length = 7;
    int status = find_key(host, "vm.swap_info", key, &length);
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
    static const struct figure moved[] = {
        {"vm.stats.vm.v_swappgsin", offsetof(struct sysinfo__freebsd_swap, in)},
        {"vm.stats.vm.v_swappgsout", offsetof(struct sysinfo__freebsd_swap, out)},
    };
    struct sysinfo__freebsd_swap counted = {.page_size = (uint64_t)getpagesize()};
    int status = read_devices(host, &counted);
    if (status == SYSINFO_OK) {
        status = read_figures(host, moved, sizeof moved / sizeof moved[0], &counted);
    }
    if (status == SYSINFO_OK) {
        sysinfo__decode_freebsd_swap(&counted, swap);
    }
    return status;
}

/* ---- Counters ---- */

static int cpu_stats(struct sysinfo_host *host, struct sysinfo_stats *stats) {
    static const struct figure counters[] = {
        {"vm.stats.sys.v_swtch", offsetof(struct sysinfo__freebsd_stats, switches)},
        {"vm.stats.sys.v_intr", offsetof(struct sysinfo__freebsd_stats, interrupts)},
        {"vm.stats.sys.v_soft", offsetof(struct sysinfo__freebsd_stats, soft_interrupts)},
        {"vm.stats.sys.v_syscall", offsetof(struct sysinfo__freebsd_stats, syscalls)},
        {"vm.stats.vm.v_forks", offsetof(struct sysinfo__freebsd_stats, forks)},
        {"vm.stats.vm.v_vforks", offsetof(struct sysinfo__freebsd_stats, vforks)},
        {"vm.stats.vm.v_rforks", offsetof(struct sysinfo__freebsd_stats, rforks)},
    };
    struct sysinfo__freebsd_stats counted = {0};
    int status = read_figures(host, counters, sizeof counters / sizeof counters[0], &counted);
    if (status == SYSINFO_OK) {
        sysinfo__decode_freebsd_stats(&counted, stats);
        status = sysinfo__bsd_boot_time(host, stats);
    }
    if (status == SYSINFO_OK) {
        if (stats->present == 0) {
            status = sysinfo__failed(host, SYSINFO_NOT_FOUND, 0, "vm.stats.sys", "has none of the counters");
        }
    }
    return status;
}

static int page_stats(struct sysinfo_host *host, struct sysinfo_paging *paging) {
    static const struct figure counters[] = {
        {"vm.stats.vm.v_vm_faults", offsetof(struct sysinfo__freebsd_paging, faults)},
        {"vm.stats.vm.v_io_faults", offsetof(struct sysinfo__freebsd_paging, major_faults)},
        {"vm.stats.vm.v_swappgsin", offsetof(struct sysinfo__freebsd_paging, swap_in)},
        {"vm.stats.vm.v_swappgsout", offsetof(struct sysinfo__freebsd_paging, swap_out)},
        {"vm.stats.vm.v_vnodepgsin", offsetof(struct sysinfo__freebsd_paging, file_in)},
        {"vm.stats.vm.v_vnodepgsout", offsetof(struct sysinfo__freebsd_paging, file_out)},
    };
    struct sysinfo__freebsd_paging counted = {.page_size = (uint64_t)getpagesize()};
    int status = read_figures(host, counters, sizeof counters / sizeof counters[0], &counted);
    if (status == SYSINFO_OK) {
        sysinfo__decode_freebsd_paging(&counted, paging);
        if (paging->present == 0) {
            status = sysinfo__failed(host, SYSINFO_NOT_FOUND, 0, "vm.stats.vm", "has none of the counters");
        }
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
    MEMORY(total, "hw.physmem"),
    MEMORY(available, "v_free_count + v_inactive_count of vm.stats.vm, + size - c_min of kstat.zfs.misc.arcstats"),
    MEMORY(free, "vm.stats.vm.v_free_count"),
    MEMORY(active, "vm.stats.vm.v_active_count"),
    MEMORY(inactive, "vm.stats.vm.v_inactive_count"),
    MEMORY(buffers, "vfs.bufspace"),
    MEMORY(wired, "vm.stats.vm.v_wire_count"),
    MEMORY(laundry, "vm.stats.vm.v_laundry_count"),
    MEMORY(arc, "kstat.zfs.misc.arcstats.size"),
    SWAP(total, "xsw_nblks of vm.swap_info, all devices"),
    SWAP(used, "xsw_used of vm.swap_info, all devices"),
    SWAP(sin, "vm.stats.vm.v_swappgsin x page size"),
    SWAP(sout, "vm.stats.vm.v_swappgsout x page size"),
    STATS(ctx_switches, "vm.stats.sys.v_swtch"),
    STATS(interrupts, "vm.stats.sys.v_intr"),
    STATS(soft_interrupts, "vm.stats.sys.v_soft"),
    STATS(syscalls, "vm.stats.sys.v_syscall"),
    CPU_FREQUENCY(current, "dev.cpu.N.freq"),
    CPU_FREQUENCY(min, "dev.cpu.N.freq_levels"),
    CPU_FREQUENCY(max, "dev.cpu.N.freq_levels"),
    CPU_FREQUENCY(base, "hw.clockrate"),
    CPU_DESCRIPTION(model, "hw.model"),
    CPU_DESCRIPTION(architecture, "hw.machine"),
    STATS(forks, "v_forks + v_vforks + v_rforks of vm.stats.vm"),
    PAGING(paged_in, "v_swappgsin + v_vnodepgsin of vm.stats.vm x page size"),
    PAGING(paged_out, "v_swappgsout + v_vnodepgsout of vm.stats.vm x page size"),
    PAGING(faults, "vm.stats.vm.v_vm_faults"),
    PAGING(major_faults, "vm.stats.vm.v_io_faults"),
    ALLOWANCE(limit, "RLIMIT_AS; rules of rctl(8) on memoryuse, vmemoryuse and swapuse"),
    SOURCE(SYSINFO_RESULT_SWAP_ALLOWANCE, sysinfo_allowance, limit, "rules of rctl(8) on swapuse"),
    CPU_ALLOWANCE(usable, "cpuset_getaffinity(2); rules of rctl(8) on pcpu"),
    CPU_ALLOWANCE(quota, "rules of rctl(8) on pcpu"),
    PROCESS(rss, "ki_rssize of kern.proc.pid x page size"),
    PROCESS(vms, "ki_size of kern.proc.pid"),
    PROCESS(threads, "ki_numthreads of kern.proc.pid"),
    PROCESS(descriptors, "kern.proc.nfds"),
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
    .virtual_memory = virtual_memory,
    .swap_memory = swap_memory,
    .load_average = sysinfo__posix_load_average,
    .cpu_stats = cpu_stats,
    .page_stats = page_stats,
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
