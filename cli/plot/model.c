/* SPDX-License-Identifier: MIT */
/* Chooses the lines of a plot and computes what is reported about each: its peak and its slope. */
#include "plot/plot.h"

#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "platform.h"

enum { MOST_LINES = 8 };
#define LEAST_SHARE 0.02 /* Of the highest line: a lower one is not visible. */

const struct point *line_point(const struct line *line, size_t at) {
    return &line->series->point[line->first + at];
}

double line_height(const struct line *line, size_t at) {
    return line_point(line, at)->value + (line->base != NULL ? line->base[at] : 0);
}

double line_highest(const struct line *line, double from, double to, size_t *at) {
    double highest = -1;
    while (*at < line->points && line_point(line, *at)->time < from) {
        ++*at;
    }
    size_t next = *at;
    for (; next < line->points && line_point(line, next)->time < to; next++) {
        double height = line_height(line, next);
        highest = height > highest ? height : highest;
    }
    if (next == *at && next > 0 && next < line->points) {
        double before = line_point(line, next - 1)->time, span = line_point(line, next)->time - before;
        double share = span > 0 ? ((from + to) / 2 - before) / span : 0, height = line_height(line, next - 1);
        highest = height + (line_height(line, next) - height) * share;
    }
    *at = next;
    return highest;
}

void peak_add(struct text *text, const struct plot *plot, const struct line *line) {
    const struct point *peak = line_point(line, line->peak);
    text_add(text, "peak ");
    measure_add(text, plot->column, peak->value);
    text_add(text, " at ");
    moment_add(text, peak->time);
    if (plot->has_layers) {
        text_add(text, ", ");
        measure_add(text, plot->column, line_point(line, line->points - 1)->value);
        text_add(text, " at the end");
    }
}

void slope_add(struct text *text, const struct plot *plot, const struct line *line, const char *square, bool is_short) {
    double span = line_point(line, line->points - 1)->time - line_point(line, 0)->time;
    if (is_short && !line->has_slope) {
        text_add(text, "no slope");
        return;
    }
    if (line->is_flat && line->points >= 3) {
        text_addf(text, "no slope: all %zu samples in ", line->points);
        moment_add(text, span);
        text_add(text, " are the same");
        return;
    }
    if (!line->has_slope) {
        text_addf(text, "no slope: it takes at least 3 samples, and here %s %zu", line->points == 1 ? "is" : "are",
                  line->points);
        return;
    }
    double slope = line->slope * 60;
    text_add(text, slope < 0 ? "slope -" : "slope +");
    measure_add(text, plot->column, slope < 0 ? -slope : slope);
    text_add(text, " per minute (");
    if (!is_short) {
        text_addf(text, "least squares over %zu samples in ", line->points);
        moment_add(text, span);
        text_add(text, ", ");
    }
    text_addf(text, "R%s %.2f)", square, line->fit);
}

/* ---- What is drawn ---- */

/* Least squares, around the means so that large numbers do not swallow small ones. */
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
    line->is_flat =
        vv <= 1e-18 * value * value * (double)line->points; /* All the same, but for what adding them up has rounded. */
    line->has_slope = line->points >= 3 && tt > 0 && !line->is_flat;
    line->slope = line->has_slope ? tv / tt : 0;
    line->fit = line->has_slope ? tv * tv / (tt * vv) : 0;
}

static void choose_points(struct line *line, double from, double to) {
    const struct series *series = line->series;
    while (line->first < series->points && series->point[line->first].time < from) {
        line->first++;
    }
    while (line->first + line->points < series->points && series->point[line->first + line->points].time <= to) {
        line->points++;
    }
    for (size_t i = 1; i < line->points; i++) {
        line->peak = line_point(line, i)->value > line_point(line, line->peak)->value ? i : line->peak;
    }
}

static char *label_of(const struct recording *recording, const struct series *series) {
    struct text text = TEXT_INIT;
    text_add(&text, strcmp(recording->path, "-") == 0 ? "stdin" : platform_file_name(recording->path));
    if (series->label != NULL && *series->label != '\0') {
        text_addf(&text, ": %s", series->label);
    }
    return text.bytes;
}

static bool add_line(struct plot *plot, const struct recording *recording, const struct series *series) {
    struct line line = {.recording = recording, .series = series};
    choose_points(&line, plot->from, plot->to);
    if (line.points == 0) {
        return false;
    }
    struct line *grown = realloc(plot->line, (plot->lines + 1) * sizeof *grown);
    if (grown == NULL) {
        fail_no_memory();
    }
    fit(&line);
    line.label = label_of(recording, series);
    line.owns_marks = plot->lines == 0 || grown[plot->lines - 1].recording != recording;
    plot->line = grown;
    plot->line[plot->lines++] = line;
    return true;
}

static double highest_of(const struct series *series) {
    double highest = 0;
    for (size_t i = 0; i < series->points; i++) {
        highest = series->point[i].value > highest ? series->point[i].value : highest;
    }
    return highest;
}

static int by_height(const void *a, const void *b) {
    const struct series *const *left = a, *const *right = b;
    bool is_left_all = *(*left)->label == '\0', is_right_all = *(*right)->label == '\0';
    if (is_left_all != is_right_all) {
        return is_left_all ? -1 : 1;
    }
    double difference = highest_of(*left) - highest_of(*right);
    return difference > 0 ? -1 : difference < 0 ? 1 : 0;
}

/* All of the tree alone; else it, and the processes or CPUs with the highest figures. */
static void add_recording(struct plot *plot, const struct recording *recording, bool all_rows) {
    const struct series **order = calloc(recording->serieses + 1, sizeof *order);
    if (order == NULL) {
        fail_no_memory();
    }
    bool has_total = false;
    for (size_t i = 0; i < recording->serieses; i++) {
        order[i] = &recording->series[i];
        has_total = has_total || *order[i]->label == '\0';
    }
    qsort(order, recording->serieses, sizeof *order, by_height);
    size_t count = has_total && !all_rows ? 1 : recording->serieses;
    size_t drawn = 1;
    while (drawn < count && drawn < MOST_LINES && highest_of(order[drawn]) >= highest_of(order[0]) * LEAST_SHARE) {
        drawn++;
    }
    if (count > drawn) {
        note("note: %s: %zu of %zu rows are drawn, those with the highest figures", recording->path, drawn, count);
    }
    for (size_t i = 0; i < drawn; i++) {
        add_line(plot, recording, order[i]);
    }
    free(order);
}

const char *layer_title(enum layer layer) {
    static const char *const titles[LAYERS] = {"other memory", "heap in use", "kept back by malloc (estimated)"};
    return titles[layer];
}

/* Puts what is kept back upon what is in use. It is known only where that is, too. */
static void stack(struct plot *plot) {
    const struct line *below = &plot->line[LAYER_IN_USE];
    struct line *line = &plot->line[LAYER_KEPT];
    line->base = calloc(line->points, sizeof *line->base);
    if (line->base == NULL) {
        fail_no_memory();
    }
    for (size_t i = 0, at = 0; i < line->points; i++) {
        while (at + 1 < below->points && line_point(below, at)->time < line_point(line, i)->time) {
            at++;
        }
        line->base[i] = line_point(below, at)->value;
    }
}

static bool is_memory(const char *column) {
    return strcmp(column, "rss_bytes") == 0 || strcmp(column, "pss_bytes") == 0;
}

/* The heaps in the memory of all of the tree, if that is what is drawn. */
static void add_layers(struct plot *plot, const struct recording *recording) {
    if (plot->lines != 1 || *plot->line[LAYER_RSS].series->label != '\0' || !is_memory(plot->column)) {
        return;
    }
    plot->has_layers = add_line(plot, recording, &recording->heap);
    if (plot->has_layers && add_line(plot, recording, &recording->kept)) {
        stack(plot);
    }
    for (size_t i = 0; plot->has_layers && i < plot->lines; i++) {
        struct text label = TEXT_INIT;
        text_addf(&label, "%s: %s", plot->line[i].label,
                  i == LAYER_RSS ? column_title(plot->column) : layer_title((enum layer)i));
        free(plot->line[i].label);
        plot->line[i].label = label.bytes;
    }
}

/* The kernel knows the peak of a process also where no sample fell on it. */
static void find_heights(struct plot *plot, bool is_whole) {
    for (size_t i = 0; i < plot->lines; i++) {
        const struct line *line = &plot->line[i];
        for (size_t k = 0; k < line->points; k++) {
            plot->highest = line_height(line, k) > plot->highest ? line_height(line, k) : plot->highest;
        }
        if (is_memory(plot->column) && is_whole && line->recording->peak > plot->exact_peak) {
            plot->exact_peak = line->recording->peak;
        }
    }
    if (plot->exact_peak <= plot->highest * 1.02) {
        plot->exact_peak = 0;
    } else {
        plot->highest = plot->exact_peak;
    }
}

bool plot_build(struct plot *plot, const struct recording *recording, size_t count,
                const struct plot_request *request) {
    *plot =
        (struct plot){.column = recording[0].column, .title = request->title, .from = request->from, .to = request->to};
    for (size_t i = 0; i < count && request->to <= 0; i++) {
        plot->to = recording[i].end > plot->to ? recording[i].end : plot->to;
    }
    for (size_t i = 0; i < count; i++) {
        add_recording(plot, &recording[i], request->all_rows);
    }
    if (count == 1 && !request->all_rows) {
        add_layers(plot, &recording[0]);
    }
    if (plot->lines == 0) {
        return false;
    }
    plot->to = plot->to > plot->from ? plot->to : plot->from + 1;
    find_heights(plot, request->from <= 0 && request->to <= 0);
    return true;
}

void plot_free(struct plot *plot) {
    for (size_t i = 0; i < plot->lines; i++) {
        free(plot->line[i].label);
        free(plot->line[i].base);
    }
    free(plot->line);
}
