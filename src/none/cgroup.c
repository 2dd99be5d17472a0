/* SPDX-License-Identifier: MIT */
#include "backend.h"

int sysinfo__backend_cgroup(struct sysinfo_host *host, struct sysinfo__cgroup_sample *sample) {
    (void)sample;
    return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, "a cgroup", "is not supported on this system");
}

int sysinfo__backend_cgroup_path(struct sysinfo_host *host, const char **path) {
    (void)path;
    return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, "a cgroup", "is not supported on this system");
}
