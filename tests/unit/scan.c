/* SPDX-License-Identifier: MIT */
#include "scan.h"

#include <stdio.h>

#include "suites.h"
#include "text.h"

static const struct {
    char first, others; /* The digits; 0: each one differs. */
} digit_patterns[] = {{'9', '9'}, {'0', '0'}, {'1', '0'}, {'0', '7'}, {'8', '1'}, {'1', 0}, {'7', 0}};
enum { PATTERNS = sizeof digit_patterns / sizeof digit_patterns[0], LONGEST = 20 };

static void write_digits(char *at, size_t count, size_t pattern) {
    for (size_t i = 0; i < count; i++) {
        char other = digit_patterns[pattern].others != 0 ? digit_patterns[pattern].others
                                                         : (char)('0' + (i * 7 + pattern * 3 + count) % 10);
        at[i] = i == 0 ? digit_patterns[pattern].first : other;
    }
}

/* Compares the scanner with strtoull: up to 15 digits followed by a blank, tab or newline. */
static bool is_read_right(const char *bytes, size_t length, size_t digits, bool is_ended) {
    char *text = text_copy(bytes, length);
    uint64_t value = 4711;
    const char *end = sysinfo__scan_number(text, &value);
    bool is_number = digits >= 1 && digits <= 15 && is_ended;
    bool is_right =
        is_number ? end == text + digits && value == strtoull(text, NULL, 10) : end == NULL && value == 4711;
    free(text);
    return is_right;
}

START_TEST(a_number_is_read_as_strtoull_reads_it_when_a_blank_ends_it) {
    size_t digits = (size_t)_i;
    for (size_t pattern = 0; pattern < PATTERNS; pattern++) {
        for (int end = 0; end < 256; end++) {
            if (end >= '0' && end <= '9') {
                continue;
            }
            char bytes[LONGEST + 12];
            bool is_ended = end == ' ' || end == '\n' || end == '\t';
            write_digits(bytes, digits, pattern);
            bytes[digits] = (char)end;
            bool is_right = is_read_right(bytes, digits + 1, digits, is_ended);
            memset(bytes + digits + 1, '5', 11);
            is_right = is_right && is_read_right(bytes, digits + 12, digits, is_ended);
            if (!is_right) {
                ck_abort_msg("%zu digits of pattern %zu, then byte %d", digits, pattern, end);
            }
        }
    }
}
END_TEST

START_TEST(digits_at_the_end_of_the_text_are_no_number) {
    for (size_t pattern = 0; pattern < PATTERNS; pattern++) {
        char bytes[LONGEST];
        write_digits(bytes, (size_t)_i, pattern);
        ck_assert(is_read_right(bytes, (size_t)_i, (size_t)_i, false));
    }
}
END_TEST

START_TEST(every_number_of_up_to_five_digits_is_itself) {
    for (uint64_t number = 0; number < 100000; number++) {
        char bytes[32];
        uint64_t value;
        memset(bytes, 0, sizeof bytes);
        snprintf(bytes, sizeof bytes, "%llu \n", (unsigned long long)number);
        if (sysinfo__scan_number(bytes, &value) == NULL || value != number) {
            ck_abort_msg("%llu is read as another", (unsigned long long)number);
        }
    }
}
END_TEST

START_TEST(blanks_and_tabs_are_skipped_and_nothing_else) {
    for (size_t count = 0; count < 40; count++) {
        for (size_t tab = 0; tab <= count; tab++) {
            char bytes[48];
            memset(bytes, ' ', count);
            if (tab < count) {
                bytes[tab] = '\t';
            }
            static const char ends[] = {'x', '\n', '0', '!', '\x1f', '\xa0', '\0'};
            for (size_t i = 0; i < sizeof ends; i++) {
                bytes[count] = ends[i];
                char *text = text_copy(bytes, count + 1);
                if (sysinfo__scan_blanks(text) != text + count) {
                    ck_abort_msg("%zu blanks, a tab at %zu, then byte %d", count, tab, ends[i]);
                }
                free(text);
            }
        }
    }
}
END_TEST

START_TEST(the_next_line_follows_the_newline_or_is_the_end) {
    char *text = text_copy("ab\n\ncd", 6), *end = text + 6;
    ck_assert_ptr_eq(sysinfo__scan_next_line(text, end), text + 3);
    ck_assert_ptr_eq(sysinfo__scan_next_line(text + 3, end), text + 4);
    ck_assert_ptr_eq(sysinfo__scan_next_line(text + 4, end), end);
    ck_assert_ptr_eq(sysinfo__scan_next_line(end, end), end);
    free(text);
}
END_TEST

TCase *scan_tests(void) {
    TCase *tests = tcase_create("scan");
    tcase_add_loop_test(tests, a_number_is_read_as_strtoull_reads_it_when_a_blank_ends_it, 0, LONGEST + 1);
    tcase_add_loop_test(tests, digits_at_the_end_of_the_text_are_no_number, 1, LONGEST + 1);
    tcase_add_test(tests, every_number_of_up_to_five_digits_is_itself);
    tcase_add_test(tests, blanks_and_tabs_are_skipped_and_nothing_else);
    tcase_add_test(tests, the_next_line_follows_the_newline_or_is_the_end);
    return tests;
}
