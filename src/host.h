/* SPDX-License-Identifier: MIT */
/* The inside of a host, for the common half only. */
#ifndef SYSINFO_HOST_INSIDE_H
#define SYSINFO_HOST_INSIDE_H

#include "backend.h"
#include "heap/owner.h"

struct sysinfo__topology_memory;

struct sysinfo_host {
    const char *root;  /* "" for this machine. */
    char *explanation; /* What sysinfo_explain() composes, and behind it the root; NULL in a one-off host. */
    size_t explanation_size;
    bool is_one_off; /* Lives on the stack for one call. */

    /* The last failure. */
    int status;
    int64_t system_error;
    const char *complaint;
    char source[128];

    /* The earlier sample of each question that compares with one; its `present` is 0 when there is none. */
    struct sysinfo_cpu_sample past_percent, past_times_percent;
    struct sysinfo__cpu_rows past_percpu;
    struct sysinfo__cpu_rows before; /* Where a call takes two samples itself: the first. */

    struct sysinfo__cgroup_sample past_cgroup; /* Its time is not present when there is none. */

    /* Samples are taken into these rows, then swapped into a caller's list or the past. */
    struct sysinfo__cpu_rows spare;

    struct sysinfo__numa_rows spare_nodes; /* The same for nodes. */

    struct sysinfo__topology_memory *topology;

    struct sysinfo__heap_owner heap_owner;

    struct sysinfo__state state; /* Last: it may hold a buffer that is not cleared. */
};

/*
 * Every public function that asks the system runs between these two.
 *
 *     struct sysinfo__call call;
 *     host = sysinfo__begin(&call, host);
 *     int status = ...;
 *     return sysinfo__end(&call, status);
 *
 * They make a host for the call where the caller gave NULL, forget the last
 * failure, and bring errno back as it was.
 */
struct sysinfo__call {
    int saved_errno;
    struct sysinfo_host *host;
    struct sysinfo_host one_off;
};
struct sysinfo_host *sysinfo__begin(struct sysinfo__call *call, struct sysinfo_host *host);
int sysinfo__end(struct sysinfo__call *call, int status);

/* Seconds on the monotonic clock; 0 where there is none. */
double sysinfo__clock(void);

/* A failure of the caller: an argument that cannot be right. */
int sysinfo__invalid(struct sysinfo_host *host, const char *complaint);

/* Whether `out` and `size` can be a result: at least one field, whole slots. If not, keeps why. */
bool sysinfo__can_give(struct sysinfo_host *host, const void *out, size_t size);

/* The whole results, corrected and derived, for those who need them inside. */
int sysinfo__memory(struct sysinfo_host *host, struct sysinfo_memory *memory);
int sysinfo__swap(struct sysinfo_host *host, struct sysinfo_swap *swap);
int sysinfo__cpu_counts(struct sysinfo_host *host, struct sysinfo_processors *counts);

/* CPUs that this process may use. */
int sysinfo__cpu_allowance(struct sysinfo_host *host, struct sysinfo_cpu_allowance *allowance);

/* Makes room for a text of so many bytes and its NUL; false: no memory, and the text is as it was. */
bool sysinfo__text_reserve(char **text, size_t *size, size_t length);

/* Frees the rows and all that they hold. */
void sysinfo__numa_rows_free(struct sysinfo__numa_rows *rows);

/* Frees what src/topology.c keeps in a host. */
void sysinfo__topology_forget(struct sysinfo_host *host);

/* Whether `out` and `size` can be a result, where there is no host to keep why not. */
bool sysinfo__is_result(const void *out, size_t size);

/*
 * Copies a result of the library's own version into a caller's struct of any version: what fits;
 * the rest is zero and unknown.
 */
void sysinfo__give(void *out, size_t size, const void *full, size_t full_size);

#endif
