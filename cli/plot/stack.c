/* SPDX-License-Identifier: MIT */
/* Sums the processes of a recording by name, as bands on top of each other that add up to the whole tree. */
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "plot/name_index.h"
#include "plot/plot.h"

#define LEAST_SHARE 0.01 /* Relative to the highest sum: processes that never use more get no band. */

/* The processes with one name. */
struct group {
    const char *name; /* The first `length` bytes of a series' label. */
    size_t length, processes;
    double sum; /* The sum of all values: the area of the band. */
};

static size_t name_length(const char *label) {
    const char *bracket = strrchr(label, '(');
    return bracket != NULL && bracket > label + 1 ? (size_t)(bracket - label) - 1 : strlen(label);
}

static bool has_name(const struct group *group, const char *label) {
    return group->length == name_length(label) && memcmp(group->name, label, group->length) == 0;
}

static int by_area(const void *a, const void *b) {
    const struct group *left = a, *right = b;
    return left->sum > right->sum ? -1 : left->sum < right->sum ? 1 : 0;
}

/* The groups of a recording, by area; the caller frees the array. */
static struct group *groups_of(const struct recording *recording, size_t *groups) {
    struct group *group = calloc(recording->serieses + 1, sizeof *group);
    if (group == NULL) {
        fail_no_memory();
    }
    struct name_index names = NAME_INDEX_INIT;
    for (size_t i = 0; i < recording->serieses; i++) {
        const struct series *series = &recording->series[i];
        if (*series->label == '\0') {
            continue;
        }
        size_t number = names.count, length = name_length(series->label);
        if (!name_index_find(&names, series->label, length, &number)) {
            name_index_add(&names, series->label, length);
            group[number].name = series->label;
            group[number].length = length;
        }
        group[number].processes++;
        for (size_t k = 0; k < series->points; k++) {
            group[number].sum += series->point[k].value;
        }
    }
    *groups = names.count;
    name_index_free(&names);
    qsort(group, *groups, sizeof *group, by_area);
    return group;
}

/* A series with another's times, and 0 for each value. */
static struct series empty_copy(const struct series *total, const char *label) {
    struct text name = TEXT_INIT;
    text_add(&name, label);
    struct series series = {.label = name.bytes, .points = total->points, .room = total->points};
    series.point = calloc(total->points, sizeof *series.point);
    if (series.point == NULL) {
        fail_no_memory();
    }
    for (size_t i = 0; i < total->points; i++) {
        series.point[i].time = total->point[i].time;
    }
    return series;
}

/* The first point at or after a moment. */
static size_t point_from(const struct series *series, double time) {
    size_t low = 0, high = series->points;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (series->point[middle].time < time) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* Adds values row by row; rows of one sample have the same time. */
static void add_up(struct series *sum, const struct series *part) {
    for (size_t i = 0, at = point_from(sum, part->point[0].time); i < part->points; i++) {
        while (at < sum->points && sum->point[at].time < part->point[i].time) {
            at++;
        }
        if (at < sum->points && sum->point[at].time <= part->point[i].time) {
            sum->point[at].value += part->point[i].value;
        }
    }
}

static double highest_of(const struct series *series) {
    double highest = 0;
    for (size_t i = 0; i < series->points; i++) {
        highest = series->point[i].value > highest ? series->point[i].value : highest;
    }
    return highest;
}

/* The remainder of the whole tree: other names, and processes that ended between two samples. */
static struct series rest_of(const struct series *total, const struct series *band, size_t bands) {
    struct series rest = empty_copy(total, "other");
    for (size_t i = 0; i < total->points; i++) {
        double value = total->point[i].value;
        for (size_t k = 0; k < bands; k++) {
            value -= band[k].point[i].value; /* NOLINT(clang-analyzer-core.NullDereference): each has points. */
        }
        rest.point[i].value = value > 0 ? value : 0;
    }
    return rest;
}

static void add_band(struct plot *plot, const struct recording *recording, const struct series *band, size_t below) {
    if (!plot_add_line(plot, recording, band)) {
        return;
    }
    struct line *line = &plot->line[plot->lines - 1];
    line->owns_marks = false;
    line->base = calloc(line->points, sizeof *line->base);
    if (line->base == NULL) {
        fail_no_memory();
    }
    for (size_t i = 0; i < line->points; i++) {
        for (size_t k = 0; k < below; k++) {
            line->base[i] += plot->own[k].point[line->first + i].value;
        }
    }
}

void plot_stack(struct plot *plot, const struct recording *recording) {
    const struct series *total = plot->line[0].series;
    size_t groups;
    struct group *group = groups_of(recording, &groups);
    plot->own = calloc(STACK_BANDS, sizeof *plot->own);
    if (plot->own == NULL) {
        fail_no_memory();
    }
    for (size_t i = 0; i < groups && i < STACK_NAMES; i++) {
        struct text label = TEXT_INIT;
        text_addf(&label, "%.*s", (int)group[i].length, group[i].name);
        if (group[i].processes > 1) {
            text_addf(&label, " (%zu processes)", group[i].processes);
        }
        struct series band = empty_copy(total, label.bytes);
        text_free(&label);
        for (size_t k = 0; k < recording->serieses; k++) {
            const struct series *series = &recording->series[k];
            if (*series->label != '\0' && has_name(&group[i], series->label)) {
                add_up(&band, series);
            }
        }
        plot->own[plot->owned++] = band;
    }
    free(group);
    plot->own[plot->owned] = rest_of(total, plot->own, plot->owned);
    plot->owned++;
    while (plot->owned > 1 && highest_of(&plot->own[plot->owned - 1]) < highest_of(total) * LEAST_SHARE) {
        plot->owned--;
        free(plot->own[plot->owned].label);
        free(plot->own[plot->owned].point);
    }
    for (size_t i = 0; i < plot->owned; i++) {
        add_band(plot, recording, &plot->own[i], i);
    }
    plot->kind = PLOT_STACK;
}
