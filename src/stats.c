/* SPDX-License-Identifier: MIT */
#include <sysinfo/stats.h>

#include <string.h>

#include "host.h"

int sysinfo_cpu_stats(struct sysinfo_host *host, struct sysinfo_stats *out, size_t size) {
    struct sysinfo__call call;
    host = sysinfo__begin(&call, host);
    if (!sysinfo__can_give(host, out, size)) {
        return sysinfo__end(&call, SYSINFO_INVALID);
    }
    struct sysinfo_stats stats;
    memset(&stats, 0, sizeof stats);
    int status = ASK(host, cpu_stats, "the count of interrupts and context switches", &stats);
    if (status == SYSINFO_OK) {
        sysinfo__give(out, size, &stats, sizeof stats);
    }
    return sysinfo__end(&call, status);
}
