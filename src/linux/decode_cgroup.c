/* SPDX-License-Identifier: MIT */
#include "decode.h"

#include <math.h>
#include <string.h>

#include "backend.h"
#include "scan.h"

/* ---- /proc/self/cgroup ---- */

bool sysinfo__decode_group(const char *text, size_t length, const char *controller, struct sysinfo__part *path) {
    const char *end = text + length;
    for (const char *line = text, *next; line < end; line = next) {
        next = sysinfo__scan_next_line(line, end);
        const char *line_end = next > line && next[-1] == '\n' ? next - 1 : next;
        const char *names = memchr(line, ':', (size_t)(line_end - line));
        const char *names_end = names == NULL ? NULL : memchr(names + 1, ':', (size_t)(line_end - names - 1));
        if (names_end == NULL || names_end + 1 == line_end || names_end[1] != '/') {
            continue;
        }
        struct sysinfo__part list = {names + 1, (size_t)(names_end - names - 1)};
        bool is_v2 = list.length == 0 && names == line + 1 && *line == '0';
        if (controller[0] == '\0' ? is_v2 : sysinfo__has_word(list, controller)) {
            *path = (struct sysinfo__part){names_end + 1, (size_t)(line_end - names_end - 1)};
            return true;
        }
    }
    return false;
}

/* ---- Files with one value ---- */

/*
 * Scans a number up to a blank or the end of the line or text: these files are short, are read whole, and in a capture
 * may lack the final line end.
 */
static const char *scan_value(const char *p, const char *end, uint64_t *value) {
    uint64_t number;
    const char *usual = sysinfo__scan_number(p, &number);
    if (usual != NULL && *usual != '\t') {
        *value = number;
        return usual;
    }
    p = sysinfo__digits(p, &number);
    if (p == NULL || (p < end && *p != '\n' && *p != ' ')) {
        return NULL;
    }
    *value = number;
    return p;
}

/* The text after "max"; NULL: anything else. */
static const char *scan_max(const char *p, const char *end) {
    return end - p >= 3 && SYSINFO__SCAN_BEGINS(p, "max") && (end - p == 3 || p[3] == '\n' || p[3] == ' ') ? p + 3
                                                                                                           : NULL;
}

SYSINFO__HOT bool sysinfo__decode_limit(const char *text, size_t length, uint64_t *limit) {
    if (SYSINFO__SCAN_BEGINS(text, "9223372036854771712\n")) { /* Version 1 without a limit, read a digit at a time. */
        *limit = UINT64_C(0x7ffffffffffff000);
        return true;
    }
    if (scan_max(text, text + length) != NULL) {
        *limit = SYSINFO_UNLIMITED;
        return true;
    }
    return scan_value(text, text + length, limit) != NULL;
}

/*
 * The kernel rounds the largest positive `long` down to whole pages: at most 2^63 - 4096 on 64 bits (2^63 - 1 before
 * Linux 3.19), 2^31 - 1 pages on 32 bits.
 */
SYSINFO__HOT bool sysinfo__is_no_limit_v1(uint64_t limit) {
    return limit >= UINT64_C(0x7ffffffffff00000) || limit == UINT64_C(0x7fffffff) * 4096;
}

SYSINFO__HOT bool sysinfo__decode_cpu_max(const char *text, size_t length, double *cpus) {
    const char *end = text + length;
    if (scan_max(text, end) != NULL) {
        *cpus = (double)INFINITY;
        return true;
    }
    uint64_t quota, period;
    const char *p = scan_value(text, end, &quota);
    if (p == NULL || *p != ' ' || scan_value(p + 1, end, &period) == NULL || period == 0) {
        return false;
    }
    *cpus = (double)quota / (double)period;
    return true;
}

SYSINFO__HOT bool sysinfo__decode_quota_v1(const char *text, size_t length, uint64_t *microseconds) {
    if (length >= 2 && SYSINFO__SCAN_BEGINS(text, "-1") && (length == 2 || text[2] == '\n' || text[2] == ' ')) {
        *microseconds = SYSINFO_UNLIMITED;
        return true;
    }
    return scan_value(text, text + length, microseconds) != NULL;
}

/* ---- memory.stat ---- */

/*
 * Version 1 reports each figure for the group alone, and with the prefix "total_" including all groups below, which is
 * what the limit applies to.
 */
void sysinfo__decode_memory_stat(const char *text, size_t length, bool is_v2, struct sysinfo__memory_stat *stat) {
    enum { ACTIVE_FILE, INACTIVE_FILE, SLAB_RECLAIMABLE, LIMIT, MEMORY_AND_SWAP, KEYS };
    static const struct sysinfo__pair_key keys[][KEYS] = {
        {SYSINFO__PAIR_KEY("total_active_file"), SYSINFO__PAIR_KEY("total_inactive_file"),
         SYSINFO__PAIR_KEY("total_slab_reclaimable"), SYSINFO__PAIR_KEY("hierarchical_memory_limit"),
         SYSINFO__PAIR_KEY("hierarchical_memsw_limit")},
        {SYSINFO__PAIR_KEY("active_file"), SYSINFO__PAIR_KEY("inactive_file"), SYSINFO__PAIR_KEY("slab_reclaimable")},
    };
    uint64_t value[KEYS] = {0};
    uint32_t known = sysinfo__decode_pairs(text, length, keys[is_v2], is_v2 ? SLAB_RECLAIMABLE + 1 : KEYS, value);
    stat->reclaimable = 0;
    for (int key = ACTIVE_FILE; key <= SLAB_RECLAIMABLE; key++) {
        if ((known >> key & 1) && __builtin_add_overflow(stat->reclaimable, value[key], &stat->reclaimable)) {
            stat->reclaimable = UINT64_MAX;
        }
    }
    stat->has_limits = (known >> LIMIT & 1) != 0;
    stat->limit = known >> LIMIT & 1 && !sysinfo__is_no_limit_v1(value[LIMIT]) ? value[LIMIT] : SYSINFO_UNLIMITED;
    stat->memory_and_swap = known >> MEMORY_AND_SWAP & 1 && !sysinfo__is_no_limit_v1(value[MEMORY_AND_SWAP])
                                ? value[MEMORY_AND_SWAP]
                                : SYSINFO_UNLIMITED;
}
