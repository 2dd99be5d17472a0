/* SPDX-License-Identifier: MIT */
/*
 * /proc/meminfo: proc(5). Lines "Key:   123 kB", a few of them without a unit.
 *
 * A general search costs too much for a meter that reads ten times a second, and lines do not move. So the offset of
 * each line in the last text is remembered, and verified before use.
 */
#include "decode.h"

#include "backend.h"
#include "scan.h"

/* A key as the kernel writes it: all numbers begin in the same column. */
enum { COLUMN = 16, WIDTH = 8 };
struct key {
    char text[COLUMN + 1];
    unsigned char length; /* With the colon, without the blanks. */
    uint16_t unit;
};

static const struct key keys[SYSINFO__MEMINFO_KEYS] = {
#define KEY(id, text, blanks, unit) [SYSINFO__##id] = {text ":" blanks, sizeof(text), unit},
    SYSINFO__MEMINFO_KEY_LIST(KEY)
#undef KEY
};
#define KEY(id, text, blanks, unit) _Static_assert(sizeof(text) + sizeof(blanks) - 1 == COLUMN, "fills its column");
SYSINFO__MEMINFO_KEY_LIST(KEY)
#undef KEY
_Static_assert(SYSINFO__MEMINFO_KEYS < 32, "masks of keys are 32 bits wide");

static bool begins_with_key(const char *line, const struct key *key) {
    return line[0] == key->text[0] && memcmp(line, key->text, key->length) == 0;
}

/*
 * Scans a bare count at the end of a text without its last line end. A size lacks its unit there too, so such a text
 * was cut.
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

static __attribute__((noinline)) void decode_value(const char *line, unsigned k, struct sysinfo__meminfo *meminfo) {
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

/*
 * The line as every kernel of today writes it: the key, and in the eight bytes after it blanks and a
 * number. False: it is another, or another key's.
 */
SYSINFO__ALWAYS_INLINE bool decode_usual_line(const char *line, const struct key *key, uint64_t *value) {
    const uint64_t blank = UINT64_C(0x1010101010101010); /* What is left of a blank when '0' is removed. */
    uint64_t others = (sysinfo__scan_word(line) ^ sysinfo__scan_word(key->text)) |
                      (sysinfo__scan_word(line + 8) ^ sysinfo__scan_word(key->text + 8));
    uint64_t digits = sysinfo__scan_word(line + COLUMN) ^ UINT64_C(0x3030303030303030);
    uint64_t blanks = digits & blank;
    digits ^= blanks;
    others |= sysinfo__scan_mark_others(digits) & SYSINFO__SCAN_MARKS;
    others |= digits & (blanks - (blanks >> 4));       /* Half a blank. */
    others |= blanks & ~(blanks << 8 | (blank & 255)); /* After a digit. */
    others |= blanks >> 60;                            /* At the end. */
    char end = line[COLUMN + WIDTH];
    *value = sysinfo__scan_combine(digits) * key->unit;
    return others == 0 && (end == ' ' || end == '\n');
}

/* Searches the lines of all keys that were ever wanted, and renews the hints. */
static void search(const char *text, size_t length, struct sysinfo__meminfo_hints *hints,
                   struct sysinfo__meminfo *meminfo) {
    const uint32_t total = UINT32_C(1) << SYSINFO__MEM_TOTAL;
    const char *end = text + length;
    uint32_t left = hints->searched;
    memset(meminfo, 0, offsetof(struct sysinfo__meminfo, value));
    hints->keys = 0;
    for (const char *line = text; line < end && left != 0; line = sysinfo__scan_next_line(line, end)) {
        for (uint32_t others = left; others != 0; others &= others - 1) {
            unsigned k = (unsigned)__builtin_ctz(others);
            if (begins_with_key(line, &keys[k])) {
                left &= ~(UINT32_C(1) << k);
                hints->keys |= UINT32_C(1) << k;
                hints->line[k] = (uint32_t)(line - text);
                decode_value(line, k, meminfo);
                break;
            }
        }
    }
    /* A text without a total was broken: search the next one again for the lines it lacked. */
    hints->length = (left & total) == 0 ? length : 0;
}

static bool is_line_start(const char *text, size_t at) {
    return at == 0 || text[at - 1] == '\n';
}

/* Decodes lines of another form. False: a line is not where it was. */
static __attribute__((noinline)) bool decode_unusual(const char *text, uint32_t wanted,
                                                     const struct sysinfo__meminfo_hints *hints,
                                                     struct sysinfo__meminfo *meminfo) {
    for (; wanted != 0; wanted &= wanted - 1) {
        unsigned k = (unsigned)__builtin_ctz(wanted);
        const char *line = text + hints->line[k];
        if (!is_line_start(text, hints->line[k]) || !begins_with_key(line, &keys[k])) {
            return false;
        }
        decode_value(line, k, meminfo);
    }
    return true;
}

SYSINFO__HOT void sysinfo__decode_meminfo(const char *text, size_t length, uint32_t wanted,
                                          struct sysinfo__meminfo_hints *hints, struct sysinfo__meminfo *meminfo) {
    memset(meminfo, 0, offsetof(struct sysinfo__meminfo, value));
    if (length >= UINT32_MAX) { /* Not a meminfo. */
        return;
    }
    if (hints->length != length || (wanted & ~hints->searched) != 0) {
        hints->searched |= wanted;
        search(text, length, hints, meminfo);
        return;
    }
    uint32_t usual = 0;
    wanted &= hints->keys;
    for (uint32_t left = wanted; left != 0; left &= left - 1) {
        unsigned k = (unsigned)__builtin_ctz(left);
        size_t at = hints->line[k];
        bool is_usual = decode_usual_line(text + at, &keys[k], &meminfo->value[k]) && is_line_start(text, at);
        usual |= (uint32_t)is_usual << k;
    }
    meminfo->seen = meminfo->known = usual;
    if (usual != wanted && !decode_unusual(text, wanted & ~usual, hints, meminfo)) {
        search(text, length, hints, meminfo);
    }
}
