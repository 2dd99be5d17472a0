/* SPDX-License-Identifier: MIT */
#include "cpu_rows.h"

#include <stdlib.h>
#include <string.h>

bool sysinfo__cpu_rows_reserve(struct sysinfo__cpu_rows *rows, size_t count) {
    if (count <= rows->capacity) {
        return true;
    }
    if (count > SIZE_MAX / sizeof *rows->row) {
        return false;
    }
    union sysinfo__cpu_row *row = realloc(rows->row, count * sizeof *row);
    if (row == NULL) {
        return false;
    }
    rows->row = row;
    rows->capacity = count;
    return true;
}

bool sysinfo__cpu_rows_grow(struct sysinfo__cpu_rows *rows) {
    return sysinfo__cpu_rows_reserve(rows, rows->capacity < 8 ? 8 : rows->capacity * 2);
}

void sysinfo__cpu_rows_clear(struct sysinfo__cpu_rows *rows) {
    memset(&rows->all, 0, sizeof rows->all);
    rows->count = 0;
}

void sysinfo__cpu_rows_swap(struct sysinfo__cpu_rows *a, struct sysinfo__cpu_rows *b) {
    struct sysinfo__cpu_rows swapped = *a;
    *a = *b;
    *b = swapped;
}

static int by_number(const void *a, const void *b) {
    const struct sysinfo_cpu_sample *left = a, *right = b;
    return (left->cpu > right->cpu) - (left->cpu < right->cpu);
}

void sysinfo__cpu_rows_sort(struct sysinfo__cpu_rows *samples) {
    for (size_t i = 1; i < samples->count; i++) {
        if (samples->row[i].sample.cpu < samples->row[i - 1].sample.cpu) {
            qsort(samples->row, samples->count, sizeof samples->row[0], by_number);
            return;
        }
    }
}

bool sysinfo__cpu_rows_usage(const struct sysinfo__cpu_rows *before, const struct sysinfo__cpu_rows *after,
                             struct sysinfo__cpu_rows *usage, enum sysinfo__window *window) {
    struct sysinfo_cpu_usage all;
    *window = sysinfo__cpu_usage(&before->all.sample, &after->all.sample, &all);
    if (*window != SYSINFO__WINDOW_MEASURED) {
        return true;
    }
    if (!sysinfo__cpu_rows_reserve(usage, after->count)) {
        return false;
    }
    usage->all.usage = all;
    usage->count = after->count;
    size_t partner = 0;
    for (size_t i = 0; i < after->count; i++) {
        const struct sysinfo_cpu_sample *sample = &after->row[i].sample;
        struct sysinfo_cpu_usage *row = &usage->row[i].usage;
        while (partner < before->count && before->row[partner].sample.cpu < sample->cpu) {
            partner++;
        }
        if (partner == before->count ||
            sysinfo__cpu_usage(&before->row[partner].sample, sample, row) != SYSINFO__WINDOW_MEASURED) {
            *row =
                (struct sysinfo_cpu_usage){.present = SYSINFO_BIT(struct sysinfo_cpu_usage, cpu), .cpu = sample->cpu};
        }
    }
    return true;
}
