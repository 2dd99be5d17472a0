/* SPDX-License-Identifier: MIT */
/* The load averages of the BSDs and macOS, through their libc. */
#include "posix.h"

#include <errno.h>
#include <stdlib.h>

int sysinfo__posix_load_average(struct sysinfo_host *host, struct sysinfo_load *load) {
    double average[3];
    int reported = getloadavg(average, 3);
    if (reported < 1) {
        return sysinfo__failed(host, SYSINFO_SYSTEM, reported < 0 ? errno : 0, "getloadavg",
                               "returned no load average");
    }
    FACT(load, min1, average[0]);
    if (reported > 1) {
        FACT(load, min5, average[1]);
    }
    if (reported > 2) {
        FACT(load, min15, average[2]);
    }
    return SYSINFO_OK;
}
