/* SPDX-License-Identifier: MIT */
/*
 * Decoders of what the BSD kernels report: plain numbers in, facts out. They include no header of those systems, so
 * they can be tested and fuzzed on any machine. The readers copy each system's structs into these, member by member.
 */
#ifndef SYSINFO_BSD_DECODE_H
#define SYSINFO_BSD_DECODE_H

#include "backend.h"

/* A number that a release may lack. */
struct sysinfo__number {
    uint64_t value;
    bool is_known;
};

/* ---- CPU time ---- */

/*
 * Ticks per second of the statistics clock, or else of the system clock, which then does the counting. False: neither
 * clock ticks.
 */
bool sysinfo__decode_clock(int64_t hz, int64_t stathz, double *rate);

/* CPU time of one or several CPUs, in ticks. `spin` (OpenBSD only) is the kernel's own work outside interrupts. */
struct sysinfo__ticks {
    uint64_t user, nice, system, spin, irq, idle;
};
void sysinfo__ticks_add(struct sysinfo__ticks *sum, const struct sysinfo__ticks *ticks);

/* `width` is the size of the kernel's counters in bytes; 4-byte counters wrap around. */
void sysinfo__decode_ticks(const struct sysinfo__ticks *ticks, double rate, size_t width,
                           struct sysinfo_cpu_sample *sample);

/* kern.cp_time and kern.cp_times: user, nice, system, interrupts and idle for each CPU, in numbers of `width` bytes. */
struct sysinfo__cpu_blocks {
    const void *bytes;
    size_t length, width; /* In bytes; the width is 4 or 8. */
    double rate;
};
enum { SYSINFO__CPU_BLOCK = 5 };

/* The number of complete blocks. */
size_t sysinfo__cpu_blocks_count(const struct sysinfo__cpu_blocks *blocks);

/* The ticks of one block; FreeBSD reports zeros for a number that no CPU has. */
struct sysinfo__ticks sysinfo__cpu_blocks_at(const struct sysinfo__cpu_blocks *blocks, size_t cpu);
bool sysinfo__is_cpu(const struct sysinfo__ticks *ticks);

/* Adds a row for a CPU; false: no memory. */
bool sysinfo__decode_cpu_row(const struct sysinfo__cpu_blocks *blocks, size_t cpu, struct sysinfo__cpu_rows *rows);

/* The sum of all blocks. */
void sysinfo__decode_cpu_sum(const struct sysinfo__cpu_blocks *blocks, struct sysinfo_cpu_sample *sample);

/*
 * The lowest and highest of a list of frequencies in MHz, as hertz: "2401/35000 2400/33000 800/-1" (FreeBSD, each with
 * its power) or "2400 800" (NetBSD). False: none.
 */
bool sysinfo__decode_frequencies(const char *text, uint64_t *least, uint64_t *most);

/* ---- FreeBSD and DragonFly: one key for each figure ---- */

struct sysinfo__freebsd_memory {
    uint64_t page_size, total;                                            /* In bytes. */
    struct sysinfo__number free, active, inactive, wired, laundry, cache; /* In pages; `cache` on DragonFly. */
    struct sysinfo__number buffers, arc, arc_least;                       /* In bytes. */
};
void sysinfo__decode_freebsd_memory(const struct sysinfo__freebsd_memory *counted, struct sysinfo_memory *memory);

struct sysinfo__freebsd_swap {
    uint64_t page_size;
    uint64_t total, used;           /* All devices together, in pages. */
    struct sysinfo__number in, out; /* In pages. */
};
void sysinfo__decode_freebsd_swap(const struct sysinfo__freebsd_swap *counted, struct sysinfo_swap *swap);

struct sysinfo__freebsd_stats {
    struct sysinfo__number switches, interrupts, soft_interrupts, syscalls;
    struct sysinfo__number forks, vforks, rforks;
};
void sysinfo__decode_freebsd_stats(const struct sysinfo__freebsd_stats *counted, struct sysinfo_stats *stats);

struct sysinfo__freebsd_paging {
    uint64_t page_size;
    struct sysinfo__number faults, major_faults;
    struct sysinfo__number swap_in, swap_out, file_in, file_out; /* In pages. */
};
void sysinfo__decode_freebsd_paging(const struct sysinfo__freebsd_paging *counted, struct sysinfo_paging *paging);

/* ZFS's cache gives back whatever exceeds its minimum size. */
uint64_t sysinfo__arc_available(const struct sysinfo__number *arc, const struct sysinfo__number *least);

/* ---- NetBSD and OpenBSD: uvm(9) ---- */

/* A kernel may keep a count of pages in an int, which may briefly be negative. */
struct sysinfo__uvm {
    int64_t page_size, pages;
    int64_t free, active, inactive;
    int64_t wired, file, exec, anonymous, dirty; /* NetBSD only; `dirty` since release 10: */
    bool has_dirty;
    uint32_t swap, swap_used;         /* Pages of all devices; an int in the kernels. */
    uint32_t swapped_in, swapped_out; /* Pages; 32 bits wide in the kernels. */
    uint64_t switches, interrupts, soft_interrupts, syscalls, forks;
    uint64_t faults, read_faults; /* `read_faults`: those that waited for a device, or for another thread that did. */
    bool writes_files;            /* `swapped_out` includes pages of files written by the page daemon. */
    bool zero_is_unknown;         /* This architecture leaves counters that it does not maintain at 0. */
};

/* In bytes; not part of struct sysinfo__uvm. */
struct sysinfo__netbsd_caches {
    struct sysinfo__number buffers, arc, arc_least;
};
void sysinfo__decode_netbsd_memory(const struct sysinfo__uvm *uvm, const struct sysinfo__netbsd_caches *caches,
                                   struct sysinfo_memory *memory);

/* The buffer cache, in pages; on OpenBSD it holds the contents of files. */
struct sysinfo__buffer_cache {
    int64_t pages, dirty;
};

/* `total` is in bytes; a NULL `cache` is unknown. */
void sysinfo__decode_openbsd_memory(const struct sysinfo__uvm *uvm, uint64_t total,
                                    const struct sysinfo__buffer_cache *cache, struct sysinfo_memory *memory);

void sysinfo__decode_uvm_swap(const struct sysinfo__uvm *uvm, struct sysinfo_swap *swap);

void sysinfo__decode_uvm_stats(const struct sysinfo__uvm *uvm, struct sysinfo_stats *stats);

void sysinfo__decode_uvm_paging(const struct sysinfo__uvm *uvm, struct sysinfo_paging *paging);

#endif
