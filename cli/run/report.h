/* SPDX-License-Identifier: MIT */
/* What `run` says at the end. */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "run/child.h"
#include "run/heaps.h"
#include "run/oom.h"
#include "text.h"

/* The processes of one name, of those with the most memory when the tree had its peak. */
enum { PEAK_NAMES = 3 };
struct peak_name {
    char name[20];
    size_t processes;
    uint64_t bytes; /* Their sum of RSS; with `with_pss`, of PSS. */
};

struct report {                 /* NOLINT(clang-analyzer-optin.performance.Padding): in the order of their meaning. */
    const char *const *command; /* Ends with NULL; of a watched process: its name. */
    const char *name;           /* The command without its directory. */
    int64_t pid;
    bool is_watch;    /* Of a process that ran already. */
    char watched[20]; /* Its name. */
    int status;       /* That this program ends with, */
    int exit_status;  /* and that the command ended with. */
    int signal;       /* That killed the command; 0: none. */
    bool is_over_budget;
    const char *ended_for;        /* "max-mem", "timeout"; NULL: the command ended by itself. */
    int64_t wall;                 /* When it began. */
    bool is_not_started;          /* The command was not found, or cannot be executed: `status` says which. */
    double elapsed, user, system; /* Seconds. */
    struct child_counts counts;
    bool has_no_cpu; /* `user` is all the time that samples saw, and `system` is unknown. */

    uint64_t peak; /* Of the largest process; 0: the system does not say. */
    /* The most that one process, and all, had committed; 0: the system does not say. */
    uint64_t peak_committed, peak_all_committed;
    int64_t peak_pid; /* 0: not known which. */
    char peak_name[20];

    /* From samples; all 0 without them. */
    uint64_t samples, peak_tree, peak_tree_pss;
    bool has_pss;    /* PSS was read at all: at every sample with `with_pss`, else when the sum of RSS had risen. */
    uint64_t pss_at; /* The highest sum of RSS when it was read. */
    struct peak_name largest[PEAK_NAMES]; /* At the tree's peak; `bytes` 0: no more. */
    size_t peak_processes, still_running;
    double interval; /* Asked for, and as the samples came. */
    double true_interval;
    double cost;        /* Percent of a CPU that samples may take. */
    double longest_gap; /* Between two of them, or from the last to the end. */
    bool is_stretched, is_estimated, with_pss;
    const char *recording;           /* NULL: none. */
    const char *no_samples;          /* Why there are none; NULL: there are. */
    const struct heap_totals *heaps; /* NULL: they were not counted. */
    const struct oom *oom;           /* NULL: nothing is known of it. */
};

/* "exit 2", "killed by signal 9 (KILL)". */
void report_add_end(struct text *text, const struct report *report);

void report_add_text(struct text *text, const struct report *report);
void report_add_json(struct text *text, const struct report *report);

#endif
