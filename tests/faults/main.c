/* SPDX-License-Identifier: MIT */
#include "faults.h"
#include "run.h"

int main(void) {
    Suite *suite = suite_create("faults");
    suite_add_tcase(suite, memory_fault_tests());
    suite_add_tcase(suite, file_fault_tests());
    suite_add_tcase(suite, steady_tests());
    suite_add_tcase(suite, process_tests());
    suite_add_tcase(suite, world_tests());
    return run(suite);
}
