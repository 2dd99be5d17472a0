/* SPDX-License-Identifier: MIT */
#include <sysinfo/host.h>

#include <string.h>

#include "internal.h"

/* Appends to a text of `size` bytes, cutting it to fit; returns the new length. */
static size_t append(char *text, size_t size, size_t length, const char *more) {
    while (*more != '\0' && length + 1 < size) {
        text[length++] = *more++;
    }
    text[length] = '\0';
    return length;
}

static size_t append_number(char *text, size_t size, size_t length, int64_t number) {
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    digits[--at] = '\0';
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (number < 0) {
        digits[--at] = '-';
    }
    return append(text, size, length, digits + at);
}

const char *sysinfo_explain(struct sysinfo_host *host, int status) {
    if (host == NULL || host->explanation == NULL || host->status != status ||
        (host->complaint == NULL && host->source[0] == '\0')) {
        return sysinfo_status_meaning(status);
    }
    char *text = host->explanation;
    size_t size = host->explanation_size;
    size_t length = 0;
    text[0] = '\0';
    if (host->source[0] == '/') { /* For a path, show where it was read. */
        length = append(text, size, length, host->root);
    }
    if (host->root[0] == '\0' || strcmp(host->source, "/") != 0) {
        length = append(text, size, length, host->source);
    }
    if (host->complaint != NULL) {
        length = append(text, size, length, length > 0 ? " " : "");
        append(text, size, length, host->complaint);
        return text;
    }
    length = append(text, size, length, ": ");
    bool has_sentences = host->system_error != 0 && sysinfo__backend.error != NULL;
    const char *sentence = has_sentences ? sysinfo__backend.error(host->system_error) : NULL;
    if (sentence != NULL) {
        append(text, size, length, sentence);
    } else {
        length = append(text, size, length, sysinfo_status_meaning(status));
        if (host->system_error != 0) {
            length = append(text, size, length, " (system error ");
            length = append_number(text, size, length, host->system_error);
            append(text, size, length, ")");
        }
    }
    return text;
}
