/* SPDX-License-Identifier: MIT */
/* Counters of the kernel: context switches, interrupts, page faults, processes. */
#ifndef SYSINFO_STATS_H
#define SYSINFO_STATS_H

#include <sysinfo/api.h>
#include <sysinfo/result.h>
#include <sysinfo/status.h>

SYSINFO_BEGIN_DECLS

/*
 * group stats, result STATS. Counters count since the machine started; some systems count in 32 bits
 * and begin again at 0.
 */
struct sysinfo_stats {
    uint64_t present, estimated;
    uint64_t ctx_switches;    /* count, counter, prom context_switches_total: Switches from one thread to another. */
    uint64_t interrupts;      /* count, counter, prom interrupts_total: Hardware interrupts served. */
    uint64_t soft_interrupts; /* count, counter, prom soft_interrupts_total: Deferred interrupt work done. */
    uint64_t syscalls;        /* count, counter, prom syscalls_total: System calls made. */
    uint64_t forks;           /* count, counter, prom forks_total: Processes and threads created. */
    uint64_t running;         /* threads, prom threads_running: Threads running or ready to run. */
    uint64_t blocked;         /* threads, prom threads_blocked: Threads waiting for a disk. */
    double boot_time;         /* seconds, prom boot_time_seconds: When the machine started, in seconds since 1970. */
    double uptime;            /* seconds, prom uptime_seconds: Time since the machine started. */
};

/* group stats, result PAGING: what moved between memory and disks. */
struct sysinfo_paging {
    uint64_t present, estimated;
    uint64_t paged_in;     /* bytes, counter, prom paged_in_bytes_total: Read from disks, files and swap alike. */
    uint64_t paged_out;    /* bytes, counter, prom paged_out_bytes_total: Written to disks, files and swap alike. */
    uint64_t faults;       /* count, counter, prom page_faults_total: Page faults, major ones included. */
    uint64_t major_faults; /* count, counter, prom major_page_faults_total: Page faults that waited for a disk. */
};

/*
 * Counters of the kernel. Succeeds when at least one is known.
 *
 * `uptime` is the difference of this machine's clock and `boot_time`, to the second; below another
 * root it is absent. On the BSDs `forks` does not count threads; Windows counts none of `forks`,
 * `running` and `blocked`. Cost: one read of /proc/stat on Linux. Errors: any but NOT_YET. Since
 * 0.1; the fields from `forks` on since 0.2.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_cpu_stats(struct sysinfo_host *host, struct sysinfo_stats *stats,
                                                        size_t size);

/*
 * Pages moved and page faults since the machine started. Succeeds when at least one is known.
 *
 * Cost on Linux: one read of /proc/vmstat, 20 us. Errors: any but NOT_YET. Since 0.2.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_page_stats(struct sysinfo_host *host, struct sysinfo_paging *paging,
                                                         size_t size);

SYSINFO_END_DECLS

#endif
