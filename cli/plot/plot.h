/* SPDX-License-Identifier: MIT */
/* Shared by the files of `sysinfo plot`: axes, lines, figures, and the ways of drawing them. */
#ifndef CLI_PLOT_H
#define CLI_PLOT_H

#include <stdbool.h>

#include "options.h"
#include "plot/recording.h"
#include "text.h"

/* Each returns the exit status. */
int run_plot(struct options *options);
int run_mark(struct options *options);
int run_compare(struct options *options);

/* ---- Axes: scale.c ---- */

/* An axis with round numbers, ticked at multiples of `step`. */
struct axis {
    double low, high, step; /* In base units. */
    double unit;            /* One `name` in base units. */
    const char *name;       /* "MiB", "s", "%"; "" for plain numbers. */
    double clock;           /* Time axis: moment 0 in seconds since 1970; below 0: ticks count from the start. */
};

/* From 0 to at least `highest` in at most `most` steps, in the column's unit. Percentages up to 100 end there. */
struct axis value_axis(const char *column, double highest, int most);

/* From `low` to `high` seconds, with ticks that are round as durations or on the UTC clock. */
struct axis time_axis(double low, double high, double clock, int most);

/* The first tick at or above the start of the axis. */
double tick_first(const struct axis *axis);

/* Adds the number at a tick, without a unit; on a time axis, with it. */
void tick_add(struct text *text, const struct axis *axis, double value);
void tick_add_time(struct text *text, const struct axis *axis, double value);

/* The date on which a clock axis begins: "2026-11-22 UTC". */
void date_add(struct text *text, const struct axis *axis);

/* For people: "201 MiB", "12.5 %". */
void measure_add(struct text *text, const char *column, double value);

/* "memory (RSS)" for rss_bytes. */
const char *column_title(const char *column);

/* "bytes", "seconds", "percent"; "" for plain numbers. */
const char *column_unit(const char *column);

/* Whether the column's low matters, not its peak: memory that is available, free or usable. */
bool column_is_left(const char *column);

/* Whether the column may be summed over processes. */
bool column_is_additive(const char *column);

/* ---- What is drawn: model.c, line.c and stack.c ---- */

enum plot_kind {
    PLOT_LINES,
    PLOT_LAYERS, /* The tree's memory with its heaps inside; the lines are those of enum layer. */
    PLOT_STACK,  /* The whole tree with its processes by name inside; each line rests on the previous one. */
    PLOT_HEAT,   /* A row for each CPU. */
};

/* RSS; within it the heap in use, and above that what the allocator keeps for reuse. */
enum layer { LAYER_RSS, LAYER_IN_USE, LAYER_KEPT, LAYER_MAPPED, LAYERS };

/* Names in a stack; the remainder is one more line, "other". */
enum { STACK_NAMES = 5, STACK_BANDS = STACK_NAMES + 1 };

/* With fewer samples or seconds, or a worse fit, no slope is reported. */
enum { SLOPE_SAMPLES = 10, SLOPE_SECONDS = 5 };
#define SLOPE_FIT 0.5

struct line {
    char *label; /* The file's name and the process or CPU within it. */
    char *name;  /* The label without what all labels share. */
    const struct recording *recording;
    const struct series *series; /* The complete series, */
    size_t first, points;        /* and the part drawn. */
    size_t top;                  /* Index of the point to mark: the peak, or the low of available memory. */
    double mean;                 /* Of the samples. */
    bool is_flat;
    double slope, fit; /* Least squares, per second; `fit` is the share of the variance explained, 0 to 1. */
    double longest;    /* Seconds between two samples; a longer distance is a gap. */
    bool owns_marks;   /* It is the first line of its file. */
    double *base;      /* What each point is stacked upon; NULL: the axis. */
};

struct plot {
    enum plot_kind kind;
    const char *column, *title; /* From --title; NULL: none. */
    char *heading;              /* Command, date, duration and status, as far as known; or NULL. */
    size_t heading_tail;        /* Characters after the command. */
    struct line *line;
    size_t lines;
    struct series *own; /* The computed series of a stack, which belong to no recording. */
    size_t owned;
    bool marks_low;  /* Marks the low of each line, not the peak. */
    double from, to; /* The range drawn, in seconds. */
    double clock;    /* On a clock axis, the moment 0 in seconds since 1970; else below 0. */
    double highest;
    double exact_peak; /* The kernel's peak of one process, above that of the samples; 0: none. */
};

struct plot_request {
    const char *title; /* NULL: the recording's. */
    struct moment from, to;
    bool all_rows; /* Processes or CPUs too, if the recording also has a row for their total. */
    bool is_ascii; /* Names are cut without a sign beyond ASCII. */
};

/*
 * Fills `plot` from the recordings, which it keeps pointers to, and shifts onto a common clock if they have one. Call
 * plot_free() in any case. Returns 0, or the status after a message if no sample lies in the range.
 */
int plot_build(struct plot *plot, struct recording *recording, size_t count, const struct plot_request *request);
void plot_free(struct plot *plot);

/* Adds the part of the series that lies in the plot's range. False: there is none. */
bool plot_add_line(struct plot *plot, const struct recording *recording, const struct series *series);

/* Adds the processes of a recording, by name, to a plot whose only line is the whole tree. */
void plot_stack(struct plot *plot, const struct recording *recording);

const struct point *line_point(const struct line *line, size_t at);

/* The height at which a point is drawn: its value plus what it is stacked upon. */
double line_height(const struct line *line, size_t at);

/* Whether the point before is much further away than usual. */
bool line_has_gap_before(const struct line *line, size_t at);

/* The greatest height in a time span, or the value interpolated from its neighbours; below 0: none, or a gap. */
double line_highest(const struct line *line, double from, double to, size_t *at);

/* The same for the mean. */
double line_mean(const struct line *line, double from, double to, size_t *at);

/* The mean in each of `bins` equal spans; the caller frees the array. */
double *line_means(const struct line *line, double from, double to, size_t bins);

/* "heap in use" and so on; for RSS, the memory that is in no other layer. */
const char *layer_title(enum layer layer);

/* ---- What is reported: summary.c ---- */

/* "peak" or "low". */
const char *top_word(const struct plot *plot);

/* Why a line has no slope, in a few words; NULL: it has one. */
const char *slope_missing(const struct line *line);

/* The figures of each line, in the columns of a legend and of the summary. */
enum figure { FIGURE_TOP, FIGURE_AT, FIGURE_MEAN, FIGURE_END, FIGURE_SLOPE, FIGURES };
const char *figure_title(const struct plot *plot, enum figure figure);
void figure_add(struct text *text, const struct plot *plot, const struct line *line, enum figure figure);

/* Adds sentences below a chart. `square` is the sign for "squared". */
void summary_add(struct text *text, const struct plot *plot, const char *square);
void summary_add_json(struct text *text, const struct plot *plot);

/* Columns that a string takes on a terminal: one per character. */
size_t text_width(const char *string);

/* ---- Drawing: text.c, svg.c and heat.c ---- */

void plot_add_text(struct text *text, const struct plot *plot, size_t width, bool is_ascii);
void plot_add_svg(struct text *text, const struct plot *plot);
void heat_add_text(struct text *text, const struct plot *plot, size_t width, bool is_ascii);
void heat_add_svg(struct text *text, const struct plot *plot);

/* Shared by text charts: an eighth-block sign of height 0 to 8; then the rest. */
const char *height_sign(size_t eighths, bool is_ascii);
void text_add_right(struct text *text, const char *string, size_t width);
int most_ticks(const struct plot *plot, size_t columns);

/* Adds signs under the axis for the marks that a line owns, each with its name if there is room. */
void text_add_marks(struct text *text, const struct line *line, const struct axis *time, size_t margin, size_t columns,
                    bool is_ascii);

/* `zero` is the text before the axis. */
void text_add_time_axis(struct text *text, const struct axis *time, const char *zero, size_t margin, size_t columns,
                        bool is_ascii);

/* Shared by the SVG files (svg_frame.c); lengths are in user units. */
#define SVG_WIDTH 960
#define SVG_LEFT 76
#define SVG_RIGHT 28
enum { SVG_COLOURS = 6 }; /* Line colours: the classes c0 to c5; f0 to f5 fill areas. */
void svg_begin(struct text *text, const struct plot *plot, double height, const char *more_style,
               const char *more_dark_style);
void svg_add_escaped(struct text *text, const char *string);

/* At most `letters` characters: a longer string loses its middle, before the last `tail`. */
void svg_add_clipped(struct text *text, const char *string, size_t letters, size_t tail);
void svg_add_time_axis(struct text *text, const struct axis *time, double y);
double svg_x(const struct axis *time, double moment);

/* Marks above the plot area and across it: svg_marks.c. */
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
