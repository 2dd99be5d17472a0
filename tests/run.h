/* SPDX-License-Identifier: MIT */
/*
 * How every test program runs its suite. Fork mode is libcheck's default, and attributes a crash to one test.
 * CK_FORK=no turns it off for valgrind.
 */
#ifndef TESTS_RUN_H
#define TESTS_RUN_H

#include <check.h>

/* The exit status that CTest shows as "skipped". */
enum { RUN_SKIPPED = 77 };

static inline int run(Suite *suite) {
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}

#endif
