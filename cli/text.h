/* SPDX-License-Identifier: MIT */
/* A text that grows: what a sample prints is put together here, and written at once. */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include <stdarg.h>
#include <stddef.h>

#include "fail.h"

struct text {
    char *bytes; /* Ends with a zero byte that `length` does not count; NULL while empty. */
    size_t length, capacity;
};

/* Every text begins so, and owns no memory yet. */
#define TEXT_INIT {NULL, 0, 0}

/* Without memory, these end the program with its message and status 3. */
void text_add(struct text *text, const char *more);
void text_addf(struct text *text, const char *format, ...) PRINTF_LIKE(2, 3);
void text_addv(struct text *text, const char *format, va_list arguments) PRINTF_LIKE(2, 0);
void text_pad(struct text *text, size_t count); /* Blanks. */
void text_reserve(struct text *text, size_t more);

/*
 * A string of any bytes, in quotes: invalid UTF-8 becomes U+FFFD; NULL is null. And as a field
 * of CSV, in quotes where it needs them.
 */
void text_add_json(struct text *text, const char *string);
void text_add_csv(struct text *text, const char *string);

/* The same as one word of a shell, in single quotes, without control characters. */
void text_add_shell(struct text *text, const char *string);

/* A string without what would break a line or move a terminal's cursor. */
void text_add_plain(struct text *text, const char *string);
void text_clear(struct text *text);
void text_free(struct text *text);

#endif
