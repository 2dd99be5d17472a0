/* SPDX-License-Identifier: MIT */
/*
 * An SVG file that needs nothing else: no script, no font, no library. It brings
 * its own background, light or dark as the viewer prefers; what knows no media
 * queries draws the light one.
 */
#include <stdio.h>
#include <string.h>

#include "plot/plot.h"
#include "utf8.h"

enum { MARK_ROWS = 4, COLOURS = 6 };

/* Lengths in the picture's own unit; not an enum, for they meet doubles. */
#define WIDTH 960
#define HEIGHT 320 /* Of the area between the axes. */
#define LEFT 76    /* Beside it, above it, and below. */
#define RIGHT 28
#define TITLE 40
#define BELOW 52
#define LEGEND_ROW 20
#define MARK_ROW 15
#define LETTER 7

/* Colours that the colour-blind tell apart too, on white and on black. */
static const char *const light[COLOURS] = {"#0067a5", "#c84e00", "#00805a", "#a0488a", "#8a6d00", "#555555"};
static const char *const dark[COLOURS] = {"#5ab4f0", "#ff9248", "#3fce9d", "#e592cf", "#e3c23c", "#bbbbbb"};

struct drawing {
    struct text *text;
    const struct plot *plot;
    struct axis value, time;
    double top, bottom;     /* Of the area between the axes. */
    double used[MARK_ROWS]; /* How far right names of marks stand already. */
};

static const char *const layer_classes[LAYERS] = {[LAYER_IN_USE] = "in-use f1", [LAYER_KEPT] = "kept"};

static void add_escaped(struct text *text, const char *string) {
    while (*string != '\0') {
        size_t length = utf8_length(string);
        unsigned char first = (unsigned char)*string;
        bool is_no_character = length == 3 && (memcmp(string, "\xEF\xBF\xBE", 3) == 0 ||
                                               memcmp(string, "\xEF\xBF\xBF", 3) == 0); /* Of XML. */
        if (length == 0 || first < 32 || first == 127 || is_no_character) {
            text_add(text, "\xEF\xBF\xBD");
        } else if (first == '&' || first == '<' || first == '>' || first == '"') {
            text_addf(text, "&#%u;", first);
        } else {
            text_addf(text, "%.*s", (int)length, string);
        }
        string += length > 0 ? length : 1;
    }
}

static double x_of(const struct drawing *drawing, double time) {
    return LEFT + (time - drawing->time.low) / (drawing->time.high - drawing->time.low) * (WIDTH - LEFT - RIGHT);
}

static double y_of(const struct drawing *drawing, double value) {
    return drawing->bottom - value / drawing->value.high * (drawing->bottom - drawing->top);
}

/* ---- The frame ---- */

static void add_colours(struct text *text, const char *const colours[COLOURS], const char *indent) {
    for (int i = 0; i < COLOURS; i++) {
        text_addf(text, "%s.c%d{stroke:%s}.f%d{fill:%s}\n", indent, i, colours[i], i, colours[i]);
    }
}

static void add_style(struct text *text) {
    text_add(
        text,
        "<style>\n"
        "text{font-family:system-ui,'Segoe UI','DejaVu Sans',Helvetica,Arial,sans-serif;font-size:13px;fill:#222}\n"
        ".ground{fill:#fff}.title{font-size:17px;font-weight:600}.quiet{fill:#555;font-size:12px}\n"
        ".grid{stroke:#e3e3e3}.axis{stroke:#777}.line{fill:none;stroke-width:2;stroke-linejoin:round}\n"
        ".area{opacity:.14;stroke:none}.in-use{fill-opacity:.5}.kept{fill:url(#hatch)}.mark{stroke-width:1;stroke-"
        "dasharray:3 3;opacity:.8}.halo{stroke:#fff;stroke-width:4;stroke-linejoin:round;paint-order:stroke}\n");
    add_colours(text, light, "");
    text_add(text, "@media (prefers-color-scheme:dark){\n"
                   " text{fill:#e8e8e8}.ground{fill:#16181c}.quiet{fill:#aaa}.grid{stroke:#31343a}.axis{stroke:#888}."
                   "halo{stroke:#16181c}\n");
    add_colours(text, dark, " ");
    text_add(text, "}\n</style>\n");
}

static void add_grid(struct drawing *drawing) {
    struct text *text = drawing->text;
    const struct axis *value = &drawing->value, *time = &drawing->time;
    int steps = (int)(value->high / value->step + 0.5);
    for (int i = 0; i <= steps; i++) {
        double y = y_of(drawing, i * value->step);
        text_addf(text, "<path class=\"%s\" d=\"M%d %.1fH%d\"/>", i == 0 ? "axis" : "grid", LEFT, y, WIDTH - RIGHT);
        text_addf(text, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">", LEFT - 9, y + 4.5);
        tick_add(text, value, i * value->step);
        text_addf(text, "%s%s</text>\n", i > 0 && *value->name != '\0' ? " " : "", i > 0 ? value->name : "");
    }
    for (double tick = tick_first(time); tick <= time->high * 1.000001; tick += time->step) {
        double x = x_of(drawing, tick);
        text_addf(text, "<path class=\"axis\" d=\"M%.1f %.1fv5\"/><text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">",
                  x, drawing->bottom, x, drawing->bottom + 20);
        tick_add(text, time, tick);
        text_addf(text, " %s</text>\n", time->name);
    }
}

/* ---- Lines ---- */

static const char *dashes(size_t number) {
    return number < COLOURS ? "" : " stroke-dasharray=\"7 3\"";
}

/*
 * At most the first, the highest, the lowest and the last point of each pixel:
 * a recording of a week makes no larger file than one of a minute, and loses no peak.
 */
static void add_points(struct drawing *drawing, const struct line *line) {
    struct text *text = drawing->text;
    for (size_t i = 0; i < line->points;) {
        int pixel = (int)x_of(drawing, line_point(line, i)->time);
        size_t low = i, high = i, next = i;
        for (; next < line->points && (int)x_of(drawing, line_point(line, next)->time) == pixel; next++) {
            low = line_height(line, next) < line_height(line, low) ? next : low;
            high = line_height(line, next) > line_height(line, high) ? next : high;
        }
        size_t kept[] = {i, low < high ? low : high, low < high ? high : low, next - 1};
        for (size_t k = 0; k < sizeof kept / sizeof kept[0]; k++) {
            if (k == 0 || kept[k] != kept[k - 1]) {
                text_addf(text, "%.1f %.1f ", x_of(drawing, line_point(line, kept[k])->time),
                          y_of(drawing, line_height(line, kept[k])));
            }
        }
        i = next;
    }
}

/* All between a line and the axis. */
static void add_area(struct drawing *drawing, const struct line *line, const char *class) {
    struct text *text = drawing->text;
    double first = x_of(drawing, line_point(line, 0)->time),
           last = x_of(drawing, line_point(line, line->points - 1)->time);
    text_addf(text, "<path class=\"%s\" d=\"M%.1f %.1fL", class, first, drawing->bottom);
    add_points(drawing, line);
    text_addf(text, "%.1f %.1fZ\"/>\n", last, drawing->bottom);
}

/* The lowest layer last, upon the ground, so that it hides what the others have drawn there. */
static void add_layers(struct drawing *drawing) {
    const struct plot *plot = drawing->plot;
    if (plot->lines > LAYER_KEPT) {
        add_area(drawing, &plot->line[LAYER_KEPT], layer_classes[LAYER_KEPT]);
    }
    add_area(drawing, &plot->line[LAYER_IN_USE], "ground");
    add_area(drawing, &plot->line[LAYER_IN_USE], layer_classes[LAYER_IN_USE]);
}

static void add_line(struct drawing *drawing, const struct line *line, size_t number) {
    struct text *text = drawing->text;
    unsigned colour = (unsigned)(number % COLOURS);
    if (drawing->plot->lines == 1) {
        char class[16];
        snprintf(class, sizeof class, "area f%u", colour);
        add_area(drawing, line, class);
    }
    if (line->points == 1) {
        double x = x_of(drawing, line_point(line, 0)->time), y = y_of(drawing, line_height(line, 0));
        text_addf(text, "<circle class=\"f%u\" r=\"3\" cx=\"%.1f\" cy=\"%.1f\"/>\n", colour, x, y);
        return;
    }
    text_addf(text, "<path class=\"line c%u\"%s d=\"M", colour, dashes(number));
    add_points(drawing, line);
    text_add(text, "\"/>\n");
}

/* A dot on the highest point of each line, but of no layer; the highest of all is named. */
static void add_peaks(struct drawing *drawing) {
    struct text *text = drawing->text;
    const struct plot *plot = drawing->plot;
    size_t highest = 0;
    for (size_t i = 0; i < (plot->has_layers ? 1 : plot->lines); i++) {
        const struct point *peak = line_point(&plot->line[i], plot->line[i].peak),
                           *top = line_point(&plot->line[highest], plot->line[highest].peak);
        highest = peak->value > top->value ? i : highest;
        text_addf(text, "<circle class=\"f%u\" r=\"3.5\" cx=\"%.1f\" cy=\"%.1f\"/>\n", (unsigned)(i % COLOURS),
                  x_of(drawing, peak->time), y_of(drawing, peak->value));
    }
    const struct point *peak = line_point(&plot->line[highest], plot->line[highest].peak);
    double x = x_of(drawing, peak->time), y = y_of(drawing, plot->exact_peak);
    const char *anchor = x < LEFT + 90 ? "start" : x > WIDTH - RIGHT - 90 ? "end" : "middle";
    if (plot->exact_peak <= 0 || y_of(drawing, peak->value) > y + 30) { /* Else it would stand on the other label. */
        text_addf(text, "<text class=\"halo\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">peak ", x,
                  y_of(drawing, peak->value) - 9, anchor);
        measure_add(text, plot->column, peak->value);
        text_add(text, "</text>\n");
    }
    if (plot->exact_peak > 0) {
        text_addf(text,
                  "<path class=\"mark axis\" d=\"M%d %.1fH%d\"/><text class=\"halo\" x=\"%d\" y=\"%.1f\" "
                  "text-anchor=\"end\">",
                  LEFT, y, WIDTH - RIGHT, WIDTH - RIGHT - 4, y - 5);
        text_add(text, "between samples, one process had ");
        measure_add(text, plot->column, plot->exact_peak);
        text_add(text, "</text>\n");
    }
}

/* ---- Marks, whose names stand in a few rows above the lines ---- */

static double width_of(const char *string) {
    double width = 0;
    for (; *string != '\0'; string++) {
        width += ((unsigned char)*string & 0xC0) != 0x80 ? LETTER : 0;
    }
    return width;
}

static void add_marks(struct drawing *drawing, const struct line *line, size_t number) {
    struct text *text = drawing->text;
    const struct recording *recording = line->recording;
    unsigned colour = (unsigned)(number % COLOURS);
    for (size_t i = 0; i < recording->marks; i++) {
        const struct recorded_mark *mark = &recording->mark[i];
        if (mark->time < drawing->time.low || mark->time > drawing->time.high) {
            continue;
        }
        double x = x_of(drawing, mark->time), width = width_of(mark->name);
        bool is_right = x + width > WIDTH - RIGHT;
        double start = is_right ? x - width - 4 : x + 4;
        int row = 0;
        while (row < MARK_ROWS && drawing->used[row] > start) {
            row++;
        }
        double y = drawing->top - 6 - row * MARK_ROW;
        text_addf(text, "<path class=\"mark c%u\" d=\"M%.1f %.1fV%.1f\"><title>", colour, x,
                  row < MARK_ROWS ? y - 10 : drawing->top, drawing->bottom);
        add_escaped(text, mark->name);
        text_add(text, "</title></path>");
        if (row < MARK_ROWS) {
            text_addf(text, "<text class=\"quiet halo\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">",
                      is_right ? x - 4 : x + 4, y, is_right ? "end" : "start");
            add_escaped(text, mark->name);
            text_add(text, "</text>");
            drawing->used[row] = start + width + 8;
        }
        text_add(text, "\n");
    }
}

/* Returns the number of rows that they take. */
static int add_all_marks(struct drawing *drawing) {
    int rows = 0;
    memset(drawing->used, 0, sizeof drawing->used);
    for (size_t i = 0; i < drawing->plot->lines; i++) {
        if (drawing->plot->line[i].owns_marks) {
            add_marks(drawing, &drawing->plot->line[i], i);
        }
    }
    while (rows < MARK_ROWS && drawing->used[rows] > 0) {
        rows++;
    }
    return rows;
}

/* ---- The words ---- */

static void add_words(struct drawing *drawing) {
    struct text *text = drawing->text;
    const struct plot *plot = drawing->plot;
    text_addf(text, "<text class=\"title\" x=\"%d\" y=\"28\">", LEFT);
    const char *title = plot->title != NULL ? plot->title : column_title(plot->column);
    bool is_lower = plot->title == NULL && *title >= 'a' && *title <= 'z' && strchr(title, '.') == NULL;
    const char first[2] = {is_lower ? (char)(*title - 'a' + 'A') : *title, '\0'};
    add_escaped(text, first[0] == '\0' || (unsigned char)first[0] >= 0x80 || !is_lower ? title : first);
    add_escaped(text, is_lower ? title + 1 : "");
    text_add(text, "</text>\n");
    for (size_t i = 0; i < plot->lines; i++) {
        const struct line *line = &plot->line[i];
        double y = TITLE + 12 + (double)i * LEGEND_ROW;
        bool is_area = plot->has_layers && i != LAYER_RSS;
        if (is_area) {
            text_addf(text, "<path class=\"%s\" d=\"M%d %.1fh26v11h-26z\"/>", layer_classes[i], LEFT, y - 10);
        }
        text_addf(text, "<path class=\"line c%u\"%s d=\"M%d %.1fh26\"/>", (unsigned)(i % COLOURS), dashes(i), LEFT,
                  y - (is_area ? 10 : 4.5));
        text_addf(text, "<text x=\"%d\" y=\"%.1f\">", LEFT + 34, y);
        add_escaped(text, line->label);
        text_add(text, "<tspan class=\"quiet\" dx=\"12\">");
        peak_add(text, plot, line);
        text_add(text, "; ");
        slope_add(text, plot, line, "\xC2\xB2", plot->has_layers);
        text_add(text, "</tspan></text>\n");
    }
}

void plot_add_svg(struct text *text, const struct plot *plot) {
    struct drawing drawing = {.text = text,
                              .plot = plot,
                              .value = value_axis(plot->column, plot->highest * 1.06, 6),
                              .time = time_axis(plot->from, plot->to, 10)};
    struct text trial = TEXT_INIT;
    drawing.text = &trial;
    drawing.top = TITLE + (double)plot->lines * LEGEND_ROW + 18 + add_all_marks(&drawing) * MARK_ROW;
    text_free(&trial);
    drawing.text = text;
    drawing.bottom = drawing.top + HEIGHT;
    double height = drawing.bottom + BELOW;
    text_addf(text,
              "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %.0f\" width=\"%d\" height=\"%.0f\" "
              "role=\"img\">\n",
              WIDTH, height, WIDTH, height);
    text_add(text, "<title>");
    add_escaped(text, plot->title != NULL ? plot->title : column_title(plot->column));
    text_add(text, "</title>\n");
    add_style(text);
    if (plot->has_layers) {
        text_add(text, "<defs><pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
                       "patternTransform=\"rotate(45)\">"
                       "<path class=\"c2\" stroke-width=\"3\" d=\"M1.5 0v6\"/></pattern></defs>\n");
    }
    text_add(text, "<rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n");
    add_words(&drawing);
    if (plot->has_layers) {
        add_layers(&drawing);
    }
    add_grid(&drawing);
    add_all_marks(&drawing);
    for (size_t i = plot->lines; i-- > 0;) {
        add_line(&drawing, &plot->line[i], i);
    }
    add_peaks(&drawing);
    text_addf(text, "<text class=\"quiet\" x=\"%d\" y=\"%.1f\" text-anchor=\"middle\">time since the start</text>\n",
              (LEFT + WIDTH - RIGHT) / 2, drawing.bottom + 40);
    text_add(text, "</svg>\n");
}
