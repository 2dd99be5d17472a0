/* SPDX-License-Identifier: MIT */
#ifndef TESTS_UNIT_SUITES_H
#define TESTS_UNIT_SUITES_H

#include <check.h>

/* The same on every system. */
TCase *usage_tests(void);
TCase *rows_tests(void);
TCase *result_tests(void);
TCase *field_tests(void);
TCase *explain_tests(void);

/* Linux. */
TCase *scan_tests(void);
TCase *stat_tests(void);
TCase *pairs_tests(void);
TCase *meminfo_tests(void);
TCase *text_tests(void);
TCase *cpu_set_tests(void);
TCase *posix_tests(void);
TCase *process_tests(void);
TCase *cpuinfo_tests(void);

#endif
