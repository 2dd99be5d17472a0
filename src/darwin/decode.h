/* SPDX-License-Identifier: MIT */
/*
 * Decoders of what macOS reports: plain numbers in, facts out. They include no Mach header, so they can be tested and
 * fuzzed on any machine; darwin.c checks the layouts against the system's own headers.
 */
#ifndef SYSINFO_DARWIN_DECODE_H
#define SYSINFO_DARWIN_DECODE_H

#include "backend.h"

/* ---- CPU time: host_processor_info() ---- */

/* struct processor_cpu_load_info: ticks of 1/100 second. */
struct sysinfo__mach_ticks {
    uint32_t user, system, idle, nice;
};

/* struct processor_basic_info. */
struct sysinfo__mach_processor {
    int32_t type, subtype, is_running, number, is_master;
};

/* Sums all CPUs. False: there is none. */
bool sysinfo__decode_mach_sum(const struct sysinfo__mach_ticks *ticks, size_t cpus, struct sysinfo_cpu_sample *sample);

/*
 * Adds a row for each running CPU. Both lists have the kernel's order of CPUs and include those that are off. False: no
 * memory.
 */
bool sysinfo__decode_mach_rows(const struct sysinfo__mach_processor *processors,
                               const struct sysinfo__mach_ticks *ticks, size_t cpus, struct sysinfo__cpu_rows *rows);

/* ---- Memory and swap: host_statistics64(HOST_VM_INFO64), vm.swapusage ---- */

struct sysinfo__mach_pages {
    uint64_t size; /* The kernel's page size, which differs from this process's under Rosetta. */
    uint64_t free, active, inactive, wired, speculative, purgeable; /* `free` contains `speculative`. */
    bool is_long;                                                   /* The release reports what follows. */
    uint64_t external, compressor, swapped_in, swapped_out;
    uint64_t paged_in, paged_out, faults;
};

/* `total` in bytes. */
void sysinfo__decode_mach_memory(const struct sysinfo__mach_pages *pages, uint64_t total,
                                 struct sysinfo_memory *memory);
void sysinfo__decode_mach_swapped(const struct sysinfo__mach_pages *pages, struct sysinfo_swap *swap);
void sysinfo__decode_mach_paging(const struct sysinfo__mach_pages *pages, struct sysinfo_paging *paging);

#endif
