/* SPDX-License-Identifier: MIT */
#include "linux.h"

int sysinfo__linux_load_average(struct sysinfo_host *host, struct sysinfo_load *load) {
    int status = sysinfo__file_read_usual(host, SYSINFO__FILE_LOADAVG);
    if (status != SYSINFO_OK) {
        return status;
    }
    const struct sysinfo__state *state = sysinfo__state(host);
    if (!sysinfo__decode_loadavg(state->text, state->length, load)) {
        return sysinfo__failed(host, SYSINFO_MALFORMED, 0, "/proc/loadavg", "does not begin with three numbers");
    }
    return SYSINFO_OK;
}
