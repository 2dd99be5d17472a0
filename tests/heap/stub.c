/* SPDX-License-Identifier: MIT */
/*
 * A program at a fixed address that takes the address of malloc(): the linker then gives the whole process the address
 * of a stub in this program, which owns no heap. `test_heap_stub NAME`. Does not use libcheck; prints what is wrong.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sysinfo/sysinfo.h>

static void *(*volatile allocate)(size_t);

int main(int argc, char **argv) {
    allocate = malloc;
    void *volatile block = allocate(100);
    struct sysinfo_heap heap;
    const char *name = sysinfo_heap_allocator(NULL);
    int status = sysinfo_heap_info(NULL, &heap, sizeof heap);
    free(block);
    if (argc != 2 || name == NULL || strcmp(name, argv[1]) != 0 || status != SYSINFO_OK ||
        !SYSINFO_HAS(&heap, footprint)) {
        printf("wrong: the allocator is %s, the status %d\n", name != NULL ? name : "not known", status);
        return 1;
    }
    return 0;
}
