/* SPDX-License-Identifier: MIT */
/* DragonFly 6 and later, experimental: docs/systems/dragonfly.md has the source of every field, and what was tested. */
#include "sysctl.h"

#include <sys/param.h> /* First: the others need its types. */

#include <sys/kinfo.h>
#include <sys/resource.h>
#include <sys/sysctl.h>
#include <vm/vm_param.h>

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "bsd/system.h"
#include "bsd/vm_stats.h"
#include "posix/posix.h"

/* User, nice, system, interrupts and idle come first, in the order of the blocks that the BSDs share. */
_Static_assert(sizeof(struct kinfo_cputime) == 104 && offsetof(struct kinfo_cputime, cp_user) == 0 &&
                   offsetof(struct kinfo_cputime, cp_nice) == 8 && offsetof(struct kinfo_cputime, cp_sys) == 16 &&
                   offsetof(struct kinfo_cputime, cp_intr) == 24 && offsetof(struct kinfo_cputime, cp_idle) == 32,
               "kern.cputime");

/* ---- CPU time ---- */

/* The kernel counts microseconds in one row per CPU; the rows are packed into blocks in place. */
static int read_cpus(struct sysinfo_host *host, struct sysinfo__cpu_blocks *blocks) {
    enum { BLOCK = SYSINFO__CPU_BLOCK * sizeof(uint64_t) };
    int key[4];
    size_t length = 4, size = 0;
    int status = sysinfo__find_key(host, "kern.cputime", key, &length);
    if (status == SYSINFO_OK) {
        status = sysinfo__sysctl_all(host, "kern.cputime", key, (unsigned)length, &size);
    }
    size_t count = size / sizeof(struct kinfo_cputime);
    if (status == SYSINFO_OK && count == 0) {
        status = sysinfo__sysctl_too_short(host, "kern.cputime");
    }
    if (status == SYSINFO_OK) {
        char *room = sysinfo__state(host)->room;
        for (size_t cpu = 1; cpu < count; cpu++) {
            memmove(room + cpu * BLOCK, room + cpu * sizeof(struct kinfo_cputime), BLOCK);
        }
        *blocks = (struct sysinfo__cpu_blocks){room, count * BLOCK, sizeof(uint64_t), 1e6};
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

static int cpu_times_percpu(struct sysinfo_host *host, struct sysinfo__cpu_rows *rows) {
    struct sysinfo__cpu_blocks blocks;
    int status = read_cpus(host, &blocks);
    if (status != SYSINFO_OK) {
        return status;
    }
    for (size_t cpu = 0; cpu < sysinfo__cpu_blocks_count(&blocks); cpu++) {
        if (!sysinfo__decode_cpu_row(&blocks, cpu, rows)) {
            return sysinfo__no_memory(host, "kern.cputime");
        }
    }
    sysinfo__decode_cpu_sum(&blocks, &rows->all.sample);
    return SYSINFO_OK;
}

static int cpu_counts(struct sysinfo_host *host, struct sysinfo_processors *counts) {
    uint64_t count;
    int status = sysinfo__sysctl_number_by_name(host, "hw.ncpu", &count);
    if (status == SYSINFO_OK && count > 0) {
        FACT(counts, count, count);
        if (count == 1) { /* Cores are not read, but one CPU has one core. */
            FACT(counts, cores, 1);
        }
    }
    return status;
}

/* DragonFly cannot add or remove CPUs at run time. */
static uint64_t online(struct sysinfo_host *host) {
    (void)host;
    return 1;
}

/* ---- Swap ---- */

/* Each row contains its own length; a removed device leaves a row of zeros. */
static int read_devices(struct sysinfo_host *host, struct sysinfo__freebsd_swap *swap) {
    int key[4];
    size_t length = 4, size = 0;
    int status = sysinfo__find_key(host, "vm.swap_info_array", key, &length);
    if (status == SYSINFO_OK) {
        status = sysinfo__sysctl_all(host, "vm.swap_info_array", key, (unsigned)length, &size);
    }
    const char *room = sysinfo__state(host)->room;
    struct xswdev device;
    for (size_t at = 0; status == SYSINFO_OK && size - at >= sizeof device; at += device.xsw_size) {
        memcpy(&device, room + at, sizeof device);
        if (device.xsw_version != XSWDEV_VERSION || device.xsw_size < sizeof device || device.xsw_size > size - at) {
            return sysinfo__failed(host, SYSINFO_MALFORMED, 0, "vm.swap_info_array",
                                   "is of a version that this library does not know");
        }
        swap->total += sysinfo__bytes(device.xsw_nblks, device.xsw_blksize) / swap->page_size;
        swap->used += sysinfo__bytes(device.xsw_used, device.xsw_blksize) / swap->page_size;
    }
    return status;
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
        *self =
            (struct sysinfo__self){.rss = sysinfo__bytes((uint64_t)process[0].kp_vm_rssize, (uint64_t)getpagesize()),
                                   .vms = process[0].kp_vm_map_size,
                                   .threads = (uint64_t)process[0].kp_nthreads};
    }
    return status;
}

/* The kernel lists only the open files of all processes together. */
int sysinfo__system_descriptors(struct sysinfo_host *host, uint64_t *count) {
    *count = 0;
    return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, "descriptors", "are not counted on this system");
}

/* RLIMIT_DATA limits only brk(2). */
int sysinfo__system_bounds(struct sysinfo_host *host, struct sysinfo__bounds *bounds) {
    return sysinfo__add_resource(host, bounds, "RLIMIT_AS", RLIMIT_AS, offsetof(struct sysinfo__self, vms));
}

int sysinfo__system_allowed_cpus(struct sysinfo_host *host, uint64_t *count) {
    cpu_set_t cpus;
    if (sched_getaffinity(0, sizeof cpus, &cpus) != 0) {
        return sysinfo__failed(host, sysinfo__posix_status(errno), errno, "sched_getaffinity", NULL);
    }
    *count = 0;
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        *count += CPU_ISSET(cpu, &cpus) != 0;
    }
    return SYSINFO_OK;
}

/* ---- Description of the CPUs ---- */

static int cpu_info(struct sysinfo_host *host, struct sysinfo_cpu_description *description) {
    int status = SYSINFO_OK;
    TEXT_BY_NAME(host, status, description, model, "hw.model");
    TEXT_BY_NAME(host, status, description, architecture, "hw.machine");
    return status;
}

/* ---- Sources ---- */

static const struct sysinfo__source sources[] = {
    CPU_MODE(cpu, "place in kern.cputime"),
    CPU_MODE(user, "cp_user of kern.cputime"),
    CPU_MODE(system, "cp_sys of kern.cputime"),
    CPU_MODE(nice, "cp_nice of kern.cputime"),
    CPU_MODE(idle, "cp_idle of kern.cputime"),
    CPU_MODE(irq, "cp_intr of kern.cputime"),
    CPU_COUNT(count, "hw.ncpu"),
    CPU_COUNT(cores, "1 where hw.ncpu is 1"),
    MEMORY(available, "v_free_count + v_inactive_count + v_cache_count of vm.stats.vm"),
    MEMORY(cached, "vm.stats.vm.v_cache_count"),
    SWAP(total, "xsw_nblks of vm.swap_info_array, all devices"),
    SWAP(used, "xsw_used of vm.swap_info_array, all devices"),
    CPU_DESCRIPTION(model, "hw.model"),
    CPU_DESCRIPTION(architecture, "hw.machine"),
    ALLOWANCE(limit, "RLIMIT_AS"),
    CPU_ALLOWANCE(usable, "sched_getaffinity(2)"),
    CPU_ALLOWANCE(quota, "none: the system has no such limit"),
    PROCESS(rss, "kp_vm_rssize of kern.proc.pid x page size"),
    PROCESS(vms, "kp_vm_map_size of kern.proc.pid"),
    PROCESS(threads, "kp_nthreads of kern.proc.pid"),
    SOURCES_OF_VM_STATS,
    SOURCES_OF_GETRUSAGE,
    SOURCES_THAT_ALL_SHARE,
};

const struct sysinfo__backend sysinfo__backend = {
    .name = "dragonfly",
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
    .cpu_info = cpu_info,
    .memory_limit = sysinfo__bsd_memory_limit,
    .limit_levels = sysinfo__bsd_limit_levels,
    .cpu_limit = sysinfo__bsd_cpu_limit,
    .process = sysinfo__bsd_process,
    .process_memory = sysinfo__bsd_process_memory,
    .append_mark = sysinfo__posix_append_mark,
};
