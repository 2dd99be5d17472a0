/* SPDX-License-Identifier: MIT */
#ifndef TESTS_ROOT_LIMITS_SUITES_H
#define TESTS_ROOT_LIMITS_SUITES_H

#include <check.h>

/* Looks for the directories of limits/; returns how many there are. */
int find_limit_machines(void);

TCase *limit_machine_tests(void);
TCase *limit_change_tests(void);
TCase *numa_tests(void);

#endif
