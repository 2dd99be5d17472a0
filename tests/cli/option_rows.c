/* SPDX-License-Identifier: MIT */
/* The texts of the option table are arrays: one that fills its array has no end. */
#include "../../cli/options.h"

#include <check.h>
#include <stdlib.h>

#define ENDS(row, text) ck_assert_msg((row)->text[sizeof(row)->text - 1] == '\0', "%s: " #text, (row)->meaning)

START_TEST(every_text_of_a_row_ends_within_its_array) {
    int rows = 0;
    for (const struct option *row = NULL; (row = option_next(row)) != NULL; rows++) {
        ck_assert_int_eq(row->meaning[sizeof row->meaning - 1], '\0');
        ENDS(row, letter);
        ENDS(row, name);
        ENDS(row, argument);
        ENDS(row, words);
        ENDS(row, implied);
        ENDS(row, wants);
        ENDS(row, example);
        ENDS(row, foreign);
        ENDS(row, advice);
        ENDS(row, line);
    }
    ck_assert_int_gt(rows, OPTION_VERSION);
}
END_TEST

int main(void) {
    TCase *tcase = tcase_create("rows");
    tcase_add_test(tcase, every_text_of_a_row_ends_within_its_array);
    Suite *suite = suite_create("options");
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
