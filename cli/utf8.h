/* SPDX-License-Identifier: MIT */
/* Strings of arbitrary bytes: which are valid characters, and which of those would control a terminal. */
#ifndef CLI_UTF8_H
#define CLI_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* The length of the UTF-8 character at the start of a string; 0: it is invalid. */
size_t utf8_length(const char *string);

/*
 * Whether the character at the start of a string, with this utf8_length(), is invalid or would move a terminal's
 * cursor.
 */
bool utf8_is_control(const char *string, size_t length);

/* Replaces every byte of such characters with '?', so the string neither breaks a line nor controls a terminal. */
void utf8_hide_controls(char *string);

#endif
