/* SPDX-License-Identifier: MIT */
#include "parse.h"

#include <string.h>

#include "fail.h"

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool looks_like_number(const char *word) {
    if (*word == '-' || *word == '+') {
        word++;
    }
    if (*word == '.' || *word == ',') {
        word++;
    }
    return is_digit(*word);
}

/* Digits with at most one dot, whatever the locale; returns what stands behind them, or NULL when there are none. */
static const char *scan_decimal(const char *word, double *value) {
    double number = 0, scale = 1;
    int digits = 0;
    for (; is_digit(*word); word++, digits++) {
        number = number * 10 + (*word - '0');
    }
    if (*word == '.') {
        for (word++; is_digit(*word); word++, digits++) {
            number = number * 10 + (*word - '0');
            scale *= 10;
        }
    }
    *value = number / scale;
    return digits > 0 && digits <= 300 ? word : NULL;
}

static double seconds_per(const char *unit) {
    static const struct {
        const char *name;
        double seconds;
    } units[] = {{"", 1}, {"ms", 0.001}, {"s", 1}, {"m", 60}, {"h", 3600}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(unit, units[i].name) == 0) {
            return units[i].seconds;
        }
    }
    return 0;
}

int parse_duration(const char *what, const char *word, double *seconds) {
    bool is_negative = *word == '-' && looks_like_number(word);
    double value = 0;
    const char *unit = scan_decimal(word + is_negative, &value);
    if (unit != NULL && *unit == ',' && is_digit(unit[1])) {
        return usage("%s '%s': use a dot, %.*s.%s", what, word, (int)(unit - word), word, unit + 1);
    }
    double per_unit = unit == NULL ? 0 : seconds_per(unit);
    if (per_unit <= 0) {
        return usage("%s '%s' is not a duration; write 1, 0.5, 250ms, 2s, 5m or 1h", what, word);
    }
    *seconds = value * per_unit;
    if (is_negative || *seconds <= 0) {
        return usage("%s '%s' must be greater than 0", what, word);
    }
    if (!(*seconds <= 1e9)) {
        return usage("%s '%s' is too long; at most 277777h", what, word);
    }
    return 0;
}

int parse_count(const char *word, uint64_t *count) {
    bool is_number = *word != '\0';
    *count = 0;
    for (const char *p = word; *p != '\0'; p++) {
        is_number = is_number && is_digit(*p) && *count < UINT64_C(1000000000000000);
        *count = is_number ? *count * 10 + (uint64_t)(*p - '0') : 0;
    }
    if (is_number && *count == 0) {
        return usage("count '%s' must be at least 1", word);
    }
    if (!is_number) {
        return usage("count '%s' is not a whole number from 1 on", word);
    }
    return 0;
}

uint64_t unit_bytes(const char *name) {
    static const struct {
        const char *name;
        uint64_t bytes;
    } units[] = {
        {"B", 1},
        {"KiB", UINT64_C(1) << 10},
        {"MiB", UINT64_C(1) << 20},
        {"GiB", UINT64_C(1) << 30},
        {"TiB", UINT64_C(1) << 40},
        {"kB", UINT64_C(1000)},
        {"MB", UINT64_C(1000000)},
        {"GB", UINT64_C(1000000000)},
        {"TB", UINT64_C(1000000000000)},
    };
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(name, units[i].name) == 0) {
            return units[i].bytes;
        }
    }
    return 0;
}

enum { LONGEST_WORD = 40 };

/* How many letters must be added, dropped, changed or exchanged with their neighbour. */
static size_t distance(const char *a, const char *b) {
    size_t row[3][LONGEST_WORD + 1];
    size_t length_a = strlen(a), length_b = strlen(b);
    if (length_a > LONGEST_WORD || length_b > LONGEST_WORD) {
        return LONGEST_WORD;
    }
    size_t *before_last = row[0], *last = row[1], *now = row[2];
    for (size_t j = 0; j <= length_b; j++) {
        last[j] = j;
    }
    for (size_t i = 1; i <= length_a; i++) {
        now[0] = i;
        for (size_t j = 1; j <= length_b; j++) {
            size_t best = last[j - 1] + (a[i - 1] != b[j - 1]);
            best = last[j] + 1 < best ? last[j] + 1 : best;
            best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before_last[j - 2] + 1 < best) {
                best = before_last[j - 2] + 1;
            }
            now[j] = best;
        }
        size_t *spare = before_last;
        before_last = last;
        last = now;
        now = spare;
    }
    return last[length_b];
}

const char *closest(const char *word, const char *const *list, size_t count) {
    const char *best = NULL;
    size_t length = strlen(word), best_slips = length <= 3 ? 2 : 3; /* Fewer than that. */
    for (size_t i = 0; i < count && length >= 2; i++) {
        if (strncmp(list[i], word, length) == 0) {
            return list[i];
        }
    }
    for (size_t i = 0; i < count; i++) {
        size_t slips = distance(word, list[i]);
        if (slips < best_slips && slips < strlen(list[i])) {
            best_slips = slips;
            best = list[i];
        }
    }
    return best;
}
