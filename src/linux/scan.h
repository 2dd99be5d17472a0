/* SPDX-License-Identifier: MIT */
/*
 * The scanner: numbers out of the kernel's texts, eight bytes at a time.
 *
 * /proc/stat of a large machine is half a megabyte of short decimal numbers, and
 * a digit-by-digit loop spends its time in mispredicted branches. So eight bytes
 * are loaded as one word, the first byte that is no digit is found with bit
 * arithmetic, and the digits before it are combined by three multiplications.
 *
 * A number counts only when a blank or the end of the line stands behind it: at
 * the end of a text that was cut, the digits are not the number. Sixteen digits
 * and more are refused, so that a value in kB still fits 64 bits as bytes.
 *
 * Reads up to 16 bytes beyond the text: see SYSINFO__TEXT_PADDING.
 */
#ifndef SYSINFO_LINUX_SCAN_H
#define SYSINFO_LINUX_SCAN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* gcc would outline this at its many call sites, and pass each result through memory: half the throughput. */
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

/* Sets the top bit of the first byte that is no digit (bytes behind it may be marked wrongly); `word` has had '0' taken off by XOR. */
SYSINFO__ALWAYS_INLINE uint64_t sysinfo__scan_mark_end(uint64_t word) {
    return ((word + UINT64_C(0x7676767676767676)) | word) & UINT64_C(0x8080808080808080);
}

/* The value of eight digits, the first one in the lowest byte: pairs, then fours, then eight. */
SYSINFO__ALWAYS_INLINE uint64_t sysinfo__scan_combine(uint64_t digits) {
    digits = digits * 10 + (digits >> 8);
    return ((digits & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x000F424000000064) +
            ((digits >> 16) & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x0000271000000001)) >>
           32;
}

/* A number at `p`, which is no blank. Returns what stands behind it, or NULL when there is none. */
SYSINFO__ALWAYS_INLINE const char *sysinfo__scan_number(const char *p, uint64_t *value) {
    uint64_t digits = sysinfo__scan_word(p) ^ UINT64_C(0x3030303030303030);
    uint64_t end = sysinfo__scan_mark_end(digits);
    uint64_t number;
    if (end != 0) {
        unsigned count = (unsigned)__builtin_ctzll(end) / 8;
        if (count == 1) { /* irq, guest ...: common enough in /proc/stat to deserve its own branch. */
            number = digits & 15;
        } else if (count == 0) {
            return NULL;
        } else {
            number = sysinfo__scan_combine(digits << (64 - 8 * count));
        }
        p += count;
    } else {
        static const uint32_t power[8] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000};
        number = sysinfo__scan_combine(digits);
        digits = sysinfo__scan_word(p + 8) ^ UINT64_C(0x3030303030303030);
        end = sysinfo__scan_mark_end(digits);
        if (end == 0) {
            return NULL;
        }
        unsigned count = (unsigned)__builtin_ctzll(end) / 8;
        if (count > 0) {
            number = number * power[count] + sysinfo__scan_combine(digits << (64 - 8 * count));
        }
        p += 8 + count;
    }
    if (*p != ' ' && *p != '\n' && *p != '\t') {
        return NULL;
    }
    *value = number;
    return p;
}

/* Behind any blanks. */
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

/* The start of the line behind `p`, or `end`. */
SYSINFO__ALWAYS_INLINE const char *sysinfo__scan_next_line(const char *p, const char *end) {
    const char *newline = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
    return newline == NULL ? end : newline + 1;
}

/* Whether the text at `p` begins with the literal `word`. */
#define SYSINFO__SCAN_BEGINS(p, word) (memcmp((p), (word), sizeof(word) - 1) == 0)

#endif
