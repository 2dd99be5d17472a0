/* SPDX-License-Identifier: MIT */
/* Code that is loaded at run time and allocates. */
#include <stdlib.h>

void *plugin_allocate(size_t size);

void *plugin_allocate(size_t size) {
    void *volatile block = malloc(size); /* Not a tail call: this code is a frame of the stack. */
    return block;
}
