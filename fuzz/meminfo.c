/* SPDX-License-Identifier: MIT */
/* /proc/meminfo: four bytes that select the wanted keys, then two texts of the same length, read in succession. */
#include "text.h"

static const struct {
    const char *text;
    uint64_t unit;
} keys[SYSINFO__MEMINFO_KEYS] = {
#define KEY(id, text, blanks, unit) {text ":", unit},
    SYSINFO__MEMINFO_KEY_LIST(KEY)
#undef KEY
};

/* A bare count may lack its line end, because it has no unit that shows a cut; then a NUL follows. */
static bool slow_count(const char *p, uint64_t *value) {
    size_t digits = strspn(p, "0123456789");
    *value = strtoull(p, NULL, 10);
    return digits >= 1 && digits <= 15 && p[digits] == '\0';
}

/* Whether the value decoded for a key is that of this line. */
static bool is_line(const char *line, unsigned k, const struct sysinfo__meminfo *meminfo) {
    const char *p = slow_blanks(line + strlen(keys[k].text));
    bool is_negative = *p == '-';
    uint64_t value;
    if (!slow_number(p + is_negative, &value) && !(keys[k].unit == 1 && slow_count(p + is_negative, &value))) {
        return !(meminfo->known >> k & 1);
    }
    return (meminfo->known >> k & 1) && is_negative == (meminfo->negative >> k & 1) &&
           meminfo->value[k] == (is_negative ? 0 : value * keys[k].unit);
}

/* Without hints, each key has the value of its first line. */
static void must_be_first_lines(const char *text, size_t length, uint32_t wanted,
                                const struct sysinfo__meminfo *meminfo) {
    MUST((meminfo->known & ~meminfo->seen) == 0 && (meminfo->negative & ~meminfo->known) == 0);
    for (unsigned k = 0; k < SYSINFO__MEMINFO_KEYS; k++) {
        const char *line = slow_line(text, text + length, keys[k].text);
        if (wanted >> k & 1) {
            MUST((line != NULL) == (meminfo->seen >> k & 1));
            MUST(line == NULL || is_line(line, k, meminfo));
        }
    }
}

/*
 * With hints from an arbitrary text, a key may stay unknown, and of two lines either may be used, but every number must
 * be in the text.
 */
static void must_be_lines(const char *text, size_t length, const struct sysinfo__meminfo *meminfo) {
    MUST((meminfo->known & ~meminfo->seen) == 0 && (meminfo->negative & ~meminfo->known) == 0);
    for (unsigned k = 0; k < SYSINFO__MEMINFO_KEYS; k++) {
        const char *end = text + length, *line = slow_line(text, end, keys[k].text);
        bool is_there = !(meminfo->seen >> k & 1);
        while (!is_there && line != NULL) {
            is_there = is_line(line, k, meminfo);
            line = slow_line(slow_next_line(line, end), end, keys[k].text);
        }
        MUST(is_there);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 4) {
        return 0;
    }
    uint32_t wanted;
    memcpy(&wanted, data, sizeof wanted);
    wanted &= SYSINFO__ALL_MEMINFO_KEYS;
    size_t length = (size - 4) / 2;
    struct sysinfo__meminfo_hints hints = {0};
    const uint8_t *texts[] = {data + 4, data + 4 + length, data + 4};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        /* The last round cuts the text: its end is not a number, and the hints are for another length. */
        size_t round_length = i == 2 ? length - length / 3 : length;
        char *text = text_of(texts[i], round_length);
        struct sysinfo__meminfo meminfo;
        sysinfo__decode_meminfo(text, round_length, wanted, &hints, &meminfo);
        must_be_lines(text, round_length, &meminfo);
        sysinfo__decode_meminfo(text, round_length, SYSINFO__ALL_MEMINFO_KEYS, &hints, &meminfo);
        must_be_lines(text, round_length, &meminfo);
        struct sysinfo__meminfo_hints none = {0};
        sysinfo__decode_meminfo(text, round_length, wanted, &none, &meminfo);
        must_be_first_lines(text, round_length, wanted, &meminfo);
        free(text);
    }
    return 0;
}
