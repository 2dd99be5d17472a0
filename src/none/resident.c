/* SPDX-License-Identifier: MIT */
#include "heap/owner.h"

int sysinfo__heap_resident(struct sysinfo_host *host, uint64_t *bytes) {
    (void)bytes;
    return sysinfo__failed(host, SYSINFO_UNKNOWN, 0, "the size of this process",
                           "in memory is not told by this system");
}
