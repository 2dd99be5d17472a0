/* SPDX-License-Identifier: MIT */
/* Load averages: how many threads ran or wanted to run, smoothed over time. */
#ifndef SYSINFO_LOAD_H
#define SYSINFO_LOAD_H

#include <sysinfo/api.h>
#include <sysinfo/result.h>
#include <sysinfo/status.h>

SYSINFO_BEGIN_DECLS

/* group load, result LOAD. */
struct sysinfo_load {
    uint64_t present, estimated;
    /*
     * threads, prom load1: Threads running or waiting to run, averaged over 1 minute (on Linux also
     * those waiting for a disk).
     */
    double min1;
    double min5;  /* threads, prom load5: The same over 5 minutes. */
    double min15; /* threads, prom load15: The same over 15 minutes. */
};

/*
 * The load averages that the system keeps. Windows keeps none: there the call returns
 * SYSINFO_NOT_SUPPORTED.
 *
 * Cost: one read of /proc/loadavg on Linux. Errors: any but NOT_YET. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_load_average(struct sysinfo_host *host, struct sysinfo_load *load,
                                                           size_t size);

SYSINFO_END_DECLS

#endif
