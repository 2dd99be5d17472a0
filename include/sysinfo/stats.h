/* SPDX-License-Identifier: MIT */
/* The kernel's own counters of what its CPUs did. */
#ifndef SYSINFO_STATS_H
#define SYSINFO_STATS_H

#include <sysinfo/api.h>
#include <sysinfo/result.h>
#include <sysinfo/status.h>

SYSINFO_BEGIN_DECLS

/*
 * group stats, result STATS. All count since the machine started; some systems count in 32 bits and
 * begin again at 0.
 */
struct sysinfo_stats {
    uint64_t present, estimated;
    uint64_t ctx_switches;    /* count, counter, prom context_switches_total: Switches from one thread to another. */
    uint64_t interrupts;      /* count, counter, prom interrupts_total: Hardware interrupts served. */
    uint64_t soft_interrupts; /* count, counter, prom soft_interrupts_total: Deferred interrupt work done. */
    uint64_t syscalls;        /* count, counter, prom syscalls_total: System calls made. */
};

/*
 * Counters of the kernel. Succeeds when at least one is known.
 *
 * Cost: one read of /proc/stat on Linux. Errors: any but NOT_YET. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_cpu_stats(struct sysinfo_host *host, struct sysinfo_stats *stats,
                                                        size_t size);

SYSINFO_END_DECLS

#endif
