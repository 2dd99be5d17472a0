/* SPDX-License-Identifier: MIT */
#include "parse.h"

#include <string.h>

#include "digits.h"
#include "fail.h"
#include "utc.h"

bool looks_like_number(const char *word) {
    if (*word == '-' || *word == '+') {
        word++;
    }
    if (*word == '.' || *word == ',') {
        word++;
    }
    return is_digit(*word);
}

/* Accepts digits with at most one dot, regardless of the locale. */
bool scan_number(const char *word, double *number, const char **rest) {
    double value = 0, scale = 1;
    int digits = 0;
    for (; is_digit(*word); word++, digits++) {
        value = value * 10 + (*word - '0');
    }
    if (*word == '.') {
        for (word++; is_digit(*word); word++, digits++) {
            value = value * 10 + (*word - '0');
            scale *= 10;
        }
    }
    *number = value / scale;
    *rest = word;
    return digits > 0 && digits <= 300;
}

struct unit {
    const char *name;
    double size;
};

static double find_unit(const struct unit *units, size_t count, const char *name) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, units[i].name) == 0) {
            return units[i].size;
        }
    }
    return 0;
}

double duration_unit(const char *unit) {
    static const struct unit units[] = {{"", 1}, {"ms", 0.001}, {"s", 1}, {"m", 60}, {"h", 3600}};
    return find_unit(units, sizeof units / sizeof units[0], unit);
}

double frequency_unit(const char *unit) {
    static const struct unit units[] = {{"Hz", 1}, {"kHz", 1e3}, {"MHz", 1e6}, {"GHz", 1e9}};
    return find_unit(units, sizeof units / sizeof units[0], unit);
}

double size_unit(const char *unit) {
    static const struct unit units[] = {{"", 1}, {"K", 1024}, {"M", 1048576}, {"G", 1073741824}, {"T", 1099511627776}};
    double bytes = find_unit(units, sizeof units / sizeof units[0], unit);
    return bytes > 0 ? bytes : (double)unit_bytes(unit);
}

static int parse_seconds(const char *what, const char *word, bool may_be_nothing, double *seconds) {
    bool is_negative = *word == '-' && looks_like_number(word);
    double value = 0;
    const char *unit;
    bool is_number = scan_number(word + is_negative, &value, &unit);
    if (is_number && *unit == ',' && is_digit(unit[1])) {
        return usage("%s '%s': use a dot, %.*s.%s", what, word, (int)(unit - word), word, unit + 1);
    }
    double per_unit = is_number ? duration_unit(unit) : 0;
    if (per_unit <= 0) {
        return usage("%s '%s' is not a duration; write 1, 0.5, 250ms, 2s, 5m or 1h", what, word);
    }
    *seconds = value * per_unit;
    if (is_negative || (*seconds <= 0 && !may_be_nothing)) {
        return usage("%s '%s' must %s", what, word, may_be_nothing ? "not be negative" : "be greater than 0");
    }
    if (!(*seconds <= 1e9)) {
        return usage("%s '%s' is too long; at most 277777h", what, word);
    }
    return 0;
}

int parse_duration(const char *what, const char *word, double *seconds) {
    return parse_seconds(what, word, false, seconds);
}

int parse_duration_or_none(const char *what, const char *word, double *seconds) {
    return parse_seconds(what, word, true, seconds);
}

int parse_moment(const char *what, const char *word, struct moment *moment) {
    moment->is_given = true;
    moment->is_clock = strchr(word, ':') != NULL;
    if (!moment->is_clock) {
        return parse_duration_or_none(what, word, &moment->seconds);
    }
    if (utc_parse(word, &moment->seconds) || utc_parse_time_of_day(word, &moment->seconds)) {
        return 0;
    }
    return usage("%s '%s' is not a moment; write 10s, 14:05, 14:05:30 or 2026-11-22T14:05:00Z", what, word);
}

int parse_size(const char *what, const char *word, uint64_t *bytes) {
    const char *space = *what == '\0' ? "" : " ", *unit;
    bool is_negative = *word == '-' && looks_like_number(word);
    double value;
    if (!scan_number(word + is_negative, &value, &unit)) {
        return usage("%s%s'%s' is not a size; write 500M, 1.5GiB, 2GB or a number of bytes", what, space, word);
    }
    if (is_negative) {
        return usage("%s%s'%s' must not be negative", what, space, word);
    }
    if (*unit == ',' && is_digit(unit[1])) {
        return usage("%s%s'%s': use a dot, %.*s.%s", what, space, word, (int)(unit - word), word, unit + 1);
    }
    value *= size_unit(unit);
    if (size_unit(unit) <= 0) {
        return usage("%s%s'%s': unknown unit; use K M G T, KiB.. or kB..", what, space, word);
    }
    if (!(value < 9e18)) {
        return usage("%s%s'%s' is too large", what, space, word);
    }
    *bytes = (uint64_t)value;
    return 0;
}

bool parse_whole(const char *word, uint64_t *number) {
    while (word[0] == '0' && is_digit(word[1])) {
        word++;
    }
    return take_digits(&word, 16, number) > 0 && *word == '\0';
}

int parse_count(const char *word, uint64_t *count) {
    bool is_number = parse_whole(word, count);
    if (is_number && *count == 0) {
        return usage("count '%s' must be at least 1", word);
    }
    if (!is_number && *word != '\0' && word[strspn(word, "0123456789")] == '\0') {
        return usage("count '%s' is too large; at most 9999999999999999", word);
    }
    if (!is_number) {
        return usage("count '%s' is not a whole number of at least 1", word);
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

/* The number of letters to insert, delete, replace, or swap with a neighbour. */
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
    size_t length = strlen(word), most_slips = length / 3 < 2 ? length / 3 : 2;
    size_t best_slips = most_slips + 1; /* Candidates must have fewer. */
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

int parse_percentage(const char *what, const char *word, double *percent) {
    const char *end;
    if (!scan_number(word, percent, &end) || (*end != '\0' && strcmp(end, "%") != 0) || !(*percent > 0) ||
        *percent > 100) {
        return usage("%s '%s' is not a percentage above 0 and up to 100; write for example 10%%", what, word);
    }
    return 0;
}
