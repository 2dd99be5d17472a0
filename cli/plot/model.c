/* SPDX-License-Identifier: MIT */
/* Chooses the lines of a plot, their time range and their names. */
#include "plot/plot.h"

#include <float.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "utc.h"
#include "value.h"

enum { MOST_LINES = 8, MOST_CPUS = 4096, SHORT_NAME = 24 };
#define LEAST_SHARE 0.02 /* Relative to the highest line: lower ones would not be visible. */

const char *layer_title(enum layer layer) {
    static const char *const titles[LAYERS] = {"other memory", "heap in use", "kept back by malloc (estimated)",
                                               "mapped by the program itself"};
    return titles[layer];
}

/* ---- Which lines ---- */

static double highest_of(const struct series *series) {
    double highest = 0;
    for (size_t i = 0; i < series->points; i++) {
        highest = series->point[i].value > highest ? series->point[i].value : highest;
    }
    return highest;
}

static int by_height(const void *a, const void *b) {
    const struct series *const *left = a, *const *right = b;
    bool is_left_all = *(*left)->label == '\0', is_right_all = *(*right)->label == '\0';
    if (is_left_all != is_right_all) {
        return is_left_all ? -1 : 1;
    }
    double difference = highest_of(*left) - highest_of(*right);
    return difference > 0 ? -1 : difference < 0 ? 1 : 0;
}

/* Adds the whole tree; with `all_rows`, also the processes or CPUs with the highest figures. */
static void add_highest(struct plot *plot, const struct recording *recording, bool all_rows) {
    const struct series **order = calloc(recording->serieses + 1, sizeof *order);
    if (order == NULL) {
        fail_no_memory();
    }
    bool has_total = false;
    for (size_t i = 0; i < recording->serieses; i++) {
        order[i] = &recording->series[i];
        has_total = has_total || *order[i]->label == '\0';
    }
    qsort(order, recording->serieses, sizeof *order, by_height);
    size_t count = has_total && !all_rows ? 1 : recording->serieses;
    size_t drawn = 1;
    while (drawn < count && drawn < MOST_LINES && highest_of(order[drawn]) >= highest_of(order[0]) * LEAST_SHARE) {
        drawn++;
    }
    if (count > drawn) {
        note("note: %s: only the %zu highest of its %zu rows are drawn", recording->path, drawn, count);
    }
    for (size_t i = 0; i < drawn; i++) {
        plot_add_line(plot, recording, order[i]);
    }
    free(order);
}

/* The value of a line in the row of that time; 0: unknown there. `*at` only advances. */
static double value_at(const struct line *line, double time, size_t *at) {
    while (*at + 1 < line->points && line_point(line, *at)->time < time) {
        ++*at;
    }
    return line_point(line, *at)->time >= time && line_point(line, *at)->time <= time ? line_point(line, *at)->value
                                                                                      : 0;
}

/* Stacks a layer on those below it. It is known only where the heap in use is known too. */
static void stack_layer(struct plot *plot, enum layer layer) {
    size_t at[LAYERS] = {0};
    struct line *line = &plot->line[layer];
    line->base = calloc(line->points, sizeof *line->base);
    if (line->base == NULL) {
        fail_no_memory();
    }
    for (size_t i = 0; i < line->points; i++) {
        for (size_t below = LAYER_IN_USE; below < layer; below++) {
            line->base[i] += value_at(&plot->line[below], line_point(line, i)->time, &at[below]);
        }
    }
}

/* Whether the program maps enough memory itself to be visible. */
static bool has_visible(const struct series *series, const struct line *whole) {
    double most = 0, highest = 0;
    for (size_t i = 0; i < series->points; i++) {
        most = series->point[i].value > most ? series->point[i].value : most;
    }
    for (size_t i = 0; i < whole->points; i++) {
        highest = line_point(whole, i)->value > highest ? line_point(whole, i)->value : highest;
    }
    return most > highest * LEAST_SHARE;
}

static bool is_memory(const char *column) {
    return strcmp(column, "rss_bytes") == 0 || strcmp(column, "pss_bytes") == 0;
}

/* Adds the heap layers if the plot shows the memory of the whole tree. */
static void add_layers(struct plot *plot, const struct recording *recording) {
    if (plot->lines != 1 || *plot->line[LAYER_RSS].series->label != '\0' || !is_memory(plot->column) ||
        !plot_add_line(plot, recording, &recording->heap)) {
        return;
    }
    plot->kind = PLOT_LAYERS;
    if (plot_add_line(plot, recording, &recording->kept)) {
        stack_layer(plot, LAYER_KEPT);
        if (has_visible(&recording->mapped, &plot->line[LAYER_RSS]) &&
            plot_add_line(plot, recording, &recording->mapped)) {
            stack_layer(plot, LAYER_MAPPED);
        }
    }
    for (size_t i = 0; i < plot->lines; i++) {
        struct text label = TEXT_INIT;
        text_addf(&label, "%s: %s", plot->line[i].label,
                  i == LAYER_RSS ? column_title(plot->column) : layer_title((enum layer)i));
        free(plot->line[i].label);
        plot->line[i].label = label.bytes;
    }
}

/* Recordings of --percpu have a row for each CPU, and none for the total. */
static bool is_of_cpus(const struct recording *recording) {
    for (size_t i = 0; i < recording->serieses; i++) {
        if (strncmp(recording->series[i].label, "cpu ", 4) != 0) {
            return false;
        }
    }
    return recording->serieses > 1 && recording->serieses <= MOST_CPUS;
}

static int by_number(const void *a, const void *b) {
    const struct line *left = a, *right = b;
    long difference = strtol(left->series->label + 4, NULL, 10) - strtol(right->series->label + 4, NULL, 10);
    return difference < 0 ? -1 : difference > 0 ? 1 : 0;
}

static void add_cpus(struct plot *plot, const struct recording *recording) {
    plot->kind = PLOT_HEAT;
    for (size_t i = 0; i < recording->serieses; i++) {
        plot_add_line(plot, recording, &recording->series[i]);
    }
    if (plot->lines > 1) {
        qsort(plot->line, plot->lines, sizeof *plot->line, by_number);
    }
    for (size_t i = 0; i < plot->lines; i++) {
        plot->line[i].owns_marks = i == 0;
    }
}

static void add_one(struct plot *plot, const struct recording *recording, bool all_rows) {
    if (is_of_cpus(recording)) {
        add_cpus(plot, recording);
        return;
    }
    bool is_stack =
        all_rows && recording->serieses > 1 && column_is_additive(plot->column) && *recording->series[0].label == '\0';
    add_highest(plot, recording, all_rows && !is_stack);
    if (is_stack && plot->lines == 1) {
        plot_stack(plot, recording);
    } else if (!all_rows) {
        add_layers(plot, recording);
    }
}

/* ---- Names ---- */

/* The number of bytes to drop at each end of all labels, because they share them. */
struct cut {
    size_t front, back;
};

static bool is_word_letter(char letter) {
    return (unsigned char)letter >= 0x80 || (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') ||
           (letter >= 'A' && letter <= 'Z');
}

/* How many bytes all labels share at the beginning (or with is_from_back, at the end), at most `most`. */
static size_t shared_bytes(const struct plot *plot, bool is_from_back, size_t most) {
    const char *first = plot->line[0].label;
    size_t length = strlen(first);
    for (size_t count = 0; count < most; count++) {
        char letter = is_from_back ? first[length - 1 - count] : first[count];
        for (size_t i = 1; i < plot->lines; i++) {
            const char *label = plot->line[i].label;
            if ((is_from_back ? label[strlen(label) - 1 - count] : label[count]) != letter) {
                return count;
            }
        }
    }
    return most;
}

/* Cuts between words: at least `wanted` bytes if that many are shared, and as few more as possible. */
static size_t cut_between_words(const char *end, int step, size_t shared, size_t wanted) {
    size_t cut = 0;
    for (size_t i = 1; i <= shared && cut < wanted; i++) {
        if (!is_word_letter(end[(ptrdiff_t)(i - 1) * step])) {
            cut = i;
        }
    }
    return cut;
}

static struct cut cut_of(const struct plot *plot) {
    size_t shortest = SIZE_MAX, longest = 0;
    for (size_t i = 0; i < plot->lines; i++) {
        size_t length = strlen(plot->line[i].label);
        shortest = length < shortest ? length : shortest;
        longest = length > longest ? length : longest;
    }
    struct cut cut = {0, 0};
    if (plot->lines < 2 || longest <= SHORT_NAME) {
        return cut;
    }
    const char *first = plot->line[0].label;
    size_t shared = shared_bytes(plot, false, shortest - 1), wanted = longest - SHORT_NAME;
    cut.front = cut_between_words(first, 1, shared, wanted);
    if (cut.front < wanted) {
        shared = shared_bytes(plot, true, shortest - 1 - cut.front);
        cut.back = cut_between_words(first + strlen(first) - 1, -1, shared, wanted - cut.front);
    }
    return cut;
}

static const char *label_without_file(const struct plot *plot, size_t i) {
    if (plot->kind == PLOT_LAYERS) {
        return i > 0 ? layer_title((enum layer)i) : column_title(plot->column);
    }
    const char *label = plot->line[i].series->label;
    return *label != '\0' ? label : "all processes";
}

/* With a single recording, its lines need no file name. */
static void drop_file(struct plot *plot) {
    for (size_t i = 0; i < plot->lines; i++) {
        struct text name = TEXT_INIT;
        text_add(&name, label_without_file(plot, i));
        plot->line[i].name = name.bytes;
    }
}

static void name_lines(struct plot *plot, size_t recordings, bool is_ascii) {
    if (recordings == 1 && plot->lines > 1) {
        drop_file(plot);
        return;
    }
    struct cut cut = cut_of(plot);
    const char *gap = is_ascii ? "..." : "…";
    for (size_t i = 0; i < plot->lines; i++) {
        struct text name = TEXT_INIT;
        const char *label = plot->line[i].label;
        text_addf(&name, "%s%.*s%s", cut.front > 0 ? gap : "", (int)(strlen(label) - cut.front - cut.back),
                  label + cut.front, cut.back > 0 ? gap : "");
        plot->line[i].name = name.bytes;
    }
}

/* "make -j4, 2026-11-22 07:08 UTC, 3 min 20 s, exit 2", as far as the recording knows it. */
static char *heading_of(const struct recording *recording, size_t *tail) {
    struct text text = TEXT_INIT;
    if (recording->command == NULL) {
        return NULL;
    }
    text_add(&text, "");
    text_add_plain(&text, recording->command);
    size_t command = text_width(text.bytes);
    if (recording->clock >= 0) {
        struct utc utc = utc_of((int64_t)recording->clock);
        text_addf(&text, ", %04u-%02u-%02u %02u:%02u UTC", (unsigned)utc.year, utc.month, utc.day, utc.hour,
                  utc.minute);
    }
    text_add(&text, ", ");
    duration_add_human(&text, recording->end);
    if (recording->ended != NULL) {
        text_add(&text, ", ");
        text_add_plain(&text, recording->ended);
    }
    *tail = text_width(text.bytes) - command;
    return text.bytes;
}

/* ---- The plot ---- */

/* Includes the kernel's own peak of a process, which may lie between two samples. */
static void find_heights(struct plot *plot, bool is_whole) {
    for (size_t i = 0; i < plot->lines; i++) {
        const struct line *line = &plot->line[i];
        for (size_t k = 0; k < line->points; k++) {
            plot->highest = line_height(line, k) > plot->highest ? line_height(line, k) : plot->highest;
        }
        if (is_memory(plot->column) && is_whole && line->recording->peak > plot->exact_peak) {
            plot->exact_peak = line->recording->peak;
        }
    }
    if (plot->exact_peak <= plot->highest * 1.02) {
        plot->exact_peak = 0;
    } else {
        plot->highest = plot->exact_peak;
    }
}

/*
 * Recordings of a machine use the clock, those of a command count from its start. Several recordings of machines keep
 * their distance in time if they overlap; otherwise all begin at 0.
 */
static void choose_clock(struct plot *plot, struct recording *recording, size_t count, bool is_asked_for) {
    double first = DBL_MAX, last_start = 0, first_end = DBL_MAX;
    bool have_clocks = true, have_starts = false;
    for (size_t i = 0; i < count; i++) {
        have_clocks = have_clocks && recording[i].clock >= 0;
        have_starts = have_starts || recording[i].has_start;
        first = recording[i].clock < first ? recording[i].clock : first;
        last_start = recording[i].clock > last_start ? recording[i].clock : last_start;
        double end = recording[i].clock + recording[i].end;
        first_end = end < first_end ? end : first_end;
    }
    plot->clock = -1;
    if (!have_clocks || (!is_asked_for && (have_starts || last_start > first_end))) {
        return;
    }
    plot->clock = first;
    for (size_t i = 0; i < count; i++) {
        recording_shift(&recording[i], recording[i].clock - first);
    }
}

/* A limit in seconds of the plot's axis. A time of day means the first one after the start. */
static double limit_time(const struct plot *plot, const struct moment *limit) {
    if (!limit->is_clock) {
        return limit->seconds;
    }
    if (limit->seconds >= 86400) { /* It has a date. */
        return limit->seconds - plot->clock;
    }
    double midnight = (double)((int64_t)(plot->clock / 86400) * 86400), time = midnight + limit->seconds - plot->clock;
    return time >= 0 ? time : time + 86400;
}

static int choose_range(struct plot *plot, const struct recording *recording, size_t count,
                        const struct plot_request *request) {
    double end = 0;
    for (size_t i = 0; i < count; i++) {
        end = recording[i].end > end ? recording[i].end : end;
    }
    if (plot->clock < 0 && (request->from.is_clock || request->to.is_clock)) {
        return trouble("%s: no time of day in this recording; give --from and --to in seconds since its start",
                       recording[0].path);
    }
    plot->from = request->from.is_given ? limit_time(plot, &request->from) : 0;
    plot->to = request->to.is_given ? limit_time(plot, &request->to) : end;
    if (request->from.is_given && request->to.is_given && plot->from >= plot->to) {
        return usage("--from must be before --to");
    }
    return 0;
}

int plot_build(struct plot *plot, struct recording *recording, size_t count, const struct plot_request *request) {
    *plot = (struct plot){.column = recording[0].column, .title = request->title};
    plot->marks_low = column_is_left(plot->column);
    choose_clock(plot, recording, count, request->from.is_clock || request->to.is_clock);
    int status = choose_range(plot, recording, count, request);
    if (status != 0) {
        return status;
    }
    for (size_t i = 0; i < count && count > 1; i++) {
        add_highest(plot, &recording[i], request->all_rows);
    }
    if (count == 1) {
        add_one(plot, &recording[0], request->all_rows);
        plot->heading = heading_of(&recording[0], &plot->heading_tail);
    }
    if (plot->lines == 0) {
        return trouble("there is no sample between --from and --to; the recording ends at %.2f s", recording[0].end);
    }
    if (plot->lines == 1 && plot->line[0].points == 1 && !request->to.is_given) { /* Leave room around a single dot. */
        plot->to = plot->to > plot->from + 1 ? plot->to : plot->from + 1;
    }
    plot->to = plot->to > plot->from ? plot->to : plot->from + 1;
    find_heights(plot, !request->from.is_given && !request->to.is_given);
    name_lines(plot, count, request->is_ascii);
    return 0;
}

void plot_free(struct plot *plot) {
    for (size_t i = 0; i < plot->lines; i++) {
        free(plot->line[i].label);
        free(plot->line[i].name);
        free(plot->line[i].base);
    }
    for (size_t i = 0; i < plot->owned; i++) {
        free(plot->own[i].label);
        free(plot->own[i].point);
    }
    free(plot->own);
    free(plot->heading);
    free(plot->line);
}
