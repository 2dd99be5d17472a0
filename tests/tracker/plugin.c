/* SPDX-License-Identifier: MIT */
/* Code that is loaded while a program runs, and allocates. */
#include <stdlib.h>

void *plugin_allocate(size_t size);

void *plugin_allocate(size_t size) {
    void *volatile block = malloc(size); /* Not by a jump: this code is a frame of the stack. */
    return block;
}
