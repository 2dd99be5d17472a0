/* SPDX-License-Identifier: MIT */
#include "utf8.h"

#include <stdint.h>
#include <string.h>

size_t utf8_length(const char *string) {
    static const struct {
        unsigned char mask, lead;
        uint32_t least;
    } kinds[] = {{0x80, 0x00, 1}, {0xE0, 0xC0, 0x80}, {0xF0, 0xE0, 0x800}, {0xF8, 0xF0, 0x10000}};
    const unsigned char *bytes = (const unsigned char *)string;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if ((bytes[0] & kinds[i].mask) != kinds[i].lead) {
            continue;
        }
        uint32_t code = bytes[0] & (unsigned char)~kinds[i].mask;
        for (size_t k = 1; k <= i; k++) {
            if ((bytes[k] & 0xC0) != 0x80) {
                return 0;
            }
            code = code << 6 | (bytes[k] & 0x3F);
        }
        return code >= kinds[i].least && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF) ? i + 1 : 0;
    }
    return 0;
}

bool utf8_is_control(const char *string, size_t length) {
    const unsigned char *byte = (const unsigned char *)string;
    return length == 0 || byte[0] < 32 || byte[0] == 127 || (length == 2 && byte[0] == 0xC2 && byte[1] < 0xA0);
}

void utf8_hide_controls(char *string) {
    while (*string != '\0') {
        size_t length = utf8_length(string), size = length > 0 ? length : 1;
        if (utf8_is_control(string, length)) {
            memset(string, '?', size);
        }
        string += size;
    }
}
