/* SPDX-License-Identifier: MIT */
/*
 * Pairs of readings of /proc/stat from real machines, one second apart unless noted otherwise: a CPU goes offline or
 * comes back, a guest migrates, a machine resumes.
 */
#include <math.h>
#include <stdio.h>

#include "internal.h"
#include "suites.h"
#include "text.h"

#define NO_SHARE (-1.0)
enum { MOST_ROWS = 4 };

struct pair {
    const char *name, *before, *after;
    double seconds;
    enum sysinfo__window window;
    double all; /* Percent busy. */
    bool is_estimated;
    double row[MOST_ROWS]; /* For the rows of the second reading. */
    /* The result for the line for all CPUs by itself, for a caller that reads only that. */
    enum sysinfo__window line;
};

#define ZEROS " 0 0 0 0 0 0\n"

static const struct pair pairs[] = {
    {"a CPU goes offline and the kernel's sum jumps",
     "cpu  300 0 0 5000000" ZEROS "cpu0 100 0 0 2000" ZEROS "cpu1 100 0 0 2000" ZEROS "cpu2 0 0 0 67" ZEROS
     "cpu3 100 0 0 2000" ZEROS,
     "cpu  600 0 0 7600000" ZEROS "cpu0 200 0 0 2000" ZEROS "cpu1 200 0 0 2000" ZEROS "cpu3 200 0 0 2000" ZEROS,
     1,
     SYSINFO__WINDOW_MEASURED,
     100,
     false,
     {100, 100, 100, NO_SHARE},
     SYSINFO__WINDOW_OTHER_CPUS},
    {"a CPU comes back and the kernel's sum runs backwards",
     "cpu  600 0 0 7600000" ZEROS "cpu0 200 0 0 2000" ZEROS "cpu1 200 0 0 2000" ZEROS "cpu3 200 0 0 2000" ZEROS,
     "cpu  900 0 0 5000044" ZEROS "cpu0 300 0 0 2000" ZEROS "cpu1 300 0 0 2000" ZEROS "cpu2 0 0 0 44" ZEROS
     "cpu3 300 0 0 2000" ZEROS,
     1,
     SYSINFO__WINDOW_MEASURED,
     100,
     false,
     {100, 100, NO_SHARE, 100},
     SYSINFO__WINDOW_OTHER_CPUS},
    {"one goes while another comes, in an idle machine whose sum steps back by two ticks",
     "cpu  300 0 0 4000" ZEROS "cpu0 100 0 0 2000" ZEROS "cpu1 200 0 0 2000" ZEROS,
     "cpu  303 0 0 3998" ZEROS "cpu0 101 0 0 2099" ZEROS "cpu2 9 0 0 50" ZEROS,
     1,
     SYSINFO__WINDOW_MEASURED,
     1,
     false,
     {1, NO_SHARE, NO_SHARE, NO_SHARE},
     SYSINFO__WINDOW_BACKWARDS},
    {"a CPU that went and came back within the window jumps, and costs the others nothing",
     "cpu  200 0 0 2000" ZEROS "cpu0 100 0 0 1000" ZEROS "cpu1 100 0 0 1000" ZEROS,
     "cpu  250 0 0 2440" ZEROS "cpu0 125 0 0 1075" ZEROS "cpu1 125 0 0 1365" ZEROS,
     1,
     SYSINFO__WINDOW_MEASURED,
     25,
     true,
     {25, NO_SHARE, NO_SHARE, NO_SHARE},
     SYSINFO__WINDOW_IMPOSSIBLE},
    {"steal jumps at a migration",
     "cpu  1000 0 100 9000 0 0 0 50 0 0\ncpu0 1000 0 100 9000 0 0 0 50 0 0\n",
     "cpu  1010 0 105 9085 0 0 0 400000050 0 0\ncpu0 1010 0 105 9085 0 0 0 400000050 0 0\n",
     1,
     SYSINFO__WINDOW_IMPOSSIBLE,
     NO_SHARE,
     false,
     {NO_SHARE, NO_SHARE, NO_SHARE, NO_SHARE},
     SYSINFO__WINDOW_IMPOSSIBLE},
    {"steal jumps on one of two CPUs",
     "cpu  2000 0 0 0 0 0 0 50 0 0\ncpu0 1000 0 0 9000 0 0 0 0 0 0\ncpu1 1000 0 0 9000 0 0 0 50 0 0\n",
     "cpu  2050 0 0 0 0 0 0 850 0 0\ncpu0 1040 0 0 9060 0 0 0 0 0 0\ncpu1 1010 0 0 9060 0 0 0 850 0 0\n",
     1,
     SYSINFO__WINDOW_MEASURED,
     40,
     true,
     {40, NO_SHARE, NO_SHARE, NO_SHARE},
     SYSINFO__WINDOW_IMPOSSIBLE},
    {"idle jumps on a CPU that was busy all the time",
     "cpu  1000 0 100 9000" ZEROS "cpu0 1000 0 100 9000" ZEROS,
     "cpu  1100 0 100 1009000" ZEROS "cpu0 1100 0 100 1009000" ZEROS,
     1,
     SYSINFO__WINDOW_IMPOSSIBLE,
     NO_SHARE,
     false,
     {NO_SHARE, NO_SHARE, NO_SHARE, NO_SHARE},
     SYSINFO__WINDOW_IMPOSSIBLE},
    {"idle jumps by half a second",
     "cpu  1000 0 100 9000" ZEROS "cpu0 1000 0 100 9000" ZEROS,
     "cpu  1100 0 100 9050" ZEROS "cpu0 1100 0 100 9050" ZEROS,
     1,
     SYSINFO__WINDOW_IMPOSSIBLE,
     NO_SHARE,
     false,
     {NO_SHARE, NO_SHARE, NO_SHARE, NO_SHARE},
     SYSINFO__WINDOW_IMPOSSIBLE},
    {"idle steps back by two ticks on a CPU that was idle",
     "cpu  1000 0 100 9000" ZEROS "cpu0 1000 0 100 9000" ZEROS,
     "cpu  1003 0 100 8998" ZEROS "cpu0 1003 0 100 8998" ZEROS,
     1,
     SYSINFO__WINDOW_BACKWARDS,
     NO_SHARE,
     false,
     {NO_SHARE, NO_SHARE, NO_SHARE, NO_SHARE},
     SYSINFO__WINDOW_BACKWARDS},
    {"idle steps back by a tick on a CPU that was busy all the time",
     "cpu  1000 0 100 9000" ZEROS "cpu0 1000 0 100 9000" ZEROS,
     "cpu  1099 0 100 8999" ZEROS "cpu0 1099 0 100 8999" ZEROS,
     1,
     SYSINFO__WINDOW_MEASURED,
     100,
     true,
     {100, NO_SHARE, NO_SHARE, NO_SHARE},
     SYSINFO__WINDOW_MEASURED},
    {"idle wraps",
     "cpu  1000 0 100 9000" ZEROS "cpu0 1000 0 100 9000" ZEROS,
     "cpu  1010 0 105 12345678901234567890" ZEROS "cpu0 1010 0 105 12345678901234567890" ZEROS,
     1,
     SYSINFO__WINDOW_MISMATCH,
     NO_SHARE,
     false,
     {NO_SHARE, NO_SHARE, NO_SHARE, NO_SHARE},
     SYSINFO__WINDOW_MISMATCH},
    {"idle wraps on one of two CPUs",
     "cpu  1000 0 100 9000" ZEROS "cpu0 500 0 50 9000" ZEROS "cpu1 500 0 50 9000" ZEROS,
     "cpu  1010 0 105 18446744073709551615" ZEROS "cpu0 570 0 50 9030" ZEROS "cpu1 500 0 50 18446744073709551615" ZEROS,
     1,
     SYSINFO__WINDOW_MEASURED,
     70,
     true,
     {70, NO_SHARE, NO_SHARE, NO_SHARE},
     SYSINFO__WINDOW_MISMATCH},
    {"every column is rounded by itself, and the second reading was late by three ticks",
     "cpu  100 0 100 1000 10 10 10 10 0 0\ncpu0 100 0 100 1000 10 10 10 10 0 0\n",
     "cpu  111 0 111 1071 11 11 11 10 0 0\ncpu0 111 0 111 1071 11 11 11 10 0 0\n",
     1,
     SYSINFO__WINDOW_MEASURED,
     24.0 / 96 * 100,
     false,
     {24.0 / 96 * 100, NO_SHARE, NO_SHARE, NO_SHARE},
     SYSINFO__WINDOW_MEASURED},
    {"a busy window of a tenth of a second",
     "cpu  100 0 0 1000" ZEROS "cpu0 100 0 0 1000" ZEROS,
     "cpu  111 0 0 1000" ZEROS "cpu0 111 0 0 1000" ZEROS,
     0.1,
     SYSINFO__WINDOW_MEASURED,
     100,
     false,
     {100, NO_SHARE, NO_SHARE, NO_SHARE},
     SYSINFO__WINDOW_MEASURED},
    {"two texts of a capture, read one after the other",
     "cpu  100 0 0 1000" ZEROS "cpu0 100 0 0 1000" ZEROS,
     "cpu  125 0 0 1075" ZEROS "cpu0 125 0 0 1075" ZEROS,
     0.0001,
     SYSINFO__WINDOW_MEASURED,
     25,
     true,
     {25, NO_SHARE, NO_SHARE, NO_SHARE},
     SYSINFO__WINDOW_MEASURED},
    {"no row for any CPU",
     "cpu  100 0 0 1000" ZEROS,
     "cpu  125 0 0 1075" ZEROS,
     1,
     SYSINFO__WINDOW_MEASURED,
     25,
     false,
     {NO_SHARE, NO_SHARE, NO_SHARE, NO_SHARE},
     SYSINFO__WINDOW_MEASURED},
    {"no CPU that both readings have",
     "cpu  100 0 0 1000" ZEROS "cpu0 100 0 0 1000" ZEROS,
     "cpu  125 0 0 1075" ZEROS "cpu1 125 0 0 1075" ZEROS,
     1,
     SYSINFO__WINDOW_OTHER_CPUS,
     NO_SHARE,
     false,
     {NO_SHARE, NO_SHARE, NO_SHARE, NO_SHARE},
     SYSINFO__WINDOW_MEASURED},
    {"nothing moved",
     "cpu  100 0 0 1000" ZEROS "cpu0 100 0 0 1000" ZEROS,
     "cpu  100 0 0 1000" ZEROS "cpu0 100 0 0 1000" ZEROS,
     1,
     SYSINFO__WINDOW_EMPTY,
     NO_SHARE,
     false,
     {NO_SHARE, NO_SHARE, NO_SHARE, NO_SHARE},
     SYSINFO__WINDOW_EMPTY},
};

static void read_rows(const char *bytes, double time, struct sysinfo__cpu_rows *rows) {
    size_t length = strlen(bytes);
    char *text = text_copy(bytes, length);
    ck_assert_int_eq(sysinfo__decode_stat_rows(text, length, 100, rows), SYSINFO__STAT_OK);
    free(text);
    FACT(&rows->all.sample, time, time);
    for (size_t i = 0; i < rows->count; i++) {
        FACT(&rows->row[i].sample, time, time);
    }
    sysinfo__cpu_rows_sort(rows);
}

static bool is_near(double a, double b) {
    return fabs(a - b) < 1e-9;
}

static void check_share(const struct sysinfo_cpu_usage *usage, double expected, const char *name) {
    ck_assert_msg(SYSINFO_HAS(usage, percent) == (expected >= 0), "%s: %g %%", name, usage->percent);
    ck_assert_msg(expected < 0 || is_near(usage->percent, expected), "%s: %g %%", name, usage->percent);
}

START_TEST(a_share_is_true_or_it_is_absent) {
    const struct pair *pair = &pairs[_i];
    struct sysinfo__cpu_rows before = {.count = 0}, after = {.count = 0}, usage = {.count = 0};
    read_rows(pair->before, 10, &before);
    read_rows(pair->after, 10 + pair->seconds, &after);
    enum sysinfo__window window;
    struct sysinfo_cpu_usage all = {.present = 0};
    ck_assert(sysinfo__cpu_rows_usage(&before, &after, &usage, &window));
    ck_assert_msg(window == pair->window, "%s: %d", pair->name, (int)window);
    ck_assert_msg(sysinfo__cpu_rows_total(&before, &after, &all) == pair->window, "%s", pair->name);
    if (window == SYSINFO__WINDOW_MEASURED) {
        ck_assert_uint_eq(usage.count, after.count);
        check_share(&usage.all.usage, pair->all, pair->name);
        ck_assert_mem_eq(&usage.all.usage, &all, sizeof all);
        ck_assert_msg(SYSINFO_IS_ESTIMATED(&all, percent) == pair->is_estimated, "%s", pair->name);
        ck_assert_msg(is_near(all.interval, pair->seconds), "%s: %g s", pair->name, all.interval);
    }
    for (size_t i = 0; i < usage.count; i++) {
        ck_assert_uint_eq(usage.row[i].usage.cpu, after.row[i].sample.cpu);
        check_share(&usage.row[i].usage, pair->row[i], pair->name);
    }
    ck_assert_msg(sysinfo__cpu_usage(&before.all.sample, &after.all.sample, &all) == pair->line, "%s", pair->name);
    free(before.row);
    free(after.row);
    free(usage.row);
}
END_TEST

/* A guest that runs all the time that its CPU counts as user: as doubles, the part was larger than its whole. */
START_TEST(a_part_that_equals_its_whole_is_not_an_estimate) {
    static const char before[] = "cpu  279979 0 0 1000 0 0 0 0 712 0\ncpu0 279979 0 0 1000 0 0 0 0 712 0\n";
    static const char after[] = "cpu  280164 0 0 1215 0 0 0 0 897 0\ncpu0 280164 0 0 1215 0 0 0 0 897 0\n";
    struct sysinfo__cpu_rows first = {.count = 0}, second = {.count = 0}, usage = {.count = 0};
    enum sysinfo__window window;
    read_rows(before, 10, &first);
    read_rows(after, 14, &second);
    ck_assert(sysinfo__cpu_rows_usage(&first, &second, &usage, &window));
    ck_assert_int_eq(window, SYSINFO__WINDOW_MEASURED);
    ck_assert(is_near(usage.all.usage.guest, 46.25) && is_near(usage.row[0].usage.guest, 46.25));
    ck_assert(usage.all.usage.guest <= usage.all.usage.user);
    ck_assert_uint_eq(usage.all.usage.estimated, 0);
    ck_assert_uint_eq(usage.row[0].usage.estimated, 0);
    free(first.row);
    free(second.row);
    free(usage.row);
}
END_TEST

/* Any tick counts up to a week, beginning at any of the first thousand ticks: rounding never marks a row. */
START_TEST(no_pair_of_equal_parts_is_marked) {
    for (unsigned ticks = 1; ticks < 200; ticks++) {
        for (unsigned start = 1; start < 60000000; start = start * 3 + 7) {
            struct sysinfo_cpu_sample a = {.present = (SYSINFO_BIT(struct sysinfo_cpu_sample, guest) << 1) -
                                                      SYSINFO_BIT(struct sysinfo_cpu_sample, user)},
                                      b = a;
            struct sysinfo_cpu_usage usage;
            FACT(&a, user, start / 100.0);
            FACT(&b, user, (start + ticks) / 100.0);
            FACT(&a, guest, start / 7 / 100.0);
            FACT(&b, guest, (start / 7 + ticks) / 100.0);
            FACT(&a, idle, 0);
            FACT(&b, idle, 1);
            ck_assert_int_eq(sysinfo__cpu_usage(&a, &b, &usage), SYSINFO__WINDOW_MEASURED);
            ck_assert_msg(usage.estimated == 0 && usage.guest <= usage.user, "%u ticks from %u", ticks, start);
        }
    }
}
END_TEST

TCase *pairs_tests(void) {
    TCase *tests = tcase_create("pairs");
    tcase_add_loop_test(tests, a_share_is_true_or_it_is_absent, 0, (int)(sizeof pairs / sizeof pairs[0]));
    tcase_add_test(tests, a_part_that_equals_its_whole_is_not_an_estimate);
    tcase_add_test(tests, no_pair_of_equal_parts_is_marked);
    return tests;
}
