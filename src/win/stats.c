/* SPDX-License-Identifier: MIT */
#include "query.h"

static bool add_interrupts(void *context, uint64_t cpu, const struct sysinfo__processor *processor) {
    uint64_t *interrupts = context;
    (void)cpu;
    *interrupts += processor->interrupts;
    return true;
}

int sysinfo__win_cpu_stats(struct sysinfo_host *host, struct sysinfo_stats *stats) {
    static const char source[] = "NtQuerySystemInformation(SystemPerformanceInformation)";
    int status = sysinfo__query(host, SYSINFO__CLASS_PERFORMANCE, source);
    const struct sysinfo__state *state = sysinfo__state(host);
    if (status == SYSINFO_OK && !sysinfo__decode_performance(state->buffer, state->length, stats)) {
        status = sysinfo__failed(host, SYSINFO_MALFORMED, 0, source, "returned fewer numbers than expected");
    }
    uint64_t interrupts = 0;
    int interrupts_status = sysinfo__each_processor(host, add_interrupts, &interrupts);
    if (interrupts_status == SYSINFO_OK && interrupts > 0) { /* 0 is said by wine, for not known. */
        FACT(stats, interrupts, interrupts);
    }
    if (stats->present != 0) {
        return SYSINFO_OK;
    }
    if (status == SYSINFO_OK && interrupts_status == SYSINFO_OK) {
        return sysinfo__failed(host, SYSINFO_UNKNOWN, 0, source, "returned only zeros");
    }
    return interrupts_status != SYSINFO_OK ? interrupts_status : status;
}
