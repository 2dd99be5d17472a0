/* SPDX-License-Identifier: MIT */
/*
 * Writes JSON into a text: it puts the commas and closes what was opened. A value
 * takes a key within an object, and NULL in its place within an array or at the top.
 */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"

struct json {
    struct text *text;
    uint64_t arrays;  /* One bit for each open level, the lowest for the innermost: 1 for an array. */
    bool needs_comma; /* A value precedes the next one on this level. */
};

/* Begins a document at the end of `text`. At most 64 levels may be open at once. */
#define JSON_INIT(text) {(text), 0, false}

void json_open_object(struct json *json, const char *key);
void json_open_array(struct json *json, const char *key);
void json_close(struct json *json);

/* A string of any bytes: what is not UTF-8 becomes U+FFFD. NULL is null. */
void json_add_string(struct json *json, const char *key, const char *string);
void json_add_uint(struct json *json, const char *key, uint64_t number);
void json_add_uint_or_null(struct json *json, const char *key, uint64_t number, bool is_known);
void json_add_bool(struct json *json, const char *key, bool is_true);
void json_add_null(struct json *json, const char *key);

/* A number as printf() writes it. */
void json_addf(struct json *json, const char *key, const char *format, ...) PRINTF_LIKE(3, 4);

/* For a value that the caller adds to the text itself: it must be exactly one. */
struct text *json_value(struct json *json, const char *key);

#endif
