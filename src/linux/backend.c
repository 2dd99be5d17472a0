/* SPDX-License-Identifier: MIT */
#include "backend.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hugepages.h"

const char sysinfo__backend_name[] = "linux";
const bool sysinfo__backend_has_roots = true;

void sysinfo__backend_open(struct sysinfo__state *state) {
    memset(state, 0, offsetof(struct sysinfo__state, small_text));
    state->root = -1;
    for (int i = 0; i < SYSINFO__FILES; i++) {
        state->file[i] = -1;
    }
    sysinfo__huge_pages_open(&state->huge_pages);
    state->text = state->small_text;
    state->capacity = sizeof state->small_text;
}

void sysinfo__backend_close(struct sysinfo__state *state) {
    if (state->root >= 0) {
        close(state->root);
    }
    for (int i = 0; i < SYSINFO__FILES; i++) {
        if (state->file[i] >= 0) {
            close(state->file[i]);
        }
    }
    sysinfo__huge_pages_close(&state->huge_pages);
    if (state->text != state->small_text) {
        free(state->text);
    }
    free(state->counted.online);
}

#define CPU_USAGE(field, text) SOURCE(SYSINFO_RESULT_CPU_USAGE, sysinfo_cpu_usage, field, text)
#define CPU_COUNT(field, text) SOURCE(SYSINFO_RESULT_CPU_COUNTS, sysinfo_processors, field, text)
#define CPU_SAMPLE(field, text) SOURCE(SYSINFO_RESULT_CPU_SAMPLE, sysinfo_cpu_sample, field, text)
#define MEMORY(field, text) SOURCE(SYSINFO_RESULT_MEMORY, sysinfo_memory, field, text)
#define SWAP(field, text) SOURCE(SYSINFO_RESULT_SWAP, sysinfo_swap, field, text)
#define LOAD(field, text) SOURCE(SYSINFO_RESULT_LOAD, sysinfo_load, field, text)
#define STATS(field, text) SOURCE(SYSINFO_RESULT_STATS, sysinfo_stats, field, text)

const struct sysinfo__source sysinfo__backend_sources[] = {
    CPU_USAGE(cpu, "cpuN lines of /proc/stat"),
    CPU_USAGE(interval, "CLOCK_MONOTONIC"),
    CPU_USAGE(percent, "/proc/stat: 100 - idle - iowait"),
    CPU_USAGE(user, "/proc/stat, column 1"),
    CPU_USAGE(system, "/proc/stat, column 3"),
    CPU_USAGE(nice, "/proc/stat, column 2"),
    CPU_USAGE(idle, "/proc/stat, column 4"),
    CPU_USAGE(iowait, "/proc/stat, column 5"),
    CPU_USAGE(irq, "/proc/stat, column 6"),
    CPU_USAGE(softirq, "/proc/stat, column 7"),
    CPU_USAGE(steal, "/proc/stat, column 8"),
    CPU_USAGE(guest, "/proc/stat, column 9"),
    CPU_USAGE(guest_nice, "/proc/stat, column 10"),
    CPU_COUNT(count, "/sys/devices/system/cpu/online"),
    CPU_COUNT(cores, "/sys/devices/system/cpu/cpu*/topology/core_cpus_list: distinct sets"),
    CPU_SAMPLE(cpu, "cpuN lines of /proc/stat"),
    CPU_SAMPLE(time, "CLOCK_MONOTONIC"),
    CPU_SAMPLE(user, "/proc/stat, column 1"),
    CPU_SAMPLE(system, "/proc/stat, column 3"),
    CPU_SAMPLE(nice, "/proc/stat, column 2"),
    CPU_SAMPLE(idle, "/proc/stat, column 4"),
    CPU_SAMPLE(iowait, "/proc/stat, column 5"),
    CPU_SAMPLE(irq, "/proc/stat, column 6"),
    CPU_SAMPLE(softirq, "/proc/stat, column 7"),
    CPU_SAMPLE(steal, "/proc/stat, column 8"),
    CPU_SAMPLE(guest, "/proc/stat, column 9"),
    CPU_SAMPLE(guest_nice, "/proc/stat, column 10"),
    MEMORY(total, "MemTotal in /proc/meminfo"),
    MEMORY(available, "MemAvailable in /proc/meminfo; else estimated from MemFree, the file cache and /proc/zoneinfo"),
    MEMORY(percent, "(total - available) / total"),
    MEMORY(used, "total - available"),
    MEMORY(free, "MemFree in /proc/meminfo"),
    MEMORY(active, "Active in /proc/meminfo"),
    MEMORY(inactive, "Inactive in /proc/meminfo"),
    MEMORY(buffers, "Buffers in /proc/meminfo"),
    MEMORY(cached, "Cached + SReclaimable in /proc/meminfo"),
    MEMORY(shared, "Shmem in /proc/meminfo"),
    MEMORY(slab, "Slab in /proc/meminfo"),
    MEMORY(dirty, "Dirty in /proc/meminfo"),
    MEMORY(writeback, "Writeback in /proc/meminfo"),
    MEMORY(committed, "Committed_AS in /proc/meminfo"),
    MEMORY(commit_limit, "CommitLimit in /proc/meminfo"),
    MEMORY(hugepages_total, "Hugetlb in /proc/meminfo; before Linux 4.17 HugePages_Total x Hugepagesize"),
    MEMORY(hugepages_free, "free_hugepages of each size in /sys/kernel/mm/hugepages; with one size HugePages_Free x Hugepagesize in /proc/meminfo"),
    MEMORY(zswap, "Zswap in /proc/meminfo"),
    MEMORY(zswapped, "Zswapped in /proc/meminfo"),
    SWAP(total, "SwapTotal in /proc/meminfo"),
    SWAP(used, "total - free"),
    SWAP(free, "SwapFree in /proc/meminfo"),
    SWAP(percent, "used / total"),
    SWAP(sin, "pswpin in /proc/vmstat x page size"),
    SWAP(sout, "pswpout in /proc/vmstat x page size"),
    LOAD(min1, "/proc/loadavg, column 1"),
    LOAD(min5, "/proc/loadavg, column 2"),
    LOAD(min15, "/proc/loadavg, column 3"),
    STATS(ctx_switches, "ctxt in /proc/stat"),
    STATS(interrupts, "intr in /proc/stat"),
    STATS(soft_interrupts, "softirq in /proc/stat"),
    {0, 0, NULL},
};
