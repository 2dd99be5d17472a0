/* SPDX-License-Identifier: MIT */
/* What this process itself uses: memory, CPU time, page faults, threads, descriptors. */
#ifndef SYSINFO_PROCESS_H
#define SYSINFO_PROCESS_H

#include <sysinfo/api.h>
#include <sysinfo/result.h>
#include <sysinfo/status.h>

SYSINFO_BEGIN_DECLS

/*
 * group process, result PROCESS.
 *
 * A resident page that several processes share counts in the `rss` of each; in `pss` it counts in
 * equal parts, and in `uss` not at all, so `uss` is what the end of this process would free.
 *
 * Linux keeps `rss` in batches: it can be off by 64 pages for each thread before 6.2, and by 32
 * pages for each CPU since. `uss` and `pss` are counted page by page and exact.
 */
struct sysinfo_process {
    uint64_t present, estimated;
    uint64_t rss;                  /* bytes: Resident memory of this process, shared pages included. */
    uint64_t peak_rss;             /* bytes: Highest value of rss since the program started. */
    uint64_t vms;                  /* bytes: Address space, resident or not. */
    uint64_t swap;                 /* bytes: Anonymous memory that was swapped out. */
    uint64_t uss;                  /* bytes: Resident memory that no other process shares. */
    uint64_t pss;                  /* bytes: Resident memory, shared pages divided by the number of their users. */
    uint64_t threads;              /* count: Threads of this process. */
    uint64_t descriptors;          /* count: Open file descriptors. */
    double cpu_user;               /* seconds, counter: CPU time in the program. */
    double cpu_system;             /* seconds, counter: CPU time in the kernel on its behalf. */
    uint64_t minor_faults;         /* count, counter: Page faults served without reading from a device. */
    uint64_t major_faults;         /* count, counter: Page faults that waited for a device. */
    uint64_t voluntary_switches;   /* count, counter: Times that a thread gave up its CPU to wait. */
    uint64_t involuntary_switches; /* count, counter: Times that the kernel took the CPU from a thread. */
};

/*
 * The figures of this process that are cheap: all but `uss`, `pss` and `descriptors`.
 *
 * Cost on Linux: one read of /proc/self/status and one system call, 10 us. On the BSDs and macOS
 * `swap`, `uss` and `pss` are absent. Windows counts threads and page faults in a list of all
 * processes, so they are in the detail there. SYSINFO_NOT_SUPPORTED: a host with another root, and
 * systems that SUPPORT.md names. Errors: any but NOT_YET. Since 0.2.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_process_info(struct sysinfo_host *host, struct sysinfo_process *process,
                                                           size_t size);

/*
 * The same with `uss`, `pss` and `descriptors`. The kernel walks all pages of the process: about 1 ms
 * for each GiB resident. Linux 4.14 or later for `uss` and `pss`. Since 0.2.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_process_detail(struct sysinfo_host *host, struct sysinfo_process *process,
                                                             size_t size);

/*
 * `rss` alone, as memory_profiler's "Mem usage" has it. Cost on Linux: one read of /proc/self/statm,
 * 2 us. SYSINFO_INVALID: `rss` is NULL. Errors: as above; *rss is left alone then. Since 0.2.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_process_memory(struct sysinfo_host *host, uint64_t *rss);

SYSINFO_END_DECLS

#endif
