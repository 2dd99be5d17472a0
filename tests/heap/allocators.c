/* SPDX-License-Identifier: MIT */
/*
 * Under another allocator, named by this program's argument: CTest runs it with each one preloaded, and in a build with
 * a sanitizer. The test sums malloc_usable_size(), so figures must be exact to the byte.
 */
#include "heap.h"

#include <malloc.h>
#include <pthread.h>

#include "run.h"

#define MiB (UINT64_C(1) << 20)

static const char *expected;

static bool is(const char *name) {
    return strcmp(expected, name) == 0;
}

START_TEST(owner_is_found_by_the_object_of_malloc) {
    ck_assert_pstr_eq(sysinfo_heap_allocator(host), expected);
    ck_assert_pstr_eq(sysinfo_heap_allocator(NULL), expected);
}
END_TEST

static const size_t sizes[] = {1, 24, 100, 1000, 5000, 70000, 1000000, 64 << 20};

START_TEST(used_is_the_sum_of_the_blocks) {
    enum { BLOCKS = 50 };
    size_t size = sizes[_i], blocks = size > 1000000 ? 2 : BLOCKS;
    void *block[BLOCKS];
    uint64_t sum = 0;
    struct sysinfo_heap before = info();
    for (size_t i = 0; i < blocks; i++) {
        block[i] = malloc(size);
        sum += malloc_usable_size(block[i]);
    }
    struct sysinfo_heap full = info();
    if (is("sanitizer")) { /* It counts each block with its surroundings and its size class. */
        ck_assert_uint_ge(full.used - before.used, sum);
        ck_assert_uint_le(full.used - before.used, 2 * sum + blocks * 4096);
    } else {
        ck_assert_uint_eq(full.used - before.used, sum);
    }
    for (size_t i = 0; i < blocks; i++) {
        free(block[i]);
    }
    (void)trim(); /* Until then, a sanitizer holds freed blocks in quarantine. */
    uint64_t after = info().used;
    ck_assert_uint_eq(after, before.used);
}
END_TEST

START_TEST(parts_add_up) {
    void *block = malloc(3 * MiB);
    struct sysinfo_heap heap = detail();
    free(block);
    ck_assert_uint_ge(heap.used, 3 * MiB);
    ck_assert_uint_eq(heap.used + heap.free, heap.footprint);
    ck_assert_uint_le(heap.reclaimable, heap.free);
    ck_assert_uint_eq(heap.estimated & ~heap.present, 0);
}
END_TEST

static void free_most_of_100_MB(void) {
    enum { BLOCKS = 100000 };
    void **block = touched(BLOCKS * sizeof *block);
    for (size_t i = 0; i < BLOCKS; i++) {
        block[i] = touched(1000);
    }
    for (size_t i = 0; i + 1 < BLOCKS; i++) {
        free(block[i]);
    }
}

START_TEST(trim_releases_what_was_predicted) {
    free_most_of_100_MB();
    struct sysinfo_heap heap = detail();
    uint64_t released = trim();
    if (is("mimalloc")) { /* It predicts nothing, and keeps a part for later. */
        ck_assert_int_eq(SYSINFO_HAS(&heap, reclaimable), 0);
        ck_assert_uint_ge(released, 30 * MiB);
    } else if (is("sanitizer")) {
        ck_assert_uint_ge(released, 30 * MiB);
    } else {
        ck_assert_uint_ge(released, 90 * MiB);
        ck_assert_uint_le(heap.reclaimable > released ? heap.reclaimable - released : released - heap.reclaimable,
                          released / 100 * 12);
    }
}
END_TEST

/* Freed without having been touched: the allocator has it, but the system has nothing to reclaim. */
START_TEST(untouched_memory_is_not_reclaimable) {
    enum { BLOCKS = 300 };
    void *block[BLOCKS];
    for (int i = 0; i < BLOCKS; i++) {
        block[i] = malloc(MiB);
    }
    for (int i = 0; i < BLOCKS; i++) {
        free(block[i]);
    }
    struct sysinfo_heap heap = detail();
    uint64_t released = trim();
    ck_assert_int_eq(SYSINFO_IS_ESTIMATED(&heap, reclaimable), 1);
    ck_assert_uint_ge(heap.free, 100 * MiB);
    ck_assert_uint_le(heap.reclaimable, released + 32 * MiB); /* A few MiB of the process itself are resident. */
}
END_TEST

/* ---- Blocks in the caches of other threads ---- */

static pthread_barrier_t barrier;

static void *cache_blocks(void *unused) {
    enum { BLOCKS = 200 };
    void *block[BLOCKS];
    free(malloc(64)); /* Creates the cache. */
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < BLOCKS; i++) {
        block[i] = malloc(64);
    }
    for (int i = 0; i < BLOCKS; i++) {
        free(block[i]);
    }
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    return unused;
}

START_TEST(jemalloc_leaves_out_what_other_threads_cache) {
    enum { THREADS = 2 };
    pthread_t thread[THREADS];
    struct sysinfo_heap alone = info();
    ck_assert_int_eq(pthread_barrier_init(&barrier, NULL, THREADS + 1), 0);
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_create(&thread[i], NULL, cache_blocks, NULL), 0);
    }
    pthread_barrier_wait(&barrier);
    struct sysinfo_heap before = info();
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    struct sysinfo_heap after = info();
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(thread[i], NULL);
    }
    ck_assert_uint_eq(after.used, before.used);
    ck_assert_uint_gt(after.blocks, before.blocks); /* For these, only the bytes are known. */
    ck_assert(SYSINFO_IS_ESTIMATED(&after, used) && SYSINFO_IS_ESTIMATED(&after, blocks));
    ck_assert(SYSINFO_IS_ESTIMATED(&after, allocs) && SYSINFO_IS_ESTIMATED(&after, frees));
    ck_assert(!SYSINFO_IS_ESTIMATED(&alone, used) && !SYSINFO_IS_ESTIMATED(&alone, blocks));
}
END_TEST

START_TEST(jemalloc_counts_blocks) {
    enum { BLOCKS = 10000, KEPT = 6000 };
    void **block = malloc(BLOCKS * sizeof *block);
    struct sysinfo_heap before = info();
    for (int i = 0; i < BLOCKS; i++) {
        block[i] = malloc(56);
    }
    for (int i = KEPT; i < BLOCKS; i++) {
        free(block[i]);
    }
    struct sysinfo_heap after = info();
    ck_assert_uint_eq(after.blocks - before.blocks, KEPT);
    ck_assert_uint_eq(after.allocs - before.allocs, BLOCKS);
    ck_assert_uint_eq(after.frees - before.frees, BLOCKS - KEPT);
    ck_assert_uint_gt(after.arenas, 0);
}
END_TEST

START_TEST(mimalloc_reports_only_its_footprint) {
    struct sysinfo_heap before = info();
    ck_assert_uint_eq(before.present, SYSINFO_BIT(struct sysinfo_heap, footprint));
    void *block = touched(100 * MiB);
    struct sysinfo_heap after = info();
    free(block);
    ck_assert_uint_ge(after.footprint, before.footprint + 64 * MiB);
}
END_TEST

static void leak(void *argument) {
    (void)argument;
    *(void *volatile *)&(void *){NULL} = malloc(100);
}

START_TEST(growth_is_unknown_if_the_use_is) {
    double growth;
    int status = sysinfo_heap_growth(host, leak, NULL, 100, &growth);
    ck_assert_int_eq(status, SYSINFO_UNKNOWN);
    ck_assert_str_eq(sysinfo_explain(host, status), "mimalloc does not report how much is in use");
}
END_TEST

int main(int argc, char **argv) {
    if (argc != 2) {
        return 2;
    }
    expected = argv[1];
    Suite *suite = suite_create(expected);
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, open_host, close_host);
    tcase_add_test(all, owner_is_found_by_the_object_of_malloc);
    tcase_add_test(all, trim_releases_what_was_predicted);
    if (is("mimalloc")) {
        tcase_add_test(all, mimalloc_reports_only_its_footprint);
        tcase_add_test(all, growth_is_unknown_if_the_use_is);
    } else {
        tcase_add_loop_test(all, used_is_the_sum_of_the_blocks, 0, sizeof sizes / sizeof sizes[0]);
        tcase_add_test(all, parts_add_up);
    }
    if (is("jemalloc") || is("tcmalloc")) {
        tcase_add_test(all, untouched_memory_is_not_reclaimable);
    }
    if (is("jemalloc")) {
        tcase_add_test(all, jemalloc_counts_blocks);
        tcase_add_test(all, jemalloc_leaves_out_what_other_threads_cache);
    }
    suite_add_tcase(suite, all);
    return run(suite);
}
