/* SPDX-License-Identifier: MIT */
/* Strings that may hold any bytes: which of them are characters, and which of these a terminal would obey. */
#ifndef CLI_UTF8_H
#define CLI_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the UTF-8 character at the start of a string; 0: the first byte does not begin a valid one. */
size_t utf8_length(const char *string);

/*
 * Whether the character at the start of a string, whose utf8_length() is `length`, is invalid or would
 * move a terminal's cursor.
 */
bool utf8_is_control(const char *string, size_t length);

/* Replaces every byte of such characters with '?': the string neither breaks a line nor controls a terminal. */
void utf8_hide_controls(char *string);

#endif
