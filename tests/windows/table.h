/* SPDX-License-Identifier: MIT */
/* The cases of test_windows_table that are in files of their own. */
#ifndef TESTS_WINDOWS_TABLE_H
#define TESTS_WINDOWS_TABLE_H

#include <check.h>

TCase *limits_cases(void);
TCase *process_cases(void);

#endif
