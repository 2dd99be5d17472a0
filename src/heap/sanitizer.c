/* SPDX-License-Identifier: MIT */
/*
 * The allocator of a sanitizer's runtime (address, thread, leak, memory), of gcc or clang. What is
 * in quarantine counts as used until a trim.
 */
#include "owner.h"

static int tell(struct sysinfo_host *host, const struct sysinfo__heap_owner *owner, bool in_detail,
                struct sysinfo_heap *heap) {
    (void)host;
    (void)in_detail;
    FACT(heap, used, owner->calls.sanitizer.used());
    FACT(heap, footprint, owner->calls.sanitizer.footprint());
    return SYSINFO_OK;
}

static int trim(struct sysinfo_host *host, const struct sysinfo__heap_owner *owner) {
    if (owner->calls.sanitizer.purge == NULL) {
        return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, "sanitizer", "has no __sanitizer_purge_allocator()");
    }
    owner->calls.sanitizer.purge();
    return SYSINFO_OK;
}

static const struct sysinfo__allocator sanitizer = {"sanitizer", tell, trim};

bool sysinfo__sanitizer_owns(const void *object, struct sysinfo__heap_owner *owner) {
    if (!sysinfo__object_has(object, "__sanitizer_get_current_allocated_bytes", &owner->calls.sanitizer.used) ||
        !sysinfo__object_has(object, "__sanitizer_get_heap_size", &owner->calls.sanitizer.footprint)) {
        return false;
    }
    if (!sysinfo__object_has(object, "__sanitizer_purge_allocator", &owner->calls.sanitizer.purge)) {
        owner->calls.sanitizer.purge = NULL;
    }
    owner->allocator = &sanitizer;
    return true;
}
