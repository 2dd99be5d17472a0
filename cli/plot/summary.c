/* SPDX-License-Identifier: MIT */
/* The figures of a plot: as sentences, as table columns and as JSON. */
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "plot/plot.h"
#include "utc.h"
#include "utf8.h"
#include "value.h"

const char *top_word(const struct plot *plot) {
    return plot->marks_low ? "low" : "peak";
}

static double span_of(const struct line *line) {
    return line_point(line, line->points - 1)->time - line_point(line, 0)->time;
}

const char *slope_missing(const struct line *line) {
    return line->points < SLOPE_SAMPLES            ? "too few samples"
           : span_of(line) < (double)SLOPE_SECONDS ? "too short"
           : line->is_flat                         ? "constant"
           : line->fit < SLOPE_FIT                 ? "no straight line"
                                                   : NULL;
}

/* Formats a moment as on the axis. */
static void add_moment(struct text *text, const struct plot *plot, double seconds) {
    if (plot->clock < 0) {
        duration_add_human(text, seconds);
        return;
    }
    struct utc utc = utc_of((int64_t)(plot->clock + seconds + 0.5));
    if (plot->to - plot->from > 86400) {
        text_addf(text, "%u-%02u-%02u ", (unsigned)utc.year, utc.month, utc.day);
    }
    text_addf(text, "%02u:%02u:%02u", utc.hour, utc.minute, utc.second);
}

static void add_slope(struct text *text, const struct plot *plot, const struct line *line) {
    double slope = line->slope * 60;
    text_add(text, slope < 0 ? "-" : "+");
    measure_add(text, plot->column, slope < 0 ? -slope : slope);
}

/* ---- Sentences ---- */

static void add_top(struct text *text, const struct plot *plot, const struct line *line) {
    const struct point *top = line_point(line, line->top);
    text_addf(text, "%s ", top_word(plot));
    measure_add(text, plot->column, top->value);
    text_add(text, " at ");
    add_moment(text, plot, top->time);
    if (plot->kind == PLOT_LAYERS) {
        text_add(text, ", ");
        measure_add(text, plot->column, line_point(line, line->points - 1)->value);
        text_add(text, " at the end");
    }
}

/* Adds the slope and its basis, or why there is none. */
static void add_slope_sentence(struct text *text, const struct plot *plot, const struct line *line,
                               const char *square) {
    if (line->points < SLOPE_SAMPLES) {
        text_addf(text, "no slope: %zu sample%s %s too few, at least %d are needed", line->points,
                  line->points == 1 ? "" : "s", line->points == 1 ? "is" : "are", SLOPE_SAMPLES);
    } else if (span_of(line) < (double)SLOPE_SECONDS) {
        text_add(text, "no slope: ");
        duration_add_human(text, span_of(line));
        text_addf(text, " are too short, at least %d s are needed", SLOPE_SECONDS);
    } else if (line->is_flat) {
        text_addf(text, "no slope: all %zu samples in ", line->points);
        duration_add_human(text, span_of(line));
        text_add(text, " are the same");
    } else if (line->fit < SLOPE_FIT) {
        text_addf(text, "no slope: a straight line explains too little of it (R%s %.2f, at least %.2f is needed)",
                  square, line->fit, SLOPE_FIT);
    } else {
        text_add(text, "slope ");
        add_slope(text, plot, line);
        text_addf(text, " per minute (least squares over %zu samples in ", line->points);
        duration_add_human(text, span_of(line));
        text_addf(text, ", R%s %.2f)", square, line->fit);
    }
}

/* Adds the number of gaps and the longest one. */
static void add_gaps(struct text *text, const struct plot *plot, const struct line *line) {
    size_t gaps = 0, longest = 0;
    double length = 0;
    for (size_t i = 1; i < line->points; i++) {
        double distance = line_point(line, i)->time - line_point(line, i - 1)->time;
        if (line_has_gap_before(line, i)) {
            gaps++;
            longest = distance > length ? i : longest;
            length = distance > length ? distance : length;
        }
    }
    if (gaps == 0) {
        return;
    }
    text_addf(text, "  %zu gap%s without samples%s ", gaps, gaps == 1 ? "" : "s", gaps == 1 ? "," : ", the longest");
    duration_add_human(text, length);
    text_add(text, " from ");
    add_moment(text, plot, line_point(line, longest - 1)->time);
    text_add(text, "\n");
}

/* ---- Columns ---- */

const char *figure_title(const struct plot *plot, enum figure figure) {
    static const char *const titles[FIGURES] = {
        [FIGURE_AT] = "at", [FIGURE_MEAN] = "mean", [FIGURE_END] = "end", [FIGURE_SLOPE] = "slope per minute"};
    return figure == FIGURE_TOP ? top_word(plot) : titles[figure];
}

void figure_add(struct text *text, const struct plot *plot, const struct line *line, enum figure figure) {
    switch (figure) {
    case FIGURE_TOP:
        measure_add(text, plot->column, line_point(line, line->top)->value);
        break;
    case FIGURE_AT:
        add_moment(text, plot, line_point(line, line->top)->time);
        break;
    case FIGURE_MEAN:
        measure_add(text, plot->column, line->mean);
        break;
    case FIGURE_END:
        measure_add(text, plot->column, line_point(line, line->points - 1)->value);
        break;
    default:
        if (slope_missing(line) != NULL) {
            text_add(text, slope_missing(line));
        } else {
            add_slope(text, plot, line);
        }
    }
}

size_t text_width(const char *string) {
    size_t width = 0;
    for (; *string != '\0'; string++) {
        width += ((unsigned char)*string & 0xC0) != 0x80;
    }
    return width;
}

static void add_padded(struct text *text, const char *string, size_t width, bool is_right) {
    size_t padding = width > text_width(string) ? width - text_width(string) : 0;
    text_pad(text, is_right ? padding : 0);
    text_add(text, string);
    text_pad(text, is_right ? 0 : padding);
}

/* Adds a cell of the table: a title in the first row, else a figure of a line. */
static void add_cell(struct text *cell, const struct plot *plot, const struct line *line, enum figure figure) {
    text_clear(cell);
    text_add(cell, "");
    if (line == NULL) {
        text_add(cell, figure_title(plot, figure));
    } else {
        figure_add(cell, plot, line, figure);
    }
}

static void add_table(struct text *text, const struct plot *plot) {
    size_t name_width = 0, width[FIGURES] = {0};
    struct text cell = TEXT_INIT, name = TEXT_INIT;
    for (size_t i = 0; i <= plot->lines; i++) {
        for (int figure = 0; figure < FIGURES; figure++) {
            add_cell(&cell, plot, i == 0 ? NULL : &plot->line[i - 1], (enum figure)figure);
            width[figure] = text_width(cell.bytes) > width[figure] ? text_width(cell.bytes) : width[figure];
        }
        size_t length = i == 0 ? 0 : text_width(plot->line[i - 1].name);
        name_width = length > name_width ? length : name_width;
    }
    for (size_t i = 0; i <= plot->lines; i++) {
        text_clear(&name);
        text_add(&name, "");
        text_add_plain(&name, i == 0 ? "" : plot->line[i - 1].name);
        add_padded(text, name.bytes, name_width, false);
        for (int figure = 0; figure < FIGURES; figure++) {
            add_cell(&cell, plot, i == 0 ? NULL : &plot->line[i - 1], (enum figure)figure);
            text_pad(text, 2);
            add_padded(text, cell.bytes, width[figure], true);
        }
        text_add(text, "\n");
    }
    text_free(&cell);
    text_free(&name);
}

/* ---- CPUs ---- */

static void add_cpus(struct text *text, const struct plot *plot) {
    const struct line *busiest = &plot->line[0], *idlest = &plot->line[0];
    double mean = 0;
    for (size_t i = 0; i < plot->lines; i++) {
        const struct line *line = &plot->line[i];
        mean += line->mean / (double)plot->lines;
        busiest = line->mean > busiest->mean ? line : busiest;
        idlest = line->mean < idlest->mean ? line : idlest;
    }
    text_addf(text, "%zu CPUs: mean ", plot->lines);
    measure_add(text, plot->column, mean);
    text_addf(text, "; highest %s, mean ", busiest->series->label);
    measure_add(text, plot->column, busiest->mean);
    text_addf(text, "; lowest %s, mean ", idlest->series->label);
    measure_add(text, plot->column, idlest->mean);
    text_add(text, "\n");
    add_gaps(text, plot, &plot->line[0]);
}

void summary_add(struct text *text, const struct plot *plot, const char *square) {
    bool is_table = plot->kind != PLOT_LAYERS && plot->lines > 1;
    if (plot->kind == PLOT_HEAT) {
        add_cpus(text, plot);
        return;
    }
    if (is_table) {
        add_table(text, plot);
    }
    for (size_t i = 0; i < plot->lines; i++) {
        const struct line *line = &plot->line[i];
        if (!is_table) {
            text_add_plain(text, line->label);
            text_add(text, ": ");
            add_top(text, plot, line);
            text_add(text, "\n  ");
            add_slope_sentence(text, plot, line, square);
            text_add(text, "\n");
        }
        if (line->owns_marks) {
            add_gaps(text, plot, line);
        }
    }
    if (plot->exact_peak > 0) {
        text_add(text, "between samples, one process has had ");
        measure_add(text, plot->column, plot->exact_peak);
        text_add(text, "\n");
    }
}

/* ---- JSON ---- */

static void add_point(struct json *json, const char *key, const struct point *point) {
    json_open_object(json, key);
    json_addf(json, "time", "%.3f", point->time);
    json_add_double(json, "value", point->value);
    json_close(json);
}

static void add_line_json(struct json *json, const struct line *line) {
    size_t low = 0, peak = 0;
    for (size_t i = 1; i < line->points; i++) {
        low = line_point(line, i)->value < line_point(line, low)->value ? i : low;
        peak = line_point(line, i)->value > line_point(line, peak)->value ? i : peak;
    }
    json_open_object(json, NULL);
    json_add_string(json, "label", line->label);
    json_add_string(json, "file", line->recording->path);
    json_add_uint(json, "samples", line->points);
    add_point(json, "start", line_point(line, 0));
    add_point(json, "end", line_point(line, line->points - 1));
    add_point(json, "peak", line_point(line, peak));
    add_point(json, "low", line_point(line, low));
    json_add_double(json, "mean", line->mean);
    if (slope_missing(line) == NULL) {
        json_add_double(json, "slope_per_minute", line->slope * 60);
        json_addf(json, "slope_fit", "%.4f", line->fit);
    } else {
        json_add_null(json, "slope_per_minute");
        json_add_null(json, "slope_fit");
    }
    json_add_string(json, "no_slope", slope_missing(line));
    json_open_array(json, "gaps");
    for (size_t i = 1; i < line->points; i++) {
        if (line_has_gap_before(line, i)) {
            json_open_object(json, NULL);
            json_addf(json, "from", "%.3f", line_point(line, i - 1)->time);
            json_addf(json, "to", "%.3f", line_point(line, i)->time);
            json_close(json);
        }
    }
    json_close(json);
    json_close(json);
}

static void add_marks_json(struct json *json, const struct plot *plot) {
    json_open_array(json, "marks");
    for (size_t i = 0; i < plot->lines; i++) {
        const struct recording *recording = plot->line[i].recording;
        for (size_t k = 0; k < recording->marks && plot->line[i].owns_marks; k++) {
            const struct recorded_mark *mark = &recording->mark[k];
            if (mark->time >= plot->from && mark->time <= plot->to) {
                json_open_object(json, NULL);
                json_add_string(json, "file", recording->path);
                json_addf(json, "time", "%.3f", mark->time);
                json_add_string(json, "name", mark->name);
                json_close(json);
            }
        }
    }
    json_close(json);
}

void summary_add_json(struct text *text, const struct plot *plot) {
    struct json json = JSON_INIT(text);
    struct text clock = TEXT_INIT;
    if (plot->clock >= 0) {
        utc_add_iso(&clock, (int64_t)(plot->clock * 1000 + 0.5));
    }
    json_open_object(&json, NULL);
    json_add_string(&json, "column", plot->column);
    json_add_string(&json, "unit", column_unit(plot->column));
    json_add_string(&json, "heading", plot->heading);
    json_add_string(&json, "clock", clock.bytes);
    json_addf(&json, "from", "%.3f", plot->from);
    json_addf(&json, "to", "%.3f", plot->to);
    json_open_array(&json, "lines");
    for (size_t i = 0; i < plot->lines; i++) {
        add_line_json(&json, &plot->line[i]);
    }
    json_close(&json);
    add_marks_json(&json, plot);
    if (plot->exact_peak > 0) {
        json_add_double(&json, "peak_between_samples", plot->exact_peak);
    } else {
        json_add_null(&json, "peak_between_samples");
    }
    json_close(&json);
    text_add(text, "\n");
    text_free(&clock);
}
