/* SPDX-License-Identifier: MIT */
#include "backend.h"

int sysinfo__backend_numa(struct sysinfo_host *host, struct sysinfo__numa_rows *rows) {
    (void)rows;
    return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, "the list of NUMA nodes", "is not supported on this system");
}
