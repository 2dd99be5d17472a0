/* SPDX-License-Identifier: MIT */
#ifndef SYSINFO_LINUX_QUOTA_H
#define SYSINFO_LINUX_QUOTA_H

#include "backend.h"

/* The tightest quota of all levels of the CPU controller's hierarchy. */
struct sysinfo__quota {
    double cpus;     /* Infinity: none was found. */
    size_t level;    /* Which holds it; 0 when there is none. */
    bool is_certain; /* All levels were seen. */
};
int sysinfo__cpu_quota(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, struct sysinfo__quota *quota);

#endif
