/* SPDX-License-Identifier: MIT */
#include "../../cli/schedule.h"

#include <check.h>
#include <stdlib.h>

static void expect(struct schedule *schedule, double now, double moment) {
    ck_assert_double_eq_tol(schedule_next(schedule, now), moment, 1e-9);
}

START_TEST(work_between_moments_does_not_add_up) {
    struct schedule schedule = {100, 0.5, 0};
    for (int i = 1; i <= 1000; i++) {
        expect(&schedule, 100 + (i - 1) * 0.5 + 0.3, 100 + i * 0.5);
    }
}
END_TEST

START_TEST(a_moment_that_is_a_little_late_is_still_taken) {
    struct schedule schedule = {100, 1, 0};
    expect(&schedule, 101.4, 101);
    expect(&schedule, 101.5, 102);
}
END_TEST

START_TEST(missed_moments_are_skipped_and_the_grid_is_kept) {
    struct schedule schedule = {100, 1, 0};
    expect(&schedule, 100, 101);
    expect(&schedule, 3600.25, 3601);
    expect(&schedule, 3601.1, 3602);
}
END_TEST

START_TEST(samples_are_at_least_half_an_interval_apart_whatever_the_delays) {
    srand(1);
    struct schedule schedule = {0, 1, 0};
    double now = 0, last = -1;
    double closest = 1;
    for (int i = 0; i < 100000; i++) {
        double planned = schedule_next(&schedule, now);
        now = now > planned ? now : planned;
        closest = now - last < closest ? now - last : closest;
        last = now;
        now += (double)(rand() % 3000) / 1000;
    }
    ck_assert_double_ge(closest, 0.5 - 1e-6);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("schedule");
    TCase *test = tcase_create("schedule");
    tcase_add_test(test, work_between_moments_does_not_add_up);
    tcase_add_test(test, a_moment_that_is_a_little_late_is_still_taken);
    tcase_add_test(test, missed_moments_are_skipped_and_the_grid_is_kept);
    tcase_add_test(test, samples_are_at_least_half_an_interval_apart_whatever_the_delays);
    suite_add_tcase(suite, test);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
