/* SPDX-License-Identifier: MIT */
#include "internal.h"

#include <stdlib.h>

#include "suites.h"

#define BIT(mode) SYSINFO_BIT(struct sysinfo_cpu_sample, mode)
#define MODES (BIT(user) | BIT(system) | BIT(idle))

static void add(struct sysinfo__cpu_rows *rows, uint64_t cpu, double user, double idle) {
    struct sysinfo_cpu_sample *row = sysinfo__cpu_rows_add(rows, cpu);
    ck_assert_ptr_nonnull(row);
    ck_assert_uint_eq(row->present, SYSINFO_BIT(struct sysinfo_cpu_sample, cpu));
    row->present |= MODES;
    row->user = user;
    row->idle = idle;
    rows->all.sample.present = MODES;
    rows->all.sample.user += user;
    rows->all.sample.idle += idle;
}

START_TEST(rows_in_any_order_are_sorted_by_number) {
    struct sysinfo__cpu_rows rows = {.count = 0};
    for (uint64_t i = 0; i < 1000; i++) {
        add(&rows, i * 577 % 1000, (double)(i * 577 % 1000), 0);
    }
    sysinfo__cpu_rows_sort(&rows);
    for (uint64_t i = 0; i < 1000; i++) {
        ck_assert_uint_eq(rows.row[i].sample.cpu, i);
        ck_assert(rows.row[i].sample.user == (double)i);
    }
    free(rows.row);
}
END_TEST

START_TEST(of_two_rows_with_one_number_the_one_that_counts_is_kept) {
    struct sysinfo__cpu_rows rows = {.count = 0};
    add(&rows, 3, 0, 0);
    add(&rows, 1, 5, 6);
    add(&rows, 3, 7, 8);
    add(&rows, 1, 0, 0);
    add(&rows, 1, 0, 0);
    add(&rows, 4, 0, 0);
    rows.row[rows.count - 1].sample.system = 9;
    add(&rows, 4, 0, 0);
    add(&rows, 5, 2, 0);
    add(&rows, 5, 0, 0);
    sysinfo__cpu_rows_sort(&rows);
    ck_assert_uint_eq(rows.count, 4);
    ck_assert(rows.row[2].sample.cpu == 4 && rows.row[2].sample.system == 9);
    ck_assert(rows.row[3].sample.cpu == 5 && rows.row[3].sample.user == 2);
    ck_assert(rows.row[0].sample.cpu == 1 && rows.row[0].sample.user + rows.row[0].sample.idle > 0);
    ck_assert(rows.row[1].sample.cpu == 3 && rows.row[1].sample.user == 7);
    sysinfo__cpu_rows_clear(&rows);
    sysinfo__cpu_rows_sort(&rows);
    ck_assert_uint_eq(rows.count, 0);
    free(rows.row);
}
END_TEST

/* Between the samples CPU 1 goes, CPU 2 comes, CPU 9 does not advance, CPU 12 resumes. */
START_TEST(rows_are_matched_by_number_not_by_position) {
    struct sysinfo__cpu_rows before = {.count = 0}, after = {.count = 0}, usage = {.count = 0};
    add(&before, 0, 10, 10);
    add(&before, 1, 500, 500);
    add(&before, 3, 10, 10);
    add(&before, 9, 10, 10);
    add(&before, 12, 10, 900);
    add(&after, 0, 11, 10);
    add(&after, 2, 1, 1);
    add(&after, 3, 10, 11);
    add(&after, 9, 10, 10);
    add(&after, 12, 11, 100);
    before.all.sample.user = before.all.sample.idle = 0; /* The kernel's own sum, with CPUs that went offline. */
    enum sysinfo__window window;
    ck_assert(sysinfo__cpu_rows_usage(&before, &after, &usage, &window));
    ck_assert_int_eq(window, SYSINFO__WINDOW_MEASURED);
    ck_assert_uint_eq(usage.count, 5);
    static const uint64_t numbers[] = {0, 2, 3, 9, 12};
    for (size_t i = 0; i < 5; i++) {
        ck_assert_uint_eq(usage.row[i].usage.cpu, numbers[i]);
        bool is_measured = numbers[i] == 0 || numbers[i] == 3;
        ck_assert_int_eq(SYSINFO_HAS(&usage.row[i].usage, percent), is_measured);
        ck_assert(is_measured || usage.row[i].usage.present == SYSINFO_BIT(struct sysinfo_cpu_usage, cpu));
    }
    ck_assert(usage.row[0].usage.percent == 100 && usage.row[2].usage.percent == 0);
    free(before.row);
    free(after.row);
    free(usage.row);
}
END_TEST

/* A sample without rows, from a system that counts only the total, beside one with rows. */
START_TEST(without_rows_on_one_side_the_sum_is_measured) {
    struct sysinfo__cpu_rows before = {.count = 0}, after = {.count = 0}, usage = {.count = 0};
    before.all.sample.present = MODES;
    before.all.sample.user = before.all.sample.idle = 10;
    add(&after, 6, 13, 11);
    enum sysinfo__window window;
    ck_assert(sysinfo__cpu_rows_usage(&before, &after, &usage, &window));
    ck_assert_int_eq(window, SYSINFO__WINDOW_MEASURED);
    ck_assert(usage.all.usage.percent == 75);
    ck_assert_uint_eq(usage.count, 1);
    ck_assert_uint_eq(usage.row[0].usage.cpu, 6);
    ck_assert_uint_eq(usage.row[0].usage.present, SYSINFO_BIT(struct sysinfo_cpu_usage, cpu));
    struct sysinfo_cpu_usage all = {.present = 0};
    after.count = 0;
    add(&before, 6, 0, 0);
    ck_assert_int_eq(sysinfo__cpu_rows_total(&before, &after, &all), SYSINFO__WINDOW_MEASURED);
    ck_assert(all.percent == 75);
    free(before.row);
    free(after.row);
    free(usage.row);
}
END_TEST

START_TEST(limit_rows_grow_and_keep_their_names) {
    struct sysinfo__limit_rows rows = {.count = 0};
    for (uint32_t i = 0; i < 20; i++) {
        char name = (char)('a' + i);
        ck_assert_ptr_nonnull(sysinfo__limit_rows_add(&rows, i, &name, 1));
    }
    ck_assert_uint_eq(rows.count, 20);
    for (uint32_t i = 0; i < 20; i++) {
        ck_assert(rows.row[i].name[0] == (char)('a' + i) && rows.row[i].name[1] == '\0');
        ck_assert_uint_eq(rows.row[i].level.kind, i);
    }
    sysinfo__limit_rows_free(&rows);
}
END_TEST

START_TEST(rows_are_left_alone_unless_the_window_was_measured) {
    struct sysinfo__cpu_rows before = {.count = 0}, usage = {.count = 0};
    add(&before, 0, 10, 10);
    add(&usage, 47, 0, 0);
    enum sysinfo__window window;
    ck_assert(sysinfo__cpu_rows_usage(&before, &before, &usage, &window));
    ck_assert_int_eq(window, SYSINFO__WINDOW_EMPTY);
    ck_assert_uint_eq(usage.count, 1);
    ck_assert_uint_eq(usage.row[0].sample.cpu, 47);
    free(before.row);
    free(usage.row);
}
END_TEST

START_TEST(more_rows_than_memory_can_count_are_refused) {
    struct sysinfo__cpu_rows rows = {.count = 0};
    ck_assert(!sysinfo__cpu_rows_reserve(&rows, SIZE_MAX / 8));
    ck_assert_uint_eq(rows.capacity, 0);
    ck_assert_ptr_null(rows.row);
}
END_TEST

TCase *rows_tests(void) {
    TCase *tests = tcase_create("rows");
    tcase_add_test(tests, rows_in_any_order_are_sorted_by_number);
    tcase_add_test(tests, of_two_rows_with_one_number_the_one_that_counts_is_kept);
    tcase_add_test(tests, rows_are_matched_by_number_not_by_position);
    tcase_add_test(tests, rows_are_left_alone_unless_the_window_was_measured);
    tcase_add_test(tests, without_rows_on_one_side_the_sum_is_measured);
    tcase_add_test(tests, limit_rows_grow_and_keep_their_names);
    tcase_add_test(tests, more_rows_than_memory_can_count_are_refused);
    return tests;
}
