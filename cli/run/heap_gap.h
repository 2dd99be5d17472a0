/* SPDX-License-Identifier: MIT */
/* Why the heap of a process cannot be counted. */
#ifndef CLI_HEAP_GAP_H
#define CLI_HEAP_GAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum heap_gap {
    /*
     * None that can be seen: it may only just begin, or be a copy of its parent that has not used
     * malloc() itself.
     */
    HEAP_GAP_NONE,
    HEAP_GAP_STATIC,
    HEAP_GAP_PRIVILEGED,
    HEAP_GAP_ALLOCATOR,
    HEAP_GAP_ENVIRONMENT,
    HEAP_GAP_ARCHITECTURE,
    HEAP_GAP_LIBC,
    HEAP_GAP_USER,
    HEAP_GAP_ROOT,
    HEAP_GAPS
};

/* The JSON key, and in words: "2 static programs" is the number, a blank, and one of the two. */
const char *heap_gap_key(enum heap_gap gap);
const char *heap_gap_words(enum heap_gap gap, size_t count);

/*
 * Asks /proc about a process of that name that has no record in `folder`. `parent`: the program
 * file of its parent if that is counted, else NULL.
 */
enum heap_gap heap_gap_of(int64_t pid, const char *name, const char *folder, const char *parent);

/*
 * Whether a record's program file, whose path may have lost its beginning, is what
 * the process runs now. Where that is kept from us its name, of 15 bytes, must do.
 */
bool heap_image_is_current(int64_t pid, const char *image, const char *name);

#endif
