/* SPDX-License-Identifier: MIT */
/* A growing text: what a sample prints is assembled here and written at once. */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "fail.h"

struct text {
    char *bytes; /* Followed by a NUL that `length` does not count; NULL while empty. */
    size_t length, capacity;
};

/* The initial value; an empty text owns no memory. */
#define TEXT_INIT {NULL, 0, 0}

/* If memory runs out, these exit with a message and status 3. */
void text_add(struct text *text, const char *more);
void text_addf(struct text *text, const char *format, ...) PRINTF_LIKE(2, 3);
void text_addv(struct text *text, const char *format, va_list arguments) PRINTF_LIKE(2, 0);
void text_add_number(struct text *text, uint64_t number);
void text_pad(struct text *text, size_t count); /* Blanks. */
void text_reserve(struct text *text, size_t more);

/*
 * Add a string of any bytes: as a JSON string (invalid UTF-8 becomes U+FFFD, NULL becomes null), and as a CSV field,
 * quoted where needed.
 */
void text_add_json(struct text *text, const char *string);
void text_add_csv(struct text *text, const char *string);

/* Adds a string as one shell word, in single quotes and without control characters. */
void text_add_shell(struct text *text, const char *string);

/* Adds a string without anything that would break the line or move a terminal's cursor. */
void text_add_plain(struct text *text, const char *string);
void text_clear(struct text *text);
void text_free(struct text *text);

#endif
