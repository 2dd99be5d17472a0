/* SPDX-License-Identifier: MIT */
#include "json.h"

#include <stdarg.h>
#include <string.h>

struct text *json_value(struct json *json, const char *key) {
    if (json->needs_comma) {
        text_add(json->text, ",");
    }
    json->needs_comma = true;
    if (key != NULL) {
        text_add_json(json->text, key);
        text_add(json->text, ":");
    }
    return json->text;
}

static void open_level(struct json *json, const char *key, bool is_array) {
    text_add(json_value(json, key), is_array ? "[" : "{");
    json->arrays = json->arrays << 1 | (is_array ? 1 : 0);
    json->needs_comma = false;
}

void json_open_object(struct json *json, const char *key) {
    open_level(json, key, false);
}

void json_open_array(struct json *json, const char *key) {
    open_level(json, key, true);
}

void json_close(struct json *json) {
    text_add(json->text, (json->arrays & 1) != 0 ? "]" : "}");
    json->arrays >>= 1;
    json->needs_comma = true;
}

void json_add_string(struct json *json, const char *key, const char *string) {
    text_add_json(json_value(json, key), string);
}

void json_add_uint(struct json *json, const char *key, uint64_t number) {
    text_add_number(json_value(json, key), number);
}

void json_add_uint_or_null(struct json *json, const char *key, uint64_t number, bool is_known) {
    if (is_known) {
        json_add_uint(json, key, number);
    } else {
        json_add_null(json, key);
    }
}

void json_add_double(struct json *json, const char *key, double number) {
    struct text text = TEXT_INIT;
    text_addf(&text, "%.15g", number);
    if (strchr(text.bytes, 'e') != NULL) {
        text_clear(&text);
        bool is_small = number < 1 && number > -1;
        text_addf(&text, is_small ? "%.20f" : "%.0f", number);
        while (is_small && text.bytes[text.length - 1] == '0' && text.bytes[text.length - 2] != '.') {
            text.bytes[--text.length] = '\0';
        }
    }
    text_add(json_value(json, key), text.bytes);
    text_free(&text);
}

void json_add_bool(struct json *json, const char *key, bool is_true) {
    text_add(json_value(json, key), is_true ? "true" : "false");
}

void json_add_null(struct json *json, const char *key) {
    text_add(json_value(json, key), "null");
}

void json_addf(struct json *json, const char *key, const char *format, ...) {
    va_list arguments;
    json_value(json, key);
    va_start(arguments, format);
    text_addv(json->text, format, arguments);
    va_end(arguments);
}
