/* SPDX-License-Identifier: MIT */
/* What the files of `sysinfo plot` share: axes, the lines of a plot, and the two ways of drawing them. */
#ifndef CLI_PLOT_H
#define CLI_PLOT_H

#include <stdbool.h>

#include "options.h"
#include "plot/recording.h"
#include "text.h"

/* The commands. Each returns the exit status. */
int run_plot(struct options *options);
int run_mark(struct options *options);

/* ---- Axes: scale.c ---- */

/* An axis with round numbers: ticks at 0, step, 2 * step ... */
struct axis {
    double low, high, step; /* In base units. */
    double unit;            /* What one of `name` is in base units. */
    const char *name;       /* "MiB", "s", "%"; "" for plain numbers. */
};

/* From 0 to at least `highest`, in at most `most` steps; of the column's unit. */
struct axis value_axis(const char *column, double highest, int most);

/* From `low` to `high` seconds, whose ticks are round. */
struct axis time_axis(double low, double high, int most);

/* The first tick that is not below the axis's end. */
double tick_first(const struct axis *axis);

/* The number beside a tick, without its unit. */
void tick_add(struct text *text, const struct axis *axis, double value);

/* "201 MiB", "12.5 %", as people read it; and moments, "3.2 s", "1 h 05 min". */
void measure_add(struct text *text, const char *column, double value);
void moment_add(struct text *text, double seconds);

/* "memory (RSS)" for rss_bytes. */
const char *column_title(const char *column);

/* ---- What is drawn: model.c ---- */

/* In a chart of layers: RSS, and in it the heap that is in use and, upon that, what the allocator keeps back. */
enum layer { LAYER_RSS, LAYER_IN_USE, LAYER_KEPT, LAYERS };

struct line {
    char *label; /* The file's name and, in it, the process or CPU. */
    const struct recording *recording;
    const struct series *series; /* All of it, */
    size_t first, points;        /* and the part that is drawn. */
    size_t peak;                 /* Number of the highest point. */
    bool has_slope, is_flat;
    double slope, fit; /* Per second; the share of the variance that it explains, 0 to 1. */
    bool owns_marks;   /* The first line of its file. */
    double *base;      /* What each point is drawn upon; NULL: the axis. */
};

struct plot {
    const char *column, *title;
    struct line *line;
    size_t lines;
    bool has_layers; /* The lines are those of enum layer. */
    double from, to; /* Seconds that are drawn. */
    double highest;
    double exact_peak; /* Of one process, above what samples saw; 0: there is no such. */
};

struct plot_request {
    const char *title; /* NULL: the column's. */
    double from, to;   /* Seconds; `to` 0: the end. */
    bool all_rows;     /* Processes or CPUs too where the recording has a row for all of them. */
};

/* Fills `plot` from the recordings, which it refers to. False: no sample lies in that range. plot_free() either way. */
bool plot_build(struct plot *plot, const struct recording *recording, size_t count, const struct plot_request *request);
void plot_free(struct plot *plot);

const struct point *line_point(const struct line *line, size_t at);

/* How high a point is drawn: its value, and what it stands upon. */
double line_height(const struct line *line, size_t at);

/* The greatest height in a span of time, or what lies between its neighbours; below 0: nothing. */
double line_highest(const struct line *line, double from, double to, size_t *at);

/* "heap in use" and so on; of RSS, what is in no other layer. */
const char *layer_title(enum layer layer);

/*
 * "peak 201 MiB at 3.2 s", of layers also the last value, and what the slope rests on. `square`
 * stands for the power of two.
 */
void peak_add(struct text *text, const struct plot *plot, const struct line *line);
void slope_add(struct text *text, const struct plot *plot, const struct line *line, const char *square, bool is_short);

/* ---- Drawing: text.c and svg.c ---- */

void plot_add_text(struct text *text, const struct plot *plot, size_t width, bool is_ascii);
void plot_add_svg(struct text *text, const struct plot *plot);

#endif
