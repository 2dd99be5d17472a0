/* SPDX-License-Identifier: MIT */
#include "json_read.h"

#include <stddef.h>
#include <string.h>

#include "digits.h"
#include "parse.h"

enum { MOST_LEVELS = 64 };

static const char *skip_blanks(const char *at) {
    return at + strspn(at, " \t\r\n");
}

/* Each skips one kind of value at `at` and returns its end; NULL: no such value. */
static const char *skip_value(const char *at, int levels);

static const char *skip_string(const char *at) {
    if (*at++ != '"') {
        return NULL;
    }
    for (; *at != '"'; at++) {
        at += *at == '\\';
        if ((unsigned char)*at < 32) {
            return NULL;
        }
    }
    return at + 1;
}

static const char *skip_number(const char *at) {
    const char *start = at;
    at += *at == '-';
    if (!is_digit(*at)) {
        return NULL;
    }
    at += strspn(at, "0123456789.eE+-");
    return at > start ? at : NULL;
}

static const char *skip_word(const char *at) {
    static const char *const words[] = {"null", "true", "false"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strncmp(at, words[i], strlen(words[i])) == 0) {
            return at + strlen(words[i]);
        }
    }
    return NULL;
}

/* Skips the members of an object or the values of an array, after the opening bracket. */
static const char *skip_list(const char *at, char end, int levels) {
    at = skip_blanks(at);
    if (*at == end) {
        return at + 1;
    }
    while (levels > 0) {
        if (end == '}') {
            at = skip_string(at);
            at = at != NULL ? skip_blanks(at) : NULL;
            if (at == NULL || *at++ != ':') {
                return NULL;
            }
            at = skip_blanks(at);
        }
        at = skip_value(at, levels - 1);
        at = at != NULL ? skip_blanks(at) : NULL;
        if (at == NULL || *at == end || *at != ',') {
            return at != NULL && *at == end ? at + 1 : NULL;
        }
        at = skip_blanks(at + 1);
    }
    return NULL;
}

static const char *skip_value(const char *at, int levels) {
    switch (*at) {
    case '"':
        return skip_string(at);
    case '{':
        return skip_list(at + 1, '}', levels);
    case '[':
        return skip_list(at + 1, ']', levels);
    default:
        return *at == '-' || is_digit(*at) ? skip_number(at) : skip_word(at);
    }
}

const char *json_member(const char *object, const char *key) {
    size_t length = strlen(key);
    const char *at = object != NULL ? skip_blanks(object) : "";
    if (*at != '{') {
        return NULL;
    }
    do {
        const char *name = skip_blanks(at + 1);
        at = skip_string(name);
        at = at != NULL ? skip_blanks(at) : NULL;
        if (at == NULL || *at != ':') {
            return NULL;
        }
        at = skip_blanks(at + 1);
        if (strncmp(name + 1, key, length) == 0 && name[length + 1] == '"') {
            return at;
        }
        at = skip_value(at, MOST_LEVELS);
        at = at != NULL ? skip_blanks(at) : NULL;
    } while (at != NULL && *at == ',');
    return NULL;
}

/* Multiplies by the power of ten after "e", if there is one, as jq and Python write small and large numbers. */
static double scale(double number, const char *exponent) {
    enum { MOST = 1000 }; /* Beyond every double. */
    int power = 0;
    if (*exponent != 'e' && *exponent != 'E') {
        return number;
    }
    exponent++;
    bool is_negative = *exponent == '-';
    exponent += *exponent == '-' || *exponent == '+';
    for (; is_digit(*exponent); exponent++) {
        power = power < MOST ? power * 10 + (*exponent - '0') : power;
    }
    for (; power > 0; power--) {
        number = is_negative ? number / 10 : number * 10;
    }
    return number;
}

bool json_number(const char *value, double *number) {
    if (value == NULL) {
        return false;
    }
    bool is_negative = *value == '-';
    const char *end;
    if (!scan_number(value + is_negative, number, &end)) {
        return false;
    }
    *number = scale(is_negative ? -*number : *number, end);
    return true;
}

bool json_is_whole(const char *text) {
    const char *end = skip_value(skip_blanks(text), MOST_LEVELS);
    return end != NULL && *skip_blanks(end) == '\0';
}
