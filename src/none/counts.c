/* SPDX-License-Identifier: MIT */
#include "backend.h"

int sysinfo__backend_cpu_counts(struct sysinfo_host *host, struct sysinfo_processors *counts) {
    (void)counts;
    return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, "the CPU count", "is not supported on this system");
}

uint64_t sysinfo__backend_online(struct sysinfo_host *host) {
    (void)host;
    return 0;
}
