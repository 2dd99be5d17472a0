/* SPDX-License-Identifier: MIT */
/* Shared by the files of the portable half. */
#ifndef SYSINFO_INTERNAL_H
#define SYSINFO_INTERNAL_H

#include <stdatomic.h>

#include "backend.h"
#include "heap/owner.h"

/* ---- A host ---------------------------------------------------------------- */

struct sysinfo_host {
    const char *root;  /* "" for this machine. */
    char *explanation; /* The text of sysinfo_explain(), followed by the root; NULL in a one-off host. */
    size_t explanation_size;
    bool is_one_off;       /* It lives on the stack for one call. */
    atomic_flag is_in_use; /* A call is in progress; a second thread is refused instead of getting wrong results. */
    uint64_t calls;        /* Calls that have begun. */

    /* The last failure. */
    int status;
    int64_t system_error;
    const char *complaint;
    char source[128];

    /* The earlier sample for each question that compares with one; `present` is 0 if there is none. */
    struct sysinfo_cpu_sample past_percent, past_times_percent;
    struct sysinfo__cpu_rows past_percent_percpu, past_usage_percpu;
    struct sysinfo__cpu_rows before; /* The first of two samples that a call takes itself. */

    struct sysinfo__cgroup_sample past_cgroup; /* Its `time` is not present if there is none. */

    /* Samples are read into these rows, then swapped into the caller's list or the past. */
    struct sysinfo__cpu_rows spare;

    struct sysinfo__numa_rows spare_nodes; /* The same for nodes. */
    struct sysinfo__limit_rows spare_limits;

    struct sysinfo_topology_object_list *topology; /* NULL: not read yet. */
    uint64_t topology_online;                      /* The set of online CPUs that it was read for; 0: unknown. */

    struct sysinfo__heap_owner heap_owner;

    struct sysinfo__state state; /* Last, because it may contain a buffer that is not cleared. */
};

void sysinfo__host_make(struct sysinfo_host *host);
void sysinfo__host_release(struct sysinfo_host *host);

/* Seconds on the monotonic clock; 0: there is none. */
double sysinfo__clock(void);

/* ---- Answers --------------------------------------------------------------- */

/*
 * Every public function that queries the system runs between these two, usually through sysinfo__answer().
 *
 *     struct sysinfo__call call;
 *     host = sysinfo__begin(&call, host);
 *     if (host == NULL) {
 *         return SYSINFO_INVALID;
 *     }
 *     int status = ...;
 *     return sysinfo__end(&call, status);
 *
 * They create a temporary host if the caller gave NULL, clear the last failure, and restore errno. NULL means that
 * another thread is in a call with this host: return SYSINFO_INVALID, touch nothing, and do not end the call.
 */
struct sysinfo__call {
    int saved_errno;
    struct sysinfo_host *host;
    struct sysinfo_host one_off;
};
struct sysinfo_host *sysinfo__begin(struct sysinfo__call *call, struct sysinfo_host *host);
int sysinfo__end(struct sysinfo__call *call, int status);

/* Fails because of an invalid argument. */
int sysinfo__invalid(struct sysinfo_host *host, const char *complaint);

/* Any result. */
union sysinfo__result {
    struct sysinfo_cpu_sample cpu_sample;
    struct sysinfo_cpu_usage cpu_usage;
    struct sysinfo_processors processors;
    struct sysinfo_cpu_frequency cpu_frequency;
    struct sysinfo_cpu_description cpu_description;
    struct sysinfo_memory memory;
    struct sysinfo_swap swap;
    struct sysinfo_load load;
    struct sysinfo_stats stats;
    struct sysinfo_paging paging;
    struct sysinfo_allowance allowance;
    struct sysinfo_cpu_allowance cpu_allowance;
    struct sysinfo_cgroup cgroup;
    struct sysinfo_pressure pressure;
    struct sysinfo_heap heap;
    struct sysinfo_process process;
    struct sysinfo_heap_record heap_record;
};

/* What a getter asks: a number of enum sysinfo_result, and further inputs that some results need. */
struct sysinfo__question {
    uint32_t result;
    bool in_detail;
    size_t size; /* The size of the result's struct. */
    double interval;
    const char *path;
};

/* Fills a zeroed result, for a caller whose struct has `room` bytes. */
typedef int sysinfo__reader(struct sysinfo_host *host, const struct sysinfo__question *question, size_t room,
                            union sysinfo__result *result);

/*
 * Answers a question into a caller's struct of any version: checks host, `out` and `size`, reads the result, cuts it to
 * `size`, and keeps the failure.
 */
int sysinfo__answer(struct sysinfo_host *host, sysinfo__reader *read, const struct sysinfo__question *question,
                    void *out, size_t size);

/* Whether `out` and `size` may be a result, checked without a host: at least one field, whole slots. */
bool sysinfo__is_result(const void *out, size_t size);

/*
 * Copies a result of this version into a caller's struct of any version. Fields that it lacks become zero and unknown.
 */
void sysinfo__give(void *out, size_t size, const void *full, size_t full_size);

/* ---- Corrected and derived results --------------------------------------------- */

/* The results come zeroed. */
int sysinfo__read_memory(struct sysinfo_host *host, struct sysinfo_memory *memory);
int sysinfo__available_memory(struct sysinfo_host *host, struct sysinfo_memory *memory); /* `available` alone. */
int sysinfo__swap(struct sysinfo_host *host, struct sysinfo_swap *swap);
int sysinfo__cpu_sample(struct sysinfo_host *host, struct sysinfo_cpu_sample *sample);
int sysinfo__cpu_usage_since(struct sysinfo_host *host, double interval, struct sysinfo_cpu_usage *usage);
int sysinfo__cpu_counts(struct sysinfo_host *host, struct sysinfo_processors *counts);
int sysinfo__cpu_frequency(struct sysinfo_host *host, struct sysinfo_cpu_frequency *frequency);
int sysinfo__memory_allowance(struct sysinfo_host *host, struct sysinfo_allowance *allowance);
int sysinfo__swap_allowance(struct sysinfo_host *host, struct sysinfo_allowance *allowance);
int sysinfo__cpu_allowance(struct sysinfo_host *host, struct sysinfo_cpu_allowance *allowance);
int sysinfo__cgroup(struct sysinfo_host *host, struct sysinfo_cgroup *cgroup);
int sysinfo__pressure(struct sysinfo_host *host, uint32_t what, struct sysinfo_pressure *pressure);
int sysinfo__heap(struct sysinfo_host *host, bool in_detail, struct sysinfo_heap *heap);

/* ---- The difference of two CPU samples: pure arithmetic ------------------------ */

enum sysinfo__window {
    SYSINFO__WINDOW_MEASURED,
    SYSINFO__WINDOW_EMPTY,      /* Nothing moved: keep the older sample, so that the window grows. */
    SYSINFO__WINDOW_BACKWARDS,  /* Idle time ran backwards by more than jitter: start over from the later sample. */
    SYSINFO__WINDOW_IMPOSSIBLE, /* More CPU time was counted than has passed: likewise. */
    SYSINFO__WINDOW_OTHER_CPUS, /* The two samples sum different CPUs: likewise. */
    SYSINFO__WINDOW_MISMATCH    /* The samples are of two CPUs, or have different modes. */
};

/* Whether every mode of CPU time is known; otherwise no share is. */
bool sysinfo__cpu_is_whole(const struct sysinfo_cpu_sample *sample);

/* How far each mode advanced between two samples, in seconds. */
struct sysinfo__cpu_step {
    double mode[10]; /* From `user` to `guest_nice`; 0 where it ran backwards. */
    double total;    /* The sum of the disjoint modes. */
    double idle_step_back;
    uint64_t modes;   /* A bit for each mode that both samples know. */
    bool is_doubtful; /* A counter ran backwards, or more was counted than passed, so the step is an estimate. */
};

/* Fills `step` unless the samples do not match. */
enum sysinfo__window sysinfo__cpu_step(const struct sysinfo_cpu_sample *before, const struct sysinfo_cpu_sample *after,
                                       struct sysinfo__cpu_step *step);

/* Computes the shares of a step with a `total` above 0: all of `usage` except `cpu` and `interval`. */
void sysinfo__cpu_shares(const struct sysinfo__cpu_step *step, struct sysinfo_cpu_usage *usage);

/* Seconds between the samples; negative: unknown. */
double sysinfo__cpu_elapsed(const struct sysinfo_cpu_sample *before, const struct sysinfo_cpu_sample *after);
void sysinfo__cpu_interval(double elapsed, struct sysinfo_cpu_usage *usage);

/* All of the above for one row. Fills `usage` only if it was measured. */
enum sysinfo__window sysinfo__cpu_usage(const struct sysinfo_cpu_sample *before, const struct sysinfo_cpu_sample *after,
                                        struct sysinfo_cpu_usage *usage);

/* ---- The rows of all CPUs ----------------------------------------------------- */

/* Makes room for `count` rows in all. False: no memory, and nothing has changed. */
bool sysinfo__cpu_rows_reserve(struct sysinfo__cpu_rows *rows, size_t count);

/* Removes the rows but keeps their memory. */
void sysinfo__cpu_rows_clear(struct sysinfo__cpu_rows *rows);

void sysinfo__cpu_rows_swap(struct sysinfo__cpu_rows *a, struct sysinfo__cpu_rows *b);

/* Sorts samples by CPU number and keeps one for each number. Costs nothing if they are in order. */
void sysinfo__cpu_rows_sort(struct sysinfo__cpu_rows *samples);

/*
 * Compares two sets of sorted samples into `usage`, with a row for each row of `after`: one without a partner or window
 * contains only its number. The total is the sum of the rows that both sets have, because the kernel's own sum jumps
 * when a CPU comes or goes. Leaves `usage` alone unless a row was measured, and if memory runs out (false).
 */
bool sysinfo__cpu_rows_usage(const struct sysinfo__cpu_rows *before, const struct sysinfo__cpu_rows *after,
                             struct sysinfo__cpu_rows *usage, enum sysinfo__window *window);

/* Only that sum. */
enum sysinfo__window sysinfo__cpu_rows_total(const struct sysinfo__cpu_rows *before,
                                             const struct sysinfo__cpu_rows *after, struct sysinfo_cpu_usage *all);

/* ---- Other rows ---------------------------------------------------------------- */

/* Makes room for a text of `length` bytes and its NUL. False: no memory, and the text is unchanged. */
bool sysinfo__text_reserve(char **text, size_t *size, size_t length);

/* Makes room for `count` rows in all. False: no memory, and nothing has changed. */
bool sysinfo__numa_rows_reserve(struct sysinfo__numa_rows *rows, size_t count);

/* Free the rows and everything they hold. */
void sysinfo__numa_rows_free(struct sysinfo__numa_rows *rows);
void sysinfo__limit_rows_free(struct sysinfo__limit_rows *rows);

/* False: no memory, and `to` is unchanged. */
bool sysinfo__topology_copy(struct sysinfo_topology_object_list *to, const struct sysinfo_topology_object_list *from);

/* Returns an empty list; NULL: no memory. */
struct sysinfo_topology_object_list *sysinfo__topology_make(void);

/* ---- Scopes ------------------------------------------------------------------- */

/* Adds a finished scope to the row of its place. `rss` is separate, because an older scope has no room for it. */
void sysinfo__scopes_add(struct sysinfo_heap_scopes *table, const struct sysinfo_heap_place *place,
                         const struct sysinfo_heap_scope *scope, int64_t rss, int64_t rss_increment);

#endif
