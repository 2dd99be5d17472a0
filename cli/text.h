/* SPDX-License-Identifier: MIT */
/* A text that grows: what a sample prints is put together here, and written at once. */
#ifndef CLI_TEXT_H
#define CLI_TEXT_H

#include <stddef.h>

#if defined(__GNUC__)
#define PRINTF_LIKE(string, first) __attribute__((format(printf, string, first)))
#else
#define PRINTF_LIKE(string, first)
#endif

struct text {
    char *bytes; /* Ends with a zero byte that `length` does not count; NULL while empty. */
    size_t length, capacity;
};

/* Without memory, these end the program with its message and status 3. */
void text_add(struct text *text, const char *more);
void text_addf(struct text *text, const char *format, ...) PRINTF_LIKE(2, 3);
void text_pad(struct text *text, size_t count); /* Blanks. */
void text_clear(struct text *text);
void text_free(struct text *text);

#endif
