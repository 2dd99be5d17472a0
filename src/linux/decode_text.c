/* SPDX-License-Identifier: MIT */
/* /proc/vmstat, /proc/zoneinfo, /proc/loadavg: proc(5). */
#include "decode.h"

#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "scan.h"

/* ---- Lines "key 123" ---- */

static bool is_pair_line(const char *text, size_t length, size_t at, const struct sysinfo__pair_key *key) {
    return at < length && (at == 0 || text[at - 1] == '\n') && memcmp(text + at, key->text, key->length) == 0;
}

/* The offset of a key's line, or `length` if there is none; `hint` is tried first. */
static size_t find_pair_line(const char *text, size_t length, const struct sysinfo__pair_key *key, size_t hint) {
    if (is_pair_line(text, length, hint, key)) {
        return hint;
    }
    const char *end = text + length;
    for (const char *line = text; line < end; line = sysinfo__scan_next_line(line, end)) {
        if (is_pair_line(text, length, (size_t)(line - text), key)) {
            return (size_t)(line - text);
        }
    }
    return length;
}

/* One walk over the lines for all keys. Of several lines with the same key the first counts. */
uint32_t sysinfo__decode_pairs(const char *text, size_t length, const struct sysinfo__pair_key *keys, int count,
                               uint64_t *values) {
    const char *end = text + length;
    uint32_t sought = (UINT32_C(1) << count) - 1, known = 0;
    for (const char *line = text; line < end && sought != 0; line = sysinfo__scan_next_line(line, end)) {
        for (uint32_t left = sought; left != 0; left &= left - 1) {
            int key = __builtin_ctz(left);
            if (*line == keys[key].text[0] && memcmp(line, keys[key].text, keys[key].length) == 0) {
                uint32_t bit = UINT32_C(1) << key;
                sought &= ~bit;
                known |= sysinfo__scan_long(line + keys[key].length, &values[key]) != NULL ? bit : 0;
                break;
            }
        }
    }
    return known;
}

/* ---- /proc/vmstat ---- */

uint32_t sysinfo__decode_vmstat(const char *text, size_t length, size_t hints[SYSINFO__VMSTAT_KEYS],
                                uint64_t value[SYSINFO__VMSTAT_KEYS]) {
    static const struct sysinfo__pair_key keys[SYSINFO__VMSTAT_KEYS] = {
        [SYSINFO__PSWPIN] = SYSINFO__PAIR_KEY("pswpin"),
        [SYSINFO__PSWPOUT] = SYSINFO__PAIR_KEY("pswpout"),
        [SYSINFO__NR_FREE_PAGES] = SYSINFO__PAIR_KEY("nr_free_pages"),
    };
    uint32_t known = 0;
    for (int key = 0; key < SYSINFO__VMSTAT_KEYS; key++) {
        size_t at = find_pair_line(text, length, &keys[key], hints[key]);
        hints[key] = at;
        if (at < length && sysinfo__scan_number(text + at + keys[key].length, &value[key]) != NULL) {
            known |= UINT32_C(1) << key;
        }
    }
    return known;
}

/* ---- /proc/zoneinfo: each zone has a line "        low      123" ---- */

uint64_t sysinfo__decode_zoneinfo_low(const char *text, size_t length) {
    const char *end = text + length;
    uint64_t sum = 0, pages;
    for (const char *line = text; line < end; line = sysinfo__scan_next_line(line, end)) {
        const char *p = sysinfo__scan_blanks(line);
        if (SYSINFO__SCAN_BEGINS(p, "low ") && sysinfo__scan_number(sysinfo__scan_blanks(p + 4), &pages) != NULL) {
            sum = sum > UINT64_MAX - pages ? UINT64_MAX : sum + pages;
        }
    }
    return sum;
}

/* ---- ZFS's arcstats: "size                            4    3533162592" ---- */

static bool scan_arcstat(const char *line, const char *name, size_t length, uint64_t *value) {
    uint64_t type;
    if (memcmp(line, name, length) != 0 || (line[length] != ' ' && line[length] != '\t')) {
        return false;
    }
    const char *p = sysinfo__scan_long(sysinfo__scan_blanks(line + length), &type);
    return p != NULL && sysinfo__scan_long(sysinfo__scan_blanks(p), value) != NULL;
}

bool sysinfo__decode_arcstats(const char *text, size_t length, uint64_t *size, uint64_t *least) {
    const char *end = text + length;
    bool has_size = false, has_least = false;
    for (const char *line = text; line < end; line = sysinfo__scan_next_line(line, end)) {
        has_size = scan_arcstat(line, "size", 4, size) || has_size;
        has_least = scan_arcstat(line, "c_min", 5, least) || has_least;
    }
    return has_size && has_least;
}

/* ---- /proc/loadavg: "0.52 0.58 0.59 1/467 12345" ---- */

const char *sysinfo__decode_decimal(const char *p, double *value) {
    double number = 0, scale = 1;
    int digits = 0;
    for (; *p >= '0' && *p <= '9' && digits < 15; p++, digits++) {
        number = number * 10 + (*p - '0');
    }
    if (digits == 0) {
        return NULL;
    }
    if (*p == '.') {
        for (p++; *p >= '0' && *p <= '9' && digits < 15; p++, digits++) {
            number = number * 10 + (*p - '0');
            scale *= 10;
        }
    }
    if (*p != ' ' && *p != '\n') {
        return NULL;
    }
    *value = number / scale;
    return p;
}

bool sysinfo__decode_loadavg(const char *text, size_t length, struct sysinfo_load *load) {
    (void)length; /* The padding ends every scan. */
    double value[3];
    const char *p = text;
    for (int i = 0; i < 3; i++) {
        p = sysinfo__decode_decimal(sysinfo__scan_blanks(p), &value[i]);
        if (p == NULL) {
            return false;
        }
    }
    FACT(load, min1, value[0]);
    FACT(load, min5, value[1]);
    FACT(load, min15, value[2]);
    return true;
}

/* ---- /proc/self/status and /proc/self/limits ---- */

bool sysinfo__decode_status_size(const char *text, size_t length, const char *key, uint64_t *bytes) {
    const char *end = text + length;
    size_t key_length = strlen(key);
    uint64_t kib;
    for (const char *line = text; line < end; line = sysinfo__scan_next_line(line, end)) {
        if (strncmp(line, key, key_length) == 0 &&
            sysinfo__scan_number(sysinfo__scan_blanks(line + key_length), &kib) != NULL) {
            *bytes = kib * 1024;
            return true;
        }
    }
    return false;
}

uint64_t sysinfo__decode_process_limit(const char *text, size_t length, const char *name) {
    const char *end = text + length;
    size_t name_length = strlen(name);
    uint64_t limit;
    for (const char *line = text; line < end; line = sysinfo__scan_next_line(line, end)) {
        if (strncmp(line, name, name_length) == 0 &&
            sysinfo__scan_long(sysinfo__scan_blanks(line + name_length), &limit) != NULL) {
            return limit;
        }
    }
    return SYSINFO_UNLIMITED;
}
