/* SPDX-License-Identifier: MIT */
#include "backend.h"

int sysinfo__backend_load_average(struct sysinfo_host *host, struct sysinfo_load *load) {
    (void)load;
    return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, "the load average", "is not supported on this system");
}
