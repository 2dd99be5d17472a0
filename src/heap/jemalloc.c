/* SPDX-License-Identifier: MIT */
/*
 * jemalloc 5, linked, preloaded, or in the C library of FreeBSD and NetBSD. Its statistics are read
 * by name, through mallctl().
 */
#include "owner.h"

#include <string.h>

/* All arenas together, in a name (MALLCTL_ARENAS_ALL). */
#define ALL "4096"

static bool get(const struct sysinfo__heap_owner *owner, const char *name, void *value, size_t size) {
    size_t reported = size;
    return owner->calls.jemalloc.mallctl(name, value, &reported, NULL, 0) == 0 && reported == size;
}

static bool get_size(const struct sysinfo__heap_owner *owner, const char *name, uint64_t *value) {
    size_t size = 0; /* Of the process's own width: on 32 bits, a read of 8 bytes is refused. */
    bool is_reported = get(owner, name, &size, sizeof size);
    *value = size;
    return is_reported;
}

static bool get_sum(const struct sysinfo__heap_owner *owner, const char *small, const char *large, uint64_t *sum) {
    uint64_t part = 0;
    *sum = 0;
    bool is_reported = get(owner, small, sum, sizeof *sum) && get(owner, large, &part, sizeof part);
    *sum += part;
    return is_reported;
}

/*
 * What this thread has freed goes back to the arenas, or it would count as in use. Refused (EFAULT)
 * where threads have no caches: then there is nothing to do.
 */
static void flush(const struct sysinfo__heap_owner *owner) {
    (void)owner->calls.jemalloc.mallctl("thread.tcache.flush", NULL, NULL, NULL, 0);
}

/*
 * What lies freed in the caches of other threads, which only they can flush. It counts as allocated until then. Since
 * 5.1; unknown before.
 */
static bool get_cached(const struct sysinfo__heap_owner *owner, uint64_t *bytes) {
    return get_size(owner, "stats.arenas." ALL ".tcache_bytes", bytes);
}

static void set_used(const struct sysinfo__heap_owner *owner, uint64_t allocated, struct sysinfo_heap *heap) {
    uint64_t cached = 0;
    bool is_known = get_cached(owner, &cached);
    FACT(heap, used, allocated > cached ? allocated - cached : 0);
    if (!is_known || cached != 0) {
        GUESS(heap, used, heap->used);
    }
}

/*
 * Of blocks in caches only the bytes are known. And a thread adds what it has asked for to nrequests only when it
 * flushes its cache, even an empty one.
 */
static void set_blocks(const struct sysinfo__heap_owner *owner, struct sysinfo_heap *heap) {
    uint64_t made, gone, asked;
    if (!get_sum(owner, "stats.arenas." ALL ".small.nmalloc", "stats.arenas." ALL ".large.nmalloc", &made) ||
        !get_sum(owner, "stats.arenas." ALL ".small.ndalloc", "stats.arenas." ALL ".large.ndalloc", &gone) ||
        gone > made) {
        return;
    }
    FACT(heap, blocks, made - gone);
    /* nmalloc counts what moves into the threads' caches; what programs asked for is nrequests. */
    if (get_sum(owner, "stats.arenas." ALL ".small.nrequests", "stats.arenas." ALL ".large.nrequests", &asked) &&
        asked >= heap->blocks) {
        GUESS(heap, allocs, asked);
        GUESS(heap, frees, asked - heap->blocks);
    }
    if (SYSINFO_IS_ESTIMATED(heap, used)) {
        GUESS(heap, blocks, heap->blocks);
    }
}

static int report(struct sysinfo_host *host, const struct sysinfo__heap_owner *owner, bool in_detail,
                  struct sysinfo_heap *heap) {
    (void)in_detail;
    flush(owner);
    uint64_t epoch = 1; /* The statistics are a copy; writing this renews it. */
    if (owner->calls.jemalloc.mallctl("epoch", NULL, NULL, &epoch, sizeof epoch) != 0) {
        return sysinfo__failed(host, SYSINFO_UNKNOWN, 0, "jemalloc", "did not renew its statistics");
    }
    uint64_t used, mapped, retained, page, dirty, muzzy, resident;
    unsigned arenas;
    if (!get_size(owner, "stats.allocated", &used)) {
        return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, "jemalloc", "was built without statistics");
    }
    set_used(owner, used, heap);
    if (get_size(owner, "stats.mapped", &mapped) && get_size(owner, "stats.retained", &retained)) {
        FACT(heap, footprint, mapped + retained);
    }
    if (get_size(owner, "arenas.page", &page) && get_size(owner, "stats.arenas." ALL ".pdirty", &dirty) &&
        get_size(owner, "stats.arenas." ALL ".pmuzzy", &muzzy)) {
        GUESS(heap, reclaimable, (dirty + muzzy) * page); /* Pages that nobody has touched yet, too. */
    }
    if (get_size(owner, "stats.resident", &resident)) {
        GUESS(heap, resident, resident); /* "Maximum", says its manual: untouched pages count too. */
    }
    if (get(owner, "arenas.narenas", &arenas, sizeof arenas)) {
        FACT(heap, arenas, arenas);
    }
    set_blocks(owner, heap);
    return SYSINFO_OK;
}

static int trim(struct sysinfo_host *host, const struct sysinfo__heap_owner *owner) {
    flush(owner);
    int error = owner->calls.jemalloc.mallctl("arena." ALL ".purge", NULL, NULL, NULL, 0);
    return error == 0 ? SYSINFO_OK : sysinfo__failed(host, SYSINFO_SYSTEM, error, "arena." ALL ".purge", NULL);
}

static const struct sysinfo__allocator jemalloc = {"jemalloc", report, trim, NULL};

bool sysinfo__jemalloc_owns(const void *object, struct sysinfo__heap_owner *owner) {
    if (!sysinfo__object_has(object, "mallctl", &owner->calls.jemalloc.mallctl)) {
        return false;
    }
    owner->allocator = &jemalloc;
    return true;
}
