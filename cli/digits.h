/* SPDX-License-Identifier: MIT */
/* ASCII digits, regardless of the locale. */
#ifndef CLI_DIGITS_H
#define CLI_DIGITS_H

#include <stdbool.h>
#include <stdint.h>

/* The longest 64-bit number. A 20-digit number that does not fit wraps around. */
enum { MOST_DIGITS = 20 };

static inline bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* Reads at most `most` digits, advances past them, and returns how many there were. */
static inline int take_digits(const char **text, int most, uint64_t *number) {
    int digits = 0;
    for (*number = 0; digits < most && is_digit(**text); digits++, (*text)++) {
        *number = *number * 10 + (uint64_t)(**text - '0');
    }
    return digits;
}

#endif
