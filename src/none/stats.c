/* SPDX-License-Identifier: MIT */
#include "backend.h"

int sysinfo__backend_cpu_stats(struct sysinfo_host *host, struct sysinfo_stats *stats) {
    (void)stats;
    return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, "the count of interrupts and context switches",
                           "is not supported on this system");
}
