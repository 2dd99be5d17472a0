/* SPDX-License-Identifier: MIT */
#include "query.h"

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

static const char performance_source[] = "NtQuerySystemInformation(SystemPerformanceInformation)";

static bool add_interrupts(void *context, uint64_t cpu, const struct sysinfo__processor *processor) {
    uint64_t *interrupts = context;
    (void)cpu;
    *interrupts += processor->interrupts;
    return true;
}

/* Computed from the tick count, which includes sleep; rounded to a second, because the clocks are read in turn. */
static void read_boot_time(struct sysinfo_stats *stats) {
    FILETIME time; /* In units of 100 ns since 1601. */
    GetSystemTimePreciseAsFileTime(&time);
    double uptime = (double)GetTickCount64() / 1000;
    double now = (double)((uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime) / 1e7 - 11644473600;
    if (now > uptime && uptime > 0) {
        FACT(stats, boot_time, (double)(uint64_t)(now - uptime + 0.5));
        FACT(stats, uptime, uptime);
    }
}

int sysinfo__win_page_stats(struct sysinfo_host *host, struct sysinfo_paging *paging) {
    struct sysinfo__pages pages;
    int status = sysinfo__query_pages(host, &pages); /* For the size of a page. */
    status = status == SYSINFO_OK ? sysinfo__query(host, SYSINFO__CLASS_PERFORMANCE, performance_source) : status;
    const struct sysinfo__state *state = sysinfo__state(host);
    if (status == SYSINFO_OK && !sysinfo__decode_paging(state->buffer, state->length, pages.page_size, paging)) {
        status =
            sysinfo__failed(host, SYSINFO_MALFORMED, 0, performance_source, "returned fewer numbers than expected");
    }
    if (status == SYSINFO_OK && paging->present == 0) {
        status = sysinfo__failed(host, SYSINFO_UNKNOWN, 0, performance_source, "returned only zeros");
    }
    return status;
}

int sysinfo__win_cpu_stats(struct sysinfo_host *host, struct sysinfo_stats *stats) {
    int status = sysinfo__query(host, SYSINFO__CLASS_PERFORMANCE, performance_source);
    const struct sysinfo__state *state = sysinfo__state(host);
    if (status == SYSINFO_OK && !sysinfo__decode_performance(state->buffer, state->length, stats)) {
        status =
            sysinfo__failed(host, SYSINFO_MALFORMED, 0, performance_source, "returned fewer numbers than expected");
    }
    read_boot_time(stats);
    uint64_t interrupts = 0;
    int interrupts_status = sysinfo__each_processor(host, add_interrupts, &interrupts);
    if (interrupts_status == SYSINFO_OK && interrupts > 0) { /* Wine reports 0 for unknown. */
        FACT(stats, interrupts, interrupts);
    }
    if (stats->present != 0) {
        return SYSINFO_OK;
    }
    if (status == SYSINFO_OK && interrupts_status == SYSINFO_OK) {
        return sysinfo__failed(host, SYSINFO_UNKNOWN, 0, performance_source, "returned only zeros");
    }
    return interrupts_status != SYSINFO_OK ? interrupts_status : status;
}
