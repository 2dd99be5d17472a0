/* SPDX-License-Identifier: MIT */
#include "decode.h"

#include "backend.h"
#include "scan.h"

/* The text after "Node 12 " and the key; NULL: another line. */
static const char *value_of(const char *line, const char *key, size_t key_length) {
    uint64_t number;
    if (!SYSINFO__SCAN_BEGINS(line, "Node ")) {
        return NULL;
    }
    const char *p = sysinfo__scan_number(line + 5, &number);
    if (p == NULL) {
        return NULL;
    }
    p = sysinfo__scan_blanks(p);
    return memcmp(p, key, key_length) == 0 ? sysinfo__scan_blanks(p + key_length) : NULL;
}
#define VALUE_OF(line, key) value_of((line), (key), sizeof(key) - 1)

void sysinfo__decode_node_meminfo(const char *text, size_t length, struct sysinfo_numa_node *node) {
    const char *end = text + length;
    uint64_t kib;
    for (const char *line = text; line < end; line = sysinfo__scan_next_line(line, end)) {
        const char *p;
        if ((p = VALUE_OF(line, "MemTotal:")) != NULL && sysinfo__scan_number(p, &kib) != NULL) {
            FACT(node, total, kib * 1024);
        } else if ((p = VALUE_OF(line, "MemFree:")) != NULL && sysinfo__scan_number(p, &kib) != NULL) {
            FACT(node, free, kib * 1024);
            return; /* It comes after the other key, and many lines follow. */
        }
    }
}

bool sysinfo__decode_cpus_allowed(const char *text, size_t length, struct sysinfo__part *mask) {
    const char *end = text + length;
    for (const char *line = text, *next; line < end; line = next) {
        next = sysinfo__scan_next_line(line, end);
        if (SYSINFO__SCAN_BEGINS(line, "Cpus_allowed:")) {
            const char *at = sysinfo__scan_blanks(line + 13);
            if (at >= next) {
                return false;
            }
            *mask = (struct sysinfo__part){at, (size_t)(next - at)};
            return true;
        }
    }
    return false;
}
