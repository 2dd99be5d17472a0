/* SPDX-License-Identifier: MIT */
/*
 * Properties that must hold wherever the tracker runs. Does not use libcheck, so that it can be built with musl:
 * `test_tracker_plain ALLOCATOR` ("-" for an unknown one).
 */
#include <pthread.h>

#include "entry_points.h"

static int fired;

static void count(void *unused) {
    (void)unused;
    fired++;
}

static void check_threads(void) {
    enum { THREADS = 8 };
    pthread_t thread[THREADS];
    struct sysinfo_heap_tally before = process_counts();
    uint64_t allocs = 0;
    int64_t blocks = 0;
    for (int i = 0; i < THREADS; i++) {
        MUST(pthread_create(&thread[i], NULL, do_script, (void *)(uintptr_t)i) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        void *result;
        pthread_join(thread[i], &result);
        const struct expected *expected = result;
        allocs += expected->allocs + 1;
        blocks += (int64_t)(expected->allocs - expected->frees);
        free(result);
    }
    struct sysinfo_heap_tally all = since(process_counts(), before);
    MUST(all.allocs >= allocs && all.allocs <= allocs + THREADS); /* A thread's own block. */
    MUST(all.blocks >= blocks && all.blocks <= blocks + THREADS);
}

static void check_heap_info(const char *allocator) {
    const char *name = sysinfo_heap_allocator(NULL);
    MUST(strcmp(name != NULL ? name : "-", allocator) == 0);
    struct sysinfo_host *host;
    struct sysinfo_heap heap;
    void *volatile block = malloc(100000);
    MUST(sysinfo_host_open(&host, NULL) == SYSINFO_OK);
    MUST(sysinfo_heap_info(host, &heap, sizeof heap) == SYSINFO_OK); /* Detecting the allocator allocates memory. */
    struct sysinfo_heap_tally before = process_counts();
    MUST(sysinfo_heap_info(host, &heap, sizeof heap) == SYSINFO_OK);
    MUST(heap.allocs == before.allocs && heap.blocks == (uint64_t)before.blocks);
    if (strcmp(allocator, "glibc") != 0) {
        MUST(heap.used == (uint64_t)before.live && !SYSINFO_IS_ESTIMATED(&heap, used));
        MUST(SYSINFO_HAS(&heap, footprint) == (strcmp(allocator, "mimalloc") == 0));
    }
    MUST(SYSINFO_HAS(&heap, free) == SYSINFO_HAS(&heap, footprint));
    MUST(!SYSINFO_HAS(&heap, free) || heap.free == heap.footprint - heap.used);
    MUST(heap.peak >= heap.used && heap.peak - heap.used == (uint64_t)(before.peak - before.live));
    sysinfo_host_close(host);
    free(block);
}

int main(int arguments, char **argument) {
    MUST(arguments == 2);
    free(do_script((void *)3));
    check_threads();
    check_heap_info(argument[1]);
    SYSINFO_SCOPE_ENTER(scope, "scope");
    void *volatile block = calloc(10, 1000);
    int64_t size = size_of(block);
    free(block);
    MUST(sysinfo_heap_leave(&scope, NULL) == SYSINFO_OK);
    MUST(scope.allocs == 1 && scope.frees == 1 && scope.peak == size && scope.increment == 0);
    MUST(sysinfo_heap_watch(1 << 20, 0, count, NULL) == SYSINFO_OK);
    block = malloc(2 << 20);
    MUST(fired == 1);
    free(block);
    puts("plain: all holds");
    return 0;
}
