/* SPDX-License-Identifier: MIT */
/*
 * Decoders of what Windows answers: bytes in, facts out. They know nothing of
 * <windows.h>, so that they are tested and fuzzed on any machine; src/win/query.c
 * holds these layouts against the system's own headers where there are any.
 */
#ifndef SYSINFO_WIN_DECODE_H
#define SYSINFO_WIN_DECODE_H

#include "backend.h"

/* ---- CPU time: SystemProcessorPerformanceInformation ---- */

/* One CPU. Times are in units of 100 ns; `kernel` contains idle, dpc and interrupt. */
struct sysinfo__processor {
    int64_t idle, kernel, user, dpc, interrupt;
    uint32_t interrupts;
    uint32_t unused;
};
_Static_assert(sizeof(struct sysinfo__processor) == 48, "as the kernel lays it out");

/* The time of one CPU or several, in units of 100 ns, by disjoint modes. */
struct sysinfo__modes {
    uint64_t user, system, idle, irq, softirq;
    bool is_estimated; /* A mode was negative and is 0 here. */
};

/* Adds one CPU's time. */
void sysinfo__modes_add(struct sysinfo__modes *modes, const struct sysinfo__processor *processor);

/* Tells them as seconds. */
void sysinfo__modes_tell(const struct sysinfo__modes *modes, struct sysinfo_cpu_sample *sample);

/* ---- Counts: GetLogicalProcessorInformationEx(RelationProcessorCore) ---- */

struct sysinfo__cores {
    uint64_t cores, cpus;
    uint64_t fingerprint; /* Of the sets of CPUs; never 0. */
};

/* False: the bytes are not a list of cores. */
bool sysinfo__decode_cores(const void *bytes, size_t length, struct sysinfo__cores *cores);

/* ---- Memory: GetPerformanceInfo, SystemMemoryListInformation ---- */

/* PERFORMANCE_INFORMATION, in pages of `page_size` bytes. */
struct sysinfo__pages {
    uint64_t page_size, total, available, cache, nonpaged, committed, commit_limit;
};

/* The start of SYSTEM_MEMORY_LIST_INFORMATION: lengths of the lists of pages that no program has. */
struct sysinfo__page_lists {
    uintptr_t zeroed, free, modified;
};

/* False: there is no memory. `lists` NULL: not known. */
bool sysinfo__decode_memory(const struct sysinfo__pages *pages, const struct sysinfo__page_lists *lists,
                            struct sysinfo_memory *memory);

/* ---- Swap: SystemPageFileInformation ---- */

/* Adds up all page files. No bytes at all means no page file. False: the bytes are not a list of page files. */
bool sysinfo__decode_page_files(const void *bytes, size_t length, uint64_t page_size, struct sysinfo_swap *swap);

/* Where the kernel has no such list: what may be promised beyond memory, as an estimate. */
void sysinfo__estimate_page_files(const struct sysinfo__pages *pages, struct sysinfo_swap *swap);

/* ---- Counters: SystemPerformanceInformation ---- */

/* False: too short. */
bool sysinfo__decode_performance(const void *bytes, size_t length, struct sysinfo_stats *stats);

#endif
