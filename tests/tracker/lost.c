/* SPDX-License-Identifier: MIT */
/* A ring of two blocks and one block with a holder, for C libraries and processors that libcheck is not built for. */
#include "tracker.h"

struct node {
    struct node *volatile next;
};

static struct node *volatile global;

__attribute__((noinline)) static void leave(void) {
    struct node *first = calloc(1, sizeof *first), *second = calloc(1, sizeof *second);
    MUST(first != NULL && second != NULL);
    first->next = second;
    second->next = first;
    global = calloc(1, sizeof *first);
}

__attribute__((noinline)) static void clear_stack(void) {
    volatile char bytes[32768];
    memset((void *)(uintptr_t)bytes, 0, sizeof bytes);
    __asm__ volatile("" ::"r"(bytes) : "memory");
}

int main(void) {
    struct sysinfo_heap_snapshot *snapshot;
    struct sysinfo_heap_moment moment;
    struct sysinfo_heap_leak leak;
    const struct sysinfo_heap_member *member;
    MUST(sysinfo_heap_sites_keep(8) == SYSINFO_OK);
    leave();
    clear_stack();
    MUST(sysinfo_heap_snapshot_open(&snapshot, SYSINFO_HEAP_LEAKS) == SYSINFO_OK);
    MUST(sysinfo_heap_snapshot_moment(snapshot, &moment, sizeof moment, NULL, NULL) == SYSINFO_OK);
    MUST(moment.lost_blocks == 2 && sysinfo_heap_snapshot_leaks(snapshot) == 1);
    MUST(sysinfo_heap_snapshot_leak(snapshot, 0, &leak, sizeof leak, &member) == SYSINFO_OK);
    MUST(leak.is_cycle == 1 && leak.blocks == 2 && leak.members == 2);
    MUST(moment.held_by_globals == (uint64_t)malloc_usable_size(global));
    printf("a ring of 2 blocks is found%s\n", SYSINFO_IS_ESTIMATED(&moment, lost_blocks) ? ", estimated" : "");
    sysinfo_heap_snapshot_close(snapshot);
    return 0;
}
