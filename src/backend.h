/* SPDX-License-Identifier: MIT */
/*
 * The interface between the half of the library that is the same everywhere and
 * one operating system. Nothing else may cross it.
 *
 * A system is one const table, struct sysinfo__backend below: an entry that is NULL
 * is a question that the system cannot answer, and the common half then returns
 * SYSINFO_NOT_SUPPORTED. So a system's table shows on one screen what it can do, and
 * a test compares it with SUPPORT.md.
 *
 * docs/adding-a-system.md says how to port the library to a new system.
 *
 * Rules for a backend:
 *   - It reports facts in bytes and seconds, and marks each one it obtained:
 *     FACT(memory, free, pages * page_size). It leaves unknown values alone.
 *     A formula that belongs to one kernel is the backend's too: GUESS(memory,
 *     available, estimate). All other arithmetic (used, percent, clamping,
 *     differences) belongs to the common half.
 *   - Results come zeroed.
 *   - It passes counters on as unsigned numbers of the width they have, never
 *     through a signed or narrower type.
 *   - A failure goes through sysinfo__failed(), which keeps the detail and returns the status.
 *   - Readers (short; they call the system) are separate from decoders (bytes or a
 *     small struct in, facts out, nothing else touched), so that decoders can be
 *     tested with literal input on any machine, and fuzzed.
 *   - It never prints, exits, asserts on what the kernel reports, reads the
 *     environment or keeps static state; no locale, ctype.h or pthread, and of stdio
 *     only snprintf().
 */
#ifndef SYSINFO_BACKEND_H
#define SYSINFO_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <sysinfo/sysinfo.h>

#include "tracker/tracker.h"

struct sysinfo_host;

/* What a host keeps open: from the linked backend's directory, where it has such a file. */
#if __has_include("state.h")
#include "state.h"
#else
struct sysinfo__state {
    char nothing;
};
#endif

/* ---- What a backend calls ------------------------------------------------ */

/* A known value, and one that had to be estimated. */
#define FACT(result, field, value) \
    ((result)->field = (value), (void)((result)->present |= UINT64_C(1) << SYSINFO_SLOT(result, field)))
#define GUESS(result, field, value) \
    (FACT(result, field, value), (void)((result)->estimated |= UINT64_C(1) << SYSINFO_SLOT(result, field)))

/* A known text of so many bytes, which need not end with a NUL; nothing where that is empty. */
#define FACT_TEXT(result, field, bytes, length)                                                                     \
    ((void)((result)->present |= (uint64_t)sysinfo__put_text((result)->field, sizeof(result)->field, bytes, length) \
                                 << SYSINFO_SLOT(result, field)))

/*
 * Copies a text without the blanks and control characters around it, of several blanks inside it one,
 * and cuts it between letters of UTF-8 when it is too long. False: nothing is left.
 */
bool sysinfo__put_text(char *out, size_t size, const char *bytes, size_t length);

/* The backend's own part of a host. */
struct sysinfo__state *sysinfo__state(struct sysinfo_host *host);

/* The root below which files are read, without a slash at the end; "" for this machine. */
const char *sysinfo__root(const struct sysinfo_host *host);

/*
 * Keeps the detail of a failure and returns `status`, so that a reader ends with
 * `return sysinfo__failed(...)`. `source` is what was read ("/proc/meminfo",
 * "kern.cp_time", without the root), `complaint` what was wrong with it ("has no
 * MemTotal line") or NULL when `system_error` says it. `source` is copied,
 * `complaint` must be a literal. The last failure of a call is the one that is reported.
 */
int sysinfo__failed(struct sysinfo_host *host, int status, int64_t system_error, const char *source,
                    const char *complaint);

/* The same where memory ran out. */
int sysinfo__no_memory(struct sysinfo_host *host, const char *source);

/* The same for a question that this system cannot answer. */
int sysinfo__not_supported(struct sysinfo_host *host, const char *what);

/* The rows of all CPUs from one reading, and a row for all of them together. */
union sysinfo__cpu_row {
    struct sysinfo_cpu_sample sample;
    struct sysinfo_cpu_usage usage;
    struct sysinfo_cpu_frequency frequency;
};
struct sysinfo__cpu_rows {
    union sysinfo__cpu_row all; /* Zeroed for the backend to fill. */
    union sysinfo__cpu_row *row;
    size_t count, capacity;
};

/* Makes room for one more row; false: no memory. */
bool sysinfo__cpu_rows_grow(struct sysinfo__cpu_rows *rows);

/* One more row, zeroed but for its CPU's number; NULL: no memory. Rows may come in any order. */
static inline struct sysinfo_cpu_sample *sysinfo__cpu_rows_add(struct sysinfo__cpu_rows *rows, uint64_t cpu) {
    if (rows->count == rows->capacity && !sysinfo__cpu_rows_grow(rows)) {
        return NULL;
    }
    struct sysinfo_cpu_sample *sample = &rows->row[rows->count++].sample;
    /*
     * In two parts: for all of it at once gcc takes `rep stos`, whose start alone costs a tenth of
     * decoding a line of /proc/stat.
     */
    memset(sample, 0, 64);
    memset((char *)sample + 64, 0, sizeof *sample - 64);
    sample->present = SYSINFO_BIT(struct sysinfo_cpu_sample, cpu);
    sample->cpu = cpu;
    return sample;
}

/* The same for a frequency: rows of one set are all of one kind. */
static inline struct sysinfo_cpu_frequency *sysinfo__frequency_rows_add(struct sysinfo__cpu_rows *rows, uint64_t cpu) {
    return sysinfo__cpu_rows_add(rows, cpu) == NULL ? NULL : &rows->row[rows->count - 1].frequency;
}

/*
 * NUMA nodes by ascending number: `number`, and of `total`, `free` and `cpus` what
 * the system reports. `used` is computed in the common half.
 */
struct sysinfo__numa_rows {
    struct sysinfo__numa_row {
        struct sysinfo_numa_node node;
        /* The CPUs as text; belongs to the row and is kept when the row is used again. NULL: never had one. */
        char *cpus;
        size_t cpus_size;
    } *row;
    size_t count, capacity;
};

/* The levels that bound what this process may use, each with its name. */
struct sysinfo__limit_rows {
    struct sysinfo__limit_row {
        struct sysinfo_limit_level level;
        /* Belongs to the row and is kept when the row is used again. NULL: never had one. */
        char *name;
        size_t name_size;
    } *row;
    size_t count, capacity;
};

/* One more row with nothing but its kind and a copy of the name; NULL: no memory. */
struct sysinfo__limit_row *sysinfo__limit_rows_add(struct sysinfo__limit_rows *rows, uint32_t kind, const char *name,
                                                   size_t length);

/* One more row, zeroed but for its number; NULL: no memory. */
struct sysinfo__numa_row *sysinfo__numa_rows_add(struct sysinfo__numa_rows *rows, uint64_t number);

/* One more row of a topology, with a copy of `cpus`, at the end or before row `index`; NULL: no memory. */
struct sysinfo_topology_object *sysinfo__topology_add(struct sysinfo_topology_object_list *list, const char *cpus);
struct sysinfo_topology_object *sysinfo__topology_insert(struct sysinfo_topology_object_list *list, size_t index,
                                                         const char *cpus);

/* Takes row `index` out; what was inside it is now inside what was around it. */
void sysinfo__topology_remove(struct sysinfo_topology_object_list *list, size_t index);

/* Moves row `index`, and all inside it, to the end of what is inside row `around`, above it; returns how many. */
size_t sysinfo__topology_take_in(struct sysinfo_topology_object_list *list, size_t around, size_t index);

/* Makes room in row->cpus for a text of `length` bytes and its end; false: no memory. */
bool sysinfo__numa_row_reserve(struct sysinfo__numa_row *row, size_t length);

/* ---- What a backend fills ------------------------------------------------- */

/*
 * Limits on what this process may use, besides the machine itself. That there is no
 * limit is a fact: SYSINFO_UNLIMITED, or INFINITY. Limits that cannot be seen stay unknown.
 */
struct sysinfo__limit {
    uint64_t present, estimated;
    uint64_t limit; /* The tightest of all, in bytes. */
    uint64_t room;  /* What may still be taken under every one of them; SYSINFO_UNLIMITED where there is none. */
    /*
     * What of the machine's available memory the kernel keeps for other groups (memory.min on Linux),
     * and whether there may be more of it that cannot be seen.
     */
    uint64_t kept;
    bool is_kept_unknown;
    uint64_t level; /* Of the cgroup that holds the limit, 0 for the process's own; only where a limit is known. */
    /* What the machine itself has left; only where reporting it here is cheaper than its own call. */
    uint64_t machine;
};

struct sysinfo__cpu_limit {
    uint64_t present, estimated;
    uint64_t allowed; /* Online CPUs that this process may run on. */
    double quota;     /* The tightest quota, in CPUs. */
};

struct sysinfo__cgroup_sample {
    struct sysinfo_cgroup cgroup;
    uint64_t group;      /* Changes when the process is in another group. */
    bool has_quota_time; /* Whether the next is known: */
    /* CPU time of the group that holds the tightest quota; of the process's own where there is none. */
    double quota_time;
};

/*
 * Where each figure comes from on this system, one row for each field that it
 * reports; ends with a row whose text is NULL.
 */
struct sysinfo__source {
    uint32_t result, offset;
    const char *text;
};
#define SOURCE(result, type, field, text) {result, (uint32_t)offsetof(struct type, field), text}
#define NO_MORE_SOURCES {0, 0, NULL}

#define CPU_USAGE(field, text) SOURCE(SYSINFO_RESULT_CPU_USAGE, sysinfo_cpu_usage, field, text)
#define CPU_SAMPLE(field, text) SOURCE(SYSINFO_RESULT_CPU_SAMPLE, sysinfo_cpu_sample, field, text)
#define CPU_MODE(field, text) CPU_USAGE(field, text), CPU_SAMPLE(field, text)
#define CPU_FREQUENCY(field, text) SOURCE(SYSINFO_RESULT_CPU_FREQUENCY, sysinfo_cpu_frequency, field, text)
#define CPU_DESCRIPTION(field, text) SOURCE(SYSINFO_RESULT_CPU_DESCRIPTION, sysinfo_cpu_description, field, text)
#define CPU_COUNT(field, text) SOURCE(SYSINFO_RESULT_PROCESSORS, sysinfo_processors, field, text)
#define MEMORY(field, text) SOURCE(SYSINFO_RESULT_MEMORY, sysinfo_memory, field, text)
#define SWAP(field, text) SOURCE(SYSINFO_RESULT_SWAP, sysinfo_swap, field, text)
#define LOAD(field, text) SOURCE(SYSINFO_RESULT_LOAD, sysinfo_load, field, text)
#define STATS(field, text) SOURCE(SYSINFO_RESULT_STATS, sysinfo_stats, field, text)
#define HEAP(field, text) SOURCE(SYSINFO_RESULT_HEAP, sysinfo_heap, field, text)

/* ---- What a backend provides ---------------------------------------------- */

/* Any entry but the name may be NULL. */
struct sysinfo__backend {
    /* "linux", "freebsd" ... */
    const char *name;

    /* Whether a host may have a root of its own. */
    bool has_roots;

    const struct sysinfo__source *sources;

    /*
     * Makes an empty state without calling the system, and closes what a state holds. The memory of
     * the state is not cleared before.
     */
    void (*open)(struct sysinfo__state *state);
    void (*close)(struct sysinfo__state *state);

    /* Seconds on the monotonic clock, and a sleep on it that no signal shortens (0: slept; else a status). */
    double (*clock)(void);
    int (*sleep)(struct sysinfo_host *host, double seconds);

    /*
     * Whether the process has more rights than the user who started it, as a set-user-ID
     * program has: then the environment is not trusted, and nothing that obeys it is loaded.
     */
    bool (*is_privileged)(void);

    /* The English sentence for a system's error number, without a full stop; NULL when it has none. */
    const char *(*error)(int64_t system_error);

    /*
     * CPU time, summed over all CPUs: every mode that the system reports, disjoint (see
     * <sysinfo/cpu.h>), and `wrap` where the counters are narrower than 64 bits.
     * `user`, `system` and `idle` are required. Not `cpu`, not `time`.
     */
    int (*cpu_times)(struct sysinfo_host *host, struct sysinfo_cpu_sample *times);

    /*
     * The same for each online CPU with its number, and for all of them, from one reading as far as
     * the system allows. `rows` is empty.
     */
    int (*cpu_times_percpu)(struct sysinfo_host *host, struct sysinfo__cpu_rows *rows);

    /* Logical CPUs online, and the cores they belong to. Success with neither means that both are unknown. */
    int (*cpu_counts)(struct sysinfo_host *host, struct sysinfo_processors *counts);

    /*
     * The frequency of each online CPU that the system has a figure for, in rows of ascending number,
     * made by sysinfo__frequency_rows_add(); and what it reports of all CPUs together alone in
     * rows->all.frequency. The common half fills that row from the others. Success with nothing means that
     * it is unknown. `rows` is empty.
     */
    int (*cpu_freq)(struct sysinfo_host *host, struct sysinfo__cpu_rows *rows);

    /* What the CPUs are: FACT_TEXT() for texts. Success with nothing means that it is unknown. */
    int (*cpu_info)(struct sysinfo_host *host, struct sysinfo_cpu_description *description);

    /*
     * A number that stays while the set of online CPUs stays, so that what depends on
     * it is read once; 0, or no entry: unknown, and it is then read each time.
     */
    uint64_t (*online)(struct sysinfo_host *host);

    /*
     * Memory. `total` is required and must not be 0; the common half computes `used` and `percent`,
     * forces values into 0..total and marks them. A value that the system gave as negative is
     * GUESS(memory, field, 0).
     */
    int (*virtual_memory)(struct sysinfo_host *host, struct sysinfo_memory *memory);

    /*
     * Swap: `total` and `free` (else `used`), and bytes, not operations, moved in and out. The
     * common half computes `percent` and the missing one.
     */
    int (*swap_memory)(struct sysinfo_host *host, struct sysinfo_swap *swap);

    /* The system's own load averages. */
    int (*load_average)(struct sysinfo_host *host, struct sysinfo_load *load);

    /* The kernel's counters. */
    int (*cpu_stats)(struct sysinfo_host *host, struct sysinfo_stats *stats);

    /* Pages moved, and page faults. */
    int (*page_stats)(struct sysinfo_host *host, struct sysinfo_paging *paging);

    /* Without these three, the common half takes the machine's own figures. */
    int (*memory_limit)(struct sysinfo_host *host, struct sysinfo__limit *limit);
    int (*swap_limit)(struct sysinfo_host *host, struct sysinfo__limit *limit);
    /* A row for each cgroup, from the highest to the process's own, and for each other limit; not for the machine. */
    int (*limit_levels)(struct sysinfo_host *host, struct sysinfo__limit_rows *rows);
    int (*cpu_limit)(struct sysinfo_host *host, struct sysinfo__cpu_limit *limit);

    /* The cores that the allowed CPUs belong to; 0: unknown. */
    int (*allowed_cores)(struct sysinfo_host *host, uint64_t *cores);

    /*
     * What the control group of this process uses: everything in <sysinfo/cgroup.h>
     * but `time`, `interval`, `cpu_percent` and `limit`, which the common half adds. Fails
     * when nothing is known.
     */
    int (*cgroup)(struct sysinfo_host *host, struct sysinfo__cgroup_sample *sample);

    /* Its path; the text belongs to the state and lives until the next call. */
    int (*cgroup_path)(struct sysinfo_host *host, const char **path);

    /* Pressure of the machine, or in this process's control group; a result's number names both. */
    int (*pressure)(struct sysinfo_host *host, enum sysinfo_result what, struct sysinfo_pressure *pressure);

    int (*numa)(struct sysinfo_host *host, struct sysinfo__numa_rows *rows);

    /* Fails where hwloc would not return. Without it, every system's files are fit to read. */
    int (*check_topology)(struct sysinfo_host *host);

    /* Corrects, in the list that hwloc gave, what the system says otherwise. Without it, hwloc's word stands. */
    int (*topology)(struct sysinfo_host *host, struct sysinfo_topology_object_list *list);

    /* What this process uses; `uss`, `pss` and `descriptors` only in detail. And `rss` alone, cheaply. */
    int (*process)(struct sysinfo_host *host, bool in_detail, struct sysinfo_process *process);
    int (*process_memory)(struct sysinfo_host *host, uint64_t *rss);

    /*
     * Appends a line to the recording at `path` in one write, when it is a regular
     * file that a recorder holds locked; else does nothing and returns SYSINFO_OK. The
     * caller preserves errno. Needs no host.
     */
    int (*append_mark)(const char *path, const char *line, size_t length);

    /* The tracker, when it is in this process; NULL: it is not. */
    const struct sysinfo__tracker *(*tracker)(void);

    /* All that the record of a process at `path`, below the host's root, holds. */
    int (*heap_record)(struct sysinfo_host *host, const char *path, struct sysinfo_heap_record *record);
};

/* The table of the backend that is linked. */
extern const struct sysinfo__backend sysinfo__backend;

/* Asks a question of the backend; one that it lacks is not supported, and `what` names it. */
#define ASK(host, question, what, ...)                                                  \
    (sysinfo__backend.question != NULL ? sysinfo__backend.question((host), __VA_ARGS__) \
                                       : sysinfo__not_supported((host), (what)))

#endif
