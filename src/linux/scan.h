/* SPDX-License-Identifier: MIT */
/*
 * The scanner extracts numbers from the kernel's texts, eight bytes at a time.
 *
 * /proc/stat of a large machine is half a megabyte of short decimal numbers, and a digit-by-digit loop spends its time
 * on mispredicted branches. So eight bytes are loaded as one word, the byte that ends the number is found with bit
 * arithmetic, and the digits before it are combined by three multiplications.
 *
 * A number counts only if a blank or the end of the line follows: in a text that was cut, the last digits are not the
 * whole number. Sixteen digits and more are refused, so that a value in kB still fits 64 bits as bytes.
 *
 * Zeros follow every text (SYSINFO__TEXT_PADDING), and up to 16 of them are read.
 */
#ifndef SYSINFO_LINUX_SCAN_H
#define SYSINFO_LINUX_SCAN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "arithmetic.h"

/* gcc would not inline these at their many call sites, and passing each result through memory halves the throughput. */
#define SYSINFO__ALWAYS_INLINE static inline __attribute__((always_inline))

/* The next eight bytes, the first one in the lowest byte. */
SYSINFO__ALWAYS_INLINE uint64_t sysinfo__scan_word(const char *p) {
    uint64_t word;
    memcpy(&word, p, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* Sets the highest bit of at least one byte unless all eight are 0 to 9. The word has had '0' removed by XOR. */
SYSINFO__ALWAYS_INLINE uint64_t sysinfo__scan_mark_others(uint64_t word) {
    return (word + UINT64_C(0x7676767676767676)) | word;
}
#define SYSINFO__SCAN_MARKS UINT64_C(0x8080808080808080)

/* The value of eight digits, the first one in the lowest byte: pairs, then fours, then eight. */
SYSINFO__ALWAYS_INLINE uint64_t sysinfo__scan_combine(uint64_t digits) {
    digits = digits * 10 + (digits >> 8);
    return ((digits & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x000F424000000064) +
            ((digits >> 16) & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x0000271000000001)) >>
           32;
}

/*
 * Scans the bytes at `p` up to the first one that lacks the bit which all digits have, as blanks, line ends and NUL do,
 * and returns the position of that byte. *others collects in SYSINFO__SCAN_MARKS whether these were one to fifteen
 * digits: a caller with a line of numbers checks it once, at the end. An empty number is a step of 0, so that no caller
 * runs far past the text.
 */
SYSINFO__ALWAYS_INLINE const char *sysinfo__scan_unchecked(const char *p, uint64_t *value, uint64_t *others) {
    const uint64_t zeros = UINT64_C(0x3030303030303030), not_digit = UINT64_C(0x1010101010101010);
    uint64_t digits = sysinfo__scan_word(p) ^ zeros;
    uint64_t ends = digits & not_digit;
    if (ends != 0) {
        unsigned at = (unsigned)__builtin_ctzll(ends); /* 8 bits for each digit, plus 4. */
        digits <<= (4 - at) & 63; /* Moves the last digit to the top. If there is none, non-digits stay. */
        *others |= sysinfo__scan_mark_others(digits);
        *value = sysinfo__scan_combine(digits);
        return p + at / 8;
    }
    static const uint32_t power[8] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000};
    uint64_t more = sysinfo__scan_word(p + 8) ^ zeros;
    ends = more & not_digit;
    if (ends == 0) {
        *others = SYSINFO__SCAN_MARKS;
        *value = 0;
        return p;
    }
    unsigned at = (unsigned)__builtin_ctzll(ends);
    more = more << 8 << (60 - at); /* In two steps: it may be all 64 bits. */
    *others |= sysinfo__scan_mark_others(digits) | sysinfo__scan_mark_others(more);
    *value = sysinfo__scan_combine(digits) * power[at / 8] + sysinfo__scan_combine(more);
    return p + 8 + at / 8;
}

/* Scans a number at `p`, which is not a blank. Returns the text after it, or NULL if there is no number. */
SYSINFO__ALWAYS_INLINE const char *sysinfo__scan_number(const char *p, uint64_t *value) {
    uint64_t number, others = 0;
    p = sysinfo__scan_unchecked(p, &number, &others);
    if ((others & SYSINFO__SCAN_MARKS) != 0 || (*p != ' ' && *p != '\n' && *p != '\t')) {
        return NULL;
    }
    *value = number;
    return p;
}

/*
 * sysinfo__digits() followed by a blank or the line end: nanoseconds and the v1 memory controller's "no limit" have up
 * to nineteen digits.
 */
static inline const char *sysinfo__scan_long(const char *p, uint64_t *value) {
    uint64_t number;
    p = sysinfo__digits(p, &number);
    if (p == NULL || (*p != ' ' && *p != '\n' && *p != '\t')) {
        return NULL;
    }
    *value = number;
    return p;
}

/* Skips blanks. */
SYSINFO__ALWAYS_INLINE const char *sysinfo__scan_blanks(const char *p) {
    for (;;) {
        uint64_t other = sysinfo__scan_word(p) ^ UINT64_C(0x2020202020202020);
        if (other != 0) {
            p += (unsigned)__builtin_ctzll(other) / 8;
            if (*p != '\t') {
                return p;
            }
            p++;
        } else {
            p += 8;
        }
    }
}

/* The start of the line after `p`, or `end`. */
SYSINFO__ALWAYS_INLINE const char *sysinfo__scan_next_line(const char *p, const char *end) {
    const char *newline = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
    return newline == NULL ? end : newline + 1;
}

/* Whether the text at `p` begins with the literal `word`. */
#define SYSINFO__SCAN_BEGINS(p, word) (memcmp((p), (word), sizeof(word) - 1) == 0)

#endif
