/* SPDX-License-Identifier: MIT */
/* Sites noted from a later moment: earlier blocks have their own row. */
#include <pthread.h>

#include "run.h"
#include "sites.h"

static int is_over;

static void *keep_busy(void *argument) {
    uint64_t random = (uint64_t)(uintptr_t)argument;
    enum { SLOTS = 100 };
    void *block[SLOTS] = {NULL};
    while (!__atomic_load_n(&is_over, __ATOMIC_RELAXED)) {
        size_t slot = next_random(&random) % SLOTS;
        free(block[slot]);
        block[slot] = malloc(random % 1000);
    }
    for (int i = 0; i < SLOTS; i++) {
        free(block[i]);
    }
    return NULL;
}

static bool has_earlier(const struct sysinfo_heap_snapshot *snapshot, struct sysinfo_heap_site *earlier) {
    for (size_t i = 0; i < sysinfo_heap_snapshot_sites(snapshot); i++) {
        *earlier = read_site(snapshot, i, NULL);
        if (earlier->is_earlier) {
            return true;
        }
    }
    return false;
}

START_TEST(there_is_no_snapshot_before) {
    struct sysinfo_heap_snapshot *snapshot = (void *)&is_over;
    ck_assert_int_eq(sysinfo_heap_snapshot_open(&snapshot, 0), SYSINFO_NOT_SUPPORTED);
    ck_assert_ptr_null(snapshot);
}
END_TEST

START_TEST(earlier_blocks_have_their_row) {
    void *before = malloc(12345);
    struct sysinfo_heap_tally all = process_counts();
    MUST(sysinfo_heap_sites_keep(8) == SYSINFO_OK);
    void *after = malloc(54321);
    struct sysinfo_heap_site earlier = {0};
    struct sysinfo_heap_snapshot *snapshot = take_snapshot();
    bool is_there = has_earlier(snapshot, &earlier);
    size_t sites = sysinfo_heap_snapshot_sites(snapshot);
    struct sysinfo_heap_site first = read_site(snapshot, 0, NULL);
    int64_t size = size_of(after);
    sysinfo_heap_snapshot_close(snapshot);
    free(before);
    free(after);
    ck_assert(is_there);
    ck_assert_int_eq(earlier.blocks, all.blocks);
    ck_assert_int_eq(earlier.bytes, all.live);
    ck_assert(!SYSINFO_HAS(&earlier, oldest));
    ck_assert_uint_eq(sites, 2);
    ck_assert_int_eq(first.bytes, size);
}
END_TEST

/* Whatever other threads are doing: afterwards each of their blocks is noted or not, never half. */
START_TEST(threads_go_on_meanwhile) {
    enum { THREADS = 4 };
    pthread_t thread[THREADS];
    void *filler = malloc(10);
    struct sysinfo_heap_tally before = process_counts();
    for (int i = 0; i < THREADS; i++) {
        MUST(pthread_create(&thread[i], NULL, keep_busy, (void *)(uintptr_t)(4711 + i)) == 0);
    }
    MUST(sysinfo_heap_sites_keep(16) == SYSINFO_OK);
    for (int i = 0; i < 5; i++) {
        sysinfo_heap_snapshot_close(take_snapshot());
    }
    __atomic_store_n(&is_over, 1, __ATOMIC_RELAXED);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(thread[i], NULL);
    }
    struct sysinfo_heap_snapshot *snapshot = take_snapshot();
    struct sysinfo_heap_tally all = process_counts();
    int64_t blocks = 0;
    for (size_t i = 0; i < sysinfo_heap_snapshot_sites(snapshot); i++) {
        blocks += read_site(snapshot, i, NULL).blocks;
    }
    sysinfo_heap_snapshot_close(snapshot);
    free(filler);
    ck_assert_int_eq(blocks, all.blocks);
    ck_assert_int_le(all.blocks - before.blocks, THREADS); /* What the C library keeps for a thread. */
}
END_TEST

int main(void) {
    Suite *suite = suite_create("sites that are kept later");
    TCase *tests = tcase_create("late");
    tcase_add_test(tests, there_is_no_snapshot_before);
    tcase_add_test(tests, earlier_blocks_have_their_row);
    tcase_add_test(tests, threads_go_on_meanwhile);
    suite_add_tcase(suite, tests);
    return run(suite);
}
