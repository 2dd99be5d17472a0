/* SPDX-License-Identifier: MIT */
/*
 * Writes JSON into a text, and places commas and closing brackets. Within an object, each value takes a key; within an
 * array, or at the top, the key is NULL.
 */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"

struct json {
    struct text *text;
    uint64_t arrays;  /* One bit per open level, the lowest for the innermost; 1: an array. */
    bool needs_comma; /* A value precedes the next one on this level. */
};

/* Starts a document at the end of `text`. At most 64 levels may be open. */
#define JSON_INIT(text) {(text), 0, false}

void json_open_object(struct json *json, const char *key);
void json_open_array(struct json *json, const char *key);
void json_close(struct json *json);

/* Adds a string of any bytes; invalid UTF-8 becomes U+FFFD, NULL becomes null. */
void json_add_string(struct json *json, const char *key, const char *string);
void json_add_uint(struct json *json, const char *key, uint64_t number);
void json_add_uint_or_null(struct json *json, const char *key, uint64_t number, bool is_known);
/* 15 significant digits. Never an exponent: shells, awk and spreadsheets differ in reading them. */
void json_add_double(struct json *json, const char *key, double number);
void json_add_bool(struct json *json, const char *key, bool is_true);
void json_add_null(struct json *json, const char *key);

/* Adds a number formatted by printf(). */
void json_addf(struct json *json, const char *key, const char *format, ...) PRINTF_LIKE(3, 4);

/* For a value that the caller appends to the text itself; it must add exactly one. */
struct text *json_value(struct json *json, const char *key);

#endif
