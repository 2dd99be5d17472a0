/* SPDX-License-Identifier: MIT */
/* What `sysinfo watch` shows: a sample and the last minute, in the available rows and columns. */
#ifndef CLI_WATCH_SCREEN_H
#define CLI_WATCH_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "plot/recording.h"
#include "sample.h"
#include "watch/canvas.h"

/* ---- Figures: items.c ---- */

enum group { GROUP_CPU, GROUP_MEM, GROUP_SWAP, GROUP_LOAD, GROUP_PRESSURE, GROUP_CGROUP, GROUP_STATS, GROUPS };
#define GROUP_BIT(group) (1U << (group))

/* The default groups: those that every machine has at no extra cost. */
#define DEFAULT_GROUPS                                                                             \
    (GROUP_BIT(GROUP_CPU) | GROUP_BIT(GROUP_MEM) | GROUP_BIT(GROUP_SWAP) | GROUP_BIT(GROUP_LOAD) | \
     GROUP_BIT(GROUP_PRESSURE))

const char *group_name(enum group group);

/* A figure with a history. */
struct item {
    char of[16], field[20]; /* "pressure.io", "some_avg10" */
    char title[16];         /* "": it has a bar, and is not listed among the other figures. */
    enum group group;
    bool is_rate;
};

/* Returns the figure with this index, or NULL past the end. */
const struct item *item_at(size_t index);

/* The value of a field in a sample; below 0: unknown, or no limit. */
double known(const struct sample *sample, const char *group, const char *field);

/* "12.3 %", "1.4 GiB/s", or "-" if unknown. */
void item_add_value(struct text *text, const struct item *item, const struct sample *sample);

/* ---- The last minute ---- */

#define HISTORY_SECONDS 60
enum { MOST_ITEMS = 32 };

struct history {
    struct series series[MOST_ITEMS];
    double now, interval; /* Seconds: monotonic time of the last sample; between two samples. */
};

/* Keeps the known values of the sample, and drops those older than a minute. */
void history_add(struct history *history, const struct sample *sample, double now);
void history_free(struct history *history);

/* The item's mean in each of `bins` parts of the last minute, in an array to be freed; below 0: unknown. */
double *history_means(const struct history *history, size_t item, size_t bins);

/* ---- The screen: screen.c ---- */

struct screen {
    const struct sample *sample;
    const struct history *history;
    unsigned groups;    /* GROUP_BIT of each group shown. */
    const char *footer; /* The last line, if there is room. */
    size_t columns, rows;
    bool is_ascii;
    enum palette palette;
};

/* With `is_frame`, draws over the terminal's previous frame; else as lines. */
void screen_add(struct text *text, const struct screen *screen, bool is_frame);

#endif
