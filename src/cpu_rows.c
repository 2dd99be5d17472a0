/* SPDX-License-Identifier: MIT */
#include "internal.h"

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

/* Of several rows with the same number, keeps the first one that counts anything. There is at least one row. */
static void drop_twins(struct sysinfo__cpu_rows *samples) {
    size_t kept = 0;
    for (size_t i = 1; i < samples->count; i++) {
        const struct sysinfo_cpu_sample *sample = &samples->row[i].sample;
        struct sysinfo_cpu_sample *last = &samples->row[kept].sample;
        if (sample->cpu != last->cpu) {
            samples->row[++kept].sample = *sample;
        } else if (!(last->idle > 0 || last->user > 0 || last->system > 0)) {
            *last = *sample;
        }
    }
    samples->count = kept + 1;
}

void sysinfo__cpu_rows_sort(struct sysinfo__cpu_rows *samples) {
    bool is_sorted = true;
    for (size_t i = 1; i < samples->count; i++) {
        is_sorted = is_sorted && samples->row[i - 1].sample.cpu < samples->row[i].sample.cpu;
    }
    if (is_sorted) {
        return;
    }
    qsort(samples->row, samples->count, sizeof samples->row[0], by_number);
    drop_twins(samples);
}

/* Walks over the rows that two sets of sorted samples have in common. */
struct pairs {
    const struct sysinfo__cpu_rows *before, *after;
    size_t earlier, later; /* The positions in each. */
};

/* The partner of the later row; NULL: none. The walk ends when `later` has passed all rows. */
static const struct sysinfo_cpu_sample *partner_of(struct pairs *pairs) {
    const struct sysinfo_cpu_sample *sample = &pairs->after->row[pairs->later].sample;
    while (pairs->earlier < pairs->before->count && pairs->before->row[pairs->earlier].sample.cpu < sample->cpu) {
        pairs->earlier++;
    }
    bool is_there =
        pairs->earlier < pairs->before->count && pairs->before->row[pairs->earlier].sample.cpu == sample->cpu;
    return is_there ? &pairs->before->row[pairs->earlier].sample : NULL;
}

/*
 * Whether any row has a window; if none, why not. A row that did not move may move later; other reasons matter more
 * than a missing partner.
 */
static enum sysinfo__window any_window(const struct sysinfo__cpu_rows *before, const struct sysinfo__cpu_rows *after) {
    struct pairs pairs = {before, after, 0, 0};
    enum sysinfo__window found = SYSINFO__WINDOW_OTHER_CPUS;
    for (; pairs.later < after->count && found != SYSINFO__WINDOW_MEASURED; pairs.later++) {
        const struct sysinfo_cpu_sample *sample = &after->row[pairs.later].sample, *partner = partner_of(&pairs);
        if (partner == NULL) {
            continue;
        }
        struct sysinfo__cpu_step step;
        enum sysinfo__window window = sysinfo__cpu_step(partner, sample, &step);
        if (window == SYSINFO__WINDOW_MEASURED || found == SYSINFO__WINDOW_OTHER_CPUS ||
            found == SYSINFO__WINDOW_EMPTY) {
            found = window;
        }
    }
    return found;
}

static void add_step(struct sysinfo__cpu_step *sum, const struct sysinfo__cpu_step *step) {
    for (size_t mode = 0; mode < sizeof sum->mode / sizeof sum->mode[0]; mode++) {
        sum->mode[mode] += step->mode[mode];
    }
    sum->total += step->total;
    sum->modes &= step->modes;
    sum->is_doubtful |= step->is_doubtful;
}

/*
 * Sums the rows that have a window (at least one does), and if `row` is not NULL computes a usage for each row of
 * `after`.
 */
static void sum_rows(const struct sysinfo__cpu_rows *before, const struct sysinfo__cpu_rows *after,
                     struct sysinfo_cpu_usage *all, union sysinfo__cpu_row *row) {
    struct pairs pairs = {before, after, 0, 0};
    struct sysinfo__cpu_step sum = {.modes = UINT64_MAX}, step;
    double elapsed = sysinfo__cpu_elapsed(&before->all.sample, &after->all.sample);
    bool is_part = false;
    for (; pairs.later < after->count; pairs.later++) {
        const struct sysinfo_cpu_sample *sample = &after->row[pairs.later].sample, *partner = partner_of(&pairs);
        enum sysinfo__window window =
            partner != NULL ? sysinfo__cpu_step(partner, sample, &step) : SYSINFO__WINDOW_OTHER_CPUS;
        struct sysinfo_cpu_usage usage = {.present = 0};
        if (window == SYSINFO__WINDOW_MEASURED) {
            add_step(&sum, &step);
        } else if (partner != NULL && window != SYSINFO__WINDOW_EMPTY) {
            is_part = true;
        }
        if (row == NULL) {
            continue;
        }
        if (window == SYSINFO__WINDOW_MEASURED) {
            sysinfo__cpu_shares(&step, &usage);
            sysinfo__cpu_interval(elapsed, &usage);
        }
        usage.present |= SYSINFO_BIT(struct sysinfo_cpu_usage, cpu);
        usage.cpu = sample->cpu;
        row[pairs.later].usage = usage;
    }
    sysinfo__cpu_shares(&sum, all);
    all->estimated |= is_part ? all->present : 0; /* A CPU without a known share may change all shares. */
    sysinfo__cpu_interval(elapsed, all);
}

static bool have_rows(const struct sysinfo__cpu_rows *before, const struct sysinfo__cpu_rows *after) {
    return before->count > 0 && after->count > 0;
}

enum sysinfo__window sysinfo__cpu_rows_total(const struct sysinfo__cpu_rows *before,
                                             const struct sysinfo__cpu_rows *after, struct sysinfo_cpu_usage *all) {
    if (!have_rows(before, after)) {
        return sysinfo__cpu_usage(&before->all.sample, &after->all.sample, all);
    }
    enum sysinfo__window window = any_window(before, after);
    if (window == SYSINFO__WINDOW_MEASURED) {
        sum_rows(before, after, all, NULL);
    }
    return window;
}

bool sysinfo__cpu_rows_usage(const struct sysinfo__cpu_rows *before, const struct sysinfo__cpu_rows *after,
                             struct sysinfo__cpu_rows *usage, enum sysinfo__window *window) {
    struct sysinfo_cpu_usage all;
    bool has_rows = have_rows(before, after);
    *window = has_rows ? any_window(before, after) : sysinfo__cpu_usage(&before->all.sample, &after->all.sample, &all);
    if (*window != SYSINFO__WINDOW_MEASURED) {
        return true;
    }
    if (!sysinfo__cpu_rows_reserve(usage, after->count)) {
        return false;
    }
    if (has_rows) {
        sum_rows(before, after, &all, usage->row);
    } else {
        for (size_t i = 0; i < after->count; i++) {
            usage->row[i].usage = (struct sysinfo_cpu_usage){.present = SYSINFO_BIT(struct sysinfo_cpu_usage, cpu),
                                                             .cpu = after->row[i].sample.cpu};
        }
    }
    usage->all.usage = all;
    usage->count = after->count;
    return true;
}
