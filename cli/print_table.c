/* SPDX-License-Identifier: MIT */
#include "print.h"

#include <stdio.h>
#include <string.h>

#include "utc.h"
#include "value.h"

/* ---- The tables: what a person wants to see of a group at a glance ---- */

#define COLUMNS(list) (list), sizeof(list) / sizeof((list)[0])

static const struct column cpu_columns[] = {
    {"cpu", "percent", "busy%", 8},     {"cpu", "user", "user%", 8},     {"cpu", "system", "sys%", 7},
    {"cpu", "nice", "nice%", 7},        {"cpu", "iowait", "iowait%", 9}, {"cpu", "irq", "irq%", 7},
    {"cpu", "softirq", "softirq%", 10}, {"cpu", "steal", "steal%", 8},   {"cpu", "idle", "idle%", 8},
};
static const struct column cpu_times_columns[] = {
    {"cpu.times", "user", "user", 13},   {"cpu.times", "system", "system", 13},
    {"cpu.times", "nice", "nice", 11},   {"cpu.times", "iowait", "iowait", 11},
    {"cpu.times", "irq", "irq", 10},     {"cpu.times", "softirq", "softirq", 11},
    {"cpu.times", "steal", "steal", 11}, {"cpu.times", "idle", "idle", 14},
};
static const struct column mem_columns[] = {
    {"mem", "total", "total", 13},     {"mem", "available", "available", 11}, {"mem", "usable", "usable", 10},
    {"mem", "percent", "used%", 8},    {"mem", "used", "used", 10},           {"mem", "free", "free", 10},
    {"mem", "buffers", "buffers", 10}, {"mem", "cached", "cached", 10},       {"mem", "shared", "shared", 10},
    {"mem", "slab", "slab", 10},       {"mem", "wired", "wired", 10},
};
static const struct column swap_columns[] = {
    {"swap", "total", "total", 13}, {"swap", "used", "used", 11}, {"swap", "percent", "used%", 8},
    {"swap", "free", "free", 11},   {"swap", "sin", "in", 11},    {"swap", "sout", "out", 11},
};
static const struct column load_columns[] = {
    {"load", "min1", "1 min", 9},
    {"load", "min5", "5 min", 9},
    {"load", "min15", "15 min", 9},
};
static const struct column stats_columns[] = {
    {"stats", "ctx_switches", "context switches", 20},
    {"stats", "interrupts", "interrupts", 18},
    {"stats", "soft_interrupts", "soft interrupts", 18},
    {"stats", "syscalls", "system calls", 18},
};
static const struct column cgroup_columns[] = {
    {"cgroup", "cpu_percent", "cpu%", 8},
    {"cgroup", "throttled", "throttled", 12},
    {"cgroup", "current", "memory", 11},
    {"cgroup", "limit", "limit", 11},
    {"cgroup", "peak", "peak", 11},
    {"cgroup", "events_max", "at limit", 11},
    {"cgroup", "events_oom_kill", "oom kills", 11},
};
static const struct column pressure_columns[] = {
    {"pressure.cpu", "some_avg10", "cpu some%", 11},
    {"pressure.memory", "some_avg10", "memory some%", 14},
    {"pressure.memory", "full_avg10", "full%", 7},
    {"pressure.io", "some_avg10", "io some%", 10},
    {"pressure.io", "full_avg10", "full%", 7},
    {"pressure.cgroup.cpu", "some_avg10", "cgroup cpu some%", 18},
    {"pressure.cgroup.memory", "some_avg10", "memory some%", 14},
    {"pressure.cgroup.memory", "full_avg10", "full%", 7},
};

static const struct column process_columns[] = {
    {"process", "rss", "rss", 10},          {"process", "peak_rss", "peak", 10},  {"process", "uss", "uss", 10},
    {"process", "pss", "pss", 10},          {"process", "swap", "swap", 10},      {"process", "threads", "threads", 9},
    {"process", "descriptors", "files", 6}, {"process", "cpu_user", "user s", 7}, {"process", "cpu_system", "sys s", 7},
};

static const struct table tables[] = {
    {"cpu", COLUMNS(cpu_columns)},         {"cpu.times", COLUMNS(cpu_times_columns)},
    {"mem", COLUMNS(mem_columns)},         {"swap", COLUMNS(swap_columns)},
    {"load", COLUMNS(load_columns)},       {"stats", COLUMNS(stats_columns)},
    {"cgroup", COLUMNS(cgroup_columns)},   {"pressure", COLUMNS(pressure_columns)},
    {"process", COLUMNS(process_columns)},
};

const struct table *table_of(const char *group) {
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        if (strcmp(tables[i].group, group) == 0) {
            return &tables[i];
        }
    }
    return NULL;
}

/* ---- Printing ---- */

enum { ISO_WIDTH = 24, UNIX_WIDTH = 14 };

static void add_right(struct text *text, const char *word, int width) {
    int length = (int)strlen(word);
    text_pad(text, length < width ? (size_t)(width - length) : 1);
    text_add(text, word);
}

static void add_left(struct text *text, const char *word, int width) {
    int length = (int)strlen(word);
    text_add(text, word);
    text_pad(text, length < width ? (size_t)(width - length) : 1);
}

static int time_width(const struct view *view) {
    return view->options->time == TIME_NONE ? 0 : view->options->time == TIME_UNIX ? UNIX_WIDTH : ISO_WIDTH;
}

/* A unit's name behind the header of a column of bytes: "total(MiB)". */
/* The width of a column, with room for what its header says besides its name: "in(MiB)/s". */
static int width_of(const struct view *view, size_t index) {
    bool has_unit = view->options->unit != NULL && view->selection->field[index]->unit == SYSINFO_UNIT_BYTES;
    return view->table->column[index].width + (has_unit ? (int)strlen(view->options->unit) + 2 : 0) +
           (selection_is_rate(view->selection, index) ? 2 : 0);
}

static void add_header_cell(struct text *text, const struct view *view, size_t index) {
    char header[64];
    bool has_unit = view->options->unit != NULL && view->selection->field[index]->unit == SYSINFO_UNIT_BYTES;
    const char *per = selection_is_rate(view->selection, index) ? "/s" : "";
    snprintf(header, sizeof header, has_unit ? "%s(%s)%s" : "%s%.0s%s", view->table->column[index].header,
             has_unit ? view->options->unit : "", per);
    add_right(text, header, width_of(view, index));
}

static void add_header(struct text *text, const struct view *view) {
    if (time_width(view) > 0) {
        add_left(text, "time", time_width(view));
    }
    if (view->percpu) {
        text_addf(text, "%-3s%s", row_word(view), view->with_kinds ? "  kind" : "");
    }
    for (size_t i = 0; i < view->selection->count; i++) {
        add_header_cell(text, view, i);
    }
    text_add(text, "\n");
}

static void add_cell(struct text *text, const struct view *view, size_t index, const void *result) {
    const struct sysinfo_field *field = view->selection->field[index];
    struct text cell = TEXT_INIT;
    if (view->options->unit_bytes > 0 && field->unit == SYSINFO_UNIT_BYTES) {
        value_add_in_unit(&cell, field, result, view->options->unit_bytes);
    } else {
        value_add_human(&cell, field, result);
    }
    add_right(text, cell.bytes, width_of(view, index));
    text_free(&cell);
}

static void add_line(struct text *text, const struct view *view, const struct sample *sample, const char *cpu,
                     const void *row) {
    if (time_width(view) > 0) {
        struct text time = TEXT_INIT;
        if (view->options->time == TIME_UNIX) {
            utc_add_unix(&time, sample->wall);
        } else {
            utc_add_iso(&time, sample->wall);
        }
        add_left(text, time.bytes, time_width(view));
        text_free(&time);
    }
    if (cpu != NULL) {
        text_addf(text, "%-*s", (int)strlen(row_word(view)), cpu);
    }
    if (cpu != NULL && view->with_kinds) {
        struct text kind = TEXT_INIT;
        add_kind(&kind, view, sample, row, "-");
        add_right(text, kind.bytes, 6);
        text_free(&kind);
    }
    for (size_t i = 0; i < view->selection->count; i++) {
        const struct sysinfo_field *field = view->selection->field[i];
        add_cell(text, view, i, row != NULL ? row : sample_result(sample, field));
    }
    text_add(text, "\n");
}

void print_table(struct text *text, const struct view *view, const struct sample *sample, bool is_first) {
    if (is_first && !options_has(view->options, OPTION_NO_HEADER)) {
        add_header(text, view);
    }
    add_line(text, view, sample, view->percpu ? "all" : NULL, NULL);
    for (size_t i = 0; view->percpu && i < sample->rows; i++) {
        char cpu[24];
        snprintf(cpu, sizeof cpu, "%llu",
                 (unsigned long long)sysinfo_field_uint64(cpu_number_field(view), sample->row[i]));
        add_line(text, view, sample, cpu, sample->row[i]);
    }
}
