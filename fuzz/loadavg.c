/* SPDX-License-Identifier: MIT */
/* /proc/loadavg: three decimal numbers. */
#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = text_of(data, size);
    struct sysinfo_load load;
    memset(&load, 0, sizeof load);
    bool is_known = sysinfo__decode_loadavg(text, size, &load);
    must_be_a_result(&load, sizeof load);
    MUST(is_known == SYSINFO_HAS(&load, min1) && is_known == SYSINFO_HAS(&load, min5) &&
         is_known == SYSINFO_HAS(&load, min15));
    double value[] = {load.min1, load.min5, load.min15};
    const char *p = text;
    for (int i = 0; i < 3 && is_known; i++) {
        char *behind;
        double slow = strtod(slow_blanks(p), &behind); /* This program sets no locale. */
        MUST(value[i] >= 0 && value[i] < 1e15);
        MUST(behind > p && value[i] == slow);
        p = behind;
    }
    for (size_t cut = 0; cut < size && cut < 64; cut++) { /* A text that was cut gives nothing, or the same. */
        char *part = text_of(data, cut);
        struct sysinfo_load less;
        memset(&less, 0, sizeof less);
        if (sysinfo__decode_loadavg(part, cut, &less)) {
            MUST(memcmp(&less, &load, sizeof load) == 0);
        }
        free(part);
    }
    free(text);
    return 0;
}
