/* SPDX-License-Identifier: MIT */
/* The report of `run`. */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "run/child.h"
#include "run/heaps.h"
#include "run/oom.h"
#include "text.h"

/* The processes with one name, among those with the most memory at the tree's peak. */
enum { PEAK_NAMES = 3 };
struct peak_name {
    char name[20];
    size_t processes;
    uint64_t bytes; /* The sum of RSS; with `with_pss`, of PSS. */
};

struct report {                 /* NOLINT(clang-analyzer-optin.performance.Padding): ordered by meaning. */
    const char *const *command; /* NULL-terminated; for a watched process, its name. */
    const char *name;           /* The command without its directory. */
    int64_t pid;
    bool is_watch;    /* A process that was already running. */
    char watched[20]; /* That process's name. */
    int status;       /* The exit status of this program, */
    int exit_status;  /* and of the command. */
    int signal;       /* The one that killed the command; 0: none. */
    bool is_over_budget;
    const char *ended_for;        /* "max-mem", "timeout"; NULL: the command ended by itself. */
    int64_t wall;                 /* The start time. */
    bool is_not_started;          /* The command was not found, or could not be executed; `status` says which. */
    double elapsed, user, system; /* Seconds. */
    struct child_counts counts;
    bool has_no_cpu; /* `user` is all the time that samples saw, and `system` is unknown. */

    uint64_t peak; /* Of the largest process; 0: not reported. */
    /* Committed: the highest of a single process, and the highest total; 0: not reported. */
    uint64_t peak_committed, peak_all_committed;
    int64_t peak_pid; /* 0: unknown. */
    char peak_name[20];

    /* From samples; all 0 without them. */
    uint64_t samples, peak_tree, peak_tree_pss;
    bool has_pss;    /* PSS was read: at every sample with `with_pss`, else when the sum of RSS had grown. */
    uint64_t pss_at; /* The highest sum of RSS at which it was read. */
    struct peak_name largest[PEAK_NAMES]; /* At the tree's peak; `bytes` 0 ends the list. */
    size_t peak_processes, still_running;
    double interval; /* Requested, and measured. */
    double true_interval;
    double cost;        /* The percentage of a CPU that sampling may use. */
    double longest_gap; /* Between two samples, or from the last one to the end. */
    bool is_stretched, is_estimated, with_pss;
    const char *recording;           /* NULL: none. */
    const char *no_samples;          /* Why there are none; NULL: there are. */
    const struct heap_totals *heaps; /* NULL: not counted. */
    const struct oom *oom;           /* NULL: unknown. */
};

/* "exit 2", "killed by signal 9 (KILL)". */
void report_add_end(struct text *text, const struct report *report);

void report_add_text(struct text *text, const struct report *report);
void report_add_json(struct text *text, const struct report *report);

#endif
