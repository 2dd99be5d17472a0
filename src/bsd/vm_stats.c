/* SPDX-License-Identifier: MIT */
#include "vm_stats.h"

#include <sys/types.h> /* First: the others need its types. */

#include <sys/sysctl.h>

#include <errno.h>
#include <unistd.h>

#include "sysctl.h"
#include "system.h"

int sysinfo__find_key(struct sysinfo_host *host, const char *name, int *key, size_t *length) {
    return sysctlnametomib(name, key, length) == 0 ? SYSINFO_OK : sysinfo__sysctl_failed(host, name, errno);
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

int sysinfo__vm_stats_memory(struct sysinfo_host *host, struct sysinfo_memory *memory) {
    static const struct figure figures[] = {
        {"vm.stats.vm.v_free_count", offsetof(struct sysinfo__freebsd_memory, free)},
        {"vm.stats.vm.v_active_count", offsetof(struct sysinfo__freebsd_memory, active)},
        {"vm.stats.vm.v_inactive_count", offsetof(struct sysinfo__freebsd_memory, inactive)},
        {"vm.stats.vm.v_wire_count", offsetof(struct sysinfo__freebsd_memory, wired)},
        {"vm.stats.vm.v_laundry_count", offsetof(struct sysinfo__freebsd_memory, laundry)},
#ifdef __DragonFly__ /* FreeBSD no longer has such a queue, and reports 0. */
        {"vm.stats.vm.v_cache_count", offsetof(struct sysinfo__freebsd_memory, cache)},
#endif
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

int sysinfo__vm_stats_swapped(struct sysinfo_host *host, struct sysinfo__freebsd_swap *counted) {
    static const struct figure moved[] = {
        {"vm.stats.vm.v_swappgsin", offsetof(struct sysinfo__freebsd_swap, in)},
        {"vm.stats.vm.v_swappgsout", offsetof(struct sysinfo__freebsd_swap, out)},
    };
    return read_figures(host, moved, sizeof moved / sizeof moved[0], counted);
}

/* ---- Counters ---- */

int sysinfo__vm_stats_counters(struct sysinfo_host *host, struct sysinfo_stats *stats) {
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

int sysinfo__vm_stats_paging(struct sysinfo_host *host, struct sysinfo_paging *paging) {
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
