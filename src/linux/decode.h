/* SPDX-License-Identifier: MIT */
/*
 * The decoders of the kernel's texts: bytes in, facts out, nothing else touched.
 *
 * Every text has SYSINFO__TEXT_PADDING readable zero bytes behind its length, so
 * that the scanner may look ahead by words.
 */
#ifndef SYSINFO_LINUX_DECODE_H
#define SYSINFO_LINUX_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SYSINFO__TEXT_PADDING = 64 };

struct sysinfo_cpu_sample;
struct sysinfo_stats;
struct sysinfo_load;
struct sysinfo__cpu_rows;

/* ---- /proc/stat ---- */

enum sysinfo__stat_outcome {
    SYSINFO__STAT_OK,
    SYSINFO__STAT_NO_CPU_LINE,    /* No line begins with "cpu ". */
    SYSINFO__STAT_SHORT_CPU_LINE, /* It does not have the four numbers that every kernel writes: user, nice, system, idle. */
    SYSINFO__STAT_NO_MEMORY
};

/* The line for all CPUs. `ticks_per_second` is USER_HZ. */
enum sysinfo__stat_outcome sysinfo__decode_stat_total(const char *text, size_t length, double ticks_per_second, struct sysinfo_cpu_sample *all);

/* That line and one row for each cpuN line; a line that cannot be read gives a row that knows only its number. */
enum sysinfo__stat_outcome sysinfo__decode_stat_rows(const char *text, size_t length, double ticks_per_second, struct sysinfo__cpu_rows *rows);

/* How many cpuN lines there are. */
size_t sysinfo__decode_stat_cpu_lines(const char *text, size_t length);

/* The lines ctxt, intr and softirq. */
void sysinfo__decode_stat_counters(const char *text, size_t length, struct sysinfo_stats *stats);

/* ---- /proc/meminfo ---- */

/* key, its unit in bytes (1024: the file says kB; 1: a bare count) */
#define SYSINFO__MEMINFO_KEY_LIST(KEY)                                                                                                                         \
    KEY(MEM_TOTAL, "MemTotal", 1024)                                                                                                                           \
    KEY(MEM_FREE, "MemFree", 1024)                                                                                                                             \
    KEY(MEM_AVAILABLE, "MemAvailable", 1024)                                                                                                                   \
    KEY(MEM_SHARED, "MemShared", 1024)                                                                                                                         \
    KEY(BUFFERS, "Buffers", 1024)                                                                                                                              \
    KEY(CACHED, "Cached", 1024)                                                                                                                                \
    KEY(ACTIVE, "Active", 1024)                                                                                                                                \
    KEY(INACTIVE, "Inactive", 1024)                                                                                                                            \
    KEY(ACTIVE_FILE, "Active(file)", 1024)                                                                                                                     \
    KEY(INACTIVE_FILE, "Inactive(file)", 1024)                                                                                                                 \
    KEY(INACT_DIRTY, "Inact_dirty", 1024)                                                                                                                      \
    KEY(INACT_LAUNDRY, "Inact_laundry", 1024)                                                                                                                  \
    KEY(INACT_CLEAN, "Inact_clean", 1024)                                                                                                                      \
    KEY(SWAP_TOTAL, "SwapTotal", 1024)                                                                                                                         \
    KEY(SWAP_FREE, "SwapFree", 1024)                                                                                                                           \
    KEY(ZSWAP, "Zswap", 1024)                                                                                                                                  \
    KEY(ZSWAPPED, "Zswapped", 1024)                                                                                                                            \
    KEY(DIRTY, "Dirty", 1024)                                                                                                                                  \
    KEY(WRITEBACK, "Writeback", 1024)                                                                                                                          \
    KEY(SHMEM, "Shmem", 1024)                                                                                                                                  \
    KEY(SLAB, "Slab", 1024)                                                                                                                                    \
    KEY(S_RECLAIMABLE, "SReclaimable", 1024)                                                                                                                   \
    KEY(COMMIT_LIMIT, "CommitLimit", 1024)                                                                                                                     \
    KEY(COMMITTED_AS, "Committed_AS", 1024)                                                                                                                    \
    KEY(HUGE_PAGES_TOTAL, "HugePages_Total", 1)                                                                                                                \
    KEY(HUGE_PAGES_FREE, "HugePages_Free", 1)                                                                                                                  \
    KEY(HUGE_PAGE_SIZE, "Hugepagesize", 1024)                                                                                                                  \
    KEY(HUGETLB, "Hugetlb", 1024)

enum sysinfo__meminfo_key {
#define KEY(id, text, unit) SYSINFO__##id,
    SYSINFO__MEMINFO_KEY_LIST(KEY)
#undef KEY
        SYSINFO__MEMINFO_KEYS
};

#define SYSINFO__ALL_MEMINFO_KEYS ((UINT32_C(1) << SYSINFO__MEMINFO_KEYS) - 1)

/* Where each key's line began in the last text. A wrong hint costs time, never a wrong number. Start zeroed. */
struct sysinfo__meminfo_hints {
    size_t length;                          /* Of that text; 0: no hints yet. */
    uint32_t line[SYSINFO__MEMINFO_KEYS];   /* Offset; UINT32_MAX: it had no such line. */
};

struct sysinfo__meminfo {
    uint32_t seen;                          /* Bit k: key k has a line. */
    uint32_t known;                         /* Bit k: and that line holds a number. */
    uint32_t negative;                      /* Bit k: which was below 0; the value is then 0. */
    uint64_t value[SYSINFO__MEMINFO_KEYS];  /* Bytes, or a count. */
};

/* The keys of the mask `wanted` (bit k: key k). */
void sysinfo__decode_meminfo(const char *text, size_t length, uint32_t wanted, struct sysinfo__meminfo_hints *hints, struct sysinfo__meminfo *meminfo);

/* ---- /proc/vmstat, /proc/zoneinfo, /proc/loadavg ---- */

enum sysinfo__vmstat_key { SYSINFO__PSWPIN, SYSINFO__PSWPOUT, SYSINFO__NR_FREE_PAGES, SYSINFO__VMSTAT_KEYS };

/* Counts by key; returns the mask of those that were found. `hints` holds the offset of each key's line in the last text. */
uint32_t sysinfo__decode_vmstat(const char *text, size_t length, size_t hints[SYSINFO__VMSTAT_KEYS], uint64_t value[SYSINFO__VMSTAT_KEYS]);

/* Pages in the low watermarks of all zones. */
uint64_t sysinfo__decode_zoneinfo_low(const char *text, size_t length);

/* False: it does not begin with three numbers. */
bool sysinfo__decode_loadavg(const char *text, size_t length, struct sysinfo_load *load);

/* ---- Sets of CPUs ---- */

struct sysinfo__cpu_set {
    uint64_t *word;
    size_t words;
};

enum sysinfo__cpu_set_outcome { SYSINFO__CPU_SET_OK, SYSINFO__CPU_SET_MALFORMED, SYSINFO__CPU_SET_NO_MEMORY };

/* "0-3,8" and, of older kernels, "00000000,0000010f". Replaces what `set` held; an empty text is an empty set. */
enum sysinfo__cpu_set_outcome sysinfo__decode_cpu_list(const char *text, size_t length, struct sysinfo__cpu_set *set);
enum sysinfo__cpu_set_outcome sysinfo__decode_cpu_mask(const char *text, size_t length, struct sysinfo__cpu_set *set);

bool sysinfo__cpu_set_add(struct sysinfo__cpu_set *set, uint64_t cpu); /* false: no memory, or beyond SYSINFO__MOST_CPUS */
bool sysinfo__cpu_set_has(const struct sysinfo__cpu_set *set, uint64_t cpu);
size_t sysinfo__cpu_set_count(const struct sysinfo__cpu_set *set);
void sysinfo__cpu_set_free(struct sysinfo__cpu_set *set);

/* CPU numbers from here on are no CPU's: a hostile list must not take all memory. Linux itself stops at 8192. */
enum { SYSINFO__MOST_CPUS = 1 << 20 };

#endif
