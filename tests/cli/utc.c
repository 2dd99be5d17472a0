/* SPDX-License-Identifier: MIT */
#include "../../cli/utc.h"

#include <check.h>
#include <stdlib.h>
#include <time.h>

static void expect_as_the_c_library(int64_t seconds) {
    time_t moment = (time_t)seconds;
    struct tm tm;
    ck_assert_ptr_nonnull(gmtime_r(&moment, &tm));
    struct utc utc = utc_of(seconds);
    ck_assert_int_eq(utc.year, tm.tm_year + 1900);
    ck_assert_uint_eq(utc.month, (unsigned)tm.tm_mon + 1);
    ck_assert_uint_eq(utc.day, (unsigned)tm.tm_mday);
    ck_assert_uint_eq(utc.hour, (unsigned)tm.tm_hour);
    ck_assert_uint_eq(utc.minute, (unsigned)tm.tm_min);
    ck_assert_uint_eq(utc.second, (unsigned)tm.tm_sec);
}

START_TEST(every_day_from_1900_to_2500_is_that_of_gmtime) {
    for (int64_t day = -25567; day < 193600; day++) {
        expect_as_the_c_library(day * 86400);
        expect_as_the_c_library(day * 86400 + 86399);
    }
}
END_TEST

START_TEST(what_is_written_is_read_again) {
    for (int64_t moment = 0; moment < INT64_C(16000000000000); moment += 86399999) {
        struct text text = TEXT_INIT;
        double seconds;
        utc_add_iso(&text, moment);
        ck_assert_msg(utc_parse(text.bytes, &seconds), "%s", text.bytes);
        ck_assert_double_eq_tol(seconds, (double)moment / 1000, 1e-4);
        text_free(&text);
    }
}
END_TEST

START_TEST(decimals_may_be_missing_or_many) {
    double seconds;
    ck_assert(utc_parse("2000-02-29T23:59:59Z", &seconds));
    ck_assert_double_eq(seconds, 951868799);
    ck_assert(utc_parse("1970-01-01T00:00:00.123456789Z", &seconds));
    ck_assert_double_eq_tol(seconds, 0.123456789, 1e-12);
}
END_TEST

START_TEST(what_is_not_such_a_moment_is_refused) {
    static const char *const texts[] = {"",
                                        "2026-11-22",
                                        "2026-11-22T07:08:42.003",
                                        "2026-11-22T07:08:42.003+01:00",
                                        "2026-13-22T07:08:42Z",
                                        "2026-00-22T07:08:42Z",
                                        "2026-11-32T07:08:42Z",
                                        "2026-11-31T07:08:42Z",
                                        "2026-02-29T07:08:42Z",
                                        "2026-11-22T24:08:42Z",
                                        "1969-12-31T23:59:59Z",
                                        "2026-11-22 07:08:42Z",
                                        "x"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        double seconds;
        ck_assert_msg(!utc_parse(texts[i], &seconds), "%s", texts[i]);
    }
}
END_TEST

START_TEST(times_of_day) {
    double seconds;
    ck_assert(utc_parse_time_of_day("00:00", &seconds));
    ck_assert_double_eq(seconds, 0);
    ck_assert(utc_parse_time_of_day("23:59:58", &seconds));
    ck_assert_double_eq(seconds, 86398);
    static const char *const texts[] = {"",      "7:00",  "07:0",     "07:00:", "07:00:5",
                                        "24:00", "07:60", "07:00:60", "07:00x"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        ck_assert_msg(!utc_parse_time_of_day(texts[i], &seconds), "%s", texts[i]);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("utc");
    TCase *tests = tcase_create("utc");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, every_day_from_1900_to_2500_is_that_of_gmtime);
    tcase_add_test(tests, what_is_written_is_read_again);
    tcase_add_test(tests, decimals_may_be_missing_or_many);
    tcase_add_test(tests, what_is_not_such_a_moment_is_refused);
    tcase_add_test(tests, times_of_day);
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
