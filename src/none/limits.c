/* SPDX-License-Identifier: MIT */
#include "backend.h"

int sysinfo__backend_memory_limit(struct sysinfo_host *host, struct sysinfo__limit *limit) {
    (void)limit;
    return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, "the memory limit of a process",
                           "is not supported on this system");
}

int sysinfo__backend_swap_limit(struct sysinfo_host *host, struct sysinfo__limit *limit) {
    (void)limit;
    return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, "the swap limit of a process",
                           "is not supported on this system");
}

int sysinfo__backend_cpu_limit(struct sysinfo_host *host, struct sysinfo__cpu_limit *limit) {
    (void)limit;
    return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, "the CPU limit of a process",
                           "is not supported on this system");
}

int sysinfo__backend_allowed_cores(struct sysinfo_host *host, uint64_t *cores) {
    (void)cores;
    return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, "the count of usable cores",
                           "is not supported on this system");
}
