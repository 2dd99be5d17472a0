/* SPDX-License-Identifier: MIT */
/* The difference of two CPU samples: pure arithmetic. */
#ifndef SYSINFO_CPU_USAGE_H
#define SYSINFO_CPU_USAGE_H

#include <sysinfo/cpu.h>

enum sysinfo__window {
    SYSINFO__WINDOW_MEASURED,
    SYSINFO__WINDOW_EMPTY,     /* Nothing moved: keep the older sample, the window will grow. */
    SYSINFO__WINDOW_BACKWARDS, /* Idle time ran backwards by more than jitter: begin anew from the later sample. */
    SYSINFO__WINDOW_MISMATCH   /* Samples of two CPUs, or without idle time. */
};

/* Fills `usage` when measured; else leaves it alone. */
enum sysinfo__window sysinfo__cpu_usage(const struct sysinfo_cpu_sample *before, const struct sysinfo_cpu_sample *after,
                                        struct sysinfo_cpu_usage *usage);

#endif
