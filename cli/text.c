/* SPDX-License-Identifier: MIT */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"

static void make_room(struct text *text, size_t more) {
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
    make_room(text, length);
    memcpy(text->bytes + text->length, more, length + 1);
    text->length += length;
}

void text_addf(struct text *text, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    if (length <= 0) {
        return;
    }
    make_room(text, (size_t)length);
    va_start(arguments, format);
    vsnprintf(text->bytes + text->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    text->length += (size_t)length;
}

void text_pad(struct text *text, size_t count) {
    make_room(text, count);
    if (count > 0) {
        memset(text->bytes + text->length, ' ', count);
        text->length += count;
        text->bytes[text->length] = '\0';
    }
}

void text_clear(struct text *text) {
    text->length = 0;
}

void text_free(struct text *text) {
    free(text->bytes);
    *text = (struct text){NULL, 0, 0};
}
