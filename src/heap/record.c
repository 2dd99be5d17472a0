/* SPDX-License-Identifier: MIT */
#include <sysinfo/heap_tracker.h>

#include "host.h"

static int read_record(struct sysinfo_host *host, const char *path, struct sysinfo_heap_record *out, size_t size) {
    if (!sysinfo__can_give(host, out, size)) {
        return SYSINFO_INVALID;
    }
    if (path == NULL || path[0] != '/') {
        return sysinfo__invalid(host, "the path of a record begins with a slash");
    }
    if (sysinfo__backend.heap_record == NULL) {
        return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, path,
                               "cannot be a record of the tracker, which this system does not have");
    }
    struct sysinfo_heap_record record;
    int status = sysinfo__backend.heap_record(host, path, &record);
    if (status == SYSINFO_OK) {
        sysinfo__give(out, size, &record, sizeof record);
    }
    return status;
}

int sysinfo_heap_recorded(struct sysinfo_host *host, const char *path, struct sysinfo_heap_record *record,
                          size_t size) {
    struct sysinfo__call call;
    host = sysinfo__begin(&call, host);
    return sysinfo__end(&call, read_record(host, path, record, size));
}
