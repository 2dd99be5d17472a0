/* SPDX-License-Identifier: MIT */
/* A text chart: a panel for each line, all with the same scale, so that none hides another. */
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "plot/plot.h"

/* The content of a cell: one to eight eighths of a block, part of another layer, or a letter of a label. */
enum { EMPTY = 0, FULL = 8, PEAK_SIGN, KEPT, REST, THIRD, FIFTH, SIXTH, CELLS, LETTERS = 32 };

static const unsigned char layer_signs[LAYERS] = {
    [LAYER_RSS] = REST, [LAYER_IN_USE] = FULL, [LAYER_KEPT] = KEPT, [LAYER_MAPPED] = THIRD};

static const unsigned char stack_signs[STACK_BANDS] = {FULL, KEPT, THIRD, REST, FIFTH, SIXTH};

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
    size_t margin; /* Columns left of the axis. */
};

static unsigned char *cell(struct canvas *canvas, size_t row, size_t column) {
    return &canvas->cell[row * canvas->columns + column];
}

/* ---- The blocks ---- */

static double column_time(const struct panel *panel, size_t column) {
    return panel->time.low + (panel->time.high - panel->time.low) * (double)column / (double)panel->canvas.columns;
}

/* The end of a column's time span; that of the last column is after the last point. */
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

/* The lines drawn as bands, highest first: a lower one then covers its own part. */
static size_t bands_of(const struct plot *plot, size_t order[STACK_BANDS + 1]) {
    static const enum layer layers[] = {LAYER_RSS, LAYER_MAPPED, LAYER_KEPT, LAYER_IN_USE};
    size_t count = 0;
    for (size_t i = 0; i < LAYERS && plot->kind == PLOT_LAYERS; i++) {
        if (layers[i] < plot->lines) {
            order[count++] = layers[i];
        }
    }
    for (size_t i = plot->lines; i-- > 1 && plot->kind == PLOT_STACK;) {
        order[count++] = i;
    }
    return count;
}

static unsigned char sign_of(const struct plot *plot, size_t line) {
    return plot->kind == PLOT_LAYERS ? layer_signs[line] : stack_signs[line - 1];
}

/* Draws whole cells: no character shows parts of two bands. */
static void draw_bands(struct panel *panel, size_t data_rows) {
    struct canvas *canvas = &panel->canvas;
    size_t order[STACK_BANDS + 1], bands = bands_of(panel->plot, order);
    for (size_t i = 0; i < bands; i++) {
        size_t at = 0;
        for (size_t column = 0; column < canvas->columns; column++) {
            double value =
                line_highest(&panel->plot->line[order[i]], column_time(panel, column), column_end(panel, column), &at);
            size_t height = value > 0 ? (size_t)(value / panel->value.high * (double)data_rows + 0.5) : 0;
            for (size_t row = 0; row < data_rows && row < height; row++) {
                *cell(canvas, row, column) = sign_of(panel->plot, order[i]);
            }
        }
    }
}

static size_t column_at(const struct axis *time, size_t columns, double moment) {
    double column = (moment - time->low) / (time->high - time->low) * (double)columns;
    return column < 0 ? 0 : column >= (double)columns ? columns - 1 : (size_t)column;
}

static size_t column_of(const struct panel *panel, double time) {
    return column_at(&panel->time, panel->canvas.columns, time);
}

/* Puts a sign at the peak or low, and the value beside it. */
static void label_top(struct panel *panel) {
    struct canvas *canvas = &panel->canvas;
    size_t column = column_of(panel, line_point(panel->line, panel->line->top)->time);
    struct text text = TEXT_INIT;
    text_addf(&text, " %s ", top_word(panel->plot));
    measure_add(&text, panel->plot->column, line_point(panel->line, panel->line->top)->value);
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
    static const char blocks[CELLS][4] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█", "▼", "▒", "░", "▓", "╱", "·"};
    static const char ascii[CELLS][4] = {" ", ".", ".", ".", ":", ":", ":", "#", "#", "v", "=", ".", "+", "/", ","};
    if (what >= LETTERS) {
        text_addf(text, "%c", what);
    } else {
        text_add(text, is_ascii ? ascii[what] : blocks[what]);
    }
}

/* ---- Around them ---- */

void text_add_right(struct text *text, const char *string, size_t width) {
    size_t length = string == NULL ? 0 : text_width(string);
    text_pad(text, width > length ? width - length : 0);
    text_add(text, string == NULL ? "" : string);
}

/* The tick number in a row, at the tick's upper edge. */
static void add_row_label(struct text *text, const struct panel *panel, size_t row, size_t rows_per_step) {
    struct text label = TEXT_INIT;
    size_t steps = (row + 1) / rows_per_step;
    double tick = (double)steps * panel->value.step;
    bool is_tick = (row + 1) % rows_per_step == 0 && tick <= panel->value.high * 1.0001;
    if (is_tick) {
        tick_add(&label, &panel->value, tick);
    }
    text_add_right(text, label.bytes, panel->margin);
    text_add(text, panel->canvas.is_ascii ? (is_tick ? " +" : " |") : is_tick ? " ┤" : " │");
    text_free(&label);
}

/* As many ticks as have room for their labels; those with seconds are the longest. */
int most_ticks(const struct plot *plot, size_t columns) {
    return (int)(columns / (plot->clock >= 0 ? 13 : 10));
}

static void add_ticks(struct text *text, const struct axis *time, size_t columns, bool is_ascii) {
    size_t at = 0;
    for (double tick = tick_first(time); tick <= time->high * 1.000001; tick += time->step) {
        for (size_t column = column_at(time, columns, tick); at < column; at++) {
            text_add(text, is_ascii ? "-" : "─");
        }
        if (at < columns) { /* At column 0, the axes cross in place of a tick. */
            text_add(text, is_ascii ? (at == 0 ? "-" : "+") : at == 0 ? "─" : "┬");
            at++;
        }
    }
    for (; at < columns; at++) {
        text_add(text, is_ascii ? "-" : "─");
    }
    text_add(text, "\n");
}

/* Adds numbers below the ticks, as many as fit. */
static void add_tick_labels(struct text *text, const struct axis *time, size_t columns) {
    size_t at = 0;
    for (double tick = tick_first(time); tick <= time->high * 1.000001; tick += time->step) {
        struct text label = TEXT_INIT;
        tick_add_time(&label, time, tick);
        size_t column = column_at(time, columns, tick);
        size_t start = column >= label.length / 2 ? column - label.length / 2 : 0;
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

void text_add_time_axis(struct text *text, const struct axis *time, const char *zero, size_t margin, size_t columns,
                        bool is_ascii) {
    text_add_right(text, zero, margin);
    text_add(text, is_ascii ? " +" : " ┼");
    add_ticks(text, time, columns, is_ascii);
    text_pad(text, margin + 2);
    add_tick_labels(text, time, columns);
}

/* ---- Marks: signs under the axis, each with its name if there is room ---- */

enum { MARK_ROWS = 4 };

void text_add_marks(struct text *text, const struct line *line, const struct axis *time, size_t margin, size_t columns,
                    bool is_ascii) {
    const struct recording *recording = line->recording;
    struct text row[MARK_ROWS] = {TEXT_INIT};
    size_t used[MARK_ROWS] = {0}, left_out = 0;
    for (size_t i = 0; i < recording->marks && line->owns_marks; i++) {
        const struct recorded_mark *mark = &recording->mark[i];
        struct text name = TEXT_INIT;
        if (mark->time < time->low || mark->time > time->high) {
            continue;
        }
        text_add_plain(&name, mark->name);
        size_t column = column_at(time, columns, mark->time), width = 2 + text_width(name.bytes), k = 0;
        bool is_right = column + width > columns && column >= width; /* The name goes left of the sign. */
        size_t start = is_right ? column + 1 - width : column;
        while (k < MARK_ROWS && used[k] > 0 && used[k] + 1 > start) {
            k++;
        }
        if (k == MARK_ROWS) {
            left_out++;
        } else {
            const char *sign = is_ascii ? "^" : "▲";
            text_pad(&row[k], start - used[k]);
            text_addf(&row[k], "%s %s", is_right ? name.bytes : sign, is_right ? sign : name.bytes);
            used[k] = start + width;
        }
        text_free(&name);
    }
    for (size_t k = 0; k < MARK_ROWS && used[k] > 0; k++) {
        text_pad(text, margin + 2);
        text_add(text, row[k].bytes);
        text_add(text, "\n");
        text_free(&row[k]);
    }
    if (left_out > 0) {
        text_pad(text, margin + 2);
        text_addf(text, "and %zu more mark%s\n", left_out, left_out == 1 ? "" : "s");
    }
}

/* ---- A panel ---- */

static const char *band_title(const struct plot *plot, size_t line) {
    return plot->kind == PLOT_LAYERS ? layer_title((enum layer)line) : plot->line[line].series->label;
}

/* Adds a key to the bands' signs, lowest first, in as many lines as needed. */
static void add_key(struct text *text, const struct panel *panel) {
    size_t order[STACK_BANDS + 1], bands = bands_of(panel->plot, order), used = 0;
    text_pad(text, panel->margin + 2);
    for (size_t i = bands; i-- > 0;) {
        const char *title = band_title(panel->plot, order[i]);
        size_t width = text_width(title) + 2;
        if (used > 0 && used + 3 + width > panel->canvas.columns) {
            text_add(text, "\n");
            text_pad(text, panel->margin + 2);
            used = 0;
        }
        text_add(text, used > 0 ? "   " : "");
        add_cell(text, sign_of(panel->plot, order[i]), panel->canvas.is_ascii);
        text_add(text, " ");
        text_add_plain(text, title);
        used += width + (used > 0 ? 3 : 0);
    }
    text_add(text, "\n");
}

static bool has_bands(const struct plot *plot) {
    return plot->kind == PLOT_LAYERS || plot->kind == PLOT_STACK;
}

static void add_panel(struct text *text, struct panel *panel, size_t rows_per_step, size_t data_rows) {
    struct canvas *canvas = &panel->canvas;
    memset(canvas->cell, EMPTY, canvas->columns * canvas->rows);
    (has_bands(panel->plot) ? draw_bands : draw_columns)(panel, data_rows);
    label_top(panel);
    text_add_plain(text, has_bands(panel->plot) ? panel->line->label : panel->line->name);
    if (panel->plot->kind != PLOT_LAYERS || panel->plot->title != NULL) {
        text_add(text, ": ");
        text_add_plain(text, panel->plot->title != NULL ? panel->plot->title : column_title(panel->plot->column));
    }
    text_addf(text, "%s%s", *panel->value.name != '\0' ? ", " : "", panel->value.name);
    if (panel->time.clock >= 0) {
        text_add(text, ", from ");
        date_add(text, &panel->time);
    }
    text_add(text, "\n");
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
    text_add_time_axis(text, &panel->time, "0", panel->margin, canvas->columns, canvas->is_ascii);
    text_add_marks(text, panel->line, &panel->time, panel->margin, canvas->columns, canvas->is_ascii);
    if (has_bands(panel->plot)) {
        add_key(text, panel);
    }
    text_add(text, "\n");
}

void plot_add_text(struct text *text, const struct plot *plot, size_t width, bool is_ascii) {
    bool is_one = plot->lines == 1 || has_bands(plot);
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
    if (plot->heading != NULL && plot->title == NULL) {
        text_add_plain(text, plot->heading);
        text_add(text, "\n");
    }
    width = width < 40 ? 40 : width > 1000 ? 1000 : width;
    panel.canvas.columns = width - panel.margin - 3;
    panel.canvas.rows = steps * rows_per_step + 1; /* The extra row is for the label of a peak at the top. */
    panel.time = time_axis(plot->from, plot->to, plot->clock, most_ticks(plot, panel.canvas.columns));
    panel.canvas.cell = malloc(panel.canvas.columns * panel.canvas.rows);
    if (panel.canvas.cell == NULL) {
        fail_no_memory();
    }
    for (size_t i = 0; i < (has_bands(plot) ? 1 : plot->lines); i++) {
        panel.line = &plot->line[i];
        add_panel(text, &panel, rows_per_step, steps * rows_per_step);
    }
    free(panel.canvas.cell);
}
