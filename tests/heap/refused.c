/* SPDX-License-Identifier: MIT */
/* With sparse.c preloaded: what jemalloc does not report is left out, and the rest is reported. */
#include <sysinfo/sysinfo.h>

#include <stdlib.h>

#include "run.h"

static const struct {
    const char *refused;
    int status, has_footprint, has_reclaimable, has_resident, has_arenas, has_blocks, has_allocs;
} cases[] = {
    {"", SYSINFO_OK, 1, 1, 1, 1, 1, 1},
    {"epoch", SYSINFO_UNKNOWN, 0, 0, 0, 0, 0, 0},
    {"stats.allocated", SYSINFO_NOT_SUPPORTED, 0, 0, 0, 0, 0, 0},
    {"stats.mapped", SYSINFO_OK, 0, 1, 1, 1, 1, 1},
    {"stats.retained", SYSINFO_OK, 0, 1, 1, 1, 1, 1},
    {"arenas.page", SYSINFO_OK, 1, 0, 1, 1, 1, 1},
    {"pdirty", SYSINFO_OK, 1, 0, 1, 1, 1, 1},
    {"pmuzzy", SYSINFO_OK, 1, 0, 1, 1, 1, 1},
    {"stats.resident", SYSINFO_OK, 1, 1, 0, 1, 1, 1},
    {"narenas", SYSINFO_OK, 1, 1, 1, 0, 1, 1},
    {"small.nmalloc", SYSINFO_OK, 1, 1, 1, 1, 0, 0},
    {"large.ndalloc", SYSINFO_OK, 1, 1, 1, 1, 0, 0},
    {"large.nrequests", SYSINFO_OK, 1, 1, 1, 1, 1, 0},
    {"tcache_bytes", SYSINFO_OK, 1, 1, 1, 1, 1, 1},
};

START_TEST(what_is_refused_is_left_out) {
    struct sysinfo_heap heap;
    ck_assert_int_eq(setenv("SPARSE", cases[_i].refused, 1), 0);
    ck_assert_str_eq(sysinfo_heap_allocator(NULL), "jemalloc");
    ck_assert_int_eq(sysinfo_heap_info(NULL, &heap, sizeof heap), cases[_i].status);
    if (cases[_i].status != SYSINFO_OK) {
        return;
    }
    ck_assert_uint_eq(heap.used, 8);
    int is_cache_unknown = strcmp(cases[_i].refused, "tcache_bytes") == 0;
    ck_assert_int_eq(SYSINFO_IS_ESTIMATED(&heap, used), is_cache_unknown);
    ck_assert_int_eq(SYSINFO_IS_ESTIMATED(&heap, blocks), is_cache_unknown);
    ck_assert_int_eq(SYSINFO_HAS(&heap, footprint), cases[_i].has_footprint);
    ck_assert_int_eq(SYSINFO_HAS(&heap, reclaimable), cases[_i].has_reclaimable);
    ck_assert_int_eq(SYSINFO_HAS(&heap, resident), cases[_i].has_resident);
    ck_assert_int_eq(SYSINFO_HAS(&heap, arenas), cases[_i].has_arenas);
    ck_assert_int_eq(SYSINFO_HAS(&heap, blocks), cases[_i].has_blocks);
    ck_assert_int_eq(SYSINFO_HAS(&heap, allocs), cases[_i].has_allocs);
    if (cases[_i].has_blocks) {
        ck_assert_uint_eq(heap.blocks, 14);
    }
    if (cases[_i].has_allocs) {
        ck_assert_uint_eq(heap.allocs, 16);
        ck_assert_uint_eq(heap.frees, 2);
    }
}
END_TEST

START_TEST(trim_that_is_refused_says_so) {
    uint64_t released;
    ck_assert_int_eq(setenv("SPARSE", "purge", 1), 0);
    ck_assert_int_ne(sysinfo_heap_trim(NULL, &released), SYSINFO_OK);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("refused");
    TCase *tests = tcase_create("refused");
    tcase_add_loop_test(tests, what_is_refused_is_left_out, 0, sizeof cases / sizeof cases[0]);
    tcase_add_test(tests, trim_that_is_refused_says_so);
    suite_add_tcase(suite, tests);
    return run(suite);
}
