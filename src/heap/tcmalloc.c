/* SPDX-License-Identifier: MIT */
/*
 * tcmalloc of gperftools, through the C names of its MallocExtension. (Google's other tcmalloc has
 * different ones and is not known.)
 */
#include "owner.h"

static bool get(const struct sysinfo__heap_owner *owner, const char *property, uint64_t *value) {
    size_t size = 0;
    bool is_reported = owner->calls.tcmalloc.get(property, &size) != 0;
    *value = size;
    return is_reported;
}

static int report(struct sysinfo_host *host, const struct sysinfo__heap_owner *owner, bool in_detail,
                  struct sysinfo_heap *heap) {
    (void)in_detail;
    uint64_t value;
    if (!get(owner, "generic.current_allocated_bytes", &value)) {
        return sysinfo__failed(host, SYSINFO_UNKNOWN, 0, "tcmalloc", "does not report generic.current_allocated_bytes");
    }
    FACT(heap, used, value);
    if (get(owner, "generic.heap_size", &value)) {
        FACT(heap, footprint, value);
    }
    if (get(owner, "tcmalloc.pageheap_free_bytes", &value)) {
        GUESS(heap, reclaimable, value); /* Pages that nobody has touched yet, too. */
    }
    if (get(owner, "generic.total_physical_bytes", &value)) {
        GUESS(heap, resident, value); /* All that was not given back, touched or not. */
    }
    return SYSINFO_OK;
}

static int trim(struct sysinfo_host *host, const struct sysinfo__heap_owner *owner) {
    (void)host;
    owner->calls.tcmalloc.release();
    return SYSINFO_OK;
}

static const struct sysinfo__allocator tcmalloc = {"tcmalloc", report, trim, NULL};

bool sysinfo__tcmalloc_owns(const void *object, struct sysinfo__heap_owner *owner) {
    if (!sysinfo__object_has(object, "MallocExtension_GetNumericProperty", &owner->calls.tcmalloc.get) ||
        !sysinfo__object_has(object, "MallocExtension_ReleaseFreeMemory", &owner->calls.tcmalloc.release)) {
        return false;
    }
    owner->allocator = &tcmalloc;
    return true;
}
