/* SPDX-License-Identifier: MIT */
/* What the cgroup of this process uses, and how often its limits held it back. Linux only. */
#ifndef SYSINFO_CGROUP_H
#define SYSINFO_CGROUP_H

#include <sysinfo/api.h>
#include <sysinfo/result.h>
#include <sysinfo/status.h>

SYSINFO_BEGIN_DECLS

/*
 * group cgroup, result CGROUP.
 *
 * A quota is often set on a cgroup above the process's own (the pod, the slice), and
 * that cgroup is the one throttled. So the figures describe different cgroups:
 *
 *   - `cpu_percent`, `periods` and the `throttled` figures: the cgroup with the tightest
 *     quota, or the process's own where there is no quota.
 *   - Those that begin with `limit`: the cgroup with the tightest memory limit.
 *   - All others: the process's own cgroup. For memory it is the lowest cgroup that is
 *     charged: a threaded cgroup is not, nor one without the memory controller.
 *
 * `cpu_percent` compares with the previous call on the same host. It is absent in the
 * first call, with a NULL host, while no CPU time was counted, and after the process
 * moved to another cgroup. 100 is all that the quota allows or, without a quota, all
 * CPUs that the process may use. Where a quota may be hidden, it is marked estimated.
 */
struct sysinfo_cgroup {
    uint64_t present, estimated;
    double time;        /* seconds, label: Monotonic clock when the figures were read. */
    double interval;    /* seconds, label: Time that cpu_percent covers. */
    double cpu_percent; /* percent: CPU use of the cgroup with the tightest quota, as a share of that quota. */
    double cpu_time;    /* seconds, counter, prom cgroup_cpu_seconds_total: CPU time that the cgroup has used. */
    double cpu_user;    /* seconds, counter, prom cgroup_cpu_user_seconds_total: CPU time in programs. */
    double cpu_system;  /* seconds, counter, prom cgroup_cpu_system_seconds_total: CPU time in the kernel. */
    uint64_t periods;   /* count, counter: Periods of the quota in which the cgroup ran. */
    uint64_t throttled_periods; /* count, counter: Periods in which it used up the quota and was stopped. */
    double throttled;           /* seconds, counter: Time that its CPUs were stopped for, summed over CPUs. */
    uint64_t current;           /* bytes: Memory charged to the cgroup, page cache included. */
    uint64_t peak;              /* bytes: Most memory that was ever charged to it. */
    uint64_t limit;             /* bytes: Tightest memory limit of the cgroup and of those above it. */
    uint64_t events_high;       /* count, counter: Times that it went above memory.high and was slowed down. */
    uint64_t events_max;        /* count, counter: Times that it ran into memory.max. */
    uint64_t events_oom;        /* count, counter: Times that memory could not be freed at the limit. */
    uint64_t events_oom_kill;   /* count, counter: Processes of it that the kernel killed for lack of memory. */
    uint64_t limit_level;       /* count: Levels above its own cgroup at which that limit is; 0: its own. Since 0.2. */
    uint64_t limit_current;     /* bytes: Memory charged to that cgroup. Since 0.2. */
    uint64_t limit_events_high; /* count, counter: Times that it went above memory.high. Since 0.2. */
    uint64_t limit_events_max;  /* count, counter: Times that it ran into memory.max. Since 0.2. */
    uint64_t limit_events_oom;  /* count, counter: Times that memory could not be freed at its limit. Since 0.2. */
    uint64_t limit_events_oom_kill; /* count, counter: Processes of it that the kernel killed. Since 0.2. */
};

/*
 * The figures of the cgroup that this process is in. Succeeds when at least one is
 * known. The root cgroup of a machine has no memory figures.
 *
 * Cost: about a dozen short reads. Errors: any but NOT_YET. SYSINFO_NOT_FOUND also means
 * that there is no /proc/self/cgroup, SYSINFO_UNKNOWN also that the cgroup's files are
 * not mounted here. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_cgroup_usage(struct sysinfo_host *host, struct sysinfo_cgroup *cgroup,
                                                           size_t size);

/*
 * The path of that cgroup as in /proc/self/cgroup, "/user.slice". With both versions
 * mounted it is the path of the memory controller. Inside a cgroup namespace it is "/".
 *
 * The text belongs to the host and is valid until the next call on it; *path is
 * NULL on failure. SYSINFO_INVALID: a NULL host. Errors: as above. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_cgroup_path(struct sysinfo_host *host, const char **path);

SYSINFO_END_DECLS

#endif
