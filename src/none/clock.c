/* SPDX-License-Identifier: MIT */
#include "backend.h"

double sysinfo__backend_clock(void) {
    return 0;
}

int sysinfo__backend_sleep(struct sysinfo_host *host, double seconds) {
    (void)seconds;
    return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, "sleeping", "is not supported on this system");
}

const char *sysinfo__backend_error(int64_t system_error) {
    (void)system_error;
    return NULL;
}
