/* SPDX-License-Identifier: MIT */
/*
 * mimalloc. Its counters of blocks and bytes are compiled out of release builds and
 * then read 0, so only what every build counts is reported: the committed memory.
 */
#include "owner.h"

static int report(struct sysinfo_host *host, const struct sysinfo__heap_owner *owner, bool in_detail,
                  struct sysinfo_heap *heap) {
    (void)in_detail;
    size_t commit = 0, ignored;
    owner->calls.mimalloc.process_info(&ignored, &ignored, &ignored, &ignored, &ignored, &commit, &ignored, &ignored);
    if (commit == 0) {
        return sysinfo__failed(host, SYSINFO_UNKNOWN, 0, "mimalloc", "does not report what it committed");
    }
    FACT(heap, footprint, commit);
    return SYSINFO_OK;
}

static int trim(struct sysinfo_host *host, const struct sysinfo__heap_owner *owner) {
    (void)host;
    owner->calls.mimalloc.collect(true);
    return SYSINFO_OK;
}

static const struct sysinfo__allocator mimalloc = {"mimalloc", report, trim, NULL};

bool sysinfo__mimalloc_owns(const void *object, struct sysinfo__heap_owner *owner) {
    if (!sysinfo__object_has(object, "mi_process_info", &owner->calls.mimalloc.process_info) ||
        !sysinfo__object_has(object, "mi_collect", &owner->calls.mimalloc.collect)) {
        return false;
    }
    owner->allocator = &mimalloc;
    return true;
}
