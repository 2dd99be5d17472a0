/* SPDX-License-Identifier: MIT */
/*
 * The allocator of a sanitizer's runtime (address, thread, leak, memory), of gcc or clang. What is
 * in quarantine counts as used until a trim.
 */
#include "owner.h"

#include <stdlib.h>

static int report(struct sysinfo_host *host, const struct sysinfo__heap_owner *owner, bool in_detail,
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

static const struct sysinfo__allocator sanitizer = {"sanitizer", report, trim, NULL};
static const struct sysinfo__allocator silent = {"sanitizer", NULL, trim, NULL};

/*
 * The leak and the memory sanitizer keep these statistics for each thread, but sum only those of threads that they do
 * not have: the sum stays 0. Other threads may free meanwhile, so one try that shows nothing proves nothing.
 */
static bool is_counting(size_t (*used)(void)) {
    enum { TRIES = 3, BYTES = 50000 };
    bool has_moved = false;
    for (int i = 0; i < TRIES && !has_moved; i++) {
        size_t before = used();
        void *volatile block = malloc(BYTES);
        has_moved = block != NULL && used() >= before + BYTES;
        free(block);
    }
    return has_moved;
}

bool sysinfo__sanitizer_owns(const void *object, struct sysinfo__heap_owner *owner) {
    if (!sysinfo__object_has(object, "__sanitizer_get_current_allocated_bytes", &owner->calls.sanitizer.used) ||
        !sysinfo__object_has(object, "__sanitizer_get_heap_size", &owner->calls.sanitizer.footprint)) {
        return false;
    }
    if (!sysinfo__object_has(object, "__sanitizer_purge_allocator", &owner->calls.sanitizer.purge)) {
        owner->calls.sanitizer.purge = NULL;
    }
    owner->allocator = is_counting(owner->calls.sanitizer.used) ? &sanitizer : &silent;
    return true;
}
