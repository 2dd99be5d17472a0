/* SPDX-License-Identifier: MIT */
/* Strict readers for the command's output: RFC 8259, and UTF-8. They abort on an invalid text. */
#ifndef SYSINFO_FUZZ_JSON_H
#define SYSINFO_FUZZ_JSON_H

#include "harness.h"

/* The text after one UTF-8 character that is not a control character. */
static inline const char *utf8_next(const char *p) {
    const unsigned char *byte = (const unsigned char *)p;
    int more = byte[0] < 0x80                      ? 0
               : byte[0] >= 0xC2 && byte[0] < 0xE0 ? 1
               : byte[0] >= 0xE0 && byte[0] < 0xF0 ? 2
               : byte[0] >= 0xF0 && byte[0] < 0xF5 ? 3
                                                   : -1;
    MUST(more >= 0 && byte[0] >= 32 && byte[0] != 127);
    for (int i = 1; i <= more; i++) {
        MUST((byte[i] & 0xC0) == 0x80);
    }
    MUST(byte[0] != 0xE0 || byte[1] >= 0xA0); /* Not overlong, */
    MUST(byte[0] != 0xF0 || byte[1] >= 0x90);
    MUST(byte[0] != 0xED || byte[1] < 0xA0); /* not a surrogate, */
    MUST(byte[0] != 0xF4 || byte[1] < 0x90); /* and within Unicode. */
    return p + 1 + more;
}

static inline const char *json_string(const char *p) {
    MUST(*p == '"');
    for (p++; *p != '"';) {
        if (*p != '\\') {
            p = utf8_next(p);
        } else if (p[1] == 'u') {
            MUST(strspn(p + 2, "0123456789abcdefABCDEF") >= 4);
            p += 6;
        } else {
            MUST(p[1] != '\0' && strchr("\"\\/bfnrt", p[1]) != NULL);
            p += 2;
        }
    }
    return p + 1;
}

/* Numbers as the command writes them: no exponents, and no more integer digits than 64 bits have. */
static inline const char *json_number(const char *p) {
    p += *p == '-';
    size_t digits = strspn(p, "0123456789");
    MUST(digits >= 1 && (digits == 1 || *p != '0') && digits <= 20);
    p += digits;
    if (*p == '.') {
        digits = strspn(++p, "0123456789");
        MUST(digits >= 1);
        p += digits;
    }
    return p;
}

static inline const char *json_value(const char *p, int depth) {
    MUST(depth < 16);
    if (*p == '"') {
        return json_string(p);
    }
    if (*p == '{' || *p == '[') {
        bool is_object = *p == '{';
        const char end = is_object ? '}' : ']';
        for (p++; *p != end; p += *p == ',') {
            if (is_object) {
                p = json_string(p);
                MUST(*p == ':');
                p++;
            }
            p = json_value(p, depth + 1);
            MUST(*p == end || (*p == ',' && p[1] != end));
        }
        return p + 1;
    }
    static const char *const words[] = {"null", "true", "false"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strncmp(p, words[i], strlen(words[i])) == 0) {
            return p + strlen(words[i]);
        }
    }
    return json_number(p);
}

/* One object per line. */
static inline void must_be_json_lines(const char *text) {
    while (*text != '\0') {
        MUST(*text == '{');
        text = json_value(text, 0);
        MUST(*text == '\n');
        text++;
    }
}

#endif
