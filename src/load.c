/* SPDX-License-Identifier: MIT */
#include <sysinfo/load.h>

#include <string.h>

#include "host.h"

int sysinfo_load_average(struct sysinfo_host *host, struct sysinfo_load *out, size_t size) {
    struct sysinfo__call call;
    host = sysinfo__begin(&call, host);
    if (!sysinfo__can_give(host, out, size)) {
        return sysinfo__end(&call, SYSINFO_INVALID);
    }
    struct sysinfo_load load;
    memset(&load, 0, sizeof load);
    int status = ASK(host, load_average, "the load average", &load);
    if (status == SYSINFO_OK) {
        sysinfo__give(out, size, &load, sizeof load);
    }
    return sysinfo__end(&call, status);
}
