/* SPDX-License-Identifier: MIT */
/* Marks in an SVG: vertical lines, with their names in a few rows above. */
#include <stdlib.h>

#include "fail.h"
#include "plot/plot.h"

enum { MARK_ROWS = 4, HEAT_COLOUR = 1 }; /* HEAT_COLOUR: a colour that no ramp has. */
#define MARK_ROW 15
#define LETTER 7.4 /* The average width of a letter at size 12. */

struct placed_mark {
    const struct recorded_mark *mark;
    double x, start, width; /* Of the name. */
    int row;                /* MARK_ROWS: there is no room for the name. */
    bool is_left;           /* The name is on the left of the line. */
    unsigned colour;
};

static void place(struct svg_marks *marks, struct placed_mark *placed, double used[MARK_ROWS]) {
    placed->width = (double)text_width(placed->mark->name) * LETTER;
    placed->is_left = placed->x + 4 + placed->width > SVG_WIDTH - SVG_RIGHT;
    placed->start = placed->is_left ? placed->x - placed->width - 4 : placed->x + 4;
    while (placed->row < MARK_ROWS && (used[placed->row] > placed->start || placed->start < 0)) {
        placed->row++;
    }
    if (placed->row == MARK_ROWS) {
        marks->hidden++;
        return;
    }
    used[placed->row] = placed->start + placed->width + 8;
    marks->rows = placed->row + 1 > marks->rows ? placed->row + 1 : marks->rows;
}

void svg_marks_place(struct svg_marks *marks, const struct plot *plot, const struct axis *time) {
    double used[MARK_ROWS] = {0};
    size_t count = 0;
    for (size_t i = 0; i < plot->lines; i++) {
        count += plot->line[i].owns_marks ? plot->line[i].recording->marks : 0;
    }
    *marks = (struct svg_marks){.mark = calloc(count + 1, sizeof *marks->mark)};
    if (marks->mark == NULL) {
        fail_no_memory();
    }
    for (size_t i = 0; i < plot->lines; i++) {
        const struct recording *recording = plot->line[i].recording;
        unsigned colour = plot->kind == PLOT_HEAT ? HEAT_COLOUR : (unsigned)(i % SVG_COLOURS);
        for (size_t k = 0; k < recording->marks && plot->line[i].owns_marks; k++) {
            const struct recorded_mark *mark = &recording->mark[k];
            if (mark->time >= time->low && mark->time <= time->high) {
                struct placed_mark *placed = &marks->mark[marks->count++];
                *placed = (struct placed_mark){.mark = mark, .x = svg_x(time, mark->time), .colour = colour};
                place(marks, placed, used);
            }
        }
    }
}

double svg_marks_height(const struct svg_marks *marks) {
    return (marks->rows + (marks->hidden > 0 ? 1 : 0)) * MARK_ROW;
}

static double y_of(const struct placed_mark *placed, double top) {
    return top - 6 - placed->row * MARK_ROW;
}

static void add_name(struct text *text, const struct placed_mark *placed, double top) {
    text_addf(text, "<text class=\"quiet halo\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">",
              placed->is_left ? placed->x - 4 : placed->x + 4, y_of(placed, top), placed->is_left ? "end" : "start");
    svg_add_escaped(text, placed->mark->name);
    text_add(text, "</text>\n");
}

/* Draws all lines before the first name, so that none crosses a name. Unnamed marks get at most one line per pixel. */
void svg_marks_add(struct text *text, const struct svg_marks *marks, double top, double bottom) {
    for (size_t i = 0; i < marks->count; i++) {
        const struct placed_mark *placed = &marks->mark[i];
        if (i > 0 && placed->row == MARK_ROWS && (int)placed->x == (int)placed[-1].x) {
            continue;
        }
        text_addf(text, "<path class=\"mark c%u\" d=\"M%.1f %.1fV%.1f\"><title>", placed->colour, placed->x,
                  placed->row < MARK_ROWS ? y_of(placed, top) - 10 : top, bottom);
        svg_add_escaped(text, placed->mark->name);
        text_add(text, "</title></path>\n");
    }
    for (size_t i = 0; i < marks->count; i++) {
        if (marks->mark[i].row < MARK_ROWS) {
            add_name(text, &marks->mark[i], top);
        }
    }
    if (marks->hidden > 0) {
        text_addf(text, "<text class=\"quiet\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">and %zu more mark%s</text>\n",
                  SVG_WIDTH - SVG_RIGHT, top - 6 - marks->rows * MARK_ROW, marks->hidden,
                  marks->hidden == 1 ? "" : "s");
    }
}

void svg_marks_free(struct svg_marks *marks) {
    free(marks->mark);
}
