/* SPDX-License-Identifier: MIT */
/* The text of glibc's malloc_info(), as it comes piece by piece. */
#ifndef SYSINFO_HEAP_DECODE_MALLOC_INFO_H
#define SYSINFO_HEAP_DECODE_MALLOC_INFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sysinfo__malloc_info {
    uint64_t page_size;  /* Set by the caller, the rest is zero at first. */
    uint64_t arenas;     /* <heap> elements. */
    uint64_t releasable; /* What a trim can make of the free chunks in the lists; without the tops of the arenas. */

    /* The totals after the last arena. */
    uint64_t system;     /* Held by the arenas. */
    uint64_t fast, rest; /* Free in them. */
    uint64_t mapped;     /* In mappings of their own. */
    bool is_complete;    /* The end was seen. */

    /* The line that is not complete yet; glibc has no longer lines. */
    char line[192];
    size_t length;
    bool is_in_arena;
};

void sysinfo__decode_malloc_info(struct sysinfo__malloc_info *info, const char *text, size_t length);

#endif
