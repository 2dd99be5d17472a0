/* SPDX-License-Identifier: MIT */
/* A chart of characters: a panel for each line, all to the same scale, so that none hides another. */
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "plot/plot.h"

/* What a cell holds: an eighth to eight eighths of a block, part of another layer, or a letter of a label. */
enum { EMPTY = 0, FULL = 8, PEAK_SIGN, KEPT, REST, CELLS, LETTERS = 32 };

static const unsigned char layer_signs[LAYERS] = {[LAYER_RSS] = REST, [LAYER_IN_USE] = FULL, [LAYER_KEPT] = KEPT};

struct canvas {
    unsigned char *cell;
    size_t columns, rows; /* Row 0 is the lowest. */
    bool is_ascii;
};

struct panel {
    const struct plot *plot;
    const struct line *line;
    struct axis value, time;
    struct canvas canvas;
    size_t margin; /* Columns before the axis. */
};

static unsigned char *cell(struct canvas *canvas, size_t row, size_t column) {
    return &canvas->cell[row * canvas->columns + column];
}

/* ---- The blocks ---- */

static double column_time(const struct panel *panel, size_t column) {
    return panel->time.low + (panel->time.high - panel->time.low) * (double)column / (double)panel->canvas.columns;
}

/* Where a column's span of time ends: the last one's, behind the last point. */
static double column_end(const struct panel *panel, size_t column) {
    return column + 1 == panel->canvas.columns ? panel->time.high * 1.000001 + 1e-9 : column_time(panel, column + 1);
}

static void draw_columns(struct panel *panel, size_t data_rows) {
    struct canvas *canvas = &panel->canvas;
    size_t at = 0;
    for (size_t column = 0; column < canvas->columns; column++) {
        double value = line_highest(panel->line, column_time(panel, column), column_end(panel, column), &at);
        if (value <= 0) {
            continue;
        }
        size_t eighths = (size_t)(value / panel->value.high * (double)data_rows * 8 + 0.5);
        eighths = eighths == 0 ? 1 : eighths;
        for (size_t row = 0; row < data_rows && eighths > 0; row++) {
            size_t part = eighths < 8 ? eighths : 8;
            *cell(canvas, row, column) = (unsigned char)part;
            eighths -= part;
        }
    }
}

/*
 * Each layer from the ground up, the lowest last, which so stands before the others. Whole cells:
 * no character holds parts of two.
 */
static void draw_layers(struct panel *panel, size_t data_rows) {
    static const enum layer order[] = {LAYER_RSS, LAYER_KEPT, LAYER_IN_USE};
    struct canvas *canvas = &panel->canvas;
    for (size_t i = 0; i < LAYERS; i++) {
        size_t at = 0;
        for (size_t column = 0; order[i] < panel->plot->lines && column < canvas->columns; column++) {
            double value =
                line_highest(&panel->plot->line[order[i]], column_time(panel, column), column_end(panel, column), &at);
            size_t height = value > 0 ? (size_t)(value / panel->value.high * (double)data_rows + 0.5) : 0;
            for (size_t row = 0; row < data_rows && row < height; row++) {
                *cell(canvas, row, column) = layer_signs[order[i]];
            }
        }
    }
}

static size_t column_of(const struct panel *panel, double time) {
    double share = (time - panel->time.low) / (panel->time.high - panel->time.low);
    double column = share * (double)panel->canvas.columns;
    return column < 0 ? 0 : column >= (double)panel->canvas.columns ? panel->canvas.columns - 1 : (size_t)column;
}

/* Puts a sign over the peak, and what it is beside the sign. */
static void label_peak(struct panel *panel) {
    struct canvas *canvas = &panel->canvas;
    size_t column = column_of(panel, line_point(panel->line, panel->line->peak)->time);
    struct text text = TEXT_INIT;
    text_add(&text, " peak ");
    measure_add(&text, panel->plot->column, line_point(panel->line, panel->line->peak)->value);
    text_add(&text, " ");
    size_t row = 0, room = canvas->columns;
    while (row + 1 < canvas->rows && *cell(canvas, row, column) != EMPTY) {
        row++;
    }
    *cell(canvas, row, column) = PEAK_SIGN;
    size_t start = column + 1 + text.length <= room ? column + 1 : column >= text.length ? column - text.length : room;
    for (size_t i = 0; i < text.length && start < room; i++) {
        *cell(canvas, row, start + i) = (unsigned char)text.bytes[i];
    }
    text_free(&text);
}

static void add_cell(struct text *text, unsigned char what, bool is_ascii) {
    static const char *const blocks[CELLS] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█", "▼", "▒", "░"};
    static const char *const ascii[CELLS] = {" ", ".", ".", ".", ":", ":", ":", "#", "#", "v", "=", "."};
    if (what >= LETTERS) {
        text_addf(text, "%c", what);
    } else {
        text_add(text, is_ascii ? ascii[what] : blocks[what]);
    }
}

/* ---- Around them ---- */

static void add_right(struct text *text, const char *string, size_t width) {
    size_t length = string == NULL ? 0 : strlen(string);
    text_pad(text, width > length ? width - length : 0);
    text_add(text, string == NULL ? "" : string);
}

/* The number that stands beside a row: a tick's, at its upper edge. */
static void add_row_label(struct text *text, const struct panel *panel, size_t row, size_t rows_per_step) {
    struct text label = TEXT_INIT;
    size_t steps = (row + 1) / rows_per_step;
    double tick = (double)steps * panel->value.step;
    bool is_tick = (row + 1) % rows_per_step == 0 && tick <= panel->value.high * 1.0001;
    if (is_tick) {
        tick_add(&label, &panel->value, tick);
    }
    add_right(text, label.bytes, panel->margin);
    text_add(text, panel->canvas.is_ascii ? (is_tick ? " +" : " |") : is_tick ? " ┤" : " │");
    text_free(&label);
}

static void add_time_axis(struct text *text, const struct panel *panel) {
    size_t columns = panel->canvas.columns, at = 0;
    bool is_ascii = panel->canvas.is_ascii;
    add_right(text, "0", panel->margin);
    text_add(text, is_ascii ? " +" : " ┼");
    for (double tick = tick_first(&panel->time); tick <= panel->time.high * 1.000001; tick += panel->time.step) {
        for (size_t column = column_of(panel, tick); at < column; at++) {
            text_add(text, is_ascii ? "-" : "─");
        }
        if (at < columns) {
            text_add(text, is_ascii  ? (at == 0 ? "-" : "+")
                           : at == 0 ? "─"
                                     : "┬"); /* At 0, the axes' crossing is the tick. */
            at++;
        }
    }
    for (; at < columns; at++) {
        text_add(text, is_ascii ? "-" : "─");
    }
    text_add(text, "\n");
    text_pad(text, panel->margin + 2);
    at = 0;
    for (double tick = tick_first(&panel->time); tick <= panel->time.high * 1.000001; tick += panel->time.step) {
        struct text label = TEXT_INIT;
        tick_add(&label, &panel->time, tick);
        text_addf(&label, " %s", panel->time.name);
        size_t column = column_of(panel, tick), start = column >= label.length / 2 ? column - label.length / 2 : 0;
        start = start + label.length <= columns + 1 ? start : columns + 1 - label.length;
        if (start >= at + 1 || at == 0) {
            text_pad(text, start - at);
            text_add(text, label.bytes);
            at = start + label.length;
        }
        text_free(&label);
    }
    text_add(text, "\n");
}

/* ---- Marks: signs under the axis, each with its name where there is room ---- */

enum { MARK_ROWS = 4 };

static size_t width_of(const char *string) {
    size_t width = 0;
    for (; *string != '\0'; string++) {
        width += ((unsigned char)*string & 0xC0) != 0x80;
    }
    return width;
}

static void add_marks(struct text *text, const struct panel *panel) {
    const struct recording *recording = panel->line->recording;
    struct text row[MARK_ROWS] = {TEXT_INIT};
    size_t used[MARK_ROWS] = {0}, left_out = 0, columns = panel->canvas.columns;
    for (size_t i = 0; i < recording->marks && panel->line->owns_marks; i++) {
        const struct recorded_mark *mark = &recording->mark[i];
        struct text name = TEXT_INIT;
        if (mark->time < panel->time.low || mark->time > panel->time.high) {
            continue;
        }
        text_add_plain(&name, mark->name);
        size_t column = column_of(panel, mark->time), width = 2 + width_of(name.bytes), k = 0;
        bool is_right = column + width > columns && column >= width; /* The name stands before the sign. */
        size_t start = is_right ? column + 1 - width : column;
        while (k < MARK_ROWS && used[k] > 0 && used[k] + 1 > start) {
            k++;
        }
        if (k == MARK_ROWS) {
            left_out++;
        } else {
            const char *sign = panel->canvas.is_ascii ? "^" : "▲";
            text_pad(&row[k], start - used[k]);
            text_addf(&row[k], "%s %s", is_right ? name.bytes : sign, is_right ? sign : name.bytes);
            used[k] = start + width;
        }
        text_free(&name);
    }
    for (size_t k = 0; k < MARK_ROWS && used[k] > 0; k++) {
        text_pad(text, panel->margin + 2);
        text_add(text, row[k].bytes);
        text_add(text, "\n");
        text_free(&row[k]);
    }
    if (left_out > 0) {
        text_pad(text, panel->margin + 2);
        text_addf(text, "and %zu more mark%s\n", left_out, left_out == 1 ? "" : "s");
    }
}

/* ---- A panel ---- */

static void add_layer_key(struct text *text, const struct panel *panel) {
    static const enum layer order[] = {LAYER_IN_USE, LAYER_KEPT, LAYER_RSS};
    text_pad(text, panel->margin + 2);
    for (size_t i = 0; i < LAYERS; i++) {
        if (order[i] < panel->plot->lines) {
            text_add(text, i > 0 ? "   " : "");
            add_cell(text, layer_signs[order[i]], panel->canvas.is_ascii);
            text_addf(text, " %s", layer_title(order[i]));
        }
    }
    text_add(text, "\n");
}

static void add_panel(struct text *text, struct panel *panel, size_t rows_per_step, size_t data_rows) {
    struct canvas *canvas = &panel->canvas;
    memset(canvas->cell, EMPTY, canvas->columns * canvas->rows);
    (panel->plot->has_layers ? draw_layers : draw_columns)(panel, data_rows);
    label_peak(panel);
    text_add_plain(text, panel->line->label);
    if (!panel->plot->has_layers || panel->plot->title != NULL) {
        text_add(text, ": ");
        text_add_plain(text, panel->plot->title != NULL ? panel->plot->title : column_title(panel->plot->column));
    }
    text_addf(text, "%s%s\n", *panel->value.name != '\0' ? ", " : "", panel->value.name);
    for (size_t row = canvas->rows; row-- > 0;) {
        size_t start = text->length;
        add_row_label(text, panel, row, rows_per_step);
        for (size_t column = 0; column < canvas->columns; column++) {
            add_cell(text, *cell(canvas, row, column), canvas->is_ascii);
        }
        while (text->length > start && text->bytes[text->length - 1] == ' ') {
            text->length--;
        }
        text_add(text, "\n");
    }
    add_time_axis(text, panel);
    add_marks(text, panel);
    if (panel->plot->has_layers) {
        add_layer_key(text, panel);
    }
    text_add(text, "\n");
}

void plot_add_text(struct text *text, const struct plot *plot, size_t width, bool is_ascii) {
    bool is_one = plot->lines == 1 || plot->has_layers;
    size_t tallest = is_one ? 16 : 8;
    struct panel panel = {.plot = plot,
                          .value = value_axis(plot->column, plot->highest, is_one ? 5 : 3),
                          .canvas = {.is_ascii = is_ascii}};
    size_t steps = (size_t)(panel.value.high / panel.value.step + 0.5), rows_per_step = tallest / steps;
    for (size_t i = 0; i <= steps; i++) {
        struct text label = TEXT_INIT;
        tick_add(&label, &panel.value, (double)i * panel.value.step);
        panel.margin = label.length > panel.margin ? label.length : panel.margin;
        text_free(&label);
    }
    width = width < 40 ? 40 : width > 1000 ? 1000 : width;
    panel.canvas.columns = width - panel.margin - 3;
    panel.canvas.rows = steps * rows_per_step + 1; /* The highest is for the label of a peak that reaches the top. */
    panel.time = time_axis(plot->from, plot->to, (int)(panel.canvas.columns / 10));
    panel.canvas.cell = malloc(panel.canvas.columns * panel.canvas.rows);
    if (panel.canvas.cell == NULL) {
        fail_no_memory();
    }
    for (size_t i = 0; i < (plot->has_layers ? 1 : plot->lines); i++) {
        panel.line = &plot->line[i];
        add_panel(text, &panel, rows_per_step, steps * rows_per_step);
    }
    free(panel.canvas.cell);
}
