/* SPDX-License-Identifier: MIT */
/* A heat map: a row for each CPU, time from left to right, and one colour ramp from idle to busy. */
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "plot/plot.h"

enum { LEVELS = 10, MOST_BINS = 192, EIGHTHS = 8, LEAST_LABEL = 13 };
#define TOP 96   /* Above the rows, for the title and the marks. */
#define BELOW 52 /* Below the rows. */

static const char light[LEVELS][8] = {"#edf3fa", "#d6e4f2", "#bcd5ea", "#9cc4e1", "#78b0d7",
                                      "#5799ca", "#3b80ba", "#2468a5", "#13518c", "#083a70"};
static const char dark[LEVELS][8] = {"#1e242c", "#20344a", "#234560", "#285877", "#2f6c8f",
                                     "#3b82a6", "#4f99bb", "#6eb2cf", "#98cce2", "#d0e9f5"};

static double scale_end(const struct plot *plot) {
    if (strcmp(column_unit(plot->column), "percent") == 0 && plot->highest <= 100) {
        return 100;
    }
    return value_axis(plot->column, plot->highest, 5).high;
}

static size_t level_of(double value, double end, size_t levels) {
    size_t level = (size_t)(value / end * (double)levels);
    return level < levels ? level : levels - 1;
}

/* ---- Characters: an eighth of a block for each eighth of the scale ---- */

const char *height_sign(size_t eighths, bool is_ascii) {
    static const char blocks[EIGHTHS + 1][4] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char ascii[EIGHTHS + 1][4] = {" ", ".", ":", "-", "=", "+", "*", "#", "@"};
    return is_ascii ? ascii[eighths] : blocks[eighths];
}

static void add_row(struct text *text, const struct plot *plot, const struct line *line, size_t columns,
                    bool is_ascii) {
    double *value = line_means(line, plot->from, plot->to, columns), end = scale_end(plot);
    for (size_t i = 0; i < columns; i++) {
        if (value[i] < 0) {
            text_add(text, is_ascii ? "?" : "┈");
            continue;
        }
        size_t eighths = (size_t)(value[i] / end * (double)EIGHTHS + 0.5);
        eighths = eighths > EIGHTHS ? EIGHTHS : eighths;
        text_add(text, height_sign(eighths, is_ascii));
    }
    free(value);
}

static size_t widest_label(const struct plot *plot) {
    size_t widest = 0;
    for (size_t i = 0; i < plot->lines; i++) {
        size_t width = text_width(plot->line[i].series->label);
        widest = width > widest ? width : widest;
    }
    return widest;
}

void heat_add_text(struct text *text, const struct plot *plot, size_t width, bool is_ascii) {
    enum { FIGURE = 9 }; /* " 100.0 %" */
    width = width < 40 ? 40 : width > 1000 ? 1000 : width;
    size_t margin = widest_label(plot), columns = width - margin - 3 - FIGURE;
    struct axis time = time_axis(plot->from, plot->to, plot->clock, most_ticks(plot, columns));
    text_add_plain(text, plot->title != NULL ? plot->title : column_title(plot->column));
    text_add(text, ", full height is ");
    measure_add(text, plot->column, scale_end(plot));
    text_add(text, ", the mean at the right");
    if (time.clock >= 0) {
        text_add(text, ", from ");
        date_add(text, &time);
    }
    text_add(text, "\n");
    for (size_t i = 0; i < plot->lines; i++) {
        const struct line *line = &plot->line[i];
        struct text mean = TEXT_INIT;
        text_add_right(text, line->series->label, margin);
        text_add(text, is_ascii ? " |" : " │");
        add_row(text, plot, line, columns, is_ascii);
        measure_add(&mean, plot->column, line->mean);
        text_add_right(text, mean.bytes, FIGURE);
        text_add(text, "\n");
        text_free(&mean);
    }
    text_add_time_axis(text, &time, "", margin, columns, is_ascii);
    text_add_marks(text, &plot->line[0], &time, margin, columns, is_ascii);
    text_add(text, "\n");
}

/* ---- SVG ---- */

static void add_levels(struct text *style, const char colours[LEVELS][8]) {
    for (int i = 0; i < LEVELS; i++) {
        text_addf(style, ".h%d{fill:%s}", i, colours[i]);
    }
    text_add(style, "\n");
}

/* Adds the legend of the levels, top right. */
static void add_ramp(struct text *text, const struct plot *plot, bool has_holes) {
    enum { BOX = 20, BOX_HEIGHT = 11 };
    int left = SVG_WIDTH - SVG_RIGHT - LEVELS * BOX - 70, y = TOP - 24;
    text_addf(text, "<text class=\"quiet\" x=\"%d\" y=\"%d\" text-anchor=\"end\">0</text>", left - 6, y + 10);
    for (int i = 0; i < LEVELS; i++) {
        text_addf(text, "<rect class=\"h%d\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>", i, left + i * BOX, y, BOX,
                  BOX_HEIGHT);
    }
    text_addf(text, "<text class=\"quiet\" x=\"%d\" y=\"%d\">", left + LEVELS * BOX + 6, y + 10);
    struct axis axis = value_axis(plot->column, scale_end(plot), 5);
    tick_add(text, &axis, scale_end(plot));
    text_addf(text, "%s%s</text>\n", *axis.name != '\0' ? " " : "", axis.name);
    if (!has_holes) {
        return;
    }
    text_addf(text,
              "<rect fill=\"url(#none)\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/><text class=\"quiet\" x=\"%d\" "
              "y=\"%d\">no samples</text>\n",
              SVG_LEFT, y, BOX, BOX_HEIGHT, SVG_LEFT + BOX + 6, y + 10);
}

/* Whether a bin has this level. */
static bool is_of(const double *value, size_t at, double end, size_t level) {
    return value[at] >= 0 && level_of(value[at], end, LEVELS) == level;
}

/* Merges neighbours of one level into a rectangle, and all rectangles of a level into one path. One unit is one bin. */
static void add_cells(struct text *text, const double *value, size_t bins, double end, double y, double height) {
    for (size_t level = 0; level < LEVELS; level++) {
        struct text path = TEXT_INIT;
        for (size_t i = 0; i < bins; i++) {
            size_t first = i;
            while (i < bins && is_of(value, i, end, level)) {
                i++;
            }
            if (i > first) {
                text_addf(&path, "M%zu %gh%zuv%gh-%zuz", first, y, i - first, height, i - first);
            }
        }
        if (path.length > 0) {
            text_addf(text, "<path class=\"h%zu\" d=\"%s\"/>\n", level, path.bytes);
        }
        text_free(&path);
    }
}

static bool has_hole(const double *value, size_t bins) {
    size_t i = 0;
    while (i < bins && value[i] >= 0) {
        i++;
    }
    return i < bins;
}

/* Adds the rows; returns whether samples are missing anywhere. */
static bool add_rows(struct text *text, const struct plot *plot, double top, double row) {
    size_t bins = plot->line[0].points < MOST_BINS ? plot->line[0].points : MOST_BINS, every = 1;
    double width = SVG_WIDTH - SVG_LEFT - SVG_RIGHT;
    bool has_holes = false;
    while (row * (double)every < (double)LEAST_LABEL) {
        every *= 2;
    }
    text_addf(text, "<rect fill=\"url(#none)\" x=\"%d\" y=\"%.1f\" width=\"%.0f\" height=\"%.1f\"/>\n", SVG_LEFT, top,
              width, row * (double)plot->lines);
    text_addf(text, "<g transform=\"translate(%d %.1f) scale(%.6f 1)\" shape-rendering=\"crispEdges\">\n", SVG_LEFT,
              top, width / (double)bins);
    for (size_t i = 0; i < plot->lines; i++) {
        double *value = line_means(&plot->line[i], plot->from, plot->to, bins);
        add_cells(text, value, bins, scale_end(plot), row * (double)i, row);
        has_holes = has_holes || has_hole(value, bins);
        free(value);
    }
    text_add(text, "</g>\n");
    for (size_t i = 0; i < plot->lines; i += every) {
        text_addf(text, "<text class=\"quiet\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">", SVG_LEFT - 9,
                  top + row * ((double)i + 0.5) + 4);
        svg_add_escaped(text, plot->line[i].series->label);
        text_add(text, "</text>\n");
    }
    return has_holes;
}

void heat_add_svg(struct text *text, const struct plot *plot) {
    double row = 384.0 / (double)plot->lines;
    row = row > 28 ? 28 : row < 3 ? 3 : (double)(int)row;
    struct axis time = time_axis(plot->from, plot->to, plot->clock, plot->clock >= 0 ? 8 : 10);
    struct svg_marks marks;
    svg_marks_place(&marks, plot, &time);
    double top = TOP + svg_marks_height(&marks), bottom = top + row * (double)plot->lines;
    struct text style = TEXT_INIT, dark_style = TEXT_INIT;
    add_levels(&style, light);
    add_levels(&dark_style, dark);
    svg_begin(text, plot, bottom + BELOW, style.bytes, dark_style.bytes);
    text_add(text, "<defs><pattern id=\"none\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
                   "patternTransform=\"rotate(45)\"><path class=\"grid\" stroke-width=\"2\" d=\"M1 0v6\"/></pattern>"
                   "</defs>\n");
    add_ramp(text, plot, add_rows(text, plot, top, row));
    svg_marks_add(text, &marks, top, bottom);
    svg_add_time_axis(text, &time, bottom);
    text_add(text, "</svg>\n");
    svg_marks_free(&marks);
    text_free(&style);
    text_free(&dark_style);
}
