/* SPDX-License-Identifier: MIT */
#ifndef TESTS_ROOT_SUITES_H
#define TESTS_ROOT_SUITES_H

#include <check.h>

TCase *fixture_tests(void);
TCase *bad_file_tests(void);
TCase *bad_root_tests(void);
TCase *change_tests(void);
TCase *capture_tests(void);
TCase *get_tests(void);
TCase *topology_tests(void);
TCase *processor_tests(void);

#endif
