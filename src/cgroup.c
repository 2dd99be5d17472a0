/* SPDX-License-Identifier: MIT */
#include <sysinfo/cgroup.h>

#include <string.h>

#include "internal.h"

/*
 * The number of CPUs that make 100 %: the quota, but at most the CPUs that the process may run on; 0: unknown. A quota
 * that cannot be seen may be lower.
 */
static int read_capacity(struct sysinfo_host *host, double *cpus, bool *is_certain) {
    struct sysinfo__cpu_limit limit = {0};
    int status = ASK(host, cpu_limit, "the CPU limit of a process", &limit);
    *cpus = SYSINFO_HAS(&limit, allowed) ? (double)limit.allowed : 0;
    *is_certain = SYSINFO_HAS(&limit, quota) && !SYSINFO_IS_ESTIMATED(&limit, quota);
    if (SYSINFO_HAS(&limit, quota) && limit.quota < *cpus) {
        *cpus = limit.quota;
    }
    return status;
}

/* Measures since the past sample, if it is of the same group; then this one becomes the past. */
static int measure(struct sysinfo_host *host, struct sysinfo__cgroup_sample *now) {
    struct sysinfo__cgroup_sample *past = &host->past_cgroup;
    struct sysinfo_cgroup *cgroup = &now->cgroup;
    double window = cgroup->time - past->cgroup.time, cpus = 0;
    bool is_comparable = now->has_quota_time && past->has_quota_time && now->group == past->group;
    double used = now->quota_time - past->quota_time;
    if (is_comparable &&
        (!(window > 0) || !(used < 0 || used > 0))) { /* Keep the older sample, so that the window grows. */
        return SYSINFO_OK;
    }
    bool is_certain = true;
    int status = is_comparable ? read_capacity(host, &cpus, &is_certain) : SYSINFO_OK;
    if (status != SYSINFO_OK) {
        return status;
    }
    if (cpus > 0) {
        double percent = used / (window * cpus) * 100;
        FACT(cgroup, interval, window);
        FACT(cgroup, cpu_percent, percent);
        if (!(percent >= 0 && percent <= 100)) { /* A burst above the quota, or a quota that was lowered meanwhile. */
            GUESS(cgroup, cpu_percent, percent > 100 ? 100 : 0);
        } else if (!is_certain) {
            GUESS(cgroup, cpu_percent, percent);
        }
    }
    *past = *now;
    return SYSINFO_OK;
}

static int read_cgroup(struct sysinfo_host *host, struct sysinfo__cgroup_sample *sample) {
    memset(sample, 0, sizeof *sample);
    struct sysinfo_cgroup *cgroup = &sample->cgroup;
    double now = sysinfo__clock();
    int status = ASK(host, cgroup, "a cgroup", sample);
    if (status != SYSINFO_OK) {
        return status;
    }
    FACT(cgroup, time, now);
    return host->is_one_off ? SYSINFO_OK : measure(host, sample);
}

int sysinfo__cgroup(struct sysinfo_host *host, struct sysinfo_cgroup *cgroup) {
    struct sysinfo__cgroup_sample sample;
    int status = read_cgroup(host, &sample);
    *cgroup = sample.cgroup;
    return status;
}

int sysinfo_cgroup_path(struct sysinfo_host *host, const char **path) {
    struct sysinfo__call call;
    if (path != NULL) {
        *path = NULL;
    }
    host = sysinfo__begin(&call, host);
    if (host == NULL) {
        return SYSINFO_INVALID;
    }
    if (path == NULL || host->is_one_off) {
        return sysinfo__end(&call, sysinfo__invalid(host, path == NULL ? "the result is NULL"
                                                                       : "the path belongs to a host: open one"));
    }
    return sysinfo__end(&call, ASK(host, cgroup_path, "a cgroup", path));
}
