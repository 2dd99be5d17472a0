/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "digits.h"
#include "fail.h"
#include "utf8.h"

void text_reserve(struct text *text, size_t more) {
    if (text->capacity - text->length > more) {
        return;
    }
    size_t capacity = (text->length + more + 1) * 2;
    char *bytes = realloc(text->bytes, capacity);
    if (bytes == NULL) {
        fail_no_memory();
    }
    text->bytes = bytes;
    text->capacity = capacity;
}

void text_add(struct text *text, const char *more) {
    size_t length = strlen(more);
    text_reserve(text, length);
    memcpy(text->bytes + text->length, more, length + 1);
    text->length += length;
}

void text_add_number(struct text *text, uint64_t number) {
    char digits[MOST_DIGITS + 1], *first = digits + MOST_DIGITS;
    *first = '\0';
    do {
        *--first = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    text_add(text, first);
}

void text_addv(struct text *text, const char *format, va_list arguments) {
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length <= 0) {
        return;
    }
    text_reserve(text, (size_t)length);
    vsnprintf(text->bytes + text->length, (size_t)length + 1, format, arguments);
    text->length += (size_t)length;
}

void text_addf(struct text *text, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    text_addv(text, format, arguments);
    va_end(arguments);
}

void text_pad(struct text *text, size_t count) {
    text_reserve(text, count);
    if (count > 0) {
        memset(text->bytes + text->length, ' ', count);
        text->length += count;
        text->bytes[text->length] = '\0';
    }
}

void text_add_json(struct text *text, const char *string) {
    if (string == NULL) {
        text_add(text, "null");
        return;
    }
    text_add(text, "\"");
    while (*string != '\0') {
        size_t length = utf8_length(string);
        if (length == 0) {
            text_add(text, "\\ufffd");
        } else if ((unsigned char)*string < 32 || *string == 127) {
            text_addf(text, "\\u%04x", (unsigned)*string);
        } else {
            text_addf(text, "%s%.*s", *string == '"' || *string == '\\' ? "\\" : "", (int)length, string);
        }
        string += length > 0 ? length : 1;
    }
    text_add(text, "\"");
}

void text_add_csv(struct text *text, const char *string) {
    if (string[strcspn(string, ",\"\r\n")] == '\0') {
        text_add(text, string);
        return;
    }
    text_add(text, "\"");
    for (; *string != '\0'; string++) {
        text_addf(text, *string == '"' ? "\"\"" : "%c", *string == '\n' || *string == '\r' ? ' ' : *string);
    }
    text_add(text, "\"");
}

void text_add_shell(struct text *text, const char *string) {
    struct text plain = TEXT_INIT;
    text_add_plain(&plain, string);
    text_add(text, "'");
    for (const char *p = plain.length > 0 ? plain.bytes : ""; *p != '\0'; p++) {
        text_addf(text, *p == '\'' ? "'\\''" : "%c", *p);
    }
    text_add(text, "'");
    text_free(&plain);
}

void text_add_plain(struct text *text, const char *string) {
    while (*string != '\0') {
        size_t length = utf8_length(string);
        bool is_plain = !utf8_is_control(string, length);
        text_addf(text, "%.*s", is_plain ? (int)length : 1, is_plain ? string : "?");
        string += length > 0 ? length : 1;
    }
}

void text_clear(struct text *text) {
    text->length = 0;
}

void text_free(struct text *text) {
    free(text->bytes);
    *text = (struct text)TEXT_INIT;
}
