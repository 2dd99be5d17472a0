/* SPDX-License-Identifier: MIT */
/* One look at the machine: every result that is asked for, and why the others are missing. */
#ifndef CLI_SAMPLE_H
#define CLI_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sysinfo/sysinfo.h>

#include "groups.h"
#include "text.h"

/* Numbers of results are below this. */
enum { SAMPLE_RESULTS = 32 };

/* What a row is about. */
enum rows { ROWS_OF_CPUS, ROWS_OF_NODES, ROWS_OF_KINDS };

/* The figures of one CPU, node or kind. */
struct sample_row {
    uint64_t number;
    const struct sysinfo_cpu_usage *usage; /* NULL: not asked for. The same of the others. */
    const struct sysinfo_cpu_sample *times;
    const struct sysinfo_cpu_frequency *frequency;
};

struct sample {
    int64_t wall;                    /* Milliseconds since 1970. */
    double interval;                 /* Seconds that percentages or rates were measured over; below 0: unknown. */
    int status[SAMPLE_RESULTS];      /* Of each result that was asked for. */
    struct text why[SAMPLE_RESULTS]; /* The library's sentence, if the call failed. */
    bool is_unchanged;               /* No counter has moved since the last sample. */
    uint64_t result[SAMPLE_RESULTS][SYSINFO_SLOTS];
    /* Which level holds the tightest memory limit and the tightest quota, where that is asked for; NULL: none does. */
    const char *memory_holder, *quota_holder;
    /* Where that is asked for, the limit below the machine's memory that leaves least; a NULL name: there is none. */
    struct sysinfo_limit_level binding;
    const char *binding_name;
    struct sample_row *row; /* With percpu. */
    size_t rows, row_capacity;
    bool has_rows;                  /* There were some before those of the CPUs that were asked for were chosen. */
    const struct cpu_groups *kinds; /* Where rows say of which kind a CPU is. */
};

/* What takes samples, and remembers the last one of the CPUs. */
struct sampler {
    struct sysinfo_host *host;
    uint32_t results; /* Bit for each result that is asked for. */
    bool percpu;      /* Rows of what is asked for that CPUs have. */
    const char *cpus; /* Rows of these CPUs only, "0,2-4"; NULL: of all. */
    enum rows rows;
    struct cpu_groups groups; /* Of nodes or kinds. */
    bool has_root;            /* Of another machine. */
    bool since_boot;          /* Compare with zero, not with the last sample. */
    bool measures_cgroup;     /* Its CPU use, since the last sample. */
    bool tells_holders;       /* Of limits. */
    bool makes_rates;         /* Counters per second, since the last sample. */

    struct sysinfo_cpu_sample_list *past_list, *now_list;
    struct sysinfo_cpu_usage_list *usage_list;
    struct sysinfo_cpu_frequency_list *frequency_list;
    struct sysinfo_limit_level_list *levels;
    struct sysinfo_cpu_usage *own_rows; /* Of --since-boot and of groups, which no list has. */
    struct sysinfo_cpu_sample *own_samples;
    size_t room;                                  /* For so many rows. */
    uint64_t past[SAMPLE_RESULTS][SYSINFO_SLOTS]; /* For rates: the counters as they were, all unknown at first. */
    double moment[SAMPLE_RESULTS], past_moment[SAMPLE_RESULTS];
    struct sample sample;
};

/* Whether a window must pass before the first sample, because CPU percentages or rates are asked for. */
bool sampler_needs_window(const struct sampler *sampler);

/* Begins that window. */
void sampler_begin(struct sampler *sampler);

/* Takes a sample, which is valid until the next one. */
const struct sample *sampler_take(struct sampler *sampler);

void sampler_free(struct sampler *sampler);

/*
 * Whether the next window may know a field that this one does not: the counters were read, and only
 * their difference has no percentage. Files below another root that did not move will not move.
 */
bool sample_may_know_later(const struct sample *sample, const struct sysinfo_field *field, bool has_root);

/* The result that a field is in; NULL: it could not be read. */
const void *sample_result(const struct sample *sample, const struct sysinfo_field *field);

/* Whether rows of CPUs have a field of that result, and the result of one; NULL: it is unknown there. */
bool is_row_result(uint32_t result);
const void *row_result(const struct sample_row *row, const struct sysinfo_field *field);

#endif
