/* SPDX-License-Identifier: MIT */
/*
 * The interface between the portable half of the library and one operating system. Nothing else may cross it.
 *
 * A system is one const table, struct sysinfo__backend below. A NULL entry is a question that the system cannot answer;
 * the portable half then returns SYSINFO_NOT_SUPPORTED. The table thus shows on one screen what a system can do, and a
 * test compares it with SUPPORT.md.
 *
 * docs/adding-a-system.md explains how to port the library to a new system.
 *
 * Rules for a backend:
 * - It reports facts in bytes and seconds and marks each as known: FACT(memory, free, pages * page_size). It leaves
 *   unknown values alone. A formula specific to one kernel belongs to the backend: GUESS(memory, available,
 *   estimate). All other arithmetic (used, percent, clamping, differences) belongs to the portable half.
 * - Results come zeroed.
 * - It passes counters on as unsigned numbers of their own width, never through a signed or narrower type.
 * - A failure goes through sysinfo__failed(), which keeps the detail and returns the status.
 * - Readers (short; they call the system) are separate from decoders (bytes or a small struct in, facts out, no other
 *   effect), so that decoders can be fuzzed, and tested with literal input on any machine.
 * - It never prints, exits, asserts on what the kernel reports, reads the environment or keeps static state. It uses no
 *   locale, ctype.h or pthread, and of stdio only snprintf().
 */
#ifndef SYSINFO_BACKEND_H
#define SYSINFO_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <sysinfo/sysinfo.h>

#include "tracker/tracker.h"

/* What a host keeps open, if the linked backend's directory has this file. */
#if __has_include("state.h")
#include "state.h"
#else
struct sysinfo__state {
    char nothing;
};
#endif

/* ---- Called by a backend ---------------------------------------------------- */

/* Set a known value, and an estimated one. */
#define FACT(result, field, value) \
    ((result)->field = (value), (void)((result)->present |= UINT64_C(1) << SYSINFO_SLOT(result, field)))
#define GUESS(result, field, value) \
    (FACT(result, field, value), (void)((result)->estimated |= UINT64_C(1) << SYSINFO_SLOT(result, field)))

/*
 * When the kernel has produced a file's text, hardly any of this library's code is left in the processor's cache, and
 * fetching it takes longer than executing it. So the functions that a usual call executes are placed together in
 * memory, which saves a fifth of the time that the library adds, and loops of a few rounds are not unrolled.
 */
#ifndef __GNUC__ /* MSVC */
#define SYSINFO__HOT
#define SYSINFO__ROLLED
#else
#define SYSINFO__HOT __attribute__((hot))
#ifdef __clang__
#define SYSINFO__ROLLED _Pragma("clang loop unroll(disable)")
#else
#define SYSINFO__ROLLED _Pragma("GCC unroll 1")
#endif
#endif

/* Sets a known text of `length` bytes, which need not end with a NUL. An empty text stays unknown. */
#define FACT_TEXT(result, field, bytes, length)                                                                     \
    ((void)((result)->present |= (uint64_t)sysinfo__put_text((result)->field, sizeof(result)->field, bytes, length) \
                                 << SYSINFO_SLOT(result, field)))

/*
 * Copies a text without surrounding blanks and control characters, and merges blanks inside it. A text that is too long
 * is cut between UTF-8 characters. False: nothing is left.
 */
bool sysinfo__put_text(char *out, size_t size, const char *bytes, size_t length);

/* The backend's own part of a host. */
struct sysinfo__state *sysinfo__state(struct sysinfo_host *host);

/* The number of the call in progress, from 1: what one call has found out holds until it ends. */
uint64_t sysinfo__call_number(const struct sysinfo_host *host);

/* Whether the host exists for one call only, so that nothing need be prepared for the next. */
bool sysinfo__is_one_off(const struct sysinfo_host *host);

/* The directory below which files are read, without a trailing slash; "" for this machine. */
const char *sysinfo__root(const struct sysinfo_host *host);

/*
 * Keeps the detail of a failure and returns `status`, so that a reader ends with `return sysinfo__failed(...)`.
 * `source` is what was read, without the root ("/proc/meminfo", "kern.cp_time"). `complaint` says what was wrong with
 * it ("has no MemTotal line"); NULL if `system_error` says it. `source` is copied, `complaint` must be a literal. A
 * call reports its last failure.
 */
int sysinfo__failed(struct sysinfo_host *host, int status, int64_t system_error, const char *source,
                    const char *complaint);

/* The same, for memory that ran out. */
int sysinfo__no_memory(struct sysinfo_host *host, const char *source);

/* The same, for a question that this system cannot answer. */
int sysinfo__not_supported(struct sysinfo_host *host, const char *what);

/* The rows of all CPUs from one reading, and one row for their total. */
union sysinfo__cpu_row {
    struct sysinfo_cpu_sample sample;
    struct sysinfo_cpu_usage usage;
    struct sysinfo_cpu_frequency frequency;
};
struct sysinfo__cpu_rows {
    union sysinfo__cpu_row all; /* Zeroed, for the backend to fill. */
    union sysinfo__cpu_row *row;
    size_t count, capacity;
};

/* Makes room for one more row. False: no memory. */
bool sysinfo__cpu_rows_grow(struct sysinfo__cpu_rows *rows);

/* Adds a row, zeroed except for its CPU's number; NULL: no memory. Rows may come in any order. */
static inline struct sysinfo_cpu_sample *sysinfo__cpu_rows_add(struct sysinfo__cpu_rows *rows, uint64_t cpu) {
    if (rows->count == rows->capacity && !sysinfo__cpu_rows_grow(rows)) {
        return NULL;
    }
    struct sysinfo_cpu_sample *sample = &rows->row[rows->count++].sample;
    /*
     * In two parts: for the whole struct gcc uses `rep stos`, whose startup alone costs a tenth of decoding a line of
     * /proc/stat.
     */
    memset(sample, 0, 64);
    memset((char *)sample + 64, 0, sizeof *sample - 64);
    sample->present = SYSINFO_BIT(struct sysinfo_cpu_sample, cpu);
    sample->cpu = cpu;
    return sample;
}

/* The same for a frequency. All rows of a set have the same type. */
static inline struct sysinfo_cpu_frequency *sysinfo__frequency_rows_add(struct sysinfo__cpu_rows *rows, uint64_t cpu) {
    return sysinfo__cpu_rows_add(rows, cpu) == NULL ? NULL : &rows->row[rows->count - 1].frequency;
}

/*
 * NUMA nodes by ascending number. The backend fills `number`, and whatever the system reports of `total`, `free` and
 * `cpus`; the portable half computes `used`.
 */
struct sysinfo__numa_rows {
    struct sysinfo__numa_row {
        struct sysinfo_numa_node node;
        /* The CPUs as text. The buffer belongs to the row and is reused with it; NULL: never allocated. */
        char *cpus;
        size_t cpus_size;
    } *row;
    size_t count, capacity;
};

/* The levels that limit what this process may use, each with its name. */
struct sysinfo__limit_rows {
    struct sysinfo__limit_row {
        struct sysinfo_limit_level level;
        /* The buffer belongs to the row and is reused with it; NULL: never allocated. */
        char *name;
        size_t name_size;
    } *row;
    size_t count, capacity;
};

/* Adds a row with only its kind and a copy of the name; NULL: no memory. */
struct sysinfo__limit_row *sysinfo__limit_rows_add(struct sysinfo__limit_rows *rows, uint32_t kind, const char *name,
                                                   size_t length);

/* Adds a row, zeroed except for its number; NULL: no memory. */
struct sysinfo__numa_row *sysinfo__numa_rows_add(struct sysinfo__numa_rows *rows, uint64_t number);

/* Add a row of a topology, with a copy of `cpus`, at the end or before row `index`; NULL: no memory. */
struct sysinfo_topology_object *sysinfo__topology_add(struct sysinfo_topology_object_list *list, const char *cpus);
struct sysinfo_topology_object *sysinfo__topology_insert(struct sysinfo_topology_object_list *list, size_t index,
                                                         const char *cpus);

/* Removes row `index`; its children move to its parent. */
void sysinfo__topology_remove(struct sysinfo_topology_object_list *list, size_t index);

/*
 * Moves row `index`, with everything inside it, to the end of the children of `around`, a row above it. Returns how
 * many rows were moved.
 */
size_t sysinfo__topology_take_in(struct sysinfo_topology_object_list *list, size_t around, size_t index);

/* Makes room in row->cpus for `length` bytes and a NUL. False: no memory. */
bool sysinfo__numa_row_reserve(struct sysinfo__numa_row *row, size_t length);

/* ---- Filled by a backend ------------------------------------------------------ */

/*
 * Limits on what this process may use, besides the machine's size. "No limit" is a fact too: SYSINFO_UNLIMITED, or
 * INFINITY. Limits that cannot be seen stay unknown.
 */
struct sysinfo__limit {
    uint64_t present, estimated;
    uint64_t limit; /* The tightest, in bytes. */
    uint64_t room;  /* How much more all of them allow; SYSINFO_UNLIMITED: no limit. */
    /*
     * The part of the machine's available memory that the kernel reserves for other groups (memory.min on Linux), and
     * whether more of it may be hidden.
     */
    uint64_t kept;
    bool is_kept_unknown;
    uint64_t level; /* The level of the cgroup that holds the limit; 0: the process's own. Set only with a limit. */
    /* What the machine itself has left. Only set where that is cheaper here than in its own call. */
    uint64_t machine;
};

struct sysinfo__cpu_limit {
    uint64_t present, estimated;
    uint64_t allowed; /* Online CPUs that this process may run on. */
    double quota;     /* The tightest quota, in CPUs. */
};

struct sysinfo__cgroup_sample {
    struct sysinfo_cgroup cgroup;
    uint64_t group;      /* Changes when the process moves to another group. */
    bool has_quota_time; /* The next is known: */
    /* CPU time of the group that holds the tightest quota, or of the process's own group if there is none. */
    double quota_time;
};

/* The origin of each figure on this system: one row for each field that it reports. The last row has a NULL text. */
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

/* ---- Provided by a backend ------------------------------------------------------ */

/* Any entry except the name may be NULL. */
struct sysinfo__backend {
    /* "linux", "freebsd" ... */
    const char *name;

    /* Whether a host may read below another root. */
    bool has_roots;

    const struct sysinfo__source *sources;

    /*
     * Initializes an empty state without calling the system; and closes everything that a state holds. The state's
     * memory is not cleared beforehand.
     */
    void (*open)(struct sysinfo__state *state);
    void (*close)(struct sysinfo__state *state);

    /* Seconds on the monotonic clock; and a sleep on it that no signal shortens, which returns 0 or a status. */
    double (*clock)(void);
    int (*sleep)(struct sysinfo_host *host, double seconds);

    /*
     * Whether the process has more rights than the user who started it, as a set-user-ID program has. Then the
     * environment is not trusted, and nothing that obeys it is loaded.
     */
    bool (*is_privileged)(void);

    /* The English sentence for a system's error number, without a full stop; NULL: none. */
    const char *(*error)(int64_t system_error);

    /*
     * CPU time summed over all CPUs: every mode that the system reports, disjoint (see <sysinfo/cpu.h>), and `wrap` if
     * the counters are narrower than 64 bits. `user`, `system` and `idle` are required. Does not set `cpu` and `time`.
     */
    int (*cpu_times)(struct sysinfo_host *host, struct sysinfo_cpu_sample *times);

    /*
     * The same for each online CPU, with its number, and for the total, from one reading as far as the system allows.
     * `rows` is empty.
     */
    int (*cpu_times_percpu)(struct sysinfo_host *host, struct sysinfo__cpu_rows *rows);

    /*
     * The number of online logical CPUs, and of the cores they belong to. Success without either means that both are
     * unknown.
     */
    int (*cpu_counts)(struct sysinfo_host *host, struct sysinfo_processors *counts);

    /*
     * Adds a row for each online CPU whose frequency the system reports, by ascending number, with
     * sysinfo__frequency_rows_add(). Fills rows->all.frequency only with what the system reports for all CPUs together;
     * the portable half completes it from the rows. Success without values means that they are unknown. `rows` is
     * empty.
     */
    int (*cpu_freq)(struct sysinfo_host *host, struct sysinfo__cpu_rows *rows);

    /* Describes the CPUs; texts are set with FACT_TEXT(). Success without values means that they are unknown. */
    int (*cpu_info)(struct sysinfo_host *host, struct sysinfo_cpu_description *description);

    /*
     * A number that stays the same while the set of online CPUs does, so that whatever depends on the set is read once.
     * If this is 0 or missing, it is read every time.
     */
    uint64_t (*online)(struct sysinfo_host *host);

    /*
     * Memory. `total` is required and must not be 0. The portable half computes `used` and `percent`, and forces values
     * into 0..total and marks them. A value that the system reports as negative is GUESS(memory, field, 0).
     */
    int (*virtual_memory)(struct sysinfo_host *host, struct sysinfo_memory *memory);

    /* The same, of which only `total` and `available` need be set; without it virtual_memory is asked. */
    int (*available_memory)(struct sysinfo_host *host, struct sysinfo_memory *memory);

    /*
     * Swap: `total` and `free` (or else `used`), and the bytes, not operations, moved in and out. The portable half
     * computes `percent` and the missing one.
     */
    int (*swap_memory)(struct sysinfo_host *host, struct sysinfo_swap *swap);

    /* The system's own load averages. */
    int (*load_average)(struct sysinfo_host *host, struct sysinfo_load *load);

    /* The kernel's counters. */
    int (*cpu_stats)(struct sysinfo_host *host, struct sysinfo_stats *stats);

    /* Pages moved, and page faults. */
    int (*page_stats)(struct sysinfo_host *host, struct sysinfo_paging *paging);

    /* Without these entries, the portable half uses the machine's own figures. */
    int (*memory_limit)(struct sysinfo_host *host, struct sysinfo__limit *limit);
    int (*swap_limit)(struct sysinfo_host *host, struct sysinfo__limit *limit);
    /*
     * Adds a row for each cgroup, from the highest to the process's own, and for each other limit, but none for the
     * machine.
     */
    int (*limit_levels)(struct sysinfo_host *host, struct sysinfo__limit_rows *rows);
    int (*cpu_limit)(struct sysinfo_host *host, struct sysinfo__cpu_limit *limit);

    /* The number of cores that the allowed CPUs belong to; 0: unknown. */
    int (*allowed_cores)(struct sysinfo_host *host, uint64_t *cores);

    /*
     * What the control group of this process uses: all fields of <sysinfo/cgroup.h> except `time`, `interval`,
     * `cpu_percent` and `limit`, which the portable half adds. Fails if nothing is known.
     */
    int (*cgroup)(struct sysinfo_host *host, struct sysinfo__cgroup_sample *sample);

    /* The group's path. The text belongs to the state and is valid until the next call. */
    int (*cgroup_path)(struct sysinfo_host *host, const char **path);

    /* Pressure on the machine, or in this process's control group; the result's number says which. */
    int (*pressure)(struct sysinfo_host *host, enum sysinfo_result what, struct sysinfo_pressure *pressure);

    int (*numa)(struct sysinfo_host *host, struct sysinfo__numa_rows *rows);

    /* Fails if hwloc would not return. Without this entry, hwloc may read every system. */
    int (*check_topology)(struct sysinfo_host *host);

    /* Corrects hwloc's list where the system disagrees with it. Without this entry, the list stays as it is. */
    int (*topology)(struct sysinfo_host *host, struct sysinfo_topology_object_list *list);

    /* What this process uses (`uss`, `pss` and `descriptors` only with `in_detail`); and `rss` alone, cheaply. */
    int (*process)(struct sysinfo_host *host, bool in_detail, struct sysinfo_process *process);
    int (*process_memory)(struct sysinfo_host *host, uint64_t *rss);

    /*
     * Appends a line to the recording at `path` in one write, if it is a regular file that a recorder holds locked;
     * otherwise does nothing and returns SYSINFO_OK. The caller preserves errno. Needs no host.
     */
    int (*append_mark)(const char *path, const char *line, size_t length);

    /* The tracker, if it is loaded in this process; else NULL. */
    const struct sysinfo__tracker *(*tracker)(void);

    /* Reads the record of a process at `path`, below the host's root. */
    int (*heap_record)(struct sysinfo_host *host, const char *path, struct sysinfo_heap_record *record);
};

/* The table of the linked backend. */
extern const struct sysinfo__backend sysinfo__backend;

/*
 * Calls an entry of the backend's table; if it is NULL, fails as "not supported", with `what` as the name of the
 * question.
 */
#define ASK(host, question, what, ...)                                                  \
    (sysinfo__backend.question != NULL ? sysinfo__backend.question((host), __VA_ARGS__) \
                                       : sysinfo__not_supported((host), (what)))

#endif
