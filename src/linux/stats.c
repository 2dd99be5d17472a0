/* SPDX-License-Identifier: MIT */
#include "linux.h"

int sysinfo__linux_cpu_stats(struct sysinfo_host *host, struct sysinfo_stats *stats) {
    int status = sysinfo__file_read(host, SYSINFO__FILE_STAT);
    if (status != SYSINFO_OK) {
        return status;
    }
    const struct sysinfo__state *state = sysinfo__state(host);
    sysinfo__decode_stat_counters(state->text, state->length, stats);
    if (stats->present == 0) {
        return sysinfo__failed(host, SYSINFO_MALFORMED, 0, "/proc/stat",
                               "has none of the lines ctxt, intr and softirq");
    }
    return SYSINFO_OK;
}
