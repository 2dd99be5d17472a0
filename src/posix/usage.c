/* SPDX-License-Identifier: MIT */
#include "posix.h"

#include <sys/resource.h>
#include <sys/time.h>

static double seconds(struct timeval time) {
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

void sysinfo__posix_usage(struct sysinfo_process *process, uint64_t peak_unit) {
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0) {
        return;
    }
    FACT(process, cpu_user, seconds(usage.ru_utime));
    FACT(process, cpu_system, seconds(usage.ru_stime));
    FACT(process, minor_faults, (uint64_t)usage.ru_minflt);
    FACT(process, major_faults, (uint64_t)usage.ru_majflt);
    FACT(process, voluntary_switches, (uint64_t)usage.ru_nvcsw);
    FACT(process, involuntary_switches, (uint64_t)usage.ru_nivcsw);
    if (peak_unit > 0 && usage.ru_maxrss > 0) { /* 0: this kernel does not maintain it. */
        FACT(process, peak_rss, (uint64_t)usage.ru_maxrss * peak_unit);
    }
}
