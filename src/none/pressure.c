/* SPDX-License-Identifier: MIT */
#include "backend.h"

int sysinfo__backend_pressure(struct sysinfo_host *host, enum sysinfo_result what, struct sysinfo_pressure *pressure) {
    (void)what;
    (void)pressure;
    return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, "pressure", "is not supported on this system");
}
