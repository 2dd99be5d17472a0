/* SPDX-License-Identifier: MIT */
/*
 * What every backend must honour, seen through the public headers alone. The
 * suite knows nothing of any system: a runner links it with the objects of the
 * backend to check and gives it to libcheck, with fork mode or without.
 */
#ifndef TESTS_CONTRACT_H
#define TESTS_CONTRACT_H

#include <check.h>
#include <stdint.h>

Suite *contract_suite(void);

/* Of support.c, which looks into the backend's table; the caller adds it to a suite. */
TCase *support_tests(void);

#define CONTRACT_RESULT(name) (UINT64_C(1) << SYSINFO_RESULT_##name)

/*
 * The results (CONTRACT_RESULT(MEMORY) | ...) that this backend is known to have:
 * answering "not supported" for one of them is then a failure. Call it before the
 * suite runs; without it every result may be missing.
 */
void contract_require(uint64_t results);

#endif
