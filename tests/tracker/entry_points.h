/* SPDX-License-Identifier: MIT */
/* Every function that the tracker wraps, with the expected counts; without libcheck, so that musl can use it. */
#ifndef TESTS_TRACKER_ENTRY_POINTS_H
#define TESTS_TRACKER_ENTRY_POINTS_H

#include <errno.h>

#include "tracker.h"

struct expected {
    uint64_t allocs, frees, failed;
    int64_t live;
};

static inline void *got(struct expected *expected, void *block) {
    if (block == NULL) {
        expected->failed++;
    } else {
        expected->allocs++;
        expected->live += size_of(block);
    }
    return block;
}

static inline void give_back(struct expected *expected, void *block) {
    expected->frees++;
    expected->live -= size_of(block);
    free(block);
}

static inline void *resized(struct expected *expected, void *block, size_t size) {
    int64_t held = block != NULL ? size_of(block) : 0;
    void *moved = realloc(block, size);
    if (moved == NULL && size != 0) {
        expected->failed++;
        return NULL;
    }
    if (block != NULL) {
        expected->frees++;
        expected->live -= held;
    }
    return moved != NULL ? got(expected, moved) : NULL;
}

static volatile size_t enormous = SIZE_MAX / 2 - 4096; /* Hidden from compilers, which would see that it must fail. */

static inline void fail_everywhere(struct expected *expected) {
    void *block = got(expected, malloc(100)), *untouched = block;
    (void)got(expected, malloc(enormous));
    (void)got(expected, calloc(enormous, 16));
    MUST(resized(expected, block, enormous) == NULL);
    MUST(posix_memalign(&untouched, 3, 100) == EINVAL && untouched == block);
    expected->failed++;
    MUST(posix_memalign(&untouched, 64, enormous) == ENOMEM);
    expected->failed++;
    (void)got(expected, aligned_alloc(64, enormous / 64 * 64));
    (void)got(expected, memalign(64, enormous));
    (void)got(expected, valloc(enormous));
    (void)got(expected, reallocarray(NULL, enormous, 16)); /* Rejected before realloc() is called. */
    errno = 0;
    void *volatile kept = block;
    MUST(reallocarray(kept, enormous, 16) == NULL && errno == ENOMEM);
    expected->failed++;
    give_back(expected, block);
    free(NULL);
}

/* From 1 byte to blocks with their own mappings; one of each is left behind. */
static inline void use_everything(struct expected *expected, unsigned seed) {
    static const size_t sizes[] = {1, 24, 25, 100, 1000, 1032, 1033, 4096, 65536, 131000, 1000000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        size_t size = sizes[i] + seed % 7;
        void *block[9], *aligned = NULL;
        block[0] = got(expected, malloc(size));
        block[1] = got(expected, calloc(3, size));
        block[2] = resized(expected, NULL, size);
        MUST(posix_memalign(&aligned, 256, size) == 0);
        block[3] = got(expected, aligned);
        block[4] = got(expected, aligned_alloc(64, (size + 63) / 64 * 64));
        block[5] = got(expected, memalign(4096, size));
        block[6] = got(expected, valloc(size));
#ifdef __GLIBC__
        block[7] = got(expected, pvalloc(size));
#else
        block[7] = got(expected, malloc(size));
#endif
        block[8] = resized(expected, got(expected, malloc(8)), size * 2);
        block[2] = resized(expected, block[2], size / 2 + 1);
        block[0] = resized(expected, block[0], size * 3);
#ifdef __GLIBC__
        void *least = resized(expected, got(expected, malloc(size)), 0); /* glibc frees; others return a block. */
        if (least != NULL) {
            give_back(expected, least);
        }
#endif
        for (int k = 0; k < 8; k++) {
            give_back(expected, block[k]);
        }
    }
}

static void *do_script(void *argument) {
    struct expected expected = {0};
    struct sysinfo_heap_tally before = thread_counts();
    for (unsigned i = 0; i < 20; i++) {
        use_everything(&expected, (unsigned)(uintptr_t)argument + i);
    }
    fail_everywhere(&expected);
    struct sysinfo_heap_tally own = since(thread_counts(), before);
    MUST(own.allocs == expected.allocs && own.frees == expected.frees);
    MUST(own.failed == expected.failed);
    MUST(own.live == expected.live && own.blocks == (int64_t)(expected.allocs - expected.frees));
    struct expected *result = malloc(sizeof *result);
    *result = expected;
    return result;
}

#endif
