/* SPDX-License-Identifier: MIT */
#include "query.h"

int sysinfo__win_cpu_counts(struct sysinfo_host *host, struct sysinfo_processors *counts) {
    struct sysinfo__cores cores;
    int status = sysinfo__query_cores(host, SYSINFO__CORES, NULL, &cores);
    uint64_t cpus = sysinfo__query_cpus();
    if (status != SYSINFO_OK) {
        cores = (struct sysinfo__cores){0};
    }
    if (cpus == 0) {
        cpus = cores.cpus;
    }
    if (cpus > 0) {
        FACT(counts, count, cpus);
    }
    if (cores.cores > 0) {
        FACT(counts, cores, cores.cores);
    }
    return counts->present != 0 ? SYSINFO_OK : status;
}

uint64_t sysinfo__win_online(struct sysinfo_host *host) {
    struct sysinfo__cores cores;
    return sysinfo__query_cores(host, SYSINFO__CORES, NULL, &cores) == SYSINFO_OK ? cores.fingerprint : 0;
}
