/* SPDX-License-Identifier: MIT */
/* Digits as they are everywhere, whatever the locale. */
#ifndef CLI_DIGITS_H
#define CLI_DIGITS_H

#include <stdbool.h>
#include <stdint.h>

/* As many as any 64-bit number has; of so many, what does not fit wraps around. */
enum { MOST_DIGITS = 20 };

static inline bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* Reads at most `most` digits and goes past them; returns how many there were. */
static inline int take_digits(const char **text, int most, uint64_t *number) {
    int digits = 0;
    for (*number = 0; digits < most && is_digit(**text); digits++, (*text)++) {
        *number = *number * 10 + (uint64_t)(**text - '0');
    }
    return digits;
}

#endif
