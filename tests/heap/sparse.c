/* SPDX-License-Identifier: MIT */
/*
 * A preloaded allocator with jemalloc's interface: every figure is 8, small blocks returned are 2, and figures whose
 * names contain the text of SPARSE are refused.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "shim.c"

int mallctl(const char *name, void *old, size_t *old_size, void *new, size_t new_size);

int mallctl(const char *name, void *old, size_t *old_size, void *new, size_t new_size) {
    (void)new, (void)new_size;
    const char *refused = getenv("SPARSE");
    if (refused != NULL && refused[0] != '\0' && strstr(name, refused) != NULL) {
        return ENOENT;
    }
    if (old != NULL) {
        bool is_none = strstr(name, "large.ndalloc") != NULL || strstr(name, "tcache_bytes") != NULL;
        uint64_t wide = strstr(name, "small.ndalloc") != NULL ? 2 : is_none ? 0 : 8;
        unsigned narrow = (unsigned)wide;
        memcpy(old, *old_size == sizeof wide ? (const void *)&wide : &narrow, *old_size);
    }
    return 0;
}
