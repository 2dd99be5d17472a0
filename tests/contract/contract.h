/* SPDX-License-Identifier: MIT */
/*
 * What every backend must fulfil, tested only through the public headers. The suite is independent of the system: a
 * runner links it with the objects of a backend and passes it to libcheck, in fork mode or not.
 */
#ifndef TESTS_CONTRACT_H
#define TESTS_CONTRACT_H

#include <check.h>
#include <stdint.h>

Suite *contract_suite(void);

/* In support.c, which reads the backend's table; the caller adds it to a suite. */
TCase *support_tests(void);

#define CONTRACT_RESULT(name) (UINT64_C(1) << SYSINFO_RESULT_##name)

/*
 * The results (CONTRACT_RESULT(MEMORY) | ...) that this backend is known to support: "not supported" is then a failure
 * for them. Call it before the suite runs; without it, any result may be missing.
 */
void contract_require(uint64_t results);

#endif
