/* SPDX-License-Identifier: MIT */
/* The difference of two CPU samples: pure arithmetic. */
#ifndef SYSINFO_CPU_USAGE_H
#define SYSINFO_CPU_USAGE_H

#include <stdbool.h>

#include <sysinfo/cpu.h>

enum sysinfo__window {
    SYSINFO__WINDOW_MEASURED,
    SYSINFO__WINDOW_EMPTY,      /* Nothing moved: keep the older sample, the window will grow. */
    SYSINFO__WINDOW_BACKWARDS,  /* Idle time ran backwards by more than jitter: begin anew from the later sample. */
    SYSINFO__WINDOW_IMPOSSIBLE, /* More CPU time was counted than has passed: the same. */
    SYSINFO__WINDOW_OTHER_CPUS, /* The two samples sum different CPUs: the same. */
    SYSINFO__WINDOW_MISMATCH    /* Samples of two CPUs, or without idle time. */
};

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

#endif
