/* SPDX-License-Identifier: MIT */
#include <sysinfo/pressure.h>

#include "internal.h"

/* No wait takes longer than the time that passes. A larger value, from a broken file, becomes 100 % and is marked. */
#define CLAMP(pressure, field)           \
    do {                                 \
        if ((pressure)->field > 100) {   \
            GUESS(pressure, field, 100); \
        }                                \
    } while (0)

static void correct(struct sysinfo_pressure *pressure) {
    CLAMP(pressure, some_avg10);
    CLAMP(pressure, some_avg60);
    CLAMP(pressure, some_avg300);
    CLAMP(pressure, full_avg10);
    CLAMP(pressure, full_avg60);
    CLAMP(pressure, full_avg300);
}

int sysinfo__pressure(struct sysinfo_host *host, uint32_t what, struct sysinfo_pressure *pressure) {
    int status = ASK(host, pressure, "pressure", (enum sysinfo_result)what, pressure);
    if (status == SYSINFO_OK) {
        correct(pressure);
    }
    return status;
}
