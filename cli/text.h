/* SPDX-License-Identifier: MIT */
/* A text that grows: what a sample prints is put together here, and written at once. */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#if defined(__MINGW32__) && !defined(__clang__)
#define PRINTF_LIKE(string, first) \
    __attribute__((format(gnu_printf, string, first))) /* As C99 has it, not as Microsoft had. */
#elif defined(__GNUC__)
#define PRINTF_LIKE(string, first) __attribute__((format(printf, string, first)))
#else
#define PRINTF_LIKE(string, first)
#endif

struct text {
    char *bytes; /* Ends with a zero byte that `length` does not count; NULL while empty. */
    size_t length, capacity;
};

/* Every text begins so, and owns no memory yet. */
#define TEXT_INIT \
    { NULL, 0, 0 }

/* Bytes of the UTF-8 character at the beginning of a string; 0: it is none. */
size_t character_length(const char *string);

/*
 * Whether the character at the beginning of a string, of that length, would move a terminal's
 * cursor, or is none.
 */
bool is_control(const char *string, size_t length);

/* Without memory, these end the program with its message and status 3. */
void text_add(struct text *text, const char *more);
void text_addf(struct text *text, const char *format, ...) PRINTF_LIKE(2, 3);
void text_pad(struct text *text, size_t count); /* Blanks. */
void text_reserve(struct text *text, size_t more);

/*
 * A string of any bytes, in quotes: what is no UTF-8 becomes U+FFFD; NULL is null. And as a field
 * of CSV, in quotes where it needs them.
 */
void text_add_json(struct text *text, const char *string);
void text_add_csv(struct text *text, const char *string);

/* A string without what would break a line or move a terminal's cursor. */
void text_add_plain(struct text *text, const char *string);
void text_clear(struct text *text);
void text_free(struct text *text);

#endif
