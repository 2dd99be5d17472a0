/* SPDX-License-Identifier: MIT */
#include "backend.h"

int sysinfo__backend_swap_memory(struct sysinfo_host *host, struct sysinfo_swap *swap) {
    (void)swap;
    return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, "swap space", "is not supported on this system");
}
