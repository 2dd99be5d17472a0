/* SPDX-License-Identifier: MIT */
#include "decode_rctl.h"

#include <string.h>

#include "arithmetic.h"

/* Whether the text up to `end` equals the word. */
static bool is_word(const char *text, const char *end, const char *word) {
    size_t length = strlen(word);
    return (size_t)(end - text) == length && memcmp(text, word, length) == 0;
}

static const char *find(const char *text, const char *end, char wanted) {
    const char *found = memchr(text, wanted, (size_t)(end - text));
    return found != NULL ? found : end;
}

static enum sysinfo__rctl_resource resource_of(const char *text, const char *end) {
    return is_word(text, end, "memoryuse")    ? SYSINFO__RCTL_MEMORY
           : is_word(text, end, "vmemoryuse") ? SYSINFO__RCTL_ADDRESS_SPACE
           : is_word(text, end, "swapuse")    ? SYSINFO__RCTL_SWAP
           : is_word(text, end, "pcpu")       ? SYSINFO__RCTL_CPU
                                              : SYSINFO__RCTL_OTHER;
}

/* Denying, throttling and signals are limits; the other actions only report. */
static bool is_limit(const char *text, const char *end) {
    return !is_word(text, end, "log") && !is_word(text, end, "devctl");
}

/*
 * "jail:www:memoryuse:deny=1073741824/process"; the slash is there only if the amount is not for the subject as a
 * whole.
 */
static bool decode_rule(const char *text, const char *end, struct sysinfo__rctl_rule *rule) {
    const char *name = find(text, end, ':');
    if (name == end) {
        return false;
    }
    const char *after_name = find(name + 1, end, ':'), *equals = find(text, end, '=');
    if (equals == end || after_name >= equals) {
        return false;
    }
    const char *after_resource = find(after_name + 1, end, ':');
    if (after_resource >= equals) {
        return false;
    }
    const char *rest = sysinfo__digits(equals + 1, &rule->amount);
    size_t length = (size_t)(after_name + 1 - text);
    if (rest == NULL || rest > end || length >= sizeof rule->subject) {
        return false;
    }
    memcpy(rule->subject, text, length); /* With the colon, it is a filter that matches everything of that subject. */
    rule->subject[length] = '\0';
    rule->is_per_process = rest < end && *rest == '/' && is_word(rest + 1, end, "process");
    rule->is_per_other = rest < end && !rule->is_per_process;
    rule->resource =
        is_limit(after_resource + 1, equals) ? resource_of(after_name + 1, after_resource) : SYSINFO__RCTL_OTHER;
    return true;
}

const char *sysinfo__decode_rctl_rule(const char *text, struct sysinfo__rctl_rule *rule) {
    rule->resource = SYSINFO__RCTL_OTHER;
    if (*text == '\0') {
        return NULL;
    }
    const char *end = text + strcspn(text, ",");
    rule->is_understood = decode_rule(text, end, rule);
    return *end == ',' ? end + 1 : end;
}

bool sysinfo__decode_rctl_use(const char *text, enum sysinfo__rctl_resource resource, uint64_t *use) {
    while (*text != '\0') {
        const char *end = text + strcspn(text, ","), *equals = find(text, end, '=');
        if (equals < end && resource_of(text, equals) == resource && sysinfo__digits(equals + 1, use) == end) {
            return true;
        }
        text = *end == ',' ? end + 1 : end;
    }
    return false;
}
