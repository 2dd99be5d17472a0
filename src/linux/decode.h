/* SPDX-License-Identifier: MIT */
/*
 * Decoders of the kernel's text files: bytes in, facts out, no other effect.
 *
 * SYSINFO__TEXT_PADDING readable zero bytes follow every text, so that the scanner may look ahead by words.
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
struct sysinfo_pressure;
struct sysinfo_process;
struct sysinfo_numa_node;
struct sysinfo__cpu_rows;
struct sysinfo_cpu_description;

/* ---- /proc/stat ---- */

enum sysinfo__stat_outcome {
    SYSINFO__STAT_OK,
    SYSINFO__STAT_NO_CPU_LINE, /* No line begins with "cpu ". */
    /* It lacks the four numbers that every kernel writes: user, nice, system, idle. */
    SYSINFO__STAT_SHORT_CPU_LINE,
    SYSINFO__STAT_NO_MEMORY
};

/* Decodes the line for all CPUs. `ticks_per_second` is USER_HZ. */
enum sysinfo__stat_outcome sysinfo__decode_stat_total(const char *text, size_t length, double ticks_per_second,
                                                      struct sysinfo_cpu_sample *all);

/* Decodes that line, and adds a row for each cpuN line; a malformed line gives a row with only its number. */
enum sysinfo__stat_outcome sysinfo__decode_stat_rows(const char *text, size_t length, double ticks_per_second,
                                                     struct sysinfo__cpu_rows *rows);

/* The number of cpuN lines. */
size_t sysinfo__decode_stat_cpu_lines(const char *text, size_t length);

/* The lines ctxt, intr, softirq, processes, procs_running, procs_blocked and btime. */
void sysinfo__decode_stat_counters(const char *text, size_t length, struct sysinfo_stats *stats);

/* ---- /proc/meminfo ---- */

/*
 * key, the blanks with which the kernel fills it up after its colon, its unit in bytes (1024: the file says
 * kB; 1: a bare count)
 */
#define SYSINFO__MEMINFO_KEY_LIST(KEY)               \
    KEY(MEM_TOTAL, "MemTotal", "       ", 1024)      \
    KEY(MEM_FREE, "MemFree", "        ", 1024)       \
    KEY(MEM_AVAILABLE, "MemAvailable", "   ", 1024)  \
    KEY(MEM_SHARED, "MemShared", "      ", 1024)     \
    KEY(BUFFERS, "Buffers", "        ", 1024)        \
    KEY(CACHED, "Cached", "         ", 1024)         \
    KEY(ACTIVE, "Active", "         ", 1024)         \
    KEY(INACTIVE, "Inactive", "       ", 1024)       \
    KEY(ACTIVE_FILE, "Active(file)", "   ", 1024)    \
    KEY(INACTIVE_FILE, "Inactive(file)", " ", 1024)  \
    KEY(INACT_DIRTY, "Inact_dirty", "    ", 1024)    \
    KEY(INACT_LAUNDRY, "Inact_laundry", "  ", 1024)  \
    KEY(INACT_CLEAN, "Inact_clean", "    ", 1024)    \
    KEY(SWAP_TOTAL, "SwapTotal", "      ", 1024)     \
    KEY(SWAP_FREE, "SwapFree", "       ", 1024)      \
    KEY(ZSWAP, "Zswap", "          ", 1024)          \
    KEY(ZSWAPPED, "Zswapped", "       ", 1024)       \
    KEY(DIRTY, "Dirty", "          ", 1024)          \
    KEY(WRITEBACK, "Writeback", "      ", 1024)      \
    KEY(SHMEM, "Shmem", "          ", 1024)          \
    KEY(SLAB, "Slab", "           ", 1024)           \
    KEY(S_RECLAIMABLE, "SReclaimable", "   ", 1024)  \
    KEY(COMMIT_LIMIT, "CommitLimit", "    ", 1024)   \
    KEY(COMMITTED_AS, "Committed_AS", "   ", 1024)   \
    KEY(HUGE_PAGES_TOTAL, "HugePages_Total", "", 1)  \
    KEY(HUGE_PAGES_FREE, "HugePages_Free", " ", 1)   \
    KEY(HUGE_PAGE_SIZE, "Hugepagesize", "   ", 1024) \
    KEY(HUGETLB, "Hugetlb", "        ", 1024)

enum sysinfo__meminfo_key {
#define KEY(id, text, blanks, unit) SYSINFO__##id,
    SYSINFO__MEMINFO_KEY_LIST(KEY)
#undef KEY
        SYSINFO__MEMINFO_KEYS
};

#define SYSINFO__ALL_MEMINFO_KEYS ((UINT32_C(1) << SYSINFO__MEMINFO_KEYS) - 1)

/*
 * The offset of each key's line in the last text. A wrong hint costs time but never yields a wrong number. Start
 * zeroed.
 */
struct sysinfo__meminfo_hints {
    size_t length;                        /* Of that text; 0: no hints yet. */
    uint32_t searched;                    /* Bit k: key k was wanted; others were not looked for. */
    uint32_t keys;                        /* Bit k: it had a line of key k, */
    uint32_t line[SYSINFO__MEMINFO_KEYS]; /* at this offset. */
};

struct sysinfo__meminfo {
    uint32_t seen;                         /* Bit k: key k has a line. */
    uint32_t known;                        /* Bit k: and that line holds a number. */
    uint32_t negative;                     /* Bit k: that number is negative; the value is then 0. */
    uint64_t value[SYSINFO__MEMINFO_KEYS]; /* Bytes, or a count. */
};

/* Decodes the keys of the mask `wanted` (bit k: key k). */
void sysinfo__decode_meminfo(const char *text, size_t length, uint32_t wanted, struct sysinfo__meminfo_hints *hints,
                             struct sysinfo__meminfo *meminfo);

/* ---- Lines "key 123": /proc/vmstat, memory.stat, cpu.stat ... ---- */

/* A key followed by a blank: {"pswpin ", 7}. */
struct sysinfo__pair_key {
    const char *text;
    size_t length;
};
#define SYSINFO__PAIR_KEY(name) {name " ", sizeof(name)}

/* The values of the keys that have a line with a number, at most 31; returns the mask of those. */
uint32_t sysinfo__decode_pairs(const char *text, size_t length, const struct sysinfo__pair_key *keys, int count,
                               uint64_t *values);

/* Scans a number with a decimal point, in any locale. Returns the text after it, or NULL. */
const char *sysinfo__decode_decimal(const char *p, double *value);

/* ---- /proc/vmstat, /proc/zoneinfo, /proc/loadavg ---- */

enum sysinfo__vmstat_key { SYSINFO__PSWPIN, SYSINFO__PSWPOUT, SYSINFO__NR_FREE_PAGES, SYSINFO__VMSTAT_KEYS };

/*
 * Decodes counts by key and returns the mask of those found. `hints` holds the offset of each key's line in the last
 * text.
 */
uint32_t sysinfo__decode_vmstat(const char *text, size_t length, size_t hints[SYSINFO__VMSTAT_KEYS],
                                uint64_t value[SYSINFO__VMSTAT_KEYS]);

/* The sum of the low watermarks of all zones, in pages. */
uint64_t sysinfo__decode_zoneinfo_low(const char *text, size_t length);

/* ---- /proc/self/status, statm, smaps_rollup ---- */

void sysinfo__decode_process_status(const char *text, size_t length, struct sysinfo_process *process);
void sysinfo__decode_smaps_rollup(const char *text, size_t length, struct sysinfo_process *process);

/*
 * In pages: address space; resident; resident pages of files and shared memory. False: it does not begin with three
 * numbers.
 */
bool sysinfo__decode_statm(const char *text, uint64_t pages[3]);

/* False: it does not begin with three numbers. */
bool sysinfo__decode_loadavg(const char *text, size_t length, struct sysinfo_load *load);

/*
 * Reads lines "name type value" of /proc/spl/kstat/zfs/arcstats: the size of ZFS's cache, and the size below which ZFS
 * does not shrink it. False: either is missing.
 */
bool sysinfo__decode_arcstats(const char *text, size_t length, uint64_t *size, uint64_t *least);

/* ---- Control groups: cgroups(7), Documentation/admin-guide/cgroup-v1/ and cgroup-v2.rst ---- */

/* A part of a text. */
struct sysinfo__part {
    const char *at;
    size_t length;
};

/*
 * Finds the path of a process's group in its /proc/PID/cgroup. Lines are "4:memory:/path" for version 1 and "0::/path"
 * for version 2, whose `controller` is "". False: no such line.
 */
bool sysinfo__decode_group(const char *text, size_t length, const char *controller, struct sysinfo__part *path);

/* Decodes a file with one number, or "max": SYSINFO_UNLIMITED. False: anything else. */
bool sysinfo__decode_limit(const char *text, size_t length, uint64_t *limit);

/* Figures from memory.stat: bytes that the kernel would reclaim from the group, and limits. */
struct sysinfo__memory_stat {
    /* The page cache on its two lists (without shared memory), and freeable kernel objects. */
    uint64_t reclaimable;
    /* Version 1: the tightest limits of all levels, including those that no mount shows; else SYSINFO_UNLIMITED. */
    uint64_t limit, memory_and_swap;
    bool has_limits; /* It has these lines. */
};
void sysinfo__decode_memory_stat(const char *text, size_t length, bool is_v2, struct sysinfo__memory_stat *stat);

/* Whether a version 1 limit means "no limit": the largest whole number of pages. */
bool sysinfo__is_no_limit_v1(uint64_t limit);

/* Decodes cpu.max ("150000 100000" or "max 100000") as a number of CPUs; infinity: no quota. */
bool sysinfo__decode_cpu_max(const char *text, size_t length, double *cpus);

/* Decodes cpu.cfs_quota_us: microseconds, or -1, which gives SYSINFO_UNLIMITED. */
bool sysinfo__decode_quota_v1(const char *text, size_t length, uint64_t *microseconds);

/* ---- Mounts: /proc/PID/mountinfo, else /proc/mounts ---- */

/* The fields of a line, with escapes such as \040 unresolved. */
struct sysinfo__mount {
    /* The part of the file system that is mounted; `at` is NULL for /proc/mounts, which does not report it. */
    struct sysinfo__part root;
    struct sysinfo__part point; /* Where it is mounted. */
    struct sysinfo__part type;
    struct sysinfo__part options; /* Of the file system; in version 1, these name the controllers. */
};

/* False: not a line of mounts. The line ends before `end`. */
bool sysinfo__decode_mountinfo(const char *line, const char *end, struct sysinfo__mount *mount);
bool sysinfo__decode_mounts(const char *line, const char *end, struct sysinfo__mount *mount);

/* Whether `word` is one of the comma-separated words. */
bool sysinfo__has_word(struct sysinfo__part list, const char *word);

/* Writes the part with its escapes resolved, and a NUL. `out` has room for part.length + 1. Returns the length. */
size_t sysinfo__unescape(struct sysinfo__part part, char *out);

/* True if the part, with its escapes resolved, is that directory or below it. */
bool sysinfo__is_below(struct sysinfo__part point, const char *directory);

/*
 * Whether a mount of the part `root` of a hierarchy shows the group `path`. Sets *below to the rest of the path, "" or
 * "/a/b".
 */
bool sysinfo__group_is_below(struct sysinfo__part path, const char *root, struct sysinfo__part *below);

/* ---- Pressure, NUMA nodes, /proc/self/status ---- */

/* "some avg10=0.00 avg60=0.00 avg300=0.00 total=0", and the same for full. False: neither line exists. */
bool sysinfo__decode_pressure(const char *text, size_t length, struct sysinfo_pressure *pressure);

/* sys/devices/system/node/node0/meminfo: lines "Node 0 MemTotal:  123 kB". */
void sysinfo__decode_node_meminfo(const char *text, size_t length, struct sysinfo_numa_node *node);

/* Decodes a line "VmSize:   123 kB" of /proc/self/status into bytes; `key` ends with the colon. False: no such line. */
bool sysinfo__decode_status_size(const char *text, size_t length, const char *key, uint64_t *bytes);

/*
 * The soft limit in the line of /proc/self/limits that begins with `name`; SYSINFO_UNLIMITED: no limit, or no such
 * line.
 */
uint64_t sysinfo__decode_process_limit(const char *text, size_t length, const char *name);

/* Finds the mask in the line "Cpus_allowed:". False: no such line. */
bool sysinfo__decode_cpus_allowed(const char *text, size_t length, struct sysinfo__part *mask);

/*
 * Counts the processors in /proc/cpuinfo, and the distinct pairs of "physical id" and "core id". False: a processor
 * lacks either, or there is no memory.
 */
bool sysinfo__decode_cpuinfo(const char *text, size_t length, uint64_t *processors, uint64_t *cores);

/* An s390 cache, "cache3 : level=3 type=Unified scope=Shared size=24576K ...". False: another line. */
struct sysinfo__cache {
    uint64_t level, type, bytes; /* type: enum sysinfo_cache_type. */
};
bool sysinfo__decode_cpuinfo_cache(const char *line, struct sysinfo__cache *cache);

/* Adds rows with the frequencies, `current` and on s390 `base`. Some architectures report none. False: no memory. */
bool sysinfo__decode_cpuinfo_frequencies(const char *text, size_t length, struct sysinfo__cpu_rows *rows);

/* Decodes `vendor` and `model`. */
void sysinfo__decode_cpuinfo_description(const char *text, size_t length, struct sysinfo_cpu_description *description);

/*
 * Decodes a file with a frequency in units of `unit` hertz, such as "2300000" kHz. False: 0, or anything else, such as
 * "<unknown>".
 */
bool sysinfo__decode_frequency(const char *text, size_t length, uint64_t unit, uint64_t *hertz);

/* ---- Sets of CPUs ---- */

struct sysinfo__cpu_set {
    uint64_t *word;
    size_t words;
};

enum sysinfo__cpu_set_outcome { SYSINFO__CPU_SET_OK, SYSINFO__CPU_SET_MALFORMED, SYSINFO__CPU_SET_NO_MEMORY };

/*
 * Decode "0-3,8" and, from older kernels, "00000000,0000010f". They replace the contents of `set`; an empty text is an
 * empty set.
 */
enum sysinfo__cpu_set_outcome sysinfo__decode_cpu_list(const char *text, size_t length, struct sysinfo__cpu_set *set);
enum sysinfo__cpu_set_outcome sysinfo__decode_cpu_mask(const char *text, size_t length, struct sysinfo__cpu_set *set);

/* Collects the numbers after "physical id" in /proc/cpuinfo. False: no memory. */
bool sysinfo__decode_cpuinfo_packages(const char *text, size_t length, struct sysinfo__cpu_set *packages);

/* False: no memory, or beyond SYSINFO__MOST_CPUS. */
bool sysinfo__cpu_set_add(struct sysinfo__cpu_set *set, uint64_t cpu);
bool sysinfo__cpu_set_has(const struct sysinfo__cpu_set *set, uint64_t cpu);

/* Keeps only what is in both. */
void sysinfo__cpu_set_keep(struct sysinfo__cpu_set *set, const struct sysinfo__cpu_set *other);

/* Writes a set as a list, "0-3,8". Returns its length, which may exceed `size`. */
size_t sysinfo__cpu_set_write(const struct sysinfo__cpu_set *set, char *text, size_t size);
size_t sysinfo__cpu_set_count(const struct sysinfo__cpu_set *set);
void sysinfo__cpu_set_free(struct sysinfo__cpu_set *set);

/* Higher CPU numbers are rejected, so that a hostile list cannot exhaust memory. Linux itself supports 8192 CPUs. */
enum { SYSINFO__MOST_CPUS = 1 << 20 };

#endif
