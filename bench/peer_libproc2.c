/* SPDX-License-Identifier: MIT */
#include <libproc2/meminfo.h>
#include <libproc2/misc.h>
#include <libproc2/stat.h>
#include <libproc2/vmstat.h>

#include "bench.h"

#define COUNT(items) ((int)(sizeof(items) / sizeof(items)[0]))

static struct stat_info *stat_info;
static struct meminfo_info *meminfo_info;
static struct vmstat_info *vmstat_info;

static enum stat_item modes[] = {STAT_TIC_ID,     STAT_TIC_USER,   STAT_TIC_NICE,      STAT_TIC_SYSTEM,
                                 STAT_TIC_IDLE,   STAT_TIC_IOWAIT, STAT_TIC_IRQ,       STAT_TIC_SOFTIRQ,
                                 STAT_TIC_STOLEN, STAT_TIC_GUEST,  STAT_TIC_GUEST_NICE};
static enum stat_item shares[] = {STAT_TIC_SUM_DELTA_BUSY, STAT_TIC_SUM_DELTA_TOTAL};
static enum meminfo_item memory[] = {
    MEMINFO_MEM_TOTAL,    MEMINFO_MEM_AVAILABLE, MEMINFO_MEM_USED,       MEMINFO_MEM_FREE,   MEMINFO_MEM_ACTIVE,
    MEMINFO_MEM_INACTIVE, MEMINFO_MEM_BUFFERS,   MEMINFO_MEM_CACHED_ALL, MEMINFO_MEM_SHARED, MEMINFO_MEM_SLAB};
static enum meminfo_item swap[] = {MEMINFO_SWAP_TOTAL, MEMINFO_SWAP_USED, MEMINFO_SWAP_FREE};
static enum vmstat_item moved[] = {VMSTAT_PSWPIN, VMSTAT_PSWPOUT};

static const char *open_all(void) {
    bool is_open = procps_stat_new(&stat_info) == 0 && procps_meminfo_new(&meminfo_info) == 0 &&
                   procps_vmstat_new(&vmstat_info) == 0;
    return is_open ? NULL : "its handles cannot be made";
}

static void close_all(void) {
    procps_stat_unref(&stat_info);
    procps_meminfo_unref(&meminfo_info);
    procps_vmstat_unref(&vmstat_info);
}

static bool cpu_times(void) {
    return procps_stat_select(stat_info, modes, COUNT(modes)) != NULL;
}

static bool cpu_times_percpu(void) {
    return procps_stat_reap(stat_info, STAT_REAP_CPUS_ONLY, modes, COUNT(modes)) != NULL;
}

static bool cpu_percent(void) {
    return procps_stat_select(stat_info, shares, COUNT(shares)) != NULL;
}

static bool virtual_memory(void) {
    return procps_meminfo_select(meminfo_info, memory, COUNT(memory)) != NULL;
}

static bool swap_memory(void) {
    return procps_meminfo_select(meminfo_info, swap, COUNT(swap)) != NULL &&
           procps_vmstat_select(vmstat_info, moved, COUNT(moved)) != NULL;
}

static bool cpu_count(void) {
    return procps_cpu_count() > 0;
}

const struct peer peer_libproc2 = {
    .name = "libproc2",
    .open = open_all,
    .close = close_all,
    .call = {cpu_times, cpu_times_percpu, cpu_percent, virtual_memory, swap_memory, cpu_count},
};
