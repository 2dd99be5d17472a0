/* SPDX-License-Identifier: MIT */
#include "run.h"
#include "suites.h"

int main(void) {
    Suite *suite = suite_create("unit");
    suite_add_tcase(suite, usage_tests());
    suite_add_tcase(suite, rows_tests());
    suite_add_tcase(suite, result_tests());
    suite_add_tcase(suite, field_tests());
    suite_add_tcase(suite, explain_tests());
    return run(suite);
}
