/* SPDX-License-Identifier: MIT */
/* What the files of the common half share. */
#ifndef SYSINFO_INTERNAL_H
#define SYSINFO_INTERNAL_H

#include <stdatomic.h>

#include "backend.h"
#include "heap/owner.h"

/* ---- A host ---------------------------------------------------------------- */

struct sysinfo_host {
    const char *root;  /* "" for this machine. */
    char *explanation; /* What sysinfo_explain() composes, and after it the root; NULL in a one-off host. */
    size_t explanation_size;
    bool is_one_off;       /* Lives on the stack for one call. */
    atomic_flag is_in_use; /* A call has begun and not ended: a second thread is refused, not served wrongly. */

    /* The last failure. */
    int status;
    int64_t system_error;
    const char *complaint;
    char source[128];

    /* The earlier sample of each question that compares with one; its `present` is 0 when there is none. */
    struct sysinfo_cpu_sample past_percent, past_times_percent;
    struct sysinfo__cpu_rows past_percent_percpu, past_usage_percpu;
    struct sysinfo__cpu_rows before; /* Where a call takes two samples itself: the first. */

    struct sysinfo__cgroup_sample past_cgroup; /* Its time is not present when there is none. */

    /* Samples are taken into these rows, then swapped into a caller's list or the past. */
    struct sysinfo__cpu_rows spare;

    struct sysinfo__numa_rows spare_nodes; /* The same for nodes. */
    struct sysinfo__limit_rows spare_limits;

    struct sysinfo_topology_object_list *topology; /* NULL: not read yet. */
    uint64_t topology_online;                      /* The set of online CPUs that it is true for; 0: unknown. */

    struct sysinfo__heap_owner heap_owner;

    struct sysinfo__state state; /* Last: it may hold a buffer that is not cleared. */
};

void sysinfo__host_make(struct sysinfo_host *host);
void sysinfo__host_release(struct sysinfo_host *host);

/* Seconds on the monotonic clock; 0 where there is none. */
double sysinfo__clock(void);

/* ---- Answers --------------------------------------------------------------- */

/*
 * Every public function that asks the system runs between these two, most of them in
 * sysinfo__answer().
 *
 *     struct sysinfo__call call;
 *     host = sysinfo__begin(&call, host);
 *     if (host == NULL) {
 *         return SYSINFO_INVALID;
 *     }
 *     int status = ...;
 *     return sysinfo__end(&call, status);
 *
 * They make a host for the call where the caller gave NULL, forget the last
 * failure, and bring errno back as it was. NULL: another thread is in a call with
 * this host; return SYSINFO_INVALID, touch nothing, and do not end the call.
 */
struct sysinfo__call {
    int saved_errno;
    struct sysinfo_host *host;
    struct sysinfo_host one_off;
};
struct sysinfo_host *sysinfo__begin(struct sysinfo__call *call, struct sysinfo_host *host);
int sysinfo__end(struct sysinfo__call *call, int status);

/* A failure of the caller: an argument that cannot be right. */
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

/* What a getter asks: a number of enum sysinfo_result, and what else some results need. */
struct sysinfo__question {
    uint32_t result;
    size_t size; /* Of the result's struct. */
    size_t room; /* The caller's, which may be less. */
    double interval;
    bool in_detail;
    const char *path;
};

/* Fills a result that comes zeroed. */
typedef int sysinfo__reader(struct sysinfo_host *host, const struct sysinfo__question *question,
                            union sysinfo__result *result);

/*
 * Answers a question into a caller's struct of any version: checks host, `out` and `size`, reads, cuts
 * the result to `size`, and keeps the failure.
 */
int sysinfo__answer(struct sysinfo_host *host, sysinfo__reader *read, const struct sysinfo__question *question,
                    void *out, size_t size);

/* Whether `out` and `size` can be a result, where there is no host: at least one field, whole slots. */
bool sysinfo__is_result(const void *out, size_t size);

/*
 * Copies a result of the library's own version into a caller's struct of any version: what fits;
 * the rest is zero and unknown.
 */
void sysinfo__give(void *out, size_t size, const void *full, size_t full_size);

/* ---- Results, corrected and derived ------------------------------------------ */

/* They come zeroed. */
int sysinfo__memory(struct sysinfo_host *host, struct sysinfo_memory *memory);
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

/* ---- The difference of two CPU samples: pure arithmetic ---------------------- */

enum sysinfo__window {
    SYSINFO__WINDOW_MEASURED,
    SYSINFO__WINDOW_EMPTY,      /* Nothing moved: keep the older sample, the window will grow. */
    SYSINFO__WINDOW_BACKWARDS,  /* Idle time ran backwards by more than jitter: begin anew from the later sample. */
    SYSINFO__WINDOW_IMPOSSIBLE, /* More CPU time was counted than has passed: the same. */
    SYSINFO__WINDOW_OTHER_CPUS, /* The two samples sum different CPUs: the same. */
    SYSINFO__WINDOW_MISMATCH    /* Samples of two CPUs, or not of the same modes. */
};

/* Whether all time is counted in a mode that is known: else no share is. */
bool sysinfo__cpu_is_whole(const struct sysinfo_cpu_sample *sample);

/* What each mode advanced by between two samples, in seconds. */
struct sysinfo__cpu_step {
    double mode[10]; /* From `user` to `guest_nice`; 0 where it ran backwards. */
    double total;    /* Of the disjoint ones. */
    double idle_step_back;
    uint64_t modes;   /* The bits of those that both samples know. */
    bool is_doubtful; /* A counter ran backwards, or more was counted than passed: an estimate. */
};

/* Fills `step` unless the samples do not match. */
enum sysinfo__window sysinfo__cpu_step(const struct sysinfo_cpu_sample *before, const struct sysinfo_cpu_sample *after,
                                       struct sysinfo__cpu_step *step);

/* The shares of a step, whose total is above 0: all of `usage` but `cpu` and `interval`. */
void sysinfo__cpu_shares(const struct sysinfo__cpu_step *step, struct sysinfo_cpu_usage *usage);

/* Seconds between the samples; negative: not known. */
double sysinfo__cpu_elapsed(const struct sysinfo_cpu_sample *before, const struct sysinfo_cpu_sample *after);
void sysinfo__cpu_interval(double elapsed, struct sysinfo_cpu_usage *usage);

/* All of it for one row. Fills `usage` when measured; else leaves it alone. */
enum sysinfo__window sysinfo__cpu_usage(const struct sysinfo_cpu_sample *before, const struct sysinfo_cpu_sample *after,
                                        struct sysinfo_cpu_usage *usage);

/* ---- The rows of all CPUs ----------------------------------------------------- */

/* Makes room for `count` rows in all; false: no memory, and nothing has changed. */
bool sysinfo__cpu_rows_reserve(struct sysinfo__cpu_rows *rows, size_t count);

/* Forgets the rows, keeps their memory. */
void sysinfo__cpu_rows_clear(struct sysinfo__cpu_rows *rows);

void sysinfo__cpu_rows_swap(struct sysinfo__cpu_rows *a, struct sysinfo__cpu_rows *b);

/* Sorts samples by the CPU's number and keeps one for each number; free of charge when they are in order. */
void sysinfo__cpu_rows_sort(struct sysinfo__cpu_rows *samples);

/*
 * Compares two sets of sorted samples into `usage`, a row for each row of
 * `after`: one without a partner or without a window knows only its number. The
 * row for all CPUs is the sum of those that both sets have: the kernel's own sum
 * jumps when a CPU comes or goes. Unless one of them was measured, and when there
 * is no memory (false), `usage` is left alone.
 */
bool sysinfo__cpu_rows_usage(const struct sysinfo__cpu_rows *before, const struct sysinfo__cpu_rows *after,
                             struct sysinfo__cpu_rows *usage, enum sysinfo__window *window);

/* That sum alone. */
enum sysinfo__window sysinfo__cpu_rows_total(const struct sysinfo__cpu_rows *before,
                                             const struct sysinfo__cpu_rows *after, struct sysinfo_cpu_usage *all);

/* ---- Other rows ---------------------------------------------------------------- */

/* Makes room for a text of so many bytes and its NUL; false: no memory, and the text is as it was. */
bool sysinfo__text_reserve(char **text, size_t *size, size_t length);

/* Makes room for `count` rows in all; false: no memory, and nothing has changed. */
bool sysinfo__numa_rows_reserve(struct sysinfo__numa_rows *rows, size_t count);

/* Frees the rows and all that they hold. */
void sysinfo__numa_rows_free(struct sysinfo__numa_rows *rows);
void sysinfo__limit_rows_free(struct sysinfo__limit_rows *rows);

/* False: no memory, and `to` is as it was. */
bool sysinfo__topology_copy(struct sysinfo_topology_object_list *to, const struct sysinfo_topology_object_list *from);

/* An empty list; NULL: no memory. */
struct sysinfo_topology_object_list *sysinfo__topology_make(void);

/* ---- Scopes ------------------------------------------------------------------- */

/* Adds a scope that was left to the row of its place; `rss` apart, for which an older scope has no room. */
void sysinfo__scopes_add(struct sysinfo_heap_scopes *table, const struct sysinfo_heap_place *place,
                         const struct sysinfo_heap_scope *scope, int64_t rss, int64_t rss_increment);

#endif
