/* SPDX-License-Identifier: MIT */
/*
 * A program whose heap is not counted: linked statically, or with its own malloc() (OWN_MALLOC). Reads stdin to its
 * end.
 */
#include <stdlib.h>
#include <unistd.h>

#ifdef OWN_MALLOC
#include <string.h>

static _Alignas(16) char heap[1 << 20];
static size_t used;

void *malloc(size_t size) {
    size_t at = used;
    used += (size + 15) / 16 * 16;
    if (used > sizeof heap) {
        abort();
    }
    return heap + at;
}

void free(void *block) {
    (void)block;
}

void *calloc(size_t count, size_t size) {
    return malloc(count * size); /* No byte is used twice, so these are zeros. */
}

void *realloc(void *block, size_t size) {
    char *grown = malloc(size);
    if (block != NULL) {
        memmove(grown, block, size); /* Also copies what follows the old block, which is harmless. */
    }
    return grown;
}
#endif

int main(void) {
    char byte;
    char *volatile block = malloc(10);
    while (read(0, &byte, 1) > 0) {
    }
    return block == NULL;
}
