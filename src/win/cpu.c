/* SPDX-License-Identifier: MIT */
#include "query.h"

/*
 * Windows has a call for all CPUs together, but it too covers only the caller's processor group, so rows are summed
 * instead.
 */
struct sum {
    struct sysinfo__modes all;
    struct sysinfo__cpu_rows *rows; /* NULL: no rows wanted. */
    uint64_t cpus;
};

static bool add(void *context, uint64_t cpu, const struct sysinfo__processor *processor) {
    struct sum *sum = context;
    sum->cpus++;
    sysinfo__modes_add(&sum->all, processor);
    if (sum->rows == NULL) {
        return true;
    }
    struct sysinfo_cpu_sample *sample = sysinfo__cpu_rows_add(sum->rows, cpu);
    if (sample == NULL) {
        return false;
    }
    struct sysinfo__modes modes = {0};
    sysinfo__modes_add(&modes, processor);
    sysinfo__modes_report(&modes, sample);
    return true;
}

static int read_times(struct sysinfo_host *host, struct sysinfo__cpu_rows *rows, struct sysinfo_cpu_sample *all) {
    struct sum sum = {.rows = rows};
    int status = sysinfo__each_processor(host, add, &sum);
    if (status != SYSINFO_OK) {
        return status;
    }
    if (sum.cpus == 0) {
        return sysinfo__failed(host, SYSINFO_MALFORMED, 0,
                               "NtQuerySystemInformation(SystemProcessorPerformanceInformation)", "reported no CPU");
    }
    sysinfo__modes_report(&sum.all, all);
    return SYSINFO_OK;
}

int sysinfo__win_cpu_times(struct sysinfo_host *host, struct sysinfo_cpu_sample *times) {
    return read_times(host, NULL, times);
}

int sysinfo__win_cpu_times_percpu(struct sysinfo_host *host, struct sysinfo__cpu_rows *rows) {
    return read_times(host, rows, &rows->all.sample);
}
