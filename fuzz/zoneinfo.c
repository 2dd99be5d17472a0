/* SPDX-License-Identifier: MIT */
/*
 * /proc/zoneinfo: the sum of the low watermarks. A byte says how often the text is repeated (more zones than any
 * machine has); the text follows.
 */
#include "text.h"

enum { LONGEST_REPEATED = 1 << 20 };

static char *repeated(const uint8_t *data, size_t size, size_t times) {
    uint8_t *copies = memory(size * times);
    for (size_t i = 0; i < times && size > 0; i++) {
        memcpy(copies + i * size, data, size);
    }
    char *text = text_of(copies, size * times);
    free(copies);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) {
        return 0;
    }
    size_t times = (size_t)1 << data[0] % 16;
    data++;
    size--;
    if (size * times > LONGEST_REPEATED) {
        times = 1;
    }
    char *text = repeated(data, size, times);
    size *= times;
    const char *end = text + size;
    uint64_t sum = 0;
    for (const char *line = text; line < end;) {
        const char *p = slow_blanks(line);
        uint64_t pages;
        if (strncmp(p, "low ", 4) == 0 && slow_number(slow_blanks(p + 4), &pages)) {
            sum = sum > UINT64_MAX - pages ? UINT64_MAX : sum + pages;
        }
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        line = newline == NULL ? end : newline + 1;
    }
    MUST(sysinfo__decode_zoneinfo_low(text, size) == sum);
    free(text);
    return 0;
}
