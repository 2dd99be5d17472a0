/* SPDX-License-Identifier: MIT */
/*
 * CPU times, percentages and counts.
 *
 * The modes below are disjoint on every system: their times add up to the time that
 * passed, and their percentages to 100. Two are parts of others: `guest` of `user`, and
 * `guest_nice` of `nice`. A mode that the system does not report is absent.
 */
#ifndef SYSINFO_CPU_H
#define SYSINFO_CPU_H

#include <sysinfo/api.h>
#include <sysinfo/result.h>
#include <sysinfo/status.h>

SYSINFO_BEGIN_DECLS

/* ---- Percentages -------------------------------------------------------- */

/* group cpu, result CPU_USAGE: shares of the time between two samples. */
struct sysinfo_cpu_usage {
    uint64_t present, estimated;
    uint64_t cpu;      /* none, label: Number of the CPU; absent in the row for all CPUs. */
    double interval;   /* seconds, label: Time between the two samples. */
    double percent;    /* percent: Time not idle: 100 - idle - iowait. */
    double user;       /* percent: Running programs at normal priority (includes guest). */
    double system;     /* percent: Running the kernel, outside interrupts. */
    double nice;       /* percent: Running programs at lowered priority (includes guest_nice). */
    double idle;       /* percent: Doing nothing. */
    double iowait;     /* percent: Idle while a program waited for a disk. */
    double irq;        /* percent: Serving hardware interrupts. */
    double softirq;    /* percent: Serving deferred interrupt work. */
    double steal;      /* percent: Wanted to run, but the hypervisor ran something else. */
    double guest;      /* percent: Running a virtual machine, a part of user. */
    double guest_nice; /* percent: Running a virtual machine at lowered priority, a part of nice. */
};

/* ---- Counts ------------------------------------------------------------- */

/* group cpu, result PROCESSORS. */
struct sysinfo_processors {
    uint64_t present, estimated;
    uint64_t count; /* count, prom cpus: Logical CPUs online. */
    uint64_t cores; /* count, prom cpu_cores: Physical cores that the online CPUs belong to. */
};

/* ---- Times -------------------------------------------------------------- */

/*
 * group cpu.times, result CPU_SAMPLE, prom cpu_seconds_total mode=@
 *
 * Time spent since the machine started.
 *
 * `wrap` is present where the system's counters are narrow: after so many seconds they
 * begin again at 0. The difference of two samples allows for it. The sum over all CPUs
 * steps back by as much for each CPU whose counters begin again.
 */
struct sysinfo_cpu_sample {
    uint64_t present, estimated;
    uint64_t cpu;   /* none, label: Number of the CPU; absent in the row for all CPUs. */
    double time;    /* seconds, label: Monotonic clock when the sample was taken. */
    double wrap;    /* seconds, label: The counters begin again at this value. */
    double user;    /* seconds, counter: Running programs at normal priority (includes guest). */
    double system;  /* seconds, counter: Running the kernel, outside interrupts. */
    double nice;    /* seconds, counter: Running programs at lowered priority (includes guest_nice). */
    double idle;    /* seconds, counter: Doing nothing. */
    double iowait;  /* seconds, counter: Idle while a program waited for a disk. */
    double irq;     /* seconds, counter: Serving hardware interrupts. */
    double softirq; /* seconds, counter: Serving deferred interrupt work. */
    double steal;   /* seconds, counter: Wanted to run, but the hypervisor ran something else. */
    /* seconds, counter, prom cpu_guest_seconds_total mode=user: Running a virtual machine, a part of user. */
    double guest;
    /*
     * seconds, counter, prom cpu_guest_seconds_total mode=nice: Running a virtual machine at
     * lowered priority, a part of nice.
     */
    double guest_nice;
    uint64_t cpus; /* none, label: Number of CPUs that the row for all CPUs sums. Since 0.2. */
};

/* ---- All CPUs together ------------------------------------------------- */

/*
 * The CPU time spent since the machine started, summed over all CPUs.
 *
 * Cost: one read of /proc/stat on Linux. Errors: any but NOT_YET. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_cpu_times(struct sysinfo_host *host, struct sysinfo_cpu_sample *times,
                                                        size_t size);

/*
 * How busy the machine was, 0 to 100 over all CPUs together.
 *
 * With `interval` > 0 the call takes a sample, sleeps so many seconds on the monotonic
 * clock (a signal does not shorten it), and takes another. With `interval` 0 it compares
 * with the previous such call on this host and does not sleep. The first such call returns
 * SYSINFO_NOT_YET, and so does one when the counters have not changed; the older sample is
 * kept, so the interval grows.
 *
 * Each function below keeps its own previous sample: mixing them on one host does not
 * shorten the intervals.
 *
 * Resolution: the kernel counts in ticks (10 ms on Linux), so one CPU over 0.1 s moves in
 * steps of 10 %.
 *
 * SYSINFO_INVALID: `interval` is negative, NaN or infinite, or 0 with a NULL host.
 * SYSINFO_NOT_YET also means that no true percentage exists for the interval: idle time ran
 * backwards by more than the clock's jitter (a resume from suspend), or more CPU time was
 * counted than passed (a resume, a migration), or, with `interval` 0 or a NULL host, CPUs
 * went online or offline, which makes the kernel's sum jump. With `interval` > 0 and a host
 * the CPUs are summed one by one, and those in both samples count. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_cpu_percent(struct sysinfo_host *host, double interval, double *percent);

/* The same by mode. Since 0.1. */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_cpu_times_percent(struct sysinfo_host *host, double interval,
                                                                struct sysinfo_cpu_usage *usage, size_t size);

/*
 * The difference of two samples, `before` taken first, for callers that keep samples
 * themselves. No host, no state, no system call. Samples may be of any age and size: only
 * slots whose bit is set are read.
 *
 * A mode whose counter ran backwards counts as 0, and every share of that row is marked
 * estimated. SYSINFO_NOT_YET: the counters have not changed, idle time ran backwards by
 * more than jitter, the counters advanced by more than the time between the two samples
 * (where both have it), or the samples sum different numbers of CPUs.
 * SYSINFO_INVALID: a NULL, a wrong size, samples of two different CPUs, or a mode that
 * one sample lacks although time is counted in it: no share is known then. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_cpu_usage_between(const struct sysinfo_cpu_sample *before,
                                                                const struct sysinfo_cpu_sample *after,
                                                                struct sysinfo_cpu_usage *usage, size_t size);

/* ---- CPU by CPU --------------------------------------------------------- */

/*
 * A list has a row for all CPUs together and one for each online CPU, by ascending
 * number, all from one reading. Find a CPU by its row's number, not by the position: CPUs
 * go offline and come back.
 *
 * Start with a NULL list: the call makes it. Later calls refill it in place, and allocate
 * nothing while the number of CPUs stays the same. On failure the list is as it was. Rows
 * are valid until the list is refilled or freed.
 *
 *     struct sysinfo_cpu_usage_list *list = NULL;
 *     if (sysinfo_cpu_usage_percpu(host, 1.0, &list) == SYSINFO_OK)
 *         for (size_t i = 0; (row = sysinfo_cpu_usage_list_at(list, i)) != NULL; i++)
 *             ...
 *     sysinfo_cpu_usage_list_free(list);
 */
struct sysinfo_cpu_sample_list;
struct sysinfo_cpu_usage_list;

/* sysinfo_cpu_times() for each CPU. Since 0.1. */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_cpu_times_percpu(struct sysinfo_host *host,
                                                               struct sysinfo_cpu_sample_list **list);

/*
 * sysinfo_cpu_times_percent() for each CPU, with the same rules for `interval` and a
 * previous sample of its own. A CPU that is new, or that has no true percentage over this
 * interval, has a row with its number only. The row for all CPUs sums those that both
 * samples have; it is marked estimated when one of them has no true percentage. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_cpu_usage_percpu(struct sysinfo_host *host, double interval,
                                                               struct sysinfo_cpu_usage_list **list);

/*
 * sysinfo_cpu_percent() for each CPU: psutil's cpu_percent(percpu=True). The same as
 * sysinfo_cpu_usage_percpu(), of whose rows `percent` is a member, with a previous sample
 * of its own: neither call shortens the interval of the other. Since 0.2.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_cpu_percent_percpu(struct sysinfo_host *host, double interval,
                                                                 struct sysinfo_cpu_usage_list **list);

/* The difference of two lists, rows matched by the CPU's number. Since 0.1. */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_cpu_usage_list_between(const struct sysinfo_cpu_sample_list *before,
                                                                     const struct sysinfo_cpu_sample_list *after,
                                                                     struct sysinfo_cpu_usage_list **list);

/*
 * Why that difference has no percentages: the sentence that sysinfo_explain() would return, without
 * a full stop. NULL: it has percentages, or a list is NULL. Never translated, always valid. Since 0.2.
 */
SYSINFO_EXPORT const char *sysinfo_cpu_usage_list_explain(const struct sysinfo_cpu_sample_list *before,
                                                          const struct sysinfo_cpu_sample_list *after);

/* The row for all CPUs together; NULL for a NULL list. Since 0.1. */
SYSINFO_EXPORT const struct sysinfo_cpu_sample *sysinfo_cpu_sample_list_all(const struct sysinfo_cpu_sample_list *list);
SYSINFO_EXPORT const struct sysinfo_cpu_usage *sysinfo_cpu_usage_list_all(const struct sysinfo_cpu_usage_list *list);

/* Row `index`, from 0; NULL past the end, so that a loop needs no count. Since 0.1. */
SYSINFO_EXPORT const struct sysinfo_cpu_sample *sysinfo_cpu_sample_list_at(const struct sysinfo_cpu_sample_list *list,
                                                                           size_t index);
SYSINFO_EXPORT const struct sysinfo_cpu_usage *sysinfo_cpu_usage_list_at(const struct sysinfo_cpu_usage_list *list,
                                                                         size_t index);

/* How many CPUs the list has; 0 for a NULL list. Since 0.1. */
SYSINFO_EXPORT size_t sysinfo_cpu_sample_list_count(const struct sysinfo_cpu_sample_list *list);
SYSINFO_EXPORT size_t sysinfo_cpu_usage_list_count(const struct sysinfo_cpu_usage_list *list);

/* NULL is allowed. Since 0.1. */
SYSINFO_EXPORT void sysinfo_cpu_sample_list_free(struct sysinfo_cpu_sample_list *list);
SYSINFO_EXPORT void sysinfo_cpu_usage_list_free(struct sysinfo_cpu_usage_list *list);

/* ---- Counting ----------------------------------------------------------- */

enum sysinfo_cpu_kind {
    SYSINFO_CPU_LOGICAL = 1,  /* Logical CPUs online, usable by this process or not. */
    SYSINFO_CPU_PHYSICAL = 2, /* Physical cores that the online CPUs belong to. */
    SYSINFO_CPU_USABLE = 3,   /* CPUs that this process can keep busy: sysinfo_usable_cpus() in <sysinfo/limits.h>. */
    /*
     * Physical cores of the CPUs that its affinity and cpuset allow. A quota does not count: it names
     * no CPUs.
     */
    SYSINFO_CPU_USABLE_CORES = 4
};

/*
 * The number of CPUs of that kind: 1 or more, or a negative status. The only function that
 * does not return 0 on success. Never cached: CPUs go offline and come back.
 *
 * SYSINFO_UNKNOWN: not reported by this machine. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_cpu_count(struct sysinfo_host *host, uint32_t kind);

/* All counts at once; succeeds when at least one is known. Since 0.1. */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_cpu_counts(struct sysinfo_host *host, struct sysinfo_processors *counts,
                                                         size_t size);

/* ---- How fast ------------------------------------------------------------ */

/*
 * group cpu.freq, result CPU_FREQUENCY
 *
 * In hertz, as bytes are in bytes: psutil's MHz are these divided by 1000000.
 *
 * In the row for all CPUs `current` is their average, `min` the lowest of theirs, and `max` and
 * `base` the highest. A virtual machine often knows `current` alone, which is then the host's nominal
 * frequency, or nothing.
 */
struct sysinfo_cpu_frequency {
    uint64_t present, estimated;
    uint64_t cpu;     /* none, label: Number of the CPU; absent in the row for all CPUs. */
    uint64_t current; /* hertz: Current frequency; for all CPUs together, their average. */
    uint64_t min;     /* hertz: Lowest frequency that the CPU can run at. */
    uint64_t max;     /* hertz: Highest frequency that the CPU can run at, turbo included. */
    uint64_t base;    /* hertz: Frequency that the CPU can hold without turbo. */
};

/*
 * The frequency of all CPUs together.
 *
 * Cost on Linux: /proc/cpuinfo, and up to six files of each CPU: 70 us for each CPU. They are read
 * each time, because switching turbo off changes `max`. The kernel asks each CPU for its frequency,
 * so this is for people and monitors, not for hot loops. SYSINFO_UNKNOWN: this machine does not report
 * any of it. Errors: any but NOT_YET. Since 0.2.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_cpu_freq(struct sysinfo_host *host,
                                                       struct sysinfo_cpu_frequency *frequency, size_t size);

/*
 * The same for each CPU, into a list as those above. A CPU whose frequency is not reported has a row
 * that knows only its number. Where a system has one figure for all CPUs, the list has no rows, and
 * the row for all CPUs has that figure. Since 0.2.
 */
struct sysinfo_cpu_frequency_list;
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_cpu_freq_percpu(struct sysinfo_host *host,
                                                              struct sysinfo_cpu_frequency_list **list);

/* As for the other lists. Since 0.2. */
SYSINFO_EXPORT const struct sysinfo_cpu_frequency *
sysinfo_cpu_frequency_list_all(const struct sysinfo_cpu_frequency_list *list);
SYSINFO_EXPORT const struct sysinfo_cpu_frequency *
sysinfo_cpu_frequency_list_at(const struct sysinfo_cpu_frequency_list *list, size_t index);
SYSINFO_EXPORT size_t sysinfo_cpu_frequency_list_count(const struct sysinfo_cpu_frequency_list *list);
SYSINFO_EXPORT void sysinfo_cpu_frequency_list_free(struct sysinfo_cpu_frequency_list *list);

SYSINFO_END_DECLS

#endif
