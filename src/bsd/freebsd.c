/* SPDX-License-Identifier: MIT */
/* FreeBSD 14 and later. docs/systems/freebsd.md has the source and formula of every field. */
#include "sysctl.h"

#include <sys/param.h>
#include <sys/resource.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#include <sys/vmmeter.h>
#include <vm/vm_param.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "posix/posix.h"

/* The layouts that sysctl(3) promises on the 64-bit platforms. */
_Static_assert(CP_USER == 0 && CP_NICE == 1 && CP_SYS == 2 && CP_INTR == 3 && CP_IDLE == 4 && CPUSTATES == 5,
               "kern.cp_time");
_Static_assert(sizeof(struct clockinfo) == 20 && offsetof(struct clockinfo, stathz) == 12, "kern.clockrate");
_Static_assert(sizeof(struct vmtotal) == 88 && offsetof(struct vmtotal, t_rmshr) == 48, "vm.vmtotal");
_Static_assert(XSWDEV_VERSION == 2, "vm.swap_info");
#ifdef __LP64__
_Static_assert(sizeof(long) == 8, "kern.cp_time");
_Static_assert(sizeof(struct xswdev) == 32 && offsetof(struct xswdev, xsw_nblks) == 20 &&
                   offsetof(struct xswdev, xsw_used) == 24,
               "vm.swap_info");
#endif

/* ---- CPU time ---- */

/* The kernel counts in long, which is what a system has: 64 bits, or 32 that begin again at 0. */
typedef unsigned long ticks_of_cpu[CPUSTATES];

static struct sysinfo__ticks decode(const ticks_of_cpu time) {
    return (struct sysinfo__ticks){.user = time[CP_USER],
                                   .nice = time[CP_NICE],
                                   .system = time[CP_SYS],
                                   .irq = time[CP_INTR],
                                   .idle = time[CP_IDLE]};
}

static void tell(const struct sysinfo__ticks *ticks, double rate, struct sysinfo_cpu_sample *sample) {
    sysinfo__ticks_tell(ticks, rate, sample);
    if (sizeof(long) < 8) {
        FACT(sample, wrap, 4294967296.0 / rate);
    }
}

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
        struct sysinfo__ticks ticks = decode(time);
        tell(&ticks, rate, times);
    }
    return status;
}

static bool is_there(const struct sysinfo__ticks *ticks) {
    return (ticks->user | ticks->nice | ticks->system | ticks->irq | ticks->idle) != 0;
}

/* The kernel has a block of zeros for each number that no CPU has. */
static int tell_rows(struct sysinfo_host *host, const ticks_of_cpu *time, size_t count, double rate,
                     struct sysinfo__cpu_rows *rows) {
    struct sysinfo__ticks all = {0};
    for (size_t cpu = 0; cpu < count; cpu++) {
        struct sysinfo__ticks ticks = decode(time[cpu]);
        if (!is_there(&ticks)) {
            continue;
        }
        struct sysinfo_cpu_sample *row = sysinfo__cpu_rows_add(rows, cpu);
        if (row == NULL) {
            return sysinfo__no_memory(host, "kern.cp_times");
        }
        tell(&ticks, rate, row);
        sysinfo__ticks_add(&all, &ticks);
    }
    if (rows->count == 0) {
        return sysinfo__failed(host, SYSINFO_MALFORMED, 0, "kern.cp_times", "knows no CPU");
    }
    tell(&all, rate, &rows->all.sample);
    return SYSINFO_OK;
}

/* The key of a name, for what is asked by number. */
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
    return status == SYSINFO_OK ? tell_rows(host, sysinfo__state(host)->room, size / sizeof(ticks_of_cpu), rate, rows)
                                : status;
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

/* CPUs neither come nor go while FreeBSD runs. */
static uint64_t online(struct sysinfo_host *host) {
    (void)host;
    return 1;
}

/* ---- Memory ---- */

/* Figures in pages or bytes that a release may lack, and where they go. */
struct figure {
    const char *name;
    size_t offset;
    bool is_in_pages;
};

static int tell_figures(struct sysinfo_host *host, const struct figure *figures, size_t count, void *result) {
    for (size_t i = 0; i < count; i++) {
        uint64_t value;
        int status = sysinfo__sysctl_number_by_name(host, figures[i].name, &value);
        if (status == SYSINFO_OK) {
            value = figures[i].is_in_pages ? sysinfo__bytes(value, (uint64_t)getpagesize()) : value;
            memcpy((char *)result + figures[i].offset, &value, sizeof value);
            *(uint64_t *)result |= UINT64_C(1) << figures[i].offset / 8; /* Slot 0 of every result is `present`. */
        } else if (!sysinfo__is_missing(status)) {
            return status;
        }
    }
    return SYSINFO_OK;
}

/* Memory that several processes share. The kernel walks all processes and objects for it. */
static int tell_shared(struct sysinfo_host *host, struct sysinfo_memory *memory) {
    static const int key[] = {CTL_VM, VM_TOTAL};
    struct vmtotal total[2]; /* The second is room for it to grow. */
    size_t size = sizeof total;
    int status = sysinfo__sysctl(host, "vm.vmtotal", key, 2, total, &size);
    if (status == SYSINFO_OK && size >= sizeof total[0]) {
        FACT(memory, shared, sysinfo__bytes(total[0].t_rmshr, (uint64_t)getpagesize()));
    }
    return sysinfo__is_missing(status) ? SYSINFO_OK : status;
}

static int virtual_memory(struct sysinfo_host *host, struct sysinfo_memory *memory) {
    static const struct figure figures[] = {
        {"vm.stats.vm.v_free_count", offsetof(struct sysinfo_memory, free), true},
        {"vm.stats.vm.v_active_count", offsetof(struct sysinfo_memory, active), true},
        {"vm.stats.vm.v_inactive_count", offsetof(struct sysinfo_memory, inactive), true},
        {"vm.stats.vm.v_wire_count", offsetof(struct sysinfo_memory, wired), true},
        {"vm.stats.vm.v_laundry_count", offsetof(struct sysinfo_memory, laundry), true},
        {"vfs.bufspace", offsetof(struct sysinfo_memory, buffers), false},
        {"kstat.zfs.misc.arcstats.size", offsetof(struct sysinfo_memory, arc), false},
    };
    uint64_t total;
    int status = sysinfo__sysctl_number_by_name(host, "hw.physmem", &total);
    if (status == SYSINFO_OK && total == 0) {
        status = sysinfo__failed(host, SYSINFO_MALFORMED, 0, "hw.physmem", "is 0");
    }
    if (status != SYSINFO_OK) {
        return status;
    }
    FACT(memory, total, total);
    status = tell_figures(host, figures, sizeof figures / sizeof figures[0], memory);
    if (status == SYSINFO_OK) {
        status = tell_shared(host, memory);
    }
    if (SYSINFO_HAS(memory, free) && SYSINFO_HAS(memory, inactive)) {
        FACT(memory, available, memory->free + memory->inactive);
    }
    return status;
}

/* ---- Swap ---- */

/* Adds the devices up, one key each; the first number without a device ends them. */
static int tell_devices(struct sysinfo_host *host, struct sysinfo_swap *swap) {
    enum { MOST = 4096 };
    int key[8];
    size_t length = 7;
    int status = find_key(host, "vm.swap_info", key, &length);
    if (status != SYSINFO_OK) {
        return status;
    }
    uint64_t total = 0, used = 0;
    for (key[length] = 0; key[length] < MOST; key[length]++) {
        struct xswdev device[2]; /* The second is room for it to grow. */
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
        total += (unsigned)device[0].xsw_nblks;
        used += (unsigned)device[0].xsw_used;
    }
    FACT(swap, total, sysinfo__bytes(total, (uint64_t)getpagesize()));
    FACT(swap, used, sysinfo__bytes(used, (uint64_t)getpagesize()));
    return SYSINFO_OK;
}

static int swap_memory(struct sysinfo_host *host, struct sysinfo_swap *swap) {
    static const struct figure moved[] = {
        {"vm.stats.vm.v_swappgsin", offsetof(struct sysinfo_swap, sin), true},
        {"vm.stats.vm.v_swappgsout", offsetof(struct sysinfo_swap, sout), true},
    };
    int status = tell_devices(host, swap);
    return status == SYSINFO_OK ? tell_figures(host, moved, sizeof moved / sizeof moved[0], swap) : status;
}

/* ---- Counters ---- */

static int cpu_stats(struct sysinfo_host *host, struct sysinfo_stats *stats) {
    static const struct figure counters[] = {
        {"vm.stats.sys.v_swtch", offsetof(struct sysinfo_stats, ctx_switches), false},
        {"vm.stats.sys.v_intr", offsetof(struct sysinfo_stats, interrupts), false},
        {"vm.stats.sys.v_soft", offsetof(struct sysinfo_stats, soft_interrupts), false},
        {"vm.stats.sys.v_syscall", offsetof(struct sysinfo_stats, syscalls), false},
    };
    int status = tell_figures(host, counters, sizeof counters / sizeof counters[0], stats);
    if (status == SYSINFO_OK && stats->present == 0) {
        status = sysinfo__failed(host, SYSINFO_NOT_FOUND, 0, "vm.stats.sys", "has none of the counters");
    }
    return status;
}

/* ---- Where it comes from ---- */

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
    MEMORY(available, "v_free_count + v_inactive_count of vm.stats.vm"),
    MEMORY(free, "vm.stats.vm.v_free_count"),
    MEMORY(active, "vm.stats.vm.v_active_count"),
    MEMORY(inactive, "vm.stats.vm.v_inactive_count"),
    MEMORY(buffers, "vfs.bufspace"),
    MEMORY(shared, "t_rmshr of vm.vmtotal"),
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
    .append_mark = sysinfo__posix_append_mark,
};
