/* SPDX-License-Identifier: MIT */
/*
 * One run of `sysinfo run`, and its samples.
 *
 * Sampling uses less than 1 % of one CPU. A share of the elapsed time is credited to an account, and all CPU time of
 * this program is charged to it. While the account is overdrawn, no sample is taken, so a tree of thousands of
 * processes is sampled less often instead of being slowed down.
 */
#ifndef CLI_SAMPLING_H
#define CLI_SAMPLING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "run/arguments.h"
#include "run/child.h"
#include "run/oom.h"
#include "run/report.h"
#include "run/snapshots.h"
#include "schedule.h"
#include "text.h"

struct heaps;
struct options;
struct recorder;
struct tree;
struct tree_sample;

struct run {
    const struct options *options;
    struct child child;
    struct tree *tree;           /* NULL: no sampler, or not opened yet: */
    bool is_prepared;            /* sampling_open() opens it. */
    struct recorder *recorder;   /* NULL: nothing is recorded. */
    struct heaps *heaps;         /* NULL: not counted. */
    struct snapshots *snapshots; /* NULL: none are kept. */
    struct missing missing;      /* Of them. */
    struct text snapshots_path;
    double next_snapshot, next_collection;
    uint64_t lost_bytes; /* For --leaks. */
    struct report report;

    struct schedule schedule;
    double next;             /* Time of the next sample. */
    double share;            /* Of CPU time that is credited to the account. */
    double credit, credited; /* CPU seconds available, as of `credited`. */
    double charged;          /* CPU seconds already charged. */
    double pss_credit;       /* CPU seconds for PSS that is read only for the report. */
    uint64_t judged;         /* The sum of RSS when PSS was last read for a limit, */
    double judge_again;      /* and when it is read again, whatever the sum is. */
    double first_moment, last_moment, last_cpu, first_cpu;
    uint64_t last_rss; /* The last sample's sum, and its processes. */
    size_t last_alive;
    bool has_last;

    uint64_t max_mem; /* 0: no limit. */
    uint64_t budget;  /* 0: none. */
    uint64_t spent;   /* The highest PSS of samples whose RSS exceeded the budget. */
    const struct limits *limits;
    struct oom oom;
    bool has_failed; /* The recording could not be written. */
    bool has_reported;
};

/* Opens the tree, unless that was done before or failed. */
void sampling_open(struct run *run);

/* Sets the interval and the account, once the child or the watched process is known. */
void sampling_start(struct run *run);

/*
 * Takes a sample, charges it, and sets the time of the next one. With a limit, there is a sample at every interval,
 * whatever it costs.
 */
const struct tree_sample *sampling_take(struct run *run);

/* The measured interval includes the time after the last sample. */
void sampling_end(struct run *run, double end);

/*
 * CPU seconds of the whole tree, including ended processes. Counters of processes that were never waited for are lost;
 * the result never decreases.
 */
double sampling_cpu(const struct run *run, const struct tree_sample *sample);

/* The value compared with a limit. Without PSS, shared pages count once for each process. */
uint64_t sampling_memory(const struct tree_sample *sample);

#endif
