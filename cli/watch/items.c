/* SPDX-License-Identifier: MIT */
/* The figures with a history, and their values in the last minute. */
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "plot/plot.h"
#include "value.h"
#include "watch/screen.h"

const char *group_name(enum group group) {
    static const char *const names[GROUPS] = {"cpu", "mem", "swap", "load", "pressure", "cgroup", "stats"};
    return names[group];
}

const struct item *item_at(size_t index) {
    static const struct item items[] = {
        {"cpu", "percent", "", GROUP_CPU, false},
        {"mem", "percent", "", GROUP_MEM, false},
        {"swap", "percent", "", GROUP_SWAP, false},
        {"load", "min1", "1 min", GROUP_LOAD, false},
        {"load", "min5", "5 min", GROUP_LOAD, false},
        {"load", "min15", "15 min", GROUP_LOAD, false},
        {"pressure.cpu", "some_avg10", "cpu", GROUP_PRESSURE, false},
        {"pressure.memory", "some_avg10", "memory", GROUP_PRESSURE, false},
        {"pressure.io", "some_avg10", "io", GROUP_PRESSURE, false},
        {"pressure.irq", "full_avg10", "irq", GROUP_PRESSURE, false},
        {"cgroup", "cpu_percent", "cpu", GROUP_CGROUP, false},
        {"cgroup", "throttled", "throttled", GROUP_CGROUP, true},
        {"cgroup", "current", "memory", GROUP_CGROUP, false},
        {"cgroup", "events_oom_kill", "killed", GROUP_CGROUP, false},
        {"stats", "ctx_switches", "switches", GROUP_STATS, true},
        {"stats", "interrupts", "interrupts", GROUP_STATS, true},
        {"stats", "forks", "forks", GROUP_STATS, true},
        {"stats", "running", "running", GROUP_STATS, false},
        {"stats", "blocked", "blocked", GROUP_STATS, false},
        {"stats", "major_faults", "major faults", GROUP_STATS, true},
        {"stats", "paged_in", "paged in", GROUP_STATS, true},
        {"stats", "paged_out", "paged out", GROUP_STATS, true},
        {"swap", "sin", "swapped in", GROUP_STATS, true},
        {"swap", "sout", "swapped out", GROUP_STATS, true},
    };
    return index < sizeof items / sizeof items[0] ? &items[index] : NULL;
}

/* A sampler of rates keeps them in place of their counters. */
static double value_of(const struct sample *sample, const struct sysinfo_field *field, bool is_rate) {
    const void *result = field != NULL ? sample_result(sample, field) : NULL;
    struct sysinfo_field rate;
    if (result == NULL || sysinfo_field_state(field, result) != SYSINFO_FIELD_KNOWN) {
        return -1;
    }
    rate = *field;
    rate.type = is_rate ? SYSINFO_TYPE_DOUBLE : field->type;
    return sysinfo_field_double(&rate, result);
}

double known(const struct sample *sample, const char *group, const char *field) {
    return value_of(sample, sysinfo_field_find(group, field), false);
}

static double item_value(const struct item *item, const struct sample *sample) {
    return value_of(sample, sysinfo_field_find(item->of, item->field), item->is_rate);
}

void item_add_value(struct text *text, const struct item *item, const struct sample *sample) {
    double value = item_value(item, sample);
    const struct sysinfo_field *field = sysinfo_field_find(item->of, item->field);
    if (value < 0) {
        text_add(text, "-");
        return;
    }
    switch (field->unit) {
    case SYSINFO_UNIT_PERCENT:
        text_addf(text, "%.1f %%", value);
        break;
    case SYSINFO_UNIT_BYTES:
        bytes_add_human(text, (uint64_t)value);
        break;
    case SYSINFO_UNIT_SECONDS:
        text_addf(text, "%.2f s", value);
        break;
    default:
        text_addf(text, field->type == SYSINFO_TYPE_DOUBLE ? "%.2f" : "%.0f", value);
        break;
    }
    text_add(text, item->is_rate ? "/s" : "");
}

/* ---- The last minute ---- */

/* Drops old points once they are half of all, so that few are moved. */
static void drop_old(struct series *series, double before) {
    size_t half = series->points / 2;
    if (half > 0 && series->point[half].time < before) {
        series->points -= half;
        memmove(series->point, series->point + half, series->points * sizeof *series->point);
    }
}

static void keep(struct series *series, double time, double value) {
    if (series->points == series->room) {
        series->room = series->room == 0 ? 64 : series->room * 2;
        series->point = realloc(series->point, series->room * sizeof *series->point);
        if (series->point == NULL) {
            fail_no_memory();
        }
    }
    series->point[series->points++] = (struct point){time, value};
}

void history_add(struct history *history, const struct sample *sample, double now) {
    const struct item *item;
    history->now = now;
    for (size_t i = 0; (item = item_at(i)) != NULL; i++) {
        double value = item_value(item, sample);
        drop_old(&history->series[i], now - 2 * HISTORY_SECONDS);
        if (value >= 0) {
            keep(&history->series[i], now, value);
        }
    }
}

void history_free(struct history *history) {
    for (size_t i = 0; i < MOST_ITEMS; i++) {
        free(history->series[i].point);
    }
}

/* The bins are aligned to the clock, so a sample stays in its bin as time passes. */
double *history_means(const struct history *history, size_t item, size_t bins) {
    const struct line line = {
        .series = &history->series[item], .points = history->series[item].points, .longest = history->interval * 2.5};
    double width = (double)HISTORY_SECONDS / (double)bins, end = ((double)(int64_t)(history->now / width) + 1) * width;
    return line_means(&line, end - HISTORY_SECONDS, end, bins);
}
