/* SPDX-License-Identifier: MIT */
/* /proc/vmstat: two texts of the same length, read in succession. */
#include "text.h"

static const char *const keys[SYSINFO__VMSTAT_KEYS] = {
    [SYSINFO__PSWPIN] = "pswpin ", [SYSINFO__PSWPOUT] = "pswpout ", [SYSINFO__NR_FREE_PAGES] = "nr_free_pages "};

static void must_equal_lines(const char *text, size_t length, uint32_t known,
                             const uint64_t value[SYSINFO__VMSTAT_KEYS]) {
    for (int k = 0; k < SYSINFO__VMSTAT_KEYS; k++) {
        const char *line = slow_line(text, text + length, keys[k]);
        if (line != NULL && slow_line(line + 1, text + length, keys[k]) != NULL) {
            continue; /* With two lines for one key, the hints decide which one is used. */
        }
        uint64_t number = 0;
        bool is_known = line != NULL && slow_number(line + strlen(keys[k]), &number);
        MUST(is_known == (known >> k & 1));
        MUST(!is_known || value[k] == number);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    size_t length = size / 2;
    size_t hints[SYSINFO__VMSTAT_KEYS] = {0};
    const uint8_t *texts[] = {data, data + length, data};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        size_t round_length = i == 2 ? length - length / 3 : length;
        char *text = text_of(texts[i], round_length);
        uint64_t value[SYSINFO__VMSTAT_KEYS];
        uint32_t known = sysinfo__decode_vmstat(text, round_length, hints, value);
        must_equal_lines(text, round_length, known, value);
        free(text);
    }
    return 0;
}
