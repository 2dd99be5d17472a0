/* SPDX-License-Identifier: MIT */
/* Shared by the tests of the heap. */
#ifndef TESTS_HEAP_H
#define TESTS_HEAP_H

#include <check.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sysinfo/sysinfo.h>

static struct sysinfo_host *host;

/*
 * A successful libcheck check allocates memory and writes to a file: that disturbs the heap between two measurements,
 * and is too slow for a million blocks.
 */
static inline void must(int status) {
    if (status != SYSINFO_OK) {
        ck_abort_msg("%s", sysinfo_explain(host, status));
    }
}

static inline void open_host(void) {
    ck_assert_int_eq(sysinfo_host_open(&host, NULL), SYSINFO_OK);
    (void)sysinfo_heap_allocator(host); /* One-time lookups happen now. */
}

static inline void close_host(void) {
    sysinfo_host_close(host);
}

static inline struct sysinfo_heap info(void) {
    struct sysinfo_heap heap;
    int status = sysinfo_heap_info(host, &heap, sizeof heap);
    must(status);
    return heap;
}

static inline struct sysinfo_heap detail(void) {
    struct sysinfo_heap heap;
    int status = sysinfo_heap_detail(host, &heap, sizeof heap);
    must(status);
    return heap;
}

static inline uint64_t trim(void) {
    uint64_t released;
    int status = sysinfo_heap_trim(host, &released);
    must(status);
    return released;
}

static inline bool allocator_is(const char *name) {
    const char *owner = sysinfo_heap_allocator(host);
    return owner != NULL && strcmp(owner, name) == 0;
}

/* Whether a trim succeeds, or is impossible: the thread sanitizer's runtime has no such call. */
static inline bool trims(struct sysinfo_host *asked) {
    int status = sysinfo_heap_trim(asked, NULL);
    return status == SYSINFO_OK || (status == SYSINFO_NOT_SUPPORTED && allocator_is("sanitizer"));
}

/* The size of a block of this size in glibc. */
static inline uint64_t glibc_chunk(size_t size) {
    const size_t word = sizeof(size_t), unit = 2 * word > _Alignof(max_align_t) ? 2 * word : _Alignof(max_align_t);
    size_t chunk = (size + word + unit - 1) / unit * unit;
    return chunk < 4 * word ? 4 * word : chunk;
}

/* A block whose pages are all resident. */
static inline void *touched(size_t size) {
    void *block = malloc(size);
    if (block == NULL) {
        ck_abort_msg("no memory");
    }
    memset(block, 1, size);
    return block;
}

#endif
