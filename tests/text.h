/* SPDX-License-Identifier: MIT */
/*
 * A text in the form that decoders get it, in a block of exactly its size and the promised padding: ASan and valgrind
 * detect a read of one byte beyond.
 */
#ifndef TESTS_TEXT_H
#define TESTS_TEXT_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"

static inline char *text_copy(const char *bytes, size_t length) {
    char *text = malloc(length + SYSINFO__TEXT_PADDING);
    if (text == NULL) {
        ck_abort_msg("no memory for %zu bytes", length);
    }
    memcpy(text, bytes, length);
    memset(text + length, 0, SYSINFO__TEXT_PADDING);
    return text;
}

#endif
