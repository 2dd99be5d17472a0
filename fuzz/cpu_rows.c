/* SPDX-License-Identifier: MIT */
/* CPU by CPU: two texts of /proc/stat, each half of the input, and the difference of their rows. */
#include "text.h"

#include "internal.h"

static enum sysinfo__stat_outcome rows_of(const uint8_t *data, size_t length, struct sysinfo__cpu_rows *rows) {
    memset(rows, 0, sizeof *rows);
    char *text = text_of(data, length);
    enum sysinfo__stat_outcome outcome = sysinfo__decode_stat_rows(text, length, 100, rows);
    sysinfo__cpu_rows_sort(rows);
    for (size_t i = 1; i < rows->count; i++) {
        MUST(rows->row[i - 1].sample.cpu <= rows->row[i].sample.cpu);
    }
    free(text);
    return outcome;
}

static bool has_cpu(const struct sysinfo__cpu_rows *rows, uint64_t cpu) {
    for (size_t i = 0; i < rows->count; i++) {
        if (rows->row[i].sample.cpu == cpu) {
            return true;
        }
    }
    return false;
}

static void check_usage(const struct sysinfo__cpu_rows *before, const struct sysinfo__cpu_rows *after,
                        const struct sysinfo__cpu_rows *usage) {
    must_be_a_usage(&usage->all.usage);
    MUST(usage->count == after->count);
    for (size_t i = 0; i < usage->count; i++) {
        const struct sysinfo_cpu_usage *row = &usage->row[i].usage;
        MUST(SYSINFO_HAS(row, cpu) && row->cpu == after->row[i].sample.cpu);
        if (SYSINFO_HAS(row, percent)) {
            must_be_a_usage(row);
            MUST(has_cpu(before, row->cpu));
        } else {
            MUST(row->present == SYSINFO_BIT(struct sysinfo_cpu_usage, cpu));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct sysinfo__cpu_rows before, after, usage;
    memset(&usage, 0, sizeof usage);
    bool has_both = rows_of(data, size / 2, &before) == SYSINFO__STAT_OK;
    has_both = rows_of(data + size / 2, size - size / 2, &after) == SYSINFO__STAT_OK && has_both;
    enum sysinfo__window window = SYSINFO__WINDOW_MISMATCH;
    if (has_both) {
        MUST(sysinfo__cpu_rows_usage(&before, &after, &usage, &window));
        MUST(window != SYSINFO__WINDOW_MISMATCH);
    }
    if (window == SYSINFO__WINDOW_MEASURED) {
        check_usage(&before, &after, &usage);
    } else {
        MUST(usage.count == 0 && usage.all.usage.present == 0);
    }
    free(before.row);
    free(after.row);
    free(usage.row);
    return 0;
}
