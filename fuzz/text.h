/* SPDX-License-Identifier: MIT */
/* For the decoders of texts: a text as they get it, and slow, plain readings to hold theirs against. */
#ifndef SYSINFO_FUZZ_TEXT_H
#define SYSINFO_FUZZ_TEXT_H

#include "decode.h"
#include "harness.h"

/*
 * A copy with the promised zero bytes behind it and not one more, so that the address sanitizer
 * sees a decoder that reads further.
 */
static inline char *text_of(const uint8_t *data, size_t length) {
    char *text = memory(length + SYSINFO__TEXT_PADDING);
    if (length > 0) {
        memcpy(text, data, length);
    }
    memset(text + length, 0, SYSINFO__TEXT_PADDING);
    return text;
}

/*
 * The number at `p` as the scanner must see it, one digit at a time: up to 15 digits with a blank
 * or the end of the line behind them.
 */
static inline bool slow_number(const char *p, uint64_t *value) {
    int digits = 0;
    for (*value = 0; *p >= '0' && *p <= '9' && digits <= 15; p++, digits++) {
        *value = *value * 10 + (uint64_t)(*p - '0');
    }
    return digits >= 1 && digits <= 15 && (*p == ' ' || *p == '\t' || *p == '\n');
}

static inline const char *slow_blanks(const char *p) {
    while (*p == ' ' || *p == '\t') {
        p++;
    }
    return p;
}

/* The start of the line behind `line`, or `end`. */
static inline const char *slow_next_line(const char *line, const char *end) {
    while (line < end && *line != '\n') {
        line++;
    }
    return line < end ? line + 1 : end;
}

/* The first line from `line` on that begins with `key`, or NULL. */
static inline const char *slow_line(const char *line, const char *end, const char *key) {
    while (line < end) {
        if (strncmp(line, key, strlen(key)) == 0) {
            return line;
        }
        line = slow_next_line(line, end);
    }
    return NULL;
}

#endif
