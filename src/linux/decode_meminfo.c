/* SPDX-License-Identifier: MIT */
/*
 * /proc/meminfo: proc(5). Lines "Key:   123 kB", a few of them without a unit.
 *
 * A general search costs more than the kernel's own work is worth to a meter that
 * asks ten times a second, and the lines do not move: so the offset of each line
 * in the last text is remembered, and checked before it is believed.
 */
#include "decode.h"

#include "scan.h"

/* A key with its colon, as two words to compare with the text at once. */
struct key {
    char text[16];
    unsigned char length; /* With the colon. */
    uint16_t unit;
};

static const struct key keys[SYSINFO__MEMINFO_KEYS] = {
#define KEY(id, text, unit) [SYSINFO__##id] = {text ":", sizeof(text ":") - 1, unit},
    SYSINFO__MEMINFO_KEY_LIST(KEY)
#undef KEY
};
_Static_assert(SYSINFO__MEMINFO_KEYS < 32, "masks of keys are 32 bits wide");

/* The word with all but its first `bytes` bytes cleared; 8 and more keep it whole. */
SYSINFO__ALWAYS_INLINE uint64_t first_bytes(uint64_t word, unsigned bytes) {
    return bytes >= 8 ? word : word & ((UINT64_C(1) << 8 * bytes) - 1);
}

SYSINFO__ALWAYS_INLINE bool begins_with_key(const char *line, const struct key *key) {
    if (first_bytes(sysinfo__scan_word(line) ^ sysinfo__scan_word(key->text), key->length) != 0) {
        return false;
    }
    return key->length <= 8 ||
           first_bytes(sysinfo__scan_word(line + 8) ^ sysinfo__scan_word(key->text + 8), key->length - 8u) == 0;
}

/*
 * A bare count at the end of a text that lost its last line end. Of a size the unit is missing too,
 * so that text was cut.
 */
static __attribute__((noinline)) bool scan_last(const char *p, uint64_t *value) {
    uint64_t number;
    const char *end = sysinfo__digits(p, &number);
    if (end == NULL || *end != '\0' || end - p > 15) {
        return false;
    }
    *value = number;
    return true;
}

SYSINFO__ALWAYS_INLINE void decode_value(const char *line, unsigned k, struct sysinfo__meminfo *meminfo) {
    uint32_t bit = UINT32_C(1) << k;
    uint64_t value = 0;
    const char *p = sysinfo__scan_blanks(line + keys[k].length);
    bool is_negative = *p == '-';
    meminfo->seen |= bit;
    bool is_count = keys[k].unit == 1;
    if (sysinfo__scan_number(p + is_negative, &value) == NULL && !(is_count && scan_last(p + is_negative, &value))) {
        return;
    }
    if (is_negative) {
        meminfo->negative |= bit;
        value = 0;
    }
    meminfo->known |= bit;
    meminfo->value[k] = value * keys[k].unit;
}

/* Looks at every line, and renews the hints. */
static void scan_all(const char *text, size_t length, struct sysinfo__meminfo_hints *hints,
                     struct sysinfo__meminfo *meminfo) {
    const char *end = text + length;
    memset(meminfo, 0, offsetof(struct sysinfo__meminfo, value));
    for (unsigned k = 0; k < SYSINFO__MEMINFO_KEYS; k++) {
        hints->line[k] = UINT32_MAX;
    }
    for (const char *line = text; line < end; line = sysinfo__scan_next_line(line, end)) {
        for (unsigned k = 0; k < SYSINFO__MEMINFO_KEYS; k++) {
            if (hints->line[k] == UINT32_MAX && begins_with_key(line, &keys[k])) {
                hints->line[k] = (uint32_t)(line - text);
                decode_value(line, k, meminfo);
                break;
            }
        }
    }
    /* Without a total the text was a broken one: the lines that it lacked are looked for again in the next. */
    hints->length = (meminfo->seen & UINT32_C(1) << SYSINFO__MEM_TOTAL) != 0 ? length : 0;
}

void sysinfo__decode_meminfo(const char *text, size_t length, uint32_t wanted, struct sysinfo__meminfo_hints *hints,
                             struct sysinfo__meminfo *meminfo) {
    memset(meminfo, 0, offsetof(struct sysinfo__meminfo, value));
    if (length >= UINT32_MAX) { /* No meminfo. */
        return;
    }
    if (hints->length != length) {
        scan_all(text, length, hints, meminfo);
        return;
    }
    while (wanted != 0) {
        unsigned k = (unsigned)__builtin_ctz(wanted);
        wanted &= wanted - 1;
        uint32_t at = hints->line[k];
        if (at == UINT32_MAX) {
            continue;
        }
        if ((at > 0 && text[at - 1] != '\n') || !begins_with_key(text + at, &keys[k])) {
            scan_all(text, length, hints, meminfo);
            return;
        }
        decode_value(text + at, k, meminfo);
    }
}
