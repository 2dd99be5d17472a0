/* SPDX-License-Identifier: MIT */
/* In a static program, glibc's malloc() is detected and reported to the byte as in any other. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sysinfo/sysinfo.h>

int main(void) {
    struct sysinfo_heap before, after;
    uint64_t released;
    const char *name = sysinfo_heap_allocator(NULL);
    if (name == NULL || strcmp(name, "glibc") != 0 || sysinfo_heap_info(NULL, &before, sizeof before) != SYSINFO_OK) {
        puts("wrong: glibc was not found in a static program");
        return 1;
    }
    void *block = malloc(5000);
    int status = sysinfo_heap_detail(NULL, &after, sizeof after);
    free(block);
    if (status != SYSINFO_OK || after.used - before.used != 5008 || after.arenas != 1 ||
        sysinfo_heap_trim(NULL, &released) != SYSINFO_OK) {
        puts("wrong: the figures of a static program");
        return 1;
    }
    puts("static glibc: exact to the byte");
    return 0;
}
