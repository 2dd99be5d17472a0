/* SPDX-License-Identifier: MIT */
/* Unsigned arithmetic that stays within 64 bits, and digits. */
#ifndef SYSINFO_ARITHMETIC_H
#define SYSINFO_ARITHMETIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline uint64_t sysinfo__smaller(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

/* `from` - `by`, but at least 0. */
static inline uint64_t sysinfo__reduced(uint64_t from, uint64_t by) {
    return from > by ? from - by : 0;
}

/* Returns false and sets nothing if the product does not fit. */
static inline bool sysinfo__multiply(uint64_t a, uint64_t b, uint64_t *product) {
    if (b > 0 && a > UINT64_MAX / b) {
        return false;
    }
    *product = a * b;
    return true;
}

/* The bytes of `count` pages or blocks; UINT64_MAX if that does not fit. */
static inline uint64_t sysinfo__bytes(uint64_t count, uint64_t size) {
    uint64_t bytes = UINT64_MAX;
    (void)sysinfo__multiply(count, size, &bytes);
    return bytes;
}

/* Reads a number of any length and returns the text after it; NULL: no number, or beyond 64 bits. */
static inline const char *sysinfo__digits(const char *p, uint64_t *value) {
    const char *digits = p;
    uint64_t number = 0;
    for (; *p >= '0' && *p <= '9'; p++) {
        unsigned digit = (unsigned)(*p - '0');
        if (p - digits >= 19 && number > (UINT64_MAX - digit) / 10) { /* 19 digits always fit. */
            return NULL;
        }
        number = number * 10 + digit;
    }
    if (p == digits) {
        return NULL;
    }
    *value = number;
    return p;
}

#endif
