/* SPDX-License-Identifier: MIT */
/*
 * The door between the half of the library that is the same everywhere and one
 * operating system. Nothing else crosses. One backend is linked; what a system
 * lacks is linked from src/none/, so each folder's list of sources in
 * CMakeLists.txt reads as a support table.
 *
 * To port to a new system, write the functions below in src/<system>/ (start
 * from src/none/) and a state.h that says what a host keeps open there.
 *
 * Rules for a backend:
 *   - It brings facts in bytes and seconds, and marks each one it truly obtained:
 *     FACT(memory, free, pages * page_size). What it does not know it leaves alone.
 *     A formula that belongs to one kernel is the backend's too: GUESS(memory,
 *     available, estimate). All other arithmetic (used, percent, clamping,
 *     differences) is done above the door.
 *   - Results come zeroed.
 *   - Counters are handed over as unsigned numbers of the width they have, never
 *     through a signed or narrower type.
 *   - A failure goes through sysinfo__failed(), which keeps the detail and returns the status.
 *   - Readers (talk to the system, short) stand apart from decoders (bytes or a
 *     small struct in, facts out, nothing else touched), so that decoders can be
 *     tested with literal input on any machine, and fuzzed.
 *   - It never prints, exits, asserts on what the kernel says, reads the
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

/* From the linked backend's own folder: struct sysinfo__state, what a host keeps open. */
#include "state.h"

struct sysinfo_host;

/* ---- What a backend calls ------------------------------------------------ */

/* A known value, and one that had to be estimated. */
#define FACT(result, field, value) \
    ((result)->field = (value), (void)((result)->present |= UINT64_C(1) << SYSINFO_SLOT(result, field)))
#define GUESS(result, field, value) \
    (FACT(result, field, value), (void)((result)->estimated |= UINT64_C(1) << SYSINFO_SLOT(result, field)))

/* The backend's own part of a host. */
struct sysinfo__state *sysinfo__state(struct sysinfo_host *host);

/* The root below which files are read, without a slash at the end; "" for this machine. */
const char *sysinfo__root(const struct sysinfo_host *host);

/*
 * Keeps the detail of a failure and returns `status`, so that a reader ends with
 * `return sysinfo__failed(...)`. `source` is what was read ("/proc/meminfo",
 * "kern.cp_time", without the root), `complaint` what was wrong with it ("has no
 * MemTotal line") or NULL when `system_error` says it. `source` is copied,
 * `complaint` must be a literal. The last failure of a call is the one that is told.
 */
int sysinfo__failed(struct sysinfo_host *host, int status, int64_t system_error, const char *source,
                    const char *complaint);

/* The rows of all CPUs from one reading, and a row for all of them together. */
union sysinfo__cpu_row {
    struct sysinfo_cpu_sample sample;
    struct sysinfo_cpu_usage usage;
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

/* ---- What a backend provides ---------------------------------------------- */

/* "linux", "freebsd" ... */
extern const char sysinfo__backend_name[];

/* Whether a host may have a root of its own. */
extern const bool sysinfo__backend_has_roots;

/*
 * Where each figure comes from on this system, one row for each field that it can tell; ends with a
 * row whose text is NULL.
 */
struct sysinfo__source {
    uint32_t result, offset;
    const char *text;
};
extern const struct sysinfo__source sysinfo__backend_sources[];
#define SOURCE(result, type, field, text) \
    { result, (uint32_t)offsetof(struct type, field), text }

/*
 * Makes an empty state without touching the system, and closes what a state holds. The memory of
 * the state is not cleared before.
 */
void sysinfo__backend_open(struct sysinfo__state *state);
void sysinfo__backend_close(struct sysinfo__state *state);

/* Seconds on the monotonic clock, and a sleep on it that no signal shortens (0: slept; else a status). */
double sysinfo__backend_clock(void);
int sysinfo__backend_sleep(struct sysinfo_host *host, double seconds);

/*
 * Whether the process has more rights than whoever started it, as a set-user-ID
 * program has: then the environment is a stranger's, and nothing is loaded that obeys it.
 */
bool sysinfo__backend_is_privileged(void);

/* The English sentence for a system's error number, without a full stop; NULL when it has none. */
const char *sysinfo__backend_error(int64_t system_error);

/*
 * CPU time, summed over all CPUs: every mode that the system tells, disjoint (see
 * <sysinfo/cpu.h>), and `wrap` where the counters are narrower than 64 bits.
 * `user`, `system` and `idle` must be told. Not `cpu`, not `time`.
 */
int sysinfo__backend_cpu_times(struct sysinfo_host *host, struct sysinfo_cpu_sample *times);

/*
 * The same for each online CPU with its number, and for all of them, from one reading as far as the
 * system allows. `rows` is empty.
 */
int sysinfo__backend_cpu_times_percpu(struct sysinfo_host *host, struct sysinfo__cpu_rows *rows);

/* Logical CPUs online, and the cores they belong to. Success with neither means that this machine does not say. */
int sysinfo__backend_cpu_counts(struct sysinfo_host *host, struct sysinfo_processors *counts);

/*
 * A number that stays while the set of online CPUs stays, so that what depends on
 * it is read once; 0: cannot tell, and it is then read each time.
 */
uint64_t sysinfo__backend_online(struct sysinfo_host *host);

/*
 * Memory. `total` must be told, and not be 0; `used` and `percent` are computed
 * above. Values are forced into 0..total there and marked; a value that the
 * system gave as negative is handed over as GUESS(memory, field, 0).
 */
int sysinfo__backend_virtual_memory(struct sysinfo_host *host, struct sysinfo_memory *memory);

/*
 * Swap: `total` and `free` (else `used`), and bytes, not operations, moved in and out. `percent`
 * and the missing one are computed above.
 */
int sysinfo__backend_swap_memory(struct sysinfo_host *host, struct sysinfo_swap *swap);

/* The system's own load averages. */
int sysinfo__backend_load_average(struct sysinfo_host *host, struct sysinfo_load *load);

/* The kernel's counters. */
int sysinfo__backend_cpu_stats(struct sysinfo_host *host, struct sysinfo_stats *stats);

/*
 * Limits on what this process may use, beside the machine itself. Results come
 * zeroed. That there is no limit is a fact: SYSINFO_UNLIMITED, or INFINITY. What
 * cannot be seen is not told. A system that knows no such limits answers
 * SYSINFO_NOT_SUPPORTED (src/none/limits.c): the common half then takes the
 * machine's own figures.
 */
struct sysinfo__limit {
    uint64_t present, estimated;
    uint64_t limit; /* The tightest of all, in bytes. */
    uint64_t room;  /* What may still be taken under every one of them; SYSINFO_UNLIMITED where there is none. */
    /* What the machine itself has left; only where that is cheaper to tell here than by its own call. */
    uint64_t machine;
};
int sysinfo__backend_memory_limit(struct sysinfo_host *host, struct sysinfo__limit *limit);
int sysinfo__backend_swap_limit(struct sysinfo_host *host, struct sysinfo__limit *limit);

struct sysinfo__cpu_limit {
    uint64_t present, estimated;
    uint64_t allowed; /* Online CPUs that this process may run on. */
    double quota;     /* The tightest quota, in CPUs. */
};
int sysinfo__backend_cpu_limit(struct sysinfo_host *host, struct sysinfo__cpu_limit *limit);

/* The cores that those CPUs belong to; 0 where the machine does not say. */
int sysinfo__backend_allowed_cores(struct sysinfo_host *host, uint64_t *cores);

/*
 * What the control group of this process uses: everything in <sysinfo/cgroup.h>
 * but `time`, `interval`, `cpu_percent` and `limit`, which are added above. Fails
 * when nothing is known.
 */
struct sysinfo__cgroup_sample {
    struct sysinfo_cgroup cgroup;
    uint64_t group;      /* Changes when the process is in another group. */
    bool has_quota_time; /* Whether the next is known: */
    /* CPU time of the group that holds the tightest quota; of the process's own where there is none. */
    double quota_time;
};
int sysinfo__backend_cgroup(struct sysinfo_host *host, struct sysinfo__cgroup_sample *sample);

/* Its path; the text belongs to the state and lives until the next call. */
int sysinfo__backend_cgroup_path(struct sysinfo_host *host, const char **path);

/*
 * Pressure of the machine, or in this process's control group, from what is waited for: a result's
 * number names both.
 */
int sysinfo__backend_pressure(struct sysinfo_host *host, enum sysinfo_result what, struct sysinfo_pressure *pressure);

/*
 * NUMA nodes by ascending number: `number`, and of `total`, `free` and `cpus` what
 * the system tells. `used` is computed above.
 */
struct sysinfo__numa_rows {
    struct sysinfo__numa_row {
        struct sysinfo_numa_node node;
        /* The CPUs as text; belongs to the row and is kept when the row is used again. NULL: never had one. */
        char *cpus;
        size_t cpus_size;
    } * row;
    size_t count, capacity;
};

/* One more row, zeroed but for its number; NULL: no memory. */
struct sysinfo__numa_row *sysinfo__numa_rows_add(struct sysinfo__numa_rows *rows, uint64_t number);

/* Makes room in row->cpus for a text of `length` bytes and its end; false: no memory. */
bool sysinfo__numa_row_reserve(struct sysinfo__numa_row *row, size_t length);

int sysinfo__backend_numa(struct sysinfo_host *host, struct sysinfo__numa_rows *rows);

/* ---- Marks --------------------------------------------------------------- */

/*
 * Appends a line to the recording at `path` in one write, when it is a regular
 * file that a recorder holds locked; else does nothing and answers SYSINFO_OK. The
 * caller preserves errno. Needs no host.
 */
int sysinfo__backend_append_mark(const char *path, const char *line, size_t length);

/* ---- The tracker --------------------------------------------------------- */

/* The tracker, when it is in this process; NULL: it is not. */
const struct sysinfo__tracker *sysinfo__backend_tracker(void);

/* All that the record of a process at `path`, below the host's root, tells. */
int sysinfo__backend_heap_record(struct sysinfo_host *host, const char *path, struct sysinfo_heap_record *record);

#endif
