/* SPDX-License-Identifier: MIT */
/* For decoders of texts: a text in the form that they get, and slow, plain parsers to compare with. */
#ifndef SYSINFO_FUZZ_TEXT_H
#define SYSINFO_FUZZ_TEXT_H

#include "decode.h"
#include "harness.h"

/*
 * Makes a copy followed by exactly the promised zero bytes, so that the address sanitizer detects a decoder that reads
 * further.
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
 * The number at `p` as the scanner must read it, one digit at a time: up to 15 digits followed by a blank or the end of
 * the line.
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

/* The start of the next line, or `end`. */
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
