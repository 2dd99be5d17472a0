/* SPDX-License-Identifier: MIT */
/* One line of a plot: the samples drawn, its gaps, and the figures computed from it. */
#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "platform.h"
#include "plot/plot.h"

enum { GAP_FACTOR = 10 };

const struct point *line_point(const struct line *line, size_t at) {
    return &line->series->point[line->first + at];
}

double line_height(const struct line *line, size_t at) {
    return line_point(line, at)->value + (line->base != NULL ? line->base[at] : 0);
}

bool line_has_gap_before(const struct line *line, size_t at) {
    return at > 0 && line_point(line, at)->time - line_point(line, at - 1)->time > line->longest;
}

/* The interpolated value of a span without samples; below 0: the span lies outside the line or in a gap. */
static double between_samples(const struct line *line, double from, double to, size_t next) {
    if (next == 0 || next >= line->points || line_has_gap_before(line, next)) {
        return -1;
    }
    double before = line_point(line, next - 1)->time, span = line_point(line, next)->time - before;
    double share = span > 0 ? ((from + to) / 2 - before) / span : 0, height = line_height(line, next - 1);
    return height + (line_height(line, next) - height) * share;
}

static void skip_to(const struct line *line, double from, size_t *at) {
    while (*at < line->points && line_point(line, *at)->time < from) {
        ++*at;
    }
}

double line_highest(const struct line *line, double from, double to, size_t *at) {
    double highest = -1;
    skip_to(line, from, at);
    size_t next = *at;
    for (; next < line->points && line_point(line, next)->time < to; next++) {
        double height = line_height(line, next);
        highest = height > highest ? height : highest;
    }
    highest = next == *at ? between_samples(line, from, to, next) : highest;
    *at = next;
    return highest;
}

double line_mean(const struct line *line, double from, double to, size_t *at) {
    double sum = 0;
    skip_to(line, from, at);
    size_t next = *at;
    for (; next < line->points && line_point(line, next)->time < to; next++) {
        sum += line_height(line, next);
    }
    double mean = next == *at ? between_samples(line, from, to, next) : sum / (double)(next - *at);
    *at = next;
    return mean;
}

double *line_means(const struct line *line, double from, double to, size_t bins) {
    double *value = calloc(bins, sizeof *value), width = (to - from) / (double)bins;
    if (value == NULL) {
        fail_no_memory();
    }
    for (size_t i = 0, at = 0; i < bins; i++) {
        double start = from + width * (double)i;
        value[i] = line_mean(line, start, i + 1 == bins ? to * 1.000001 + 1e-9 : start + width, &at);
    }
    return value;
}

/* A least-squares fit, computed around the means so that small numbers are not lost beside large ones. */
static void fit(struct line *line) {
    double time = 0, value = 0, tt = 0, tv = 0, vv = 0;
    for (size_t i = 0; i < line->points; i++) {
        time += line_point(line, i)->time / (double)line->points;
        value += line_point(line, i)->value / (double)line->points;
    }
    for (size_t i = 0; i < line->points; i++) {
        double t = line_point(line, i)->time - time, v = line_point(line, i)->value - value;
        tt += t * t;
        tv += t * v;
        vv += v * v;
    }
    line->mean = value;
    line->is_flat = vv <= 1e-18 * value * value * (double)line->points; /* Equal, up to rounding errors of the sum. */
    line->slope = tt > 0 && !line->is_flat ? tv / tt : 0;
    line->fit = tt > 0 && !line->is_flat ? tv * tv / (tt * vv) : 0;
}

static int by_size(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return left < right ? -1 : left > right ? 1 : 0;
}

/* Ten times the median distance of two samples. The median, because a busy recorder stretches it least. */
static double longest_distance(const struct line *line) {
    if (line->points < 3) {
        return DBL_MAX;
    }
    size_t count = line->points - 1;
    double *distance = calloc(count, sizeof *distance);
    if (distance == NULL) {
        fail_no_memory();
    }
    for (size_t i = 0; i < count; i++) {
        distance[i] = line_point(line, i + 1)->time - line_point(line, i)->time;
    }
    qsort(distance, count, sizeof *distance, by_size);
    double longest = distance[count / 2] * (double)GAP_FACTOR;
    free(distance);
    return longest > 0 ? longest : DBL_MAX;
}

static void choose_points(struct line *line, const struct plot *plot) {
    const struct series *series = line->series;
    while (line->first < series->points && series->point[line->first].time < plot->from) {
        line->first++;
    }
    while (line->first + line->points < series->points && series->point[line->first + line->points].time <= plot->to) {
        line->points++;
    }
    for (size_t i = 1; i < line->points; i++) {
        double value = line_point(line, i)->value, top = line_point(line, line->top)->value;
        line->top = (plot->marks_low ? value < top : value > top) ? i : line->top;
    }
}

/* Combines the file's name with the process or CPU within it. */
static char *label_of(const struct recording *recording, const struct series *series) {
    struct text text = TEXT_INIT;
    text_add(&text, strcmp(recording->path, "-") == 0 ? "stdin" : platform_file_name(recording->path));
    if (series->label != NULL && *series->label != '\0') {
        text_addf(&text, ": %s", series->label);
    }
    return text.bytes;
}

bool plot_add_line(struct plot *plot, const struct recording *recording, const struct series *series) {
    struct line line = {.recording = recording, .series = series};
    choose_points(&line, plot);
    if (line.points == 0) {
        return false;
    }
    struct line *grown = realloc(plot->line, (plot->lines + 1) * sizeof *grown);
    if (grown == NULL) {
        fail_no_memory();
    }
    fit(&line);
    line.longest = longest_distance(&line);
    line.label = label_of(recording, series);
    line.owns_marks = plot->lines == 0 || grown[plot->lines - 1].recording != recording;
    plot->line = grown;
    plot->line[plot->lines++] = line;
    return true;
}
