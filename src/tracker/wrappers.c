/* SPDX-License-Identifier: MIT */
/*
 * The functions that replace malloc() and its family.
 *
 * An allocation is counted after it is done, and a free before: otherwise another thread could be counted first that
 * gets or frees the same block.
 */
#include "sites.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT SYSINFO__BETWEEN __attribute__((visibility("default")))

static inline uint64_t enter(node_t *node) {
    if (node == NULL) {
        return 0;
    }
    uint64_t outer = LOAD(node->inside);
    sysinfo__mark(node, outer | SYSINFO__IN_ALLOCATOR);
    return outer;
}

static inline void leave(node_t *node, uint64_t outer) {
    if (node != NULL) {
        sysinfo__mark(node, outer);
    }
}

/* ---- Counting ---- */

__attribute__((noinline)) void *sysinfo__allocated_more(node_t *node, void *block) {
    int64_t live = LOAD(node->live);
    if (live > LOAD(node->peak)) {
        STORE(node->peak, live);
    }
    if (live - LOAD(node->reported) > SYSINFO__BATCH || sysinfo__is_batch(LOAD(node->allocs))) {
        sysinfo__flush(node, true);
    } else {
        sysinfo__set_bounds(node);
    }
    return block;
}

/* Counts a block with a mapping of its own, whose block begins after a gap. Never called on the short way. */
static void note_mapping(const void *block, int64_t size, int64_t sign) {
    if (sysinfo__has_size_in_front && (sysinfo__word_in_front(block) & SYSINFO__IS_MAPPED) != 0) {
        int64_t gap = (int64_t)((const size_t *)block)[-2], head = 2 * (int64_t)sizeof(size_t);
        (void)__atomic_fetch_add(&sysinfo__own_mappings, sign * (gap + head + size), __ATOMIC_RELAXED);
    }
}

static int64_t size_of_new(void *block) {
    int64_t size = sysinfo__size_of(block);
    note_mapping(block, size, 1);
    return size;
}

static int64_t size_of_old(void *block) {
    int64_t size = sysinfo__size_of(block);
    note_mapping(block, size, -1);
    return size;
}

__attribute__((noinline)) void *sysinfo__count_alloc(node_t *node, void *block) {
    if (node != NULL && block != NULL) {
        return sysinfo__count_size(node, block, size_of_new(block));
    }
    if (node != NULL) {
        sysinfo__add(&node->failed, 1);
    } else if (block == NULL) {
        sysinfo__count_shared(0, 0, 0, 1);
    } else if (!sysinfo__is_boot(block)) {
        sysinfo__count_shared(size_of_new(block), 1, 0, 0);
    }
    return block;
}

static void count_free(node_t *node, int64_t size) {
    if (node == NULL) {
        sysinfo__count_shared(-size, 0, 1, 0);
        return;
    }
    sysinfo__add(&node->frees, 1);
    sysinfo__add(&node->live, -size);
    if (LOAD(node->live) < LOAD(node->floor) || sysinfo__is_batch(LOAD(node->frees))) {
        sysinfo__flush(node, false);
    }
}

/* ---- malloc() and free(): the short way, and others ---- */

__attribute__((noinline)) SYSINFO__BETWEEN void *sysinfo__malloc_slowly(size_t size) {
    node_t *node = sysinfo__node();
    uint64_t outer = enter(node);
    void *block = sysinfo__real.malloc(size);
    leave(node, outer);
    return sysinfo__count_alloc(node, block);
}

/* Under another name, to distinguish it from a malloc() that the program calls instead. */
void *sysinfo__malloc(size_t size) __attribute__((visibility("hidden")));
SYSINFO__BETWEEN void *sysinfo__malloc(size_t size) {
    node_t *node = *sysinfo__slot;
    if (UNLIKELY(node == NULL || node->inside != 0)) {
        return sysinfo__malloc_noted(size, node);
    }
    sysinfo__mark(node, SYSINFO__IN_ALLOCATOR);
    void *block = sysinfo__real.malloc(size);
    sysinfo__mark(node, 0);
    if (UNLIKELY(block == NULL)) {
        return sysinfo__count_alloc(node, block);
    }
    size_t word = sysinfo__word_in_front(block);
    if (UNLIKELY((word & SYSINFO__IS_MAPPED) != 0)) {
        return sysinfo__count_alloc(node, block);
    }
    return sysinfo__count_size(node, block, sysinfo__size_in(word));
}
__attribute__((visibility("default"))) void *malloc(size_t size) __attribute__((alias("sysinfo__malloc")));

__attribute__((noinline)) void sysinfo__free_slowly(void *block) {
    if (sysinfo__is_boot(block)) {
        return;
    }
    node_t *node = sysinfo__node();
    count_free(node, size_of_old(block));
    uint64_t outer = enter(node);
    sysinfo__real.free(block);
    leave(node, outer);
}

__attribute__((noinline)) static void free_and_flush(node_t *node, void *block) {
    sysinfo__flush(node, false);
    sysinfo__mark(node, SYSINFO__IN_ALLOCATOR);
    sysinfo__real.free(block);
    sysinfo__mark(node, 0);
}

EXPORT void free(void *block) {
    if (block == NULL) {
        return;
    }
    node_t *node = *sysinfo__slot;
    if (UNLIKELY(node == NULL || node->inside != 0)) {
        sysinfo__free_noted(block, node);
        return;
    }
    size_t word = sysinfo__word_in_front(block);
    if (UNLIKELY((word & SYSINFO__IS_MAPPED) != 0)) { /* Also those from before the start. */
        sysinfo__free_slowly(block);
        return;
    }
    if (sysinfo__count_freed(node, sysinfo__size_in(word))) {
        free_and_flush(node, block);
        return;
    }
    sysinfo__mark(node, SYSINFO__IN_ALLOCATOR);
    sysinfo__real.free(block);
    sysinfo__mark(node, 0);
}

/* ---- The others ---- */

SYSINFO__BETWEEN static void *realloc_boot(void *block, size_t size) {
    void *moved = malloc(size);
    size_t held = sysinfo__boot_size(block);
    if (moved != NULL) {
        memcpy(moved, block, size < held ? size : held);
    }
    return moved;
}

/* Of what is counted as freed before it is known whether it will be. */
static void count_kept(node_t *node, int64_t size) {
    if (node == NULL) {
        sysinfo__count_shared(size, 0, -1, 1);
        return;
    }
    sysinfo__add(&node->frees, -1);
    sysinfo__add(&node->live, size);
    sysinfo__add(&node->failed, 1);
}

EXPORT void *realloc(void *block, size_t size) {
    if (sysinfo__is_boot(block)) {
        return realloc_boot(block, size);
    }
    node_t *node = sysinfo__node();
    int64_t held = 0;
    if (block != NULL) {
        held = size_of_old(block);
        count_free(node, held);
    }
    uint64_t outer = enter(node);
    void *moved = sysinfo__real.realloc(block, size);
    leave(node, outer);
    if (moved == NULL && block != NULL) {
#ifdef __GLIBC__
        bool is_freed = size == 0;
#else
        bool is_freed = false; /* musl then gives a block of its least size. */
#endif
        if (!is_freed) {
            note_mapping(block, held, 1);
            count_kept(node, held);
        }
        return NULL;
    }
    return sysinfo__count_alloc(node, moved);
}

/* What the C library refuses by itself, before realloc(), is a failure like any other. */
EXPORT void *reallocarray(void *block, size_t count, size_t size) {
    size_t bytes;
    node_t *node = sysinfo__node(); /* Also finds the real allocator. */
    if (sysinfo__is_aside && sysinfo__real.reallocarray != NULL) {
        return sysinfo__real.reallocarray(block, count, size);
    }
    if (__builtin_mul_overflow(count, size, &bytes)) {
        errno = ENOMEM;
        return sysinfo__count_alloc(node, NULL);
    }
    return realloc(block, bytes);
}

#ifdef __GLIBC__

EXPORT void *calloc(size_t count, size_t size) {
    node_t *node = sysinfo__node();
    uint64_t outer = enter(node);
    void *block = sysinfo__real.calloc(count, size);
    leave(node, outer);
    return sysinfo__count_alloc(node, block);
}

EXPORT int posix_memalign(void **out, size_t alignment, size_t size) {
    node_t *node = sysinfo__node();
    uint64_t outer = enter(node);
    int error = sysinfo__real.posix_memalign(out, alignment, size);
    leave(node, outer);
    (void)sysinfo__count_alloc(node, error == 0 ? *out : NULL);
    return error;
}

EXPORT void *memalign(size_t alignment, size_t size) {
    node_t *node = sysinfo__node();
    uint64_t outer = enter(node);
    void *block = sysinfo__real.memalign(alignment, size);
    leave(node, outer);
    return sysinfo__count_alloc(node, block);
}

EXPORT void *valloc(size_t size) {
    node_t *node = sysinfo__node();
    uint64_t outer = enter(node);
    void *block = sysinfo__real.valloc(size);
    leave(node, outer);
    return sysinfo__count_alloc(node, block);
}

EXPORT void *pvalloc(size_t size) {
    node_t *node = sysinfo__node();
    uint64_t outer = enter(node);
    void *block = sysinfo__real.pvalloc(size);
    leave(node, outer);
    return sysinfo__count_alloc(node, block);
}

#else

/*
 * musl's calloc(), memalign() and valloc() call the malloc() and aligned_alloc()
 * that everybody calls, and are counted there, and so does posix_memalign() unless it
 * refuses the alignment.
 */
EXPORT int posix_memalign(void **out, size_t alignment, size_t size) {
    node_t *node = sysinfo__node();
    int error = sysinfo__real.posix_memalign(out, alignment, size);
    if (error != 0 && alignment < sizeof(void *)) {
        (void)sysinfo__count_alloc(node, NULL);
    }
    return error;
}

EXPORT void *calloc(size_t count, size_t size) {
    size_t bytes;
    node_t *node = sysinfo__node();
    if (__builtin_mul_overflow(count, size, &bytes)) {
        (void)sysinfo__count_alloc(node, NULL);
    }
    return sysinfo__real.calloc(count, size);
}

#endif

EXPORT void *aligned_alloc(size_t alignment, size_t size) {
    node_t *node = sysinfo__node();
    uint64_t outer = enter(node);
    void *block = sysinfo__real.aligned_alloc(alignment, size);
    leave(node, outer);
    return sysinfo__count_alloc(node, block);
}
