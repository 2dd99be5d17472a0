/* SPDX-License-Identifier: MIT */
#include "print.h"

#include <stdio.h>
#include <string.h>

#include "utc.h"
#include "value.h"

/* ---- The tables. Columns that do not fit the width are dropped from the right. ---- */

enum { TABLE_WIDTH = 80, ISO_WIDTH = 25, UNIX_WIDTH = 15, KIND_WIDTH = 6, ROW_WIDTH = 5, RATE_UNIT = 1024 };

#define COUNTED(list) (list), sizeof(list) / sizeof((list)[0])

static const struct column cpu_columns[] = {
    {"cpu", "percent", 8}, {"cpu", "user", 8},    {"cpu", "system", 8}, {"cpu", "nice", 7}, {"cpu", "iowait", 8},
    {"cpu", "irq", 7},     {"cpu", "softirq", 9}, {"cpu", "steal", 7},  {"cpu", "idle", 7},
};
static const struct column cpu_times_columns[] = {
    {"cpu.times", "user", 9},   {"cpu.times", "nice", 9}, {"cpu.times", "system", 9},  {"cpu.times", "idle", 10},
    {"cpu.times", "iowait", 9}, {"cpu.times", "irq", 9},  {"cpu.times", "softirq", 9}, {"cpu.times", "steal", 9},
};
static const struct column cpu_freq_columns[] = {
    {"cpu.freq", "current", 10},
    {"cpu.freq", "min", 10},
    {"cpu.freq", "max", 10},
    {"cpu.freq", "base", 10},
};
static const struct column mem_columns[] = {
    {"mem", "total", 10}, {"mem", "available", 10}, {"mem", "usable", 10}, {"mem", "percent", 8},
    {"mem", "used", 10},  {"mem", "free", 10},      {"mem", "cached", 10}, {"mem", "shared", 10},
    {"mem", "wired", 10}, {"mem", "buffers", 10},   {"mem", "slab", 10},
};
static const struct column swap_columns[] = {
    {"swap", "total", 11}, {"swap", "used", 11}, {"swap", "percent", 8},
    {"swap", "free", 11},  {"swap", "sin", 11},  {"swap", "sout", 11},
};
static const struct column load_columns[] = {
    {"load", "min1", 8},
    {"load", "min5", 8},
    {"load", "min15", 8},
};
static const struct column stats_columns[] = {
    {"stats", "ctx_switches", 18},
    {"stats", "interrupts", 18},
    {"stats", "soft_interrupts", 18},
    {"stats", "syscalls", 18},
};
static const struct column cgroup_columns[] = {
    {"cgroup", "cpu_percent", 12},     {"cgroup", "throttled", 10}, {"cgroup", "current", 10},
    {"cgroup", "limit", 10},           {"cgroup", "peak", 10},      {"cgroup", "events_max", 11},
    {"cgroup", "events_oom_kill", 16},
};
static const struct column pressure_columns[] = {
    {"", "some_avg10", 11}, {"", "full_avg10", 11},  {"", "some_avg60", 11},
    {"", "full_avg60", 11}, {"", "some_avg300", 12}, {"", "full_avg300", 12},
};
static const char *const pressure_rows[] = {"pressure.cpu",       "pressure.memory",     "pressure.io",
                                            "pressure.irq",       "pressure.cgroup.cpu", "pressure.cgroup.memory",
                                            "pressure.cgroup.io", "pressure.cgroup.irq"};
static const struct column process_columns[] = {
    {"process", "rss", 9},      {"process", "peak_rss", 9},    {"process", "pss", 9},
    {"process", "uss", 9},      {"process", "swap", 9},        {"process", "threads", 8},
    {"process", "cpu_user", 9}, {"process", "cpu_system", 11}, {"process", "descriptors", 12},
};

static const struct table tables[] = {
    {"cpu", COUNTED(cpu_columns), NULL, 0},
    {"cpu.times", COUNTED(cpu_times_columns), NULL, 0},
    {"cpu.freq", COUNTED(cpu_freq_columns), NULL, 0},
    {"mem", COUNTED(mem_columns), NULL, 0},
    {"swap", COUNTED(swap_columns), NULL, 0},
    {"load", COUNTED(load_columns), NULL, 0},
    {"stats", COUNTED(stats_columns), NULL, 0},
    {"cgroup", COUNTED(cgroup_columns), NULL, 0},
    {"pressure", COUNTED(pressure_columns), COUNTED(pressure_rows)},
    {"process", COUNTED(process_columns), NULL, 0},
};

const struct table *table_of(const char *group) {
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        if (strcmp(tables[i].group, group) == 0) {
            return &tables[i];
        }
    }
    return NULL;
}

/* ---- Lines ---- */

/* A label and cells, all from one result or from one group of fields. */
struct line {
    char label[24];               /* "": none. */
    const struct sample_row *row; /* NULL: the cells are the sample's. */
    const char *group;            /* The fields' group, if it differs between lines. */
};

static const struct sysinfo_field *field_of(const struct view *view, const struct line *line, size_t column) {
    return line->group != NULL ? sysinfo_field_find(line->group, view->table->column[column].field)
                               : view->selection->field[column];
}

static bool is_known(const struct view *view, const struct sample *sample, const struct line *line) {
    for (size_t i = 0; i < view->table->columns; i++) {
        const struct sysinfo_field *field = field_of(view, line, i);
        if (sysinfo_field_state(field, result_in(view, sample, line->row, field)) == SYSINFO_FIELD_KNOWN) {
            return true;
        }
    }
    return false;
}

static size_t lines_of(const struct view *view, const struct sample *sample) {
    return view->table->rows > 0 ? view->table->rows : 1 + (view->percpu ? sample->rows : 0);
}

/* Returns false if there is nothing to print. Few kernels measure the pressure of interrupts. */
static bool get_line(const struct view *view, const struct sample *sample, size_t index, struct line *line) {
    *line = (struct line){.label = ""};
    if (view->table->rows > 0) {
        line->group = view->table->row[index];
        snprintf(line->label, sizeof line->label, "%s", line->group + strlen(view->table->group) + 1);
        return strcmp(strrchr(line->group, '.'), ".irq") != 0 || is_known(view, sample, line);
    }
    line->row = index > 0 ? &sample->row[index - 1] : NULL;
    if (view->percpu && index == 0) {
        snprintf(line->label, sizeof line->label, "all");
    } else if (view->percpu) {
        snprintf(line->label, sizeof line->label, "%llu", (unsigned long long)line->row->number);
    }
    return true;
}

/* ---- The layout, decided by the first sample: widths, and a byte unit for each column ---- */

static int time_width(const struct view *view) {
    return view->options->time == TIME_NONE ? 0 : view->options->time == TIME_UNIX ? UNIX_WIDTH : ISO_WIDTH;
}

static bool has_labels(const struct view *view) {
    return view->percpu || view->table->rows > 0;
}

static bool is_rate(const struct view *view, size_t column) {
    return view->table->rows == 0 && selection_is_rate(view->selection, column);
}

/* "total(MiB)", "ctx_switches/s": the field's name, the chosen unit, and the period of a rate. */
static void add_header_word(struct text *text, const struct view *view, size_t column) {
    const struct line line = {.group = view->table->row != NULL ? view->table->row[0] : NULL};
    text_add(text, view->table->column[column].field);
    if (view->options->unit != NULL && field_of(view, &line, column)->unit == SYSINFO_UNIT_BYTES) {
        text_addf(text, "(%s)", view->options->unit);
    }
    text_add(text, is_rate(view, column) ? "/s" : "");
}

/*
 * A column keeps the unit of its first value. That unit is at most one step below the unit of the line's largest value,
 * so a value that grows up to that still fits. A rate may start at 0 and become anything.
 */
static void add_cell(struct text *text, const struct view *view, size_t column, const struct sysinfo_field *field,
                     const void *result) {
    struct layout *layout = view->layout;
    if (field->unit != SYSINFO_UNIT_BYTES || sysinfo_field_state(field, result) != SYSINFO_FIELD_KNOWN) {
        value_add_human(text, field, result);
        return;
    }
    if (view->options->unit_bytes > 0) {
        value_add_in_unit(text, field, result, view->options->unit_bytes);
        return;
    }
    uint64_t bytes = sysinfo_field_uint64(field, result);
    if (layout->unit[column] == UNIT_UNDECIDED) {
        layout->unit[column] = is_rate(view, column)
                                   ? RATE_UNIT
                                   : bytes_unit_among(bytes, bytes > layout->largest ? bytes : layout->largest);
    }
    bytes_add_in(text, bytes, layout->unit[column]);
}

static void widen(int *width, const struct text *cell) {
    *width = (int)cell->length + 1 > *width ? (int)cell->length + 1 : *width;
}

static void find_largest(const struct view *view, const struct sample *sample) {
    const struct line line = {.label = ""};
    for (size_t i = 0; view->table->rows == 0 && i < view->table->columns; i++) {
        const struct sysinfo_field *field = field_of(view, &line, i);
        const void *result = sample_result(sample, field);
        if (field->unit == SYSINFO_UNIT_BYTES && sysinfo_field_state(field, result) == SYSINFO_FIELD_KNOWN) {
            uint64_t bytes = sysinfo_field_uint64(field, result);
            view->layout->largest = bytes > view->layout->largest ? bytes : view->layout->largest;
        }
    }
}

/* Leaves room for the header, every value of the first sample, and bytes that grow up to the largest. */
static int width_of(const struct view *view, const struct sample *sample, size_t column) {
    int width = view->table->column[column].width;
    struct text cell = TEXT_INIT;
    add_header_word(&cell, view, column);
    widen(&width, &cell);
    for (size_t i = 0; i < lines_of(view, sample); i++) {
        struct line line;
        if (get_line(view, sample, i, &line)) {
            const struct sysinfo_field *field = field_of(view, &line, column);
            text_clear(&cell);
            add_cell(&cell, view, column, field, result_in(view, sample, line.row, field));
            widen(&width, &cell);
        }
    }
    uint64_t unit = view->options->unit_bytes > 0 ? view->options->unit_bytes : view->layout->unit[column];
    if (unit != UNIT_UNDECIDED && view->selection->field[column]->unit == SYSINFO_UNIT_BYTES) {
        text_clear(&cell);
        if (view->options->unit_bytes > 0) {
            text_addf(&cell, "%llu", (unsigned long long)(view->layout->largest / unit));
        } else {
            bytes_add_in(&cell, view->layout->largest, unit);
        }
        widen(&width, &cell);
    }
    text_free(&cell);
    return width;
}

static void lay_out(const struct view *view, const struct sample *sample) {
    struct layout *layout = view->layout;
    find_largest(view, sample);
    layout->label = has_labels(view) ? ROW_WIDTH : 0;
    for (size_t i = 0; has_labels(view) && i < lines_of(view, sample); i++) {
        struct line line;
        if (get_line(view, sample, i, &line) && (int)strlen(line.label) > layout->label) {
            layout->label = (int)strlen(line.label);
        }
    }
    int width = time_width(view) + layout->label + (view->with_kinds ? KIND_WIDTH : 0);
    for (size_t i = 0; i < view->table->columns; i++) {
        layout->width[i] = width_of(view, sample, i);
        width += layout->width[i];
        if (width > TABLE_WIDTH) {
            break;
        }
        layout->columns = i + 1;
    }
}

/* ---- Printing ---- */

static void add_right(struct text *text, const char *word, int width) {
    int length = (int)strlen(word);
    text_pad(text, length < width ? (size_t)(width - length) : 1);
    text_add(text, word);
}

static void add_left(struct text *text, const char *word, int width) {
    text_addf(text, "%-*s", width, word);
}

static void add_header(struct text *text, const struct view *view) {
    add_left(text, time_width(view) > 0 ? "time" : "", time_width(view));
    if (has_labels(view)) {
        add_left(text, view->percpu ? row_word(view) : "", view->layout->label);
    }
    if (view->with_kinds) {
        add_right(text, "kind", KIND_WIDTH);
    }
    for (size_t i = 0; i < view->layout->columns; i++) {
        struct text word = TEXT_INIT;
        add_header_word(&word, view, i);
        add_right(text, word.bytes, view->layout->width[i]);
        text_free(&word);
    }
    text_add(text, "\n");
}

static void add_time(struct text *text, const struct view *view, const struct sample *sample) {
    struct text time = TEXT_INIT;
    if (view->options->time == TIME_UNIX) {
        utc_add_unix(&time, sample->wall);
    } else {
        utc_add_iso(&time, sample->wall);
    }
    add_left(text, time.bytes, time_width(view));
    text_free(&time);
}

static void add_line(struct text *text, const struct view *view, const struct sample *sample, const struct line *line) {
    struct text cell = TEXT_INIT;
    if (time_width(view) > 0) {
        add_time(text, view, sample);
    }
    if (has_labels(view)) {
        add_left(text, line->label, view->layout->label);
    }
    if (view->with_kinds) {
        add_kind(&cell, sample, line->row, "-");
        add_right(text, cell.bytes, KIND_WIDTH);
    }
    for (size_t i = 0; i < view->layout->columns; i++) {
        const struct sysinfo_field *field = field_of(view, line, i);
        text_clear(&cell);
        add_cell(&cell, view, i, field, result_in(view, sample, line->row, field));
        add_right(text, cell.bytes, view->layout->width[i]);
    }
    text_free(&cell);
    text_add(text, "\n");
}

/* A table of several rows repeats its header, so that each can be read on its own. */
void print_table(struct text *text, const struct view *view, const struct sample *sample, bool is_first) {
    if (view->layout->columns == 0) {
        lay_out(view, sample);
    }
    if ((is_first || has_labels(view)) && !options_has(view->options, OPTION_NO_HEADER)) {
        add_header(text, view);
    }
    for (size_t i = 0; i < lines_of(view, sample); i++) {
        struct line line;
        if (get_line(view, sample, i, &line)) {
            add_line(text, view, sample, &line);
        }
    }
}
