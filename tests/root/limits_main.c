/* SPDX-License-Identifier: MIT */
#include "limits_suites.h"
#include "run.h"

int main(void) {
    if (find_limit_machines() == 0) {
        return 1;
    }
    Suite *suite = suite_create("root_limits");
    suite_add_tcase(suite, limit_machine_tests());
    suite_add_tcase(suite, limit_change_tests());
    suite_add_tcase(suite, numa_tests());
    return run(suite);
}
