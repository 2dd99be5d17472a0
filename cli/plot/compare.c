/* SPDX-License-Identifier: MIT */
/* `sysinfo compare`: recordings, or reports of `run --json`, from before and after a change. */
#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "json.h"
#include "json_read.h"
#include "output.h"
#include "platform.h"
#include "plot/plot.h"
#include "plot/recording.h"

enum { MOST_RUNS = 1000 };

/* The figures compared, in this order. */
enum { PEAK_TREE, LOW, PEAK_PROCESS, MEAN, END, ELAPSED, CPU, HEAP_PEAK, ALLOCS, MEASURES };
static const struct {
    const char *key, *title;
    const char *column; /* The figure has this column's unit; NULL: that of the recording's column. */
    const char *member; /* In a report of `run`; NULL: not there. */
} measures[MEASURES] = {
    [PEAK_TREE] = {"peak", "peak", NULL, "peak_tree_rss"},
    [LOW] = {"low", "low", NULL, NULL},
    [PEAK_PROCESS] = {"peak_process", "largest process", "rss_bytes", "peak_process"},
    [MEAN] = {"mean", "mean", NULL, NULL},
    [END] = {"end", "end", NULL, NULL},
    [ELAPSED] = {"elapsed", "time", "elapsed_seconds", "elapsed"},
    [CPU] = {"cpu", "CPU time", "cpu_seconds", "cpu"},
    [HEAP_PEAK] = {"heap_peak", "heap, peak", "heap_bytes", "peak_tree"},
    [ALLOCS] = {"allocs", "allocations", "heap_allocs", "allocs"},
};

/* The runs of one side. */
struct side {
    const char *path;
    char *column;            /* The memory column: "rss_bytes", "pss_bytes", or another one of a recording. */
    double *value[MEASURES]; /* For each run; below 0: unknown. */
    double median[MEASURES], least[MEASURES], most[MEASURES]; /* Below 0: unknown in at least one run. */
    size_t runs, failed;
};

struct comparison {
    const struct options *options;
    struct side before, after;
    double max;    /* Percent; below 0: no limit. */
    size_t beyond; /* Figures that got worse by more than that. */
};

static void add_run(struct side *side, const double value[MEASURES]) {
    for (int i = 0; i < MEASURES; i++) {
        double *grown = realloc(side->value[i], (side->runs + 1) * sizeof *grown);
        if (grown == NULL) {
            fail_no_memory();
        }
        side->value[i] = grown;
        side->value[i][side->runs] = value[i];
    }
    side->runs++;
}

/* ---- Reports of `run --json` ---- */

static char *copy(const char *string) {
    struct text text = TEXT_INIT;
    text_add(&text, string);
    return text.bytes;
}

static int fail_mixed(const struct side *side, const char *column) {
    bool is_pss = strcmp(column, "pss_bytes") == 0;
    return trouble("%s: line %zu has %s, and line 1 %s; compare all of them by --column rss_bytes", side->path,
                   side->runs + 1, is_pss ? "PSS" : "no PSS", is_pss ? "none" : "has it");
}

/* A report with PSS is compared by PSS, unless `column` says otherwise. */
static int add_report(struct side *side, const char *report, const char *column) {
    double value[MEASURES], pss;
    bool has_pss = json_number(json_member(report, "peak_tree_pss"), &pss);
    const char *own = column != NULL ? column : has_pss ? "pss_bytes" : "rss_bytes";
    bool is_pss = strcmp(own, "pss_bytes") == 0;
    if (!is_pss && strcmp(own, "rss_bytes") != 0) {
        return trouble("%s: a report has no column '%s'; it has: rss_bytes, pss_bytes", side->path, own);
    }
    if (is_pss && !has_pss) {
        return trouble("%s: line %zu has no PSS; run --pss measures it", side->path, side->runs + 1);
    }
    if (side->column != NULL && strcmp(side->column, own) != 0) {
        return fail_mixed(side, own);
    }
    for (int i = 0; i < MEASURES; i++) {
        bool is_of_heap = i == HEAP_PEAK || i == ALLOCS;
        const char *object = is_of_heap ? json_member(report, "heap") : report;
        if (measures[i].member == NULL || !json_number(json_member(object, measures[i].member), &value[i])) {
            value[i] = -1;
        }
    }
    value[PEAK_TREE] = is_pss ? pss : value[PEAK_TREE];
    for (int i = 0; i < MEASURES; i++) {
        if (value[i] >= RECORDED_MOST) {
            return trouble("%s: line %zu: %s does not fit in 64 bits", side->path, side->runs + 1,
                           i == PEAK_TREE && is_pss ? "peak_tree_pss" : measures[i].member);
        }
    }
    if (side->column == NULL) {
        side->column = copy(own);
    }
    add_run(side, value);
    double command_status;
    side->failed += json_number(json_member(report, "status"), &command_status) && command_status > 0 ? 1 : 0;
    return 0;
}

static int read_reports(struct side *side, char *text, const char *column) {
    int status = 0;
    for (char *line = text, *end; status == 0 && *line != '\0'; line = end) {
        end = line + strcspn(line, "\n");
        end += *end == '\n' ? (*end = '\0', 1) : 0;
        if (line[strspn(line, " \t\r")] == '\0') {
            continue;
        }
        if (!json_is_whole(line) || json_member(line, "peak_process") == NULL || side->runs == MOST_RUNS) {
            return trouble("%s: line %zu is not a report of sysinfo run --json", side->path, side->runs + 1);
        }
        status = add_report(side, line, column);
    }
    if (status == 0 && side->failed > 0) {
        note("note: %s: %zu of %zu runs failed", side->path, side->failed, side->runs);
    }
    return status;
}

/* ---- Recordings ---- */

/* The time-weighted mean: each sample counts until the next one, unless a gap lies between them. */
static double mean_over_time(const struct line *line) {
    double sum = 0, time = 0;
    for (size_t i = 1; i < line->points; i++) {
        double span = line_point(line, i)->time - line_point(line, i - 1)->time;
        if (!line_has_gap_before(line, i)) {
            sum += (line_point(line, i)->value + line_point(line, i - 1)->value) / 2 * span;
            time += span;
        }
    }
    return time > 0 ? sum / time : line->mean;
}

static int read_recording(struct side *side, struct text *text, const char *column) {
    struct recording recording;
    struct plot plot;
    const struct plot_request request = {.title = NULL};
    int status = recording_read_text(&recording, side->path, text, column);
    if (status == 0) {
        status = plot_build(&plot, &recording, 1, &request);
        if (status == 0) {
            const struct line *line = &plot.line[0];
            double value[MEASURES];
            bool is_left = column_is_left(recording.column); /* Its low matters, not its peak. */
            value[PEAK_TREE] = is_left ? -1 : line_point(line, line->top)->value;
            value[LOW] = is_left ? line_point(line, line->top)->value : -1;
            value[PEAK_PROCESS] = recording.peak;
            value[MEAN] = mean_over_time(line);
            value[END] = line_point(line, line->points - 1)->value;
            value[ELAPSED] = recording.end;
            value[CPU] = recording.cpu;
            value[HEAP_PEAK] = recording.heap_peak;
            value[ALLOCS] = recording.allocs;
            side->column = copy(recording.column);
            add_run(side, value);
        }
        plot_free(&plot);
    }
    recording_free(&recording);
    return status;
}

static int read_side(struct side *side, const char *path, const char *column) {
    side->path = path;
    struct text text = TEXT_INIT;
    int status = recording_read_file(path, &text);
    if (status == 0 && text.bytes[strspn(text.bytes, " \t\r\n")] == '{') {
        status = read_reports(side, text.bytes, column);
    } else if (status == 0) {
        status = read_recording(side, &text, column);
    }
    text_free(&text);
    return status;
}

/* ---- Figures ---- */

static int by_size(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return left < right ? -1 : left > right ? 1 : 0;
}

static void summarise(struct side *side) {
    for (int i = 0; i < MEASURES; i++) {
        qsort(side->value[i], side->runs, sizeof *side->value[i], by_size);
        const double *value = side->value[i];
        bool is_known = value[0] >= 0;
        double median = (value[(side->runs - 1) / 2] + value[side->runs / 2]) / 2;
        side->least[i] = is_known ? value[0] : -1;
        side->most[i] = is_known ? value[side->runs - 1] : -1;
        side->median[i] = is_known ? median : -1;
    }
}

static const char *column_of(const struct comparison *comparison, int measure) {
    return measures[measure].column != NULL ? measures[measure].column : comparison->before.column;
}

static bool is_compared(const struct comparison *comparison, int measure) {
    return comparison->before.median[measure] >= 0 && comparison->after.median[measure] >= 0;
}

static double difference_of(const struct comparison *comparison, int measure) {
    return comparison->after.median[measure] - comparison->before.median[measure];
}

/* The change in percent of `before`. False: that is 0, so there is no percentage. */
static bool change_of(const struct comparison *comparison, int measure, double *percent) {
    double before = comparison->before.median[measure];
    *percent = before > 0 ? difference_of(comparison, measure) / before * 100 : 0;
    return before > 0;
}

/* Available memory gets worse when it falls, everything else when it grows. */
static bool is_worse_below(const struct comparison *comparison, int measure) {
    return (measure == LOW || measure == MEAN || measure == END) && column_is_left(comparison->before.column);
}

/* With several runs, a figure within the spread of the runs before is not worse. */
static bool is_beyond(const struct comparison *comparison, int measure) {
    const struct side *before = &comparison->before, *after = &comparison->after;
    double now = after->median[measure], sign = is_worse_below(comparison, measure) ? -1 : 1;
    double limit = before->median[measure] * (1 + sign * comparison->max / 100);
    bool has_spread = before->runs > 1 && after->runs > 1;
    bool is_in_spread = has_spread && (sign > 0 ? after->least[measure] <= before->most[measure]
                                                : after->most[measure] >= before->least[measure]);
    return comparison->max >= 0 && (sign > 0 ? now > limit : now < limit) && !is_in_spread;
}

/* ---- Printing ---- */

/* The rows of a figure; LEAST and MOST only with several runs. */
enum row { MEDIAN, LEAST, MOST, ROWS };

enum { NAME, BEFORE, AFTER, DIFFERENCE, CHANGE, CELLS };

static void add_value(struct text *text, const struct comparison *comparison, const struct side *side, int measure,
                      enum row row) {
    const double *value = row == LEAST ? side->least : row == MOST ? side->most : side->median;
    if (row == MEDIAN || side->runs > 1) {
        measure_add(text, column_of(comparison, measure), value[measure]);
    }
}

static void add_difference(struct text *text, const struct comparison *comparison, int measure) {
    double difference = difference_of(comparison, measure);
    text_add(text, difference < 0 ? "-" : "+");
    measure_add(text, column_of(comparison, measure), difference < 0 ? -difference : difference);
}

/* Adds a cell of a figure, or, if `measure` is below 0, of the title. */
static void add_cell(struct text *text, const struct comparison *comparison, int measure, enum row row, int cell) {
    const char *const titles[CELLS] = {column_title(comparison->before.column), "before", "after", "difference", ""};
    double percent;
    text_clear(text);
    text_add(text, measure < 0 ? titles[cell] : "");
    if (measure < 0) {
        return;
    }
    if (cell == NAME) {
        text_add(text, row == LEAST ? "  least" : row == MOST ? "  most" : measures[measure].title);
    } else if (cell == BEFORE || cell == AFTER) {
        add_value(text, comparison, cell == BEFORE ? &comparison->before : &comparison->after, measure, row);
    } else if (row == MEDIAN && cell == DIFFERENCE) {
        add_difference(text, comparison, measure);
    } else if (row == MEDIAN) {
        if (change_of(comparison, measure, &percent)) {
            text_addf(text, "%+.1f %%", percent);
        }
        text_add(text, is_beyond(comparison, measure) ? " !" : "");
    }
}

static void add_padded(struct text *text, const char *cell, size_t width, bool is_left) {
    size_t padding = width > text_width(cell) ? width - text_width(cell) : 0;
    text_pad(text, is_left ? 0 : padding);
    text_add(text, cell);
    text_pad(text, is_left ? padding : 0);
}

static bool has_row(const struct comparison *comparison, int measure, enum row row) {
    const struct side *before = &comparison->before, *after = &comparison->after;
    if (measure < 0 || row == MEDIAN) {
        return row == MEDIAN && (measure < 0 || is_compared(comparison, measure));
    }
    return is_compared(comparison, measure) &&
           (before->least[measure] < before->most[measure] || after->least[measure] < after->most[measure]);
}

static void add_row(struct text *text, const struct comparison *comparison, int measure, enum row row,
                    const size_t width[CELLS], bool is_markdown) {
    struct text cell = TEXT_INIT;
    text_add(text, is_markdown ? "|" : "");
    for (int i = 0; i < CELLS; i++) {
        add_cell(&cell, comparison, measure, row, i);
        text_add(text, is_markdown ? " " : i > 0 ? "  " : "");
        add_padded(text, cell.bytes, width[i], i == NAME);
        text_add(text, is_markdown ? " |" : "");
    }
    text_free(&cell);
    while (!is_markdown && text->bytes[text->length - 1] == ' ') {
        text->length--;
    }
    text_add(text, measure < 0 && is_markdown ? "\n|---|---:|---:|---:|---:|\n" : "\n");
}

/* Adds a table for people: plain text or Markdown. */
static void add_table(struct text *text, const struct comparison *comparison, bool is_markdown) {
    size_t width[CELLS] = {0};
    struct text cell = TEXT_INIT;
    for (int i = 0; i < (MEASURES + 1) * ROWS * CELLS; i++) {
        int measure = i / (ROWS * CELLS) - 1, row = i / CELLS % ROWS;
        if (has_row(comparison, measure, (enum row)row)) {
            add_cell(&cell, comparison, measure, (enum row)row, i % CELLS);
            width[i % CELLS] = text_width(cell.bytes) > width[i % CELLS] ? text_width(cell.bytes) : width[i % CELLS];
        }
    }
    text_free(&cell);
    for (int i = 0; i < (MEASURES + 1) * ROWS; i++) {
        if (has_row(comparison, i / ROWS - 1, (enum row)(i % ROWS))) {
            add_row(text, comparison, i / ROWS - 1, (enum row)(i % ROWS), width, is_markdown);
        }
    }
}

static void add_side(struct json *json, const char *key, const struct side *side, int measure) {
    json_open_object(json, key);
    json_add_double(json, "median", side->median[measure]);
    json_add_double(json, "least", side->least[measure]);
    json_add_double(json, "most", side->most[measure]);
    json_add_uint(json, "runs", side->runs);
    json_close(json);
}

static void add_json(struct text *text, const struct comparison *comparison) {
    struct json json = JSON_INIT(text);
    json_open_object(&json, NULL);
    json_add_string(&json, "before", comparison->before.path);
    json_add_string(&json, "after", comparison->after.path);
    json_add_string(&json, "column", comparison->before.column);
    json_open_object(&json, "figures");
    for (int i = 0; i < MEASURES; i++) {
        double percent;
        if (!is_compared(comparison, i)) {
            continue;
        }
        json_open_object(&json, measures[i].key);
        json_add_string(&json, "unit", column_unit(column_of(comparison, i)));
        add_side(&json, "before", &comparison->before, i);
        add_side(&json, "after", &comparison->after, i);
        json_add_double(&json, "difference", difference_of(comparison, i));
        if (change_of(comparison, i, &percent)) {
            json_addf(&json, "percent", "%.2f", percent);
        } else {
            json_add_null(&json, "percent");
        }
        json_add_bool(&json, "beyond", is_beyond(comparison, i));
        json_close(&json);
    }
    json_close(&json);
    json_close(&json);
    text_add(text, "\n");
}

static int print(const struct comparison *comparison) {
    struct text text = TEXT_INIT;
    if (comparison->options->format == FORMAT_JSON) {
        add_json(&text, comparison);
    } else {
        add_table(&text, comparison, options_has(comparison->options, OPTION_MARKDOWN));
    }
    int status = output_put(comparison->options->output, &text);
    text_free(&text);
    return status;
}

/* ---- The command ---- */

static int parse_max(const char *word, double *max) {
    const char *end;
    if (!scan_number(word + (*word == '+' ? 1 : 0), max, &end) || strcmp(end, "%") != 0) {
        return usage("--max '%s' is not a percentage; write +10%%", word);
    }
    return 0;
}

static int check(const struct options *options) {
    if (options->operands != 2) {
        return usage("compare needs two recordings or reports; write for example sysinfo compare before.csv after.csv");
    }
    for (size_t i = 0; i < options->operands && options->output != NULL; i++) {
        if (platform_is_same_file(options->operand[i], options->output)) {
            return usage("%s %s would overwrite the recording; choose another name", options->word[OPTION_OUTPUT],
                         options->output);
        }
    }
    if (options->format == FORMAT_JSON && options_has(options, OPTION_MARKDOWN)) {
        return usage("--json and --markdown exclude each other");
    }
    return 0;
}

static int compare(struct comparison *comparison) {
    const struct side *before = &comparison->before, *after = &comparison->after;
    if (strcmp(before->column, after->column) != 0) {
        return trouble("%s has '%s' and %s has '%s'; choose a column that both have, for example --column rss_bytes",
                       before->path, before->column, after->path, after->column);
    }
    summarise(&comparison->before);
    summarise(&comparison->after);
    for (int i = 0; i < MEASURES; i++) {
        comparison->beyond += is_compared(comparison, i) && is_beyond(comparison, i) ? 1 : 0;
    }
    int status = print(comparison);
    return status != 0 ? status : comparison->beyond > 0 ? 1 : 0;
}

static void free_side(struct side *side) {
    for (int i = 0; i < MEASURES; i++) {
        free(side->value[i]);
    }
    free(side->column);
}

int run_compare(struct options *options) {
    struct comparison comparison = {.options = options, .max = -1};
    int status = check(options);
    if (status == 0 && options->max != NULL) {
        status = parse_max(options->max, &comparison.max);
    }
    if (status == 0) {
        status = read_side(&comparison.before, options->operand[0], options->column);
    }
    if (status == 0) {
        status = read_side(&comparison.after, options->operand[1], options->column);
    }
    if (status == 0) {
        status = comparison.before.column == NULL  ? trouble("%s: the file is empty", options->operand[0])
                 : comparison.after.column == NULL ? trouble("%s: the file is empty", options->operand[1])
                                                   : compare(&comparison);
    }
    free_side(&comparison.before);
    free_side(&comparison.after);
    return status;
}
