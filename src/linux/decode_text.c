/* SPDX-License-Identifier: MIT */
/* /proc/vmstat, /proc/zoneinfo, /proc/loadavg: proc(5). */
#include "decode.h"

#include "backend.h"
#include "scan.h"

/* ---- /proc/vmstat: lines "key 123" ---- */

static const struct {
    const char *text;
    size_t length;
} vmstat_keys[SYSINFO__VMSTAT_KEYS] = {
    [SYSINFO__PSWPIN] = {"pswpin ", 7},
    [SYSINFO__PSWPOUT] = {"pswpout ", 8},
    [SYSINFO__NR_FREE_PAGES] = {"nr_free_pages ", 14},
};

static bool is_vmstat_line(const char *text, size_t length, size_t at, int key) {
    return at < length && (at == 0 || text[at - 1] == '\n') && memcmp(text + at, vmstat_keys[key].text, vmstat_keys[key].length) == 0;
}

/* The offset of a key's line, `length` when there is none; `hint` is tried first. */
static size_t find_vmstat_line(const char *text, size_t length, int key, size_t hint) {
    if (is_vmstat_line(text, length, hint, key)) {
        return hint;
    }
    const char *end = text + length;
    for (const char *line = text; line < end; line = sysinfo__scan_next_line(line, end)) {
        if (is_vmstat_line(text, length, (size_t)(line - text), key)) {
            return (size_t)(line - text);
        }
    }
    return length;
}

uint32_t sysinfo__decode_vmstat(const char *text, size_t length, size_t hints[SYSINFO__VMSTAT_KEYS], uint64_t value[SYSINFO__VMSTAT_KEYS]) {
    uint32_t known = 0;
    for (int key = 0; key < SYSINFO__VMSTAT_KEYS; key++) {
        hints[key] = find_vmstat_line(text, length, key, hints[key]);
        if (hints[key] < length && sysinfo__scan_number(text + hints[key] + vmstat_keys[key].length, &value[key]) != NULL) {
            known |= UINT32_C(1) << key;
        }
    }
    return known;
}

/* ---- /proc/zoneinfo: in each zone a line "        low      123" ---- */

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

/* ---- /proc/loadavg: "0.52 0.58 0.59 1/467 12345" ---- */

/* A number with a dot, whatever the locale says a dot is. Returns what stands behind it, or NULL. */
static const char *scan_decimal(const char *p, double *value) {
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
        p = scan_decimal(sysinfo__scan_blanks(p), &value[i]);
        if (p == NULL) {
            return false;
        }
    }
    FACT(load, min1, value[0]);
    FACT(load, min5, value[1]);
    FACT(load, min15, value[2]);
    return true;
}
