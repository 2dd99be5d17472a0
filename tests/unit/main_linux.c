/* SPDX-License-Identifier: MIT */
#include "run.h"
#include "suites.h"

int main(void) {
    Suite *suite = suite_create("unit_linux");
    suite_add_tcase(suite, scan_tests());
    suite_add_tcase(suite, stat_tests());
    suite_add_tcase(suite, pairs_tests());
    suite_add_tcase(suite, meminfo_tests());
    suite_add_tcase(suite, text_tests());
    suite_add_tcase(suite, cpu_set_tests());
    suite_add_tcase(suite, posix_tests());
    suite_add_tcase(suite, process_tests());
    suite_add_tcase(suite, cpuinfo_tests());
    return run(suite);
}
