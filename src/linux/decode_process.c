/* SPDX-License-Identifier: MIT */
/* /proc/self/status, statm and smaps_rollup: proc(5). */
#include "decode.h"

#include "backend.h"
#include "scan.h"

/* Scans the number after "Key:" and blanks. False: another line, or no number. */
static bool scan_line(const char *line, const char *key, size_t length, uint64_t *value) {
    return memcmp(line, key, length) == 0 && sysinfo__scan_number(sysinfo__scan_blanks(line + length), value) != NULL;
}
/* NOLINTNEXTLINE(bugprone-macro-parentheses): adjacent texts join only without. */
#define LINE(key) scan_line(line, key ":", sizeof key, &value)

void sysinfo__decode_process_status(const char *text, size_t length, struct sysinfo_process *process) {
    const char *end = text + length;
    uint64_t value;
    for (const char *line = text; line < end; line = sysinfo__scan_next_line(line, end)) {
        if (LINE("VmSize")) {
            FACT(process, vms, value * 1024);
        } else if (LINE("VmHWM")) {
            FACT(process, peak_rss, value * 1024);
        } else if (LINE("VmRSS")) {
            FACT(process, rss, value * 1024);
        } else if (LINE("VmSwap")) { /* Since 2.6.34. */
            FACT(process, swap, value * 1024);
        } else if (LINE("Threads")) {
            FACT(process, threads, value);
        }
    }
}

void sysinfo__decode_smaps_rollup(const char *text, size_t length, struct sysinfo_process *process) {
    const char *end = text + length;
    uint64_t value, clean = 0, dirty = 0, huge = 0;
    int parts = 0;
    for (const char *line = text; line < end; line = sysinfo__scan_next_line(line, end)) {
        if (LINE("Pss")) {
            FACT(process, pss, value * 1024);
        } else if (LINE("Private_Clean")) {
            clean = value * 1024;
            parts++;
        } else if (LINE("Private_Dirty")) {
            dirty = value * 1024;
            parts++;
        } else if (LINE("Private_Hugetlb")) { /* Not included in the other two. */
            huge = value * 1024;
        }
    }
    if (parts == 2) {
        FACT(process, uss, clean + dirty + huge);
    }
}

bool sysinfo__decode_statm(const char *text, uint64_t pages[3]) {
    for (int i = 0; i < 3; i++) {
        text = sysinfo__scan_number(sysinfo__scan_blanks(text), &pages[i]);
        if (text == NULL) {
            return false;
        }
    }
    return true;
}
