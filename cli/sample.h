/* SPDX-License-Identifier: MIT */
/* One sample of the machine: every requested result, and why any are missing. */
#ifndef CLI_SAMPLE_H
#define CLI_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sysinfo/sysinfo.h>

#include "groups.h"
#include "text.h"

/* An upper bound on the numbers of results. */
enum { SAMPLE_RESULTS = 32 };

/* What each row describes. */
enum rows { ROWS_OF_CPUS, ROWS_OF_NODES, ROWS_OF_KINDS };

/* The figures of one CPU, node or kind. */
struct sample_row {
    uint64_t number;
    const struct sysinfo_cpu_usage *usage; /* NULL: not requested; likewise for those below. */
    const struct sysinfo_cpu_sample *times;
    const struct sysinfo_cpu_frequency *frequency;
};

struct sample {
    int64_t wall;                     /* Milliseconds since 1970, if requested. */
    double interval;                  /* Seconds that percentages or rates were measured over; below 0: unknown. */
    int status[SAMPLE_RESULTS];       /* For each requested result. */
    struct text why[SAMPLE_RESULTS];  /* The library's explanation, if the call failed. */
    bool is_unchanged;                /* No counter has changed since the last sample. */
    uint64_t *result[SAMPLE_RESULTS]; /* SYSINFO_SLOTS each; NULL: not requested. */
    /* The levels with the tightest memory limit and quota, if requested; NULL: none. */
    const char *memory_level, *quota_level;
    /*
     * If requested, the limit below the machine's memory that leaves the least; `binding_name` is NULL if there is
     * none.
     */
    struct sysinfo_limit_level binding;
    const char *binding_name;
    struct sample_row *row; /* With percpu. */
    size_t rows, row_capacity;
    bool has_rows;                  /* There were rows before those of the requested CPUs were selected. */
    const struct cpu_groups *kinds; /* If rows show each CPU's kind. */
};

/* Takes samples, and keeps the last one of the CPUs. */
struct sampler {
    struct sysinfo_host *host;
    uint32_t results; /* A bit for each requested result. */
    bool percpu;      /* Reads rows where CPUs have them. */
    const char *cpus; /* Only these CPUs, "0,2-4"; NULL: all. */
    enum rows rows;
    struct cpu_groups groups; /* Nodes or kinds. */
    bool has_root;            /* It reads another machine's root directory. */
    bool since_boot;          /* Compares with zero, not with the last sample. */
    bool measures_cgroup;     /* The cgroup's CPU use since the last sample. */
    bool names_levels;        /* For limits. */
    bool makes_rates;         /* Counters per second since the last sample. */
    bool needs_wall;          /* The time is printed. */

    struct sysinfo_cpu_sample_list *past_list, *now_list;
    struct sysinfo_cpu_usage_list *usage_list;
    struct sysinfo_cpu_frequency_list *frequency_list;
    struct sysinfo_limit_level_list *levels;
    struct sysinfo_cpu_usage *own_rows; /* For --since-boot and groups, which have no list. */
    struct sysinfo_cpu_sample *own_samples;
    size_t room;                    /* Capacity, in rows. */
    uint64_t *past[SAMPLE_RESULTS]; /* For rates: the previous counters; NULL: none yet. */
    double moment[SAMPLE_RESULTS], past_moment[SAMPLE_RESULTS];
    struct sample sample;
};

/* Whether an interval must pass before the first sample, because CPU percentages or rates are requested. */
bool sampler_needs_window(const struct sampler *sampler);

/* Begins that interval. */
void sampler_begin(struct sampler *sampler);

/* Allocates what the requested results need. */
void sampler_prepare(struct sampler *sampler);

/* Takes a sample, valid until the next one. */
const struct sample *sampler_take(struct sampler *sampler);

void sampler_free(struct sampler *sampler);

/*
 * Whether the next interval may yield a field that this one did not: the counters were read, but their difference has
 * no percentage. If files below another root did not move, they never will.
 */
bool sample_may_know_later(const struct sample *sample, const struct sysinfo_field *field, bool has_root);

/* The result that contains a field; NULL: it could not be read. */
const void *sample_result(const struct sample *sample, const struct sysinfo_field *field);

/* Whether rows of CPUs have fields of that result; and that result of a row, NULL if unknown. */
bool is_row_result(uint32_t result);
const void *row_result(const struct sample_row *row, const struct sysinfo_field *field);

#endif
