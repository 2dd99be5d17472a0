/* SPDX-License-Identifier: MIT */
/* A program that is linked with or without the tracker. */
#include <stdio.h>
#include <stdlib.h>
#include <sysinfo/sysinfo.h>

int main(void) {
    struct sysinfo_heap_tally before, after;
    if (sysinfo_heap_thread_counts(&before, sizeof before) != SYSINFO_OK) {
        puts("not counted");
        return 0;
    }
    void *volatile block = malloc(5000);
    if (sysinfo_heap_thread_counts(&after, sizeof after) == SYSINFO_OK && after.allocs == before.allocs + 1 &&
        after.live >= before.live + 5000) {
        puts("one block, 5000 bytes and more");
    }
    free(block);
    return 0;
}
