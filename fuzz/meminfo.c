/* SPDX-License-Identifier: MIT */
/* /proc/meminfo: four bytes that say which keys are wanted, then two texts of one length, one read after the other. */
#include "text.h"

static const struct {
    const char *text;
    uint64_t unit;
} keys[SYSINFO__MEMINFO_KEYS] = {
#define KEY(id, text, unit) {text ":", unit},
    SYSINFO__MEMINFO_KEY_LIST(KEY)
#undef KEY
};

static void must_equal_lines(const char *text, size_t length, uint32_t wanted, const struct sysinfo__meminfo *meminfo) {
    MUST((meminfo->known & ~meminfo->seen) == 0 && (meminfo->negative & ~meminfo->known) == 0);
    for (unsigned k = 0; k < SYSINFO__MEMINFO_KEYS; k++) {
        if (!(wanted >> k & 1)) {
            continue;
        }
        const char *line = slow_line(text, text + length, keys[k].text);
        MUST((line != NULL) == (meminfo->seen >> k & 1));
        if (line == NULL) {
            continue;
        }
        const char *p = slow_blanks(line + strlen(keys[k].text));
        bool is_negative = *p == '-';
        uint64_t value;
        bool is_number = slow_number(p + is_negative, &value);
        MUST(is_number == (meminfo->known >> k & 1));
        if (is_number) {
            MUST(is_negative == (meminfo->negative >> k & 1));
            MUST(meminfo->value[k] == (is_negative ? 0 : value * keys[k].unit));
        }
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
    struct sysinfo__meminfo_hints *hints = memory(sizeof *hints);
    hints->length = 0;
    const uint8_t *texts[] = {data + 4, data + 4 + length, data + 4};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        /* The last round cuts the text: its end is no number, and the hints are for another length. */
        size_t round_length = i == 2 ? length - length / 3 : length;
        char *text = text_of(texts[i], round_length);
        struct sysinfo__meminfo meminfo;
        sysinfo__decode_meminfo(text, round_length, wanted, hints, &meminfo);
        must_equal_lines(text, round_length, wanted, &meminfo);
        sysinfo__decode_meminfo(text, round_length, SYSINFO__ALL_MEMINFO_KEYS, hints, &meminfo);
        must_equal_lines(text, round_length, SYSINFO__ALL_MEMINFO_KEYS, &meminfo);
        free(text);
    }
    free(hints);
    return 0;
}
