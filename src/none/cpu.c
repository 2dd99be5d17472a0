/* SPDX-License-Identifier: MIT */
#include "backend.h"

int sysinfo__backend_cpu_times(struct sysinfo_host *host, struct sysinfo_cpu_sample *times) {
    (void)times;
    return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, "CPU time", "is not supported on this system");
}

int sysinfo__backend_cpu_times_percpu(struct sysinfo_host *host, struct sysinfo__cpu_rows *rows) {
    (void)rows;
    return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, "CPU time", "is not supported on this system");
}
