/* SPDX-License-Identifier: MIT */
#include "run.h"
#include "suites.h"

int main(void) {
    Suite *suite = suite_create("root");
    suite_add_tcase(suite, fixture_tests());
    suite_add_tcase(suite, bad_file_tests());
    suite_add_tcase(suite, bad_root_tests());
    suite_add_tcase(suite, change_tests());
    suite_add_tcase(suite, capture_tests());
    suite_add_tcase(suite, get_tests());
    suite_add_tcase(suite, topology_tests());
    suite_add_tcase(suite, processor_tests());
    return run(suite);
}
