/* SPDX-License-Identifier: MIT */
/*
 * The commands that print samples: the groups, `get` and the overview. Each chooses fields and a printer; the stream
 * does the rest.
 */
#include "command.h"

#include <string.h>

#include "expression.h"
#include "fail.h"
#include "parse.h"
#include "stream.h"

/* ---- Choosing what to print ---- */

static print_sample *printer_of(const struct options *options, bool has_names) {
    switch (options->format) {
    case FORMAT_JSON:
        return print_json;
    case FORMAT_CSV:
        return print_csv;
    case FORMAT_KV:
        return print_kv;
    case FORMAT_PROM:
        return print_prom;
    default:
        return has_names ? print_values : print_table;
    }
}

/* Keeps the columns for which this system has a figure, or, where groups are rows, the rows. */
static void select_table(struct view *view, struct selection *selection, struct column *columns, struct table *table) {
    const struct table *whole = table_of(table->group);
    const char *const own[] = {NULL};
    *table = *whole;
    table->column = columns;
    table->columns = 0;
    for (size_t i = 0; i < whole->columns; i++) {
        bool is_reported = false;
        for (size_t k = 0; k < (whole->rows > 0 ? whole->rows : 1); k++) {
            const char *group = (whole->rows > 0 ? whole->row : own)[k];
            const struct sysinfo_field *field =
                sysinfo_field_find(group != NULL ? group : whole->column[i].group, whole->column[i].field);
            if (field != NULL && sysinfo_field_source(field) != NULL) {
                selection_add(selection, field);
                is_reported = true;
            }
        }
        if (is_reported) {
            columns[table->columns++] = whole->column[i];
        }
    }
    view->table = table;
}

/* Adds all fields of a group, or with a row for each CPU, those that rows have. */
static void select_group(const struct view *view, struct selection *selection, const char *group) {
    struct selection all = {NULL, 0};
    selection_add_group(&all, group);
    for (size_t i = 0; i < all.count; i++) {
        if (!view->percpu || is_row_field(view, all.field[i])) {
            selection_add(selection, all.field[i]);
        }
    }
    selection_free(&all);
}

/* Drops text fields that were not named: these formats would repeat them on every line. */
static void drop_texts(const struct view *view, struct selection *selection) {
    bool has_lines = view->options->format == FORMAT_CSV || view->options->format == FORMAT_KV;
    size_t kept = 0;
    for (size_t i = 0; i < selection->count; i++) {
        if (!has_lines || selection->field[i]->type != SYSINFO_TYPE_TEXT) {
            selection->field[kept++] = selection->field[i];
        }
    }
    selection->count = kept;
}

static enum option_id row_option(const struct view *view) {
    return view->rows == ROWS_OF_NODES ? OPTION_PERNODE : view->rows == ROWS_OF_KINDS ? OPTION_BYKIND : OPTION_PERCPU;
}

static int select_names(const struct view *view, struct selection *selection, const char *group, const char **name,
                        size_t names) {
    for (size_t i = 0; i < names; i++) {
        int status = selection_add_name(selection, group, name[i]);
        if (status != 0) {
            return status;
        }
        if (view->percpu && !is_row_field(view, selection->field[selection->count - 1])) {
            return usage("'%s' is not measured for each CPU; leave out %s", name[i],
                         view->options->word[row_option(view)]);
        }
    }
    return 0;
}

/* Prometheus computes percentages from counters, so each CPU's times replace the total percentages. */
static void select_metrics(struct view *view, struct selection *selection) {
    bool has_cpu = false;
    for (size_t i = 0; i < selection->count && !has_cpu; i++) {
        has_cpu = strcmp(selection->field[i]->group, "cpu") == 0;
        view->percpu = view->percpu || selection->field[i]->result == SYSINFO_RESULT_CPU_FREQUENCY;
    }
    if (has_cpu) {
        selection_add_group(selection, "cpu.times");
        selection_drop_doubles(selection);
        view->percpu = true;
    }
    size_t kept = 0;
    for (size_t i = 0; i < selection->count; i++) {
        if (selection->field[i]->metric != NULL) {
            selection->field[kept++] = selection->field[i];
        }
    }
    selection->count = kept;
}

static int check_metrics(const struct options *options, const struct selection *selection) {
    for (size_t i = 0; options->format == FORMAT_PROM && i < selection->count; i++) {
        if (selection->field[i]->metric == NULL) {
            return usage("'%s' is a percentage; %s exports counters only", selection->field[i]->name,
                         options->word[OPTION_FORMAT]);
        }
    }
    return 0;
}

/* ---- The groups: cpu, mem, swap and so on ---- */

static int check_value_options(const struct options *options, const struct selection *selection, bool has_names) {
    bool has_bytes = false;
    for (size_t i = 0; i < selection->count; i++) {
        has_bytes = has_bytes || selection->field[i]->unit == SYSINFO_UNIT_BYTES;
    }
    if (options_has(options, OPTION_UNIT) && !has_bytes) {
        return usage("%s applies to fields in bytes, and none was requested", options->word[OPTION_UNIT]);
    }
    for (size_t i = 0; i < selection->count && options_has(options, OPTION_SINCE_BOOT); i++) {
        if (selection->field[i]->result == SYSINFO_RESULT_CGROUP && selection->field[i]->unit == SYSINFO_UNIT_PERCENT) {
            return usage("--since-boot applies to CPU percentages only; leave it out to measure %s.%s",
                         selection->field[i]->group, selection->field[i]->name);
        }
    }
    if (has_names && options->format == FORMAT_TABLE && options_has(options, OPTION_NO_HEADER)) {
        return usage("named values are printed without a header; --no-header is for tables and --csv");
    }
    return 0;
}

/* With --rate, replaces each counter with its rate. */
static int make_rates(const struct view *view, struct selection *selection) {
    if (!options_has(view->options, OPTION_RATE)) {
        return 0;
    }
    selection_make_rates(selection);
    return selection->rates != NULL ? 0 : usage("--rate applies to counters, and none was requested");
}

/* What follows the choice of fields: `names` operands were fields, the others are an interval and a count. */
static int prepare(struct options *options, struct view *view, struct selection *selection, size_t names) {
    if (options->format != FORMAT_TABLE) {
        selection_drop_doubles(selection);
    }
    bool has_window = selection_has_window(selection);
    view->has_interval = has_window || options_has(options, OPTION_RATE);
    int status = options_take_schedule(options, names, has_window);
    if (status == 0) {
        status = make_rates(view, selection);
    }
    if (status == 0) {
        status = check_value_options(options, selection, names > 0);
    }
    return status == 0 ? check_metrics(options, selection) : status;
}

/* The two lines of a heap have room for neither a time nor a header. */
static int refuse_column_options(const struct options *options) {
    enum option_id id = options_has(options, OPTION_TIME) ? OPTION_TIME : OPTION_NO_HEADER;
    return options_has(options, id) ? usage("%s does not apply here (sysinfo heap --help)", options->word[id]) : 0;
}

/* --percpu with --bykind prints rows of CPUs, each with its kind. */
static void choose_rows(struct view *view) {
    const struct options *options = view->options;
    bool percpu = options_has(options, OPTION_PERCPU), by_kind = options_has(options, OPTION_BYKIND);
    view->percpu = percpu || by_kind || options_has(options, OPTION_PERNODE);
    view->with_kinds = percpu && by_kind;
    view->rows = percpu                                 ? ROWS_OF_CPUS
                 : by_kind                              ? ROWS_OF_KINDS
                 : options_has(options, OPTION_PERNODE) ? ROWS_OF_NODES
                                                        : ROWS_OF_CPUS;
    if (by_kind) {
        groups_choose_root(options->root);
    }
}

int run_group(struct options *options) {
    const char *group = options_has(options, OPTION_TIMES)  ? "cpu.times"
                        : options_has(options, OPTION_FREQ) ? "cpu.freq"
                                                            : options->command->name;
    bool is_heap = strcmp(group, "heap") == 0;
    size_t names = 0;
    while (names < options->operands && !looks_like_number(options->operand[names])) {
        names++;
    }
    int status = 0;
    struct selection selection = {NULL, 0};
    struct view view = {.options = options, .selection = &selection};
    choose_rows(&view);
    if (view.rows != ROWS_OF_CPUS && options->format == FORMAT_PROM) {
        return usage("%s is not for %s: Prometheus adds up CPUs itself", options->word[row_option(&view)],
                     options->word[OPTION_FORMAT]);
    }
    if (view.rows != ROWS_OF_CPUS && options_has(options, OPTION_FREQ)) {
        return usage("%s is not for %s: frequencies do not add up", options->word[row_option(&view)],
                     options->word[OPTION_FREQ]);
    }
    struct column columns[MOST_COLUMNS];
    struct table table = {.group = group};
    struct layout layout = {0};
    bool is_table = names == 0 && options->format == FORMAT_TABLE;
    if (names > 0) {
        status = select_names(&view, &selection, group, options->operand, names);
    } else if (is_table && is_heap) { /* Only two lines fit. */
        status = refuse_column_options(options);
        select_group(&view, &selection, group);
    } else if (is_table) {
        select_table(&view, &selection, columns, &table);
        view.layout = &layout;
    } else if (options->format == FORMAT_PROM) {
        selection_add_group(&selection, group);
        select_metrics(&view, &selection);
    } else {
        select_group(&view, &selection, group);
        drop_texts(&view, &selection);
    }
    if (status == 0) {
        status = prepare(options, &view, &selection, names);
    }
    if (status == 0 && selection.count == 0) {
        status = trouble("%s is not supported on this system", group);
    }
    if (status == 0) {
        status = run_samples(&view, is_table && is_heap ? print_heap : printer_of(options, names > 0));
    }
    selection_free(&selection);
    return status;
}

/* ---- get: chosen fields of any groups ---- */

/* With --percpu, prints lines or objects for each CPU, with the machine's figures beside them. */
static int check_rows(const struct view *view) {
    const char *option = view->options->word[OPTION_PERCPU];
    if (view->percpu && options_has(view->options, OPTION_RATE)) {
        return usage("%s and %s exclude each other: cpu.percent is the rate of CPU time", option,
                     view->options->word[OPTION_RATE]);
    }
    for (size_t i = 0; view->percpu && i < view->selection->count; i++) {
        if (is_row_field(view, view->selection->field[i])) {
            return 0;
        }
    }
    return view->percpu ? usage("%s needs a figure of each CPU, for example cpu.percent", option) : 0;
}

int run_get(struct options *options) {
    int status = 0;
    struct selection selection = {NULL, 0};
    struct view view = {.options = options, .selection = &selection};
    size_t names = 0;
    choose_rows(&view);
    for (; status == 0 && names < options->operands && !looks_like_number(options->operand[names]); names++) {
        const struct sysinfo_field *field = parse_field(options->operand[names], &status);
        if (field != NULL) {
            selection_add(&selection, field);
        }
    }
    if (status == 0 && names == 0) {
        status = usage("no field; write for example sysinfo get mem.available cpu.percent");
    }
    if (status == 0) {
        status = check_rows(&view);
    }
    if (status == 0) {
        status = prepare(options, &view, &selection, names);
    }
    if (status == 0) {
        status = run_samples(&view, printer_of(options, true));
    }
    selection_free(&selection);
    return status;
}

/* ---- The overview ---- */

/* Adds the groups of the overview, or all groups except sysinfo's own, which say nothing about the machine. */
static void select_groups(struct view *view, struct selection *selection, bool is_all) {
    static const char *const overview[] = {"cpu", "mem", "swap", "load"};
    static const char *const others[] = {"cpu.times", "stats", "cgroup", "pressure", "cpu.freq"};
    for (size_t i = 0; i < sizeof overview / sizeof overview[0]; i++) {
        selection_add_group(selection, overview[i]);
    }
    for (size_t i = 0; is_all && i < sizeof others / sizeof others[0]; i++) {
        selection_add_group(selection, others[i]);
    }
    drop_texts(view, selection);
    if (view->options->format == FORMAT_PROM) {
        select_metrics(view, selection);
    }
}

int run_overview(struct options *options) {
    if (options->format == FORMAT_TABLE && options->operands > 0) {
        const char *word = options->operand[0];
        return usage("'%s' needs a command before it, for example sysinfo cpu %s", word, *word == '-' ? "5" : word);
    }
    if (options->format == FORMAT_TABLE && options_has(options, OPTION_ALL)) {
        return usage("--all needs a format for programs, for example --json");
    }
    struct selection selection = {NULL, 0};
    struct view view = {.options = options,
                        .selection = &selection,
                        .has_interval = options->format != FORMAT_PROM,
                        .names_levels = options->format == FORMAT_TABLE};
    select_groups(&view, &selection, options_has(options, OPTION_ALL));
    print_sample *print = options->format == FORMAT_TABLE ? print_overview : printer_of(options, false);
    int status = options_take_schedule(options, 0, view.has_interval);
    if (status == 0 && options->format == FORMAT_TABLE &&
        (options->given & (OPTION_BIT(OPTION_TIME) | OPTION_BIT(OPTION_NO_HEADER)))) {
        enum option_id id = options_has(options, OPTION_TIME) ? OPTION_TIME : OPTION_NO_HEADER;
        status = usage("%s needs a command, for example sysinfo mem %s", options->word[id], options->word[id]);
    }
    if (status == 0) {
        status = run_samples(&view, print);
    }
    selection_free(&selection);
    return status;
}
