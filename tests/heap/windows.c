/* SPDX-License-Identifier: MIT */
/*
 * The heaps of Windows. Blocks are not large, because Wine's walk leaves out those of a megabyte, and not small,
 * because Wine 10 takes blocks below 16 KiB from groups of equal blocks and walks by group, whether its blocks are in
 * use or not.
 */
#include "heap.h"

#include <windows.h>

#include "run.h"

enum { BLOCKS = 100, LENGTH = 20000 };

START_TEST(used_is_the_sum_of_what_was_asked_for) {
    void *block[BLOCKS];
    struct sysinfo_heap before = detail();
    for (int i = 0; i < BLOCKS; i++) {
        block[i] = malloc(LENGTH + (size_t)i);
    }
    struct sysinfo_heap full = detail();
    for (int i = 0; i < BLOCKS; i++) {
        free(block[i]);
    }
    struct sysinfo_heap after = detail();
    ck_assert_uint_eq(full.used - before.used, BLOCKS * LENGTH + BLOCKS * (BLOCKS - 1) / 2);
    ck_assert_uint_eq(full.blocks - before.blocks, BLOCKS);
    ck_assert_uint_eq(after.used, before.used);
    ck_assert_uint_eq(after.blocks, before.blocks);
    ck_assert_uint_eq(full.used + full.free, full.footprint);
    ck_assert_uint_eq(full.estimated, full.present);
    ck_assert_str_eq(sysinfo_heap_allocator(host), "windows");
}
END_TEST

START_TEST(all_heaps_are_summed) {
    enum { HEAPS = 100 };
    HANDLE heap[HEAPS];
    struct sysinfo_heap before = detail();
    for (int i = 0; i < HEAPS; i++) {
        heap[i] = HeapCreate(0, 0, 0);
    }
    struct sysinfo_heap empty = detail(); /* One heap takes a block of another for itself. */
    for (int i = 0; i < HEAPS; i++) {
        HeapAlloc(heap[i], 0, 1000);
    }
    struct sysinfo_heap full = detail();
    for (int i = 0; i < HEAPS; i++) {
        HeapDestroy(heap[i]);
    }
    ck_assert_uint_eq(empty.arenas - before.arenas, HEAPS);
    ck_assert_uint_eq(full.used - empty.used, HEAPS * 1000);
    ck_assert_uint_eq(full.blocks - empty.blocks, HEAPS);
    ck_assert_uint_ge(full.footprint, before.footprint + HEAPS * 1000);
}
END_TEST

START_TEST(sums_without_a_walk_are_reported_or_unknown) {
    struct sysinfo_heap heap;
    int status = sysinfo_heap_info(host, &heap, sizeof heap);
    bool is_wine = GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version") != NULL;
    ck_assert(status == SYSINFO_UNKNOWN || (status == SYSINFO_OK && !is_wine));
    if (status == SYSINFO_UNKNOWN) {
        ck_assert_str_eq(sysinfo_explain(host, status),
                         "this version of Windows reports its heaps only to sysinfo_heap_detail()");
    } else {
        ck_assert_uint_gt(heap.used, 0);
        ck_assert_int_eq(SYSINFO_HAS(&heap, blocks), 0);
    }
}
END_TEST

START_TEST(trim_succeeds_and_last_error_stays) {
    SetLastError(4711);
    (void)trim();
    (void)detail();
    ck_assert_uint_eq(GetLastError(), 4711);
}
END_TEST

static void *volatile kept;

static void leak(void *argument) {
    (void)argument;
    kept = malloc(LENGTH);
}

static void tidy(void *argument) {
    (void)argument;
    free(malloc(LENGTH));
}

START_TEST(a_leak_is_found) {
    double growth;
    must(sysinfo_heap_growth(host, leak, NULL, 50, &growth));
    ck_assert_double_ge(growth, LENGTH);
    ck_assert_double_lt(growth, LENGTH + LENGTH / 20); /* A new region of the heap is a block of another one. */
    must(sysinfo_heap_growth(host, tidy, NULL, 50, &growth));
    ck_assert_double_eq(growth, 0);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("heap, Windows");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, open_host, close_host);
    tcase_add_test(all, used_is_the_sum_of_what_was_asked_for);
    tcase_add_test(all, all_heaps_are_summed);
    tcase_add_test(all, sums_without_a_walk_are_reported_or_unknown);
    tcase_add_test(all, trim_succeeds_and_last_error_stays);
    tcase_add_test(all, a_leak_is_found);
    suite_add_tcase(suite, all);
    return run(suite);
}
