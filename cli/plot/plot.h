/* SPDX-License-Identifier: MIT */
/* What the files of `sysinfo plot` share: axes, the lines of a plot, its figures, and the ways of drawing it. */
#ifndef CLI_PLOT_H
#define CLI_PLOT_H

#include <stdbool.h>

#include "options.h"
#include "plot/recording.h"
#include "text.h"

/* The commands. Each returns the exit status. */
int run_plot(struct options *options);
int run_mark(struct options *options);
int run_compare(struct options *options);

/* ---- Axes: scale.c ---- */

/* An axis with round numbers: ticks at multiples of `step`. */
struct axis {
    double low, high, step; /* In base units. */
    double unit;            /* What one of `name` is in base units. */
    const char *name;       /* "MiB", "s", "%"; "" for plain numbers. */
    double clock;           /* Of time: the moment of 0 in seconds since 1970; below 0: ticks count from the start. */
};

/* From 0 to at least `highest`, in at most `most` steps; of the column's unit. Percentages of up to 100 end there. */
struct axis value_axis(const char *column, double highest, int most);

/* From `low` to `high` seconds, whose ticks are round: as durations, or on the clock of UTC. */
struct axis time_axis(double low, double high, double clock, int most);

/* The first tick that is not below the axis's start. */
double tick_first(const struct axis *axis);

/* The number beside a tick, without its unit; of an axis of time, with it. */
void tick_add(struct text *text, const struct axis *axis, double value);
void tick_add_time(struct text *text, const struct axis *axis, double value);

/* The date on which an axis of a clock begins: "2026-11-22 UTC". */
void date_add(struct text *text, const struct axis *axis);

/* "201 MiB", "12.5 %", as people read it; and moments, "3.2 s", "1 h 05 min". */
void measure_add(struct text *text, const char *column, double value);
void moment_add(struct text *text, double seconds);

/* "memory (RSS)" for rss_bytes. */
const char *column_title(const char *column);

/* "bytes", "seconds", "percent"; "" for plain numbers. */
const char *column_unit(const char *column);

/* Whether the low of a column matters, not its peak: memory that is available, free or usable. */
bool column_is_left(const char *column);

/* Whether the figures of several processes may be added up. */
bool column_is_additive(const char *column);

/* ---- What is drawn: model.c, line.c and stack.c ---- */

enum plot_kind {
    PLOT_LINES,
    PLOT_LAYERS, /* The memory of the tree, and in it the heaps: the lines are those of enum layer. */
    PLOT_STACK,  /* All of the tree, and in it the processes by name: each line stands on the next. */
    PLOT_HEAT,   /* A row for each CPU. */
};

/* RSS, and in it the heap that is in use and, on top of that, what the allocator keeps back. */
enum layer { LAYER_RSS, LAYER_IN_USE, LAYER_KEPT, LAYER_MAPPED, LAYERS };

/* Names in a stack; what is left is one more line, "other". */
enum { STACK_NAMES = 5, STACK_BANDS = STACK_NAMES + 1 };

/* Fewer samples or seconds, or a worse fit, do not carry a slope. */
enum { SLOPE_SAMPLES = 10, SLOPE_SECONDS = 5 };
#define SLOPE_FIT 0.5

struct line {
    char *label; /* The file's name and, in it, the process or CPU. */
    char *name;  /* The same, shortened by what all labels share. */
    const struct recording *recording;
    const struct series *series; /* All of it, */
    size_t first, points;        /* and the part that is drawn. */
    size_t top;                  /* Number of the point that is marked: the peak, or the low of what is left. */
    double mean;                 /* Of the samples. */
    bool is_flat;
    double slope, fit; /* Least squares, per second; the share of the variance that it explains, 0 to 1. */
    double longest;    /* Seconds between two samples: more is a gap. */
    bool owns_marks;   /* The first line of its file. */
    double *base;      /* What each point is drawn upon; NULL: the axis. */
};

struct plot {
    enum plot_kind kind;
    const char *column, *title; /* The title of --title; NULL: none. */
    char *heading;              /* Command, date, duration and status, as far as the recording has them; or NULL. */
    size_t heading_tail;        /* Characters after the command. */
    struct line *line;
    size_t lines;
    struct series *own; /* Those of a stack, which no recording has. */
    size_t owned;
    bool marks_low;  /* The figure to look at is the low of each line. */
    double from, to; /* Seconds that are drawn. */
    double clock;    /* The moment of 0 in seconds since 1970, where the axis is that of a clock; else below 0. */
    double highest;
    double exact_peak; /* Of one process, above what samples saw; 0: there is none. */
};

struct plot_request {
    const char *title; /* NULL: the recording's. */
    struct moment from, to;
    bool all_rows; /* Processes or CPUs too where the recording has a row for all of them. */
};

/*
 * Fills `plot` from the recordings, which it refers to, and which it shifts onto one clock where they have one.
 * plot_free() in any case. Returns 0, or the status after a message: no sample lies in that range.
 */
int plot_build(struct plot *plot, struct recording *recording, size_t count, const struct plot_request *request);
void plot_free(struct plot *plot);

/* Appends the series that lies within the plot's range. False: none of its samples does. */
bool plot_add_line(struct plot *plot, const struct recording *recording, const struct series *series);

/* Adds the processes of a recording by name to a plot whose only line is that of the whole tree. */
void plot_stack(struct plot *plot, const struct recording *recording);

const struct point *line_point(const struct line *line, size_t at);

/* How high a point is drawn: its value, and what it stands upon. */
double line_height(const struct line *line, size_t at);

/* Whether no sample was taken between a point and the one before for much longer than usual. */
bool line_has_gap_before(const struct line *line, size_t at);

/* The greatest height in a span of time, or what lies between its neighbours; below 0: nothing, or a gap. */
double line_highest(const struct line *line, double from, double to, size_t *at);

/* The same of the mean. */
double line_mean(const struct line *line, double from, double to, size_t *at);

/* The same of each of `bins` equal spans; the caller frees them. */
double *line_means(const struct line *line, double from, double to, size_t bins);

/* "heap in use" and so on; of RSS, what is in no other layer. */
const char *layer_title(enum layer layer);

/* ---- What is reported: summary.c ---- */

/* "peak" or "low". */
const char *top_word(const struct plot *plot);

/* Why a line has no slope, as a few words; NULL: it has one. */
const char *slope_missing(const struct line *line);

/* The figures of each line, a column for each: what a legend and the summary show. */
enum figure { FIGURE_TOP, FIGURE_AT, FIGURE_MEAN, FIGURE_END, FIGURE_SLOPE, FIGURES };
const char *figure_title(const struct plot *plot, enum figure figure);
void figure_add(struct text *text, const struct plot *plot, const struct line *line, enum figure figure);

/* Sentences below a chart. `square` is the sign for the power of two. */
void summary_add(struct text *text, const struct plot *plot, const char *square);
void summary_add_json(struct text *text, const struct plot *plot);

/* Columns of a terminal that a text takes: its characters. */
size_t text_width(const char *string);

/* ---- Drawing: text.c, svg.c and heat.c ---- */

void plot_add_text(struct text *text, const struct plot *plot, size_t width, bool is_ascii);
void plot_add_svg(struct text *text, const struct plot *plot);
void heat_add_text(struct text *text, const struct plot *plot, size_t width, bool is_ascii);
void heat_add_svg(struct text *text, const struct plot *plot);

/* What the charts of characters share: as many eighths of a block, from 0 to 8; the rest. */
const char *height_sign(size_t eighths, bool is_ascii);
void text_add_right(struct text *text, const char *string, size_t width);
int most_ticks(const struct plot *plot, size_t columns);

/* Signs under the axis for the marks that a line owns, each with its name where there is room. */
void text_add_marks(struct text *text, const struct line *line, const struct axis *time, size_t margin, size_t columns,
                    bool is_ascii);

/* `zero` stands before the axis. */
void text_add_time_axis(struct text *text, const struct axis *time, const char *zero, size_t margin, size_t columns,
                        bool is_ascii);

/* What the SVG files share, svg_frame.c; lengths are in the picture's own unit. */
#define SVG_WIDTH 960
#define SVG_LEFT 76
#define SVG_RIGHT 28
enum { SVG_COLOURS = 6 }; /* Of lines: the classes c0 to c5, f0 to f5 where areas are filled. */
void svg_begin(struct text *text, const struct plot *plot, double height, const char *more_style,
               const char *more_dark_style);
void svg_add_escaped(struct text *text, const char *string);

/* At most so many letters: of more, the middle is left out, before the last `tail`. */
void svg_add_clipped(struct text *text, const char *string, size_t letters, size_t tail);
void svg_add_time_axis(struct text *text, const struct axis *time, double y);
double svg_x(const struct axis *time, double moment);

/* Marks above and across the area between the axes: svg_marks.c. */
struct svg_marks {
    struct placed_mark *mark;
    size_t count, hidden;
    int rows;
};
void svg_marks_place(struct svg_marks *marks, const struct plot *plot, const struct axis *time);
double svg_marks_height(const struct svg_marks *marks);
void svg_marks_add(struct text *text, const struct svg_marks *marks, double top, double bottom);
void svg_marks_free(struct svg_marks *marks);

#endif
