/* SPDX-License-Identifier: MIT */
/*
 * A leak test for your own test suite, here with libcheck: it calls a function many
 * times and requires that the heap does not grow with the calls. It needs no tools and
 * no special build, and does not take a cache for a leak.
 *
 *     leak_test           tests two functions without a leak
 *     leak_test --leak    tests one with a leak, and fails
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sysinfo/sysinfo.h>

/* All that a suite needs. More calls recognize larger caches, and take longer. */
#define ck_assert_no_leak(function, argument)                                            \
    do {                                                                                 \
        double growth_;                                                                  \
        int status_ = sysinfo_heap_growth(NULL, (function), (argument), 1000, &growth_); \
        ck_assert_msg(status_ == SYSINFO_OK, "%s", sysinfo_status_meaning(status_));     \
        ck_assert_msg(growth_ == 0, #function " leaks %.1f bytes a call", growth_);      \
    } while (0)

/* ---- Functions under test ---- */

/* No leak: it frees what it allocates. */
static void greet(void *name) {
    size_t length = strlen(name);
    char *greeting = malloc(length + 8);
    if (greeting != NULL) {
        snprintf(greeting, length + 8, "Hello, %s", (const char *)name);
        free(greeting);
    }
}

/* No leak: a cache of 5000 answers, which grows until it is full. */
static void look_up(void *counter) {
    static char *answer[5000];
    size_t question = (*(size_t *)counter)++ % 5000;
    if (answer[question] == NULL) {
        answer[question] = calloc(1, 64);
    }
}

/* A leak: each call forgets a block. */
static void greet_forgetfully(void *name) {
    char *volatile greeting = malloc(24);
    if (greeting != NULL) {
        greeting[0] = *(char *)name;
    }
} /* NOLINT(clang-analyzer-unix.Malloc): the leak test is to find it. */

/* ---- The suite ---- */

START_TEST(greet_does_not_leak) {
    char name[] = "world";
    ck_assert_no_leak(greet, name);
}
END_TEST

START_TEST(cache_of_look_up_is_no_leak) {
    size_t counter = 0;
    ck_assert_no_leak(look_up, &counter);
}
END_TEST

START_TEST(greet_forgetfully_does_not_leak) {
    char name[] = "world";
    ck_assert_no_leak(greet_forgetfully, name);
}
END_TEST

int main(int argc, char **argv) {
    Suite *suite = suite_create("leaks");
    TCase *tests = tcase_create("leaks");
    if (argc > 1 && strcmp(argv[1], "--leak") == 0) {
        tcase_add_test(tests, greet_forgetfully_does_not_leak);
    } else {
        tcase_add_test(tests, greet_does_not_leak);
        tcase_add_test(tests, cache_of_look_up_is_no_leak);
    }
    suite_add_tcase(suite, tests);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
