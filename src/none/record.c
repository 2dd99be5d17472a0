/* SPDX-License-Identifier: MIT */
#include "backend.h"

int sysinfo__backend_heap_record(struct sysinfo_host *host, const char *path, struct sysinfo_heap_record *record) {
    (void)record;
    return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, path,
                           "cannot be a record of the tracker, which this system does not have");
}
