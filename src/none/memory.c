/* SPDX-License-Identifier: MIT */
#include "backend.h"

int sysinfo__backend_virtual_memory(struct sysinfo_host *host, struct sysinfo_memory *memory) {
    (void)memory;
    return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, "memory", "is not supported on this system");
}
