/* SPDX-License-Identifier: MIT */
/* A chart as an SVG file: lines, areas, axes and a legend. */
#include <string.h>

#include "plot/plot.h"

enum { COLOURS = SVG_COLOURS, OTHER_COLOUR = 5, NAME_LETTERS = 40 };

/* Lengths in user units; macros, not an enum, because they are combined with doubles. */
#define HEIGHT 320 /* Of the plot area. */
#define BELOW 52
#define LEGEND_ROW 20

/* Right edges of the legend's columns. */
static const int figure_x[FIGURES] = {
    [FIGURE_TOP] = 480, [FIGURE_AT] = 630, [FIGURE_MEAN] = 720, [FIGURE_END] = 810, [FIGURE_SLOPE] = 932};

struct drawing {
    struct text *text;
    const struct plot *plot;
    struct axis value, time;
    double top, bottom; /* Of the plot area. */
};

/* ---- The frame ---- */

static double y_of(const struct drawing *drawing, double value) {
    return drawing->bottom - value / drawing->value.high * (drawing->bottom - drawing->top);
}

static void add_grid(struct drawing *drawing) {
    struct text *text = drawing->text;
    const struct axis *value = &drawing->value;
    int steps = (int)(value->high / value->step + 0.5);
    for (int i = 0; i <= steps; i++) {
        double y = y_of(drawing, i * value->step);
        text_addf(text, "<path class=\"%s\" d=\"M%d %.1fH%d\"/>", i == 0 ? "axis" : "grid", SVG_LEFT, y,
                  SVG_WIDTH - SVG_RIGHT);
        text_addf(text, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">", SVG_LEFT - 9, y + 4.5);
        tick_add(text, value, i * value->step);
        text_addf(text, "%s%s</text>\n", i > 0 && *value->name != '\0' ? " " : "", i > 0 ? value->name : "");
    }
    svg_add_time_axis(text, &drawing->time, drawing->bottom);
}

/* ---- Lines ---- */

static bool is_layer(const struct drawing *drawing, size_t number) {
    return drawing->plot->kind == PLOT_LAYERS && number > 0;
}

static bool is_band(const struct drawing *drawing, size_t number) {
    return drawing->plot->kind == PLOT_STACK && number > 0;
}

/* In a stack, the first line is the whole tree and has no colour of its own. */
static unsigned colour_of(const struct drawing *drawing, size_t number) {
    if (!is_band(drawing, number)) {
        return (unsigned)(number % COLOURS);
    }
    const struct line *line = &drawing->plot->line[number];
    return strcmp(line->series->label, "other") == 0 ? OTHER_COLOUR : (unsigned)((number - 1) % COLOURS);
}

static const char *dashes(size_t number) {
    return number < COLOURS ? "" : " stroke-dasharray=\"7 3\"";
}

/*
 * Adds at most the first, highest, lowest and last point of each pixel: the file does not grow with the length of the
 * recording, and no peak is lost.
 */
static void add_points(struct drawing *drawing, const struct line *line, size_t from, size_t to) {
    struct text *text = drawing->text;
    for (size_t i = from; i < to;) {
        int pixel = (int)svg_x(&drawing->time, line_point(line, i)->time);
        size_t low = i, high = i, next = i;
        for (; next < to && (int)svg_x(&drawing->time, line_point(line, next)->time) == pixel; next++) {
            low = line_height(line, next) < line_height(line, low) ? next : low;
            high = line_height(line, next) > line_height(line, high) ? next : high;
        }
        size_t kept[] = {i, low < high ? low : high, low < high ? high : low, next - 1};
        for (size_t k = 0; k < sizeof kept / sizeof kept[0]; k++) {
            if (k == 0 || kept[k] != kept[k - 1]) {
                text_addf(text, "%.1f %.1f ", svg_x(&drawing->time, line_point(line, kept[k])->time),
                          y_of(drawing, line_height(line, kept[k])));
            }
        }
        i = next;
    }
}

/* The end of the gapless stretch that begins at a point. */
static size_t stretch_end(const struct line *line, size_t from) {
    size_t end = from + 1;
    while (end < line->points && !line_has_gap_before(line, end)) {
        end++;
    }
    return end;
}

/* Fills the area between a line and the axis. */
static void add_area(struct drawing *drawing, const struct line *line, const char *class) {
    struct text *text = drawing->text;
    text_addf(text, "<path class=\"%s\" d=\"", class);
    for (size_t i = 0, end; i < line->points; i = end) {
        end = stretch_end(line, i);
        text_addf(text, "M%.1f %.1fL", svg_x(&drawing->time, line_point(line, i)->time), drawing->bottom);
        add_points(drawing, line, i, end);
        text_addf(text, "%.1f %.1fZ", svg_x(&drawing->time, line_point(line, end - 1)->time), drawing->bottom);
    }
    text_add(text, "\"/>\n");
}

/* Draws the lowest layer last, so that it hides the parts of higher layers below it. */
static void add_layers(struct drawing *drawing) {
    const struct plot *plot = drawing->plot;
    if (plot->lines > LAYER_MAPPED) {
        add_area(drawing, &plot->line[LAYER_MAPPED], "in-use f3");
        add_area(drawing, &plot->line[LAYER_KEPT], "ground");
    }
    if (plot->lines > LAYER_KEPT) {
        add_area(drawing, &plot->line[LAYER_KEPT], "kept");
    }
    add_area(drawing, &plot->line[LAYER_IN_USE], "ground");
    add_area(drawing, &plot->line[LAYER_IN_USE], "in-use f1");
}

/* Draws from the highest band down: each hides the part of the previous one below it. */
static void add_bands(struct drawing *drawing) {
    text_add(drawing->text, "<g opacity=\".75\">\n");
    for (size_t i = drawing->plot->lines; i-- > 1;) {
        struct text class = TEXT_INIT;
        text_addf(&class, "band f%u", colour_of(drawing, i));
        add_area(drawing, &drawing->plot->line[i], class.bytes);
        text_free(&class);
    }
    text_add(drawing->text, "</g>\n");
}

/* Starts a path in a line's colour. */
static void add_line_class(struct drawing *drawing, size_t number) {
    if (drawing->plot->kind == PLOT_STACK) {
        text_add(drawing->text, "<path class=\"line total\" d=\"");
    } else {
        text_addf(drawing->text, "<path class=\"line c%u\"%s d=\"", colour_of(drawing, number), dashes(number));
    }
}

static void add_line(struct drawing *drawing, const struct line *line, size_t number) {
    struct text *text = drawing->text;
    unsigned colour = colour_of(drawing, number);
    if (drawing->plot->lines == 1) {
        add_area(drawing, line, "area f0");
    }
    if (line->points == 1) {
        double x = svg_x(&drawing->time, line_point(line, 0)->time), y = y_of(drawing, line_height(line, 0));
        text_addf(text, "<circle class=\"f%u\" r=\"3\" cx=\"%.1f\" cy=\"%.1f\"/>\n", colour, x, y);
        return;
    }
    add_line_class(drawing, number);
    for (size_t i = 0, end; i < line->points; i = end) {
        end = stretch_end(line, i);
        text_add(text, "M");
        add_points(drawing, line, i, end);
        text_add(text, end == i + 1 ? "h.1" : ""); /* A stretch of one sample is drawn as a dot. */
    }
    text_add(text, "\"/>\n");
}

/* ---- Peaks ---- */

static size_t marked_lines(const struct plot *plot) {
    return plot->kind == PLOT_LAYERS || plot->kind == PLOT_STACK ? 1 : plot->lines;
}

/* Puts the value beside the dot: above a peak or below a low, where there is room. */
static void add_top_label(struct drawing *drawing, const struct point *top) {
    struct text *text = drawing->text;
    double x = svg_x(&drawing->time, top->time), y = y_of(drawing, top->value), above = y - 9, below = y + 18;
    bool is_above = drawing->plot->marks_low ? below > drawing->bottom - 4 : above > drawing->top + 6;
    text_addf(text, "<text class=\"halo\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s ", x, is_above ? above : below,
              x < SVG_LEFT + 90                ? "start"
              : x > SVG_WIDTH - SVG_RIGHT - 90 ? "end"
                                               : "middle",
              top_word(drawing->plot));
    measure_add(text, drawing->plot->column, top->value);
    text_add(text, "</text>\n");
}

/* Puts a dot on the peak or low of each line, but not of layers and bands; the highest one of all is labelled. */
static void add_tops(struct drawing *drawing) {
    struct text *text = drawing->text;
    const struct plot *plot = drawing->plot;
    const struct point *first = line_point(&plot->line[0], plot->line[0].top);
    for (size_t i = 0; i < marked_lines(plot); i++) {
        const struct point *top = line_point(&plot->line[i], plot->line[i].top);
        first = (plot->marks_low ? top->value < first->value : top->value > first->value) ? top : first;
        text_add(text, "<circle class=\"");
        text_addf(text, plot->kind == PLOT_STACK ? "whole" : "f%u", colour_of(drawing, i));
        text_addf(text, "\" r=\"3.5\" cx=\"%.1f\" cy=\"%.1f\"/>\n", svg_x(&drawing->time, top->time),
                  y_of(drawing, top->value));
    }
    double exact = y_of(drawing, plot->exact_peak);
    if (plot->exact_peak <= 0 || y_of(drawing, first->value) > exact + 30) { /* Else the labels overlap. */
        add_top_label(drawing, first);
    }
    if (plot->exact_peak > 0) {
        text_addf(text,
                  "<path class=\"mark axis\" d=\"M%d %.1fH%d\"/><text class=\"halo\" x=\"%d\" y=\"%.1f\" "
                  "text-anchor=\"end\">",
                  SVG_LEFT, exact, SVG_WIDTH - SVG_RIGHT, SVG_WIDTH - SVG_RIGHT - 4, exact - 5);
        text_add(text, "between samples, one process had ");
        measure_add(text, plot->column, plot->exact_peak);
        text_add(text, "</text>\n");
    }
}

/* ---- The legend ---- */

static void add_swatch(struct drawing *drawing, size_t number, double y) {
    struct text *text = drawing->text;
    if (is_layer(drawing, number) && number == LAYER_KEPT) {
        text_addf(text, "<rect class=\"kept\" x=\"%d\" y=\"%.1f\" width=\"26\" height=\"11\"/>", SVG_LEFT, y - 10);
    } else if (is_layer(drawing, number) || is_band(drawing, number)) {
        text_addf(text, "<rect class=\"%s f%u\" x=\"%d\" y=\"%.1f\" width=\"26\" height=\"11\"/>",
                  is_band(drawing, number) ? "band" : "in-use", colour_of(drawing, number), SVG_LEFT, y - 10);
    }
    if (!is_band(drawing, number)) {
        add_line_class(drawing, number);
        text_addf(text, "M%d %.1fh26\"/>", SVG_LEFT, y - (is_layer(drawing, number) ? 10 : 4.5));
    }
}

/* Adds a row for each line, with its figures in columns. */
static void add_legend(struct drawing *drawing, double y) {
    struct text *text = drawing->text;
    const struct plot *plot = drawing->plot;
    for (int figure = 0; figure < FIGURES; figure++) {
        text_addf(text, "<text class=\"quiet figure\" x=\"%d\" y=\"%.1f\">%s</text>", figure_x[figure], y,
                  figure_title(plot, (enum figure)figure));
    }
    text_add(text, "\n");
    for (size_t i = 0; i < plot->lines; i++) {
        y += LEGEND_ROW;
        add_swatch(drawing, i, y);
        text_addf(text, "<text x=\"%d\" y=\"%.1f\">", SVG_LEFT + 34, y);
        svg_add_clipped(text, plot->line[i].name, NAME_LETTERS, NAME_LETTERS / 2);
        text_add(text, "</text>");
        for (int figure = 0; figure < FIGURES; figure++) {
            text_addf(text, "<text class=\"%sfigure\" x=\"%d\" y=\"%.1f\">",
                      figure == FIGURE_SLOPE && slope_missing(&plot->line[i]) != NULL ? "quiet " : "", figure_x[figure],
                      y);
            figure_add(text, plot, &plot->line[i], (enum figure)figure);
            text_add(text, "</text>");
        }
        text_add(text, "\n");
    }
}

static bool has_subtitle(const struct plot *plot) {
    return plot->title != NULL || plot->heading != NULL;
}

void plot_add_svg(struct text *text, const struct plot *plot) {
    struct drawing drawing = {.text = text,
                              .plot = plot,
                              .value = value_axis(plot->column, plot->highest * 1.06, 6),
                              .time = time_axis(plot->from, plot->to, plot->clock, plot->clock >= 0 ? 8 : 10)};
    double legend = has_subtitle(plot) ? 72 : 52;
    if (plot->highest <= 100 && plot->highest * 1.06 > 100) {
        drawing.value = value_axis(plot->column, plot->highest, 6);
    }
    struct svg_marks marks;
    svg_marks_place(&marks, plot, &drawing.time);
    drawing.top = legend + (double)plot->lines * LEGEND_ROW + 20 + svg_marks_height(&marks);
    drawing.bottom = drawing.top + HEIGHT;
    svg_begin(text, plot, drawing.bottom + BELOW, "", "");
    if (plot->kind == PLOT_LAYERS) {
        text_add(text, "<defs><pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
                       "patternTransform=\"rotate(45)\">"
                       "<path class=\"c2 hatch\" stroke-width=\"2\" d=\"M1.5 0v6\"/></pattern></defs>\n");
    }
    add_legend(&drawing, legend);
    if (plot->kind == PLOT_LAYERS) {
        add_layers(&drawing);
    } else if (plot->kind == PLOT_STACK) {
        add_bands(&drawing);
    }
    add_grid(&drawing);
    svg_marks_add(text, &marks, drawing.top, drawing.bottom);
    for (size_t i = plot->kind == PLOT_STACK ? 1 : plot->lines; i-- > 0;) {
        add_line(&drawing, &plot->line[i], i);
    }
    add_tops(&drawing);
    text_add(text, "</svg>\n");
    svg_marks_free(&marks);
}
