/* SPDX-License-Identifier: MIT */
/*
 * Without the tracker, or with a sanitizer's malloc() before it: nothing is counted, which is reported, and scopes use
 * figures of the process.
 */
#include <errno.h>

#include "directory.h"
#include "run.h"
#include "tracker.h"

static void never(void *unused) {
    (void)unused;
    abort();
}

START_TEST(nothing_is_counted) {
    struct sysinfo_heap_tally tally = {.present = 77};
    ck_assert_int_eq(sysinfo_heap_counts(&tally, sizeof tally), SYSINFO_NOT_SUPPORTED);
    ck_assert_int_eq(sysinfo_heap_thread_counts(&tally, sizeof tally), SYSINFO_NOT_SUPPORTED);
    ck_assert_uint_eq(tally.present, 77);
}
END_TEST

START_TEST(nothing_is_watched) {
    ck_assert_int_eq(sysinfo_heap_watch(1, 1, never, NULL), SYSINFO_NOT_SUPPORTED);
    void *volatile block = malloc(1 << 20);
    free(block);
}
END_TEST

START_TEST(heap_info_is_the_allocators) {
    struct sysinfo_heap heap;
    ck_assert_int_eq(sysinfo_heap_info(NULL, &heap, sizeof heap), SYSINFO_OK);
    ck_assert(!SYSINFO_HAS(&heap, failed) && !SYSINFO_HAS(&heap, peak));
}
END_TEST

START_TEST(scopes_are_of_the_process_and_say_so) {
    struct sysinfo_heap_scopes *table;
    char path[DIRECTORY_PATH], text[2000];
    ck_assert_int_eq(sysinfo_heap_scopes_open(&table, 10), SYSINFO_OK);
    SYSINFO_SCOPE_ENTER(scope, "load");
    void *volatile block = malloc(3 << 20);
    SYSINFO_SCOPE_LEAVE(scope, table);
    free(block);
    ck_assert(SYSINFO_IS_ESTIMATED(&scope, increment) && SYSINFO_IS_ESTIMATED(&scope, live));
    ck_assert_int_ge(scope.increment, 3 << 20);
    ck_assert_int_le(scope.increment, 4 << 20);
    ck_assert(!SYSINFO_HAS(&scope, allocs) && !SYSINFO_HAS(&scope, peak));
    directory_make();
    directory_path(path, "table");
    FILE *file = fopen(path, "w+");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(sysinfo_heap_scopes_print(table, file, 1), SYSINFO_OK);
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    directory_remove();
    sysinfo_heap_scopes_close(table);
    ck_assert_ptr_nonnull(strstr(text, "+3.0 MiB"));
    ck_assert_ptr_nonnull(strstr(text, "- ")); /* The peak, and the counts. */
    ck_assert_ptr_nonnull(strstr(text, "~ of the whole process"));
}
END_TEST

int main(void) {
    Suite *suite = suite_create("aside");
    TCase *tests = tcase_create("aside");
    tcase_add_test(tests, nothing_is_counted);
    tcase_add_test(tests, nothing_is_watched);
    tcase_add_test(tests, heap_info_is_the_allocators);
    tcase_add_test(tests, scopes_are_of_the_process_and_say_so);
    suite_add_tcase(suite, tests);
    return run(suite);
}
