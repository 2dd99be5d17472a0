/* SPDX-License-Identifier: MIT */
#include <sysinfo/heap_tracker.h>

#include "internal.h"

static int read_record(struct sysinfo_host *host, const struct sysinfo__question *question, size_t room,
                       union sysinfo__result *result) {
    (void)room;
    const char *path = question->path;
    if (path == NULL || path[0] != '/') {
        return sysinfo__invalid(host, "the path of a record begins with a slash");
    }
    if (sysinfo__backend.heap_record == NULL) {
        return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, path,
                               "is not a record: the tracker does not run on this system");
    }
    return sysinfo__backend.heap_record(host, path, &result->heap_record);
}

int sysinfo_heap_recorded(struct sysinfo_host *host, const char *path, struct sysinfo_heap_record *record,
                          size_t size) {
    struct sysinfo__question question = {.size = sizeof *record, .path = path};
    return sysinfo__answer(host, read_record, &question, record, size);
}
