/* SPDX-License-Identifier: MIT */
#include "commands.h"

#include <string.h>

#include "expression.h"
#include "fail.h"
#include "fields.h"
#include "help.h"
#include "parse.h"
#include "platform.h"
#include "plot/plot.h"
#include "run/run.h"
#include "stream.h"
#include "topology.h"
#include "wait.h"

/* ---- What is printed ---- */

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

/* The columns that this system has a figure for. */
static void select_table(struct view *view, struct selection *selection, struct column *columns, struct table *table) {
    const struct table *whole = table_of(table->group);
    table->column = columns;
    for (size_t i = 0; i < whole->columns; i++) {
        const struct sysinfo_field *field = sysinfo_field_find(whole->column[i].group, whole->column[i].field);
        if (field != NULL && sysinfo_field_source(field) != NULL) {
            selection_add(selection, field);
            columns[table->columns++] = whole->column[i];
        }
    }
    view->table = table;
}

/* All fields of a group, or, where each CPU has a row, those that rows have. */
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
            return usage("'%s' is not a figure of each CPU: leave out %s", name[i],
                         view->options->word[row_option(view)]);
        }
    }
    return 0;
}

/*
 * Prometheus gets counters and computes percentages itself: each CPU's times in the place of the
 * percentages of all.
 */
static void select_prometheus(struct view *view, struct selection *selection, const char *group) {
    selection_add_group(selection, group);
    if (strcmp(group, "cpu") == 0) {
        selection_add_group(selection, "cpu.times");
        view->percpu = true;
        view->row_result = SYSINFO_RESULT_CPU_SAMPLE;
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
            return usage("'%s' is no metric: %s has counters, and no percentages of them", selection->field[i]->name,
                         options->word[OPTION_FORMAT]);
        }
    }
    return 0;
}

/* ---- The groups: cpu, mem, swap, load, stats, cgroup, pressure, heap ---- */

static int check_value_options(const struct options *options, const struct selection *selection, bool has_names) {
    bool has_bytes = false;
    for (size_t i = 0; i < selection->count; i++) {
        has_bytes = has_bytes || selection->field[i]->unit == SYSINFO_UNIT_BYTES;
    }
    if (options_has(options, OPTION_UNIT) && !has_bytes) {
        return usage("%s is for fields in bytes, and none is asked for", options->word[OPTION_UNIT]);
    }
    for (size_t i = 0; i < selection->count && options_has(options, OPTION_SINCE_BOOT); i++) {
        if (selection->field[i]->result == SYSINFO_RESULT_CGROUP && selection->field[i]->unit == SYSINFO_UNIT_PERCENT) {
            return usage("--since-boot is for percentages of cpu: leave it out to measure %s.%s",
                         selection->field[i]->group, selection->field[i]->name);
        }
    }
    if (has_names && options->format == FORMAT_TABLE && options_has(options, OPTION_NO_HEADER)) {
        return usage("values asked for by name have no header: --no-header is for tables and --csv");
    }
    return 0;
}

/* --percpu with --bykind: rows of CPUs, each with its kind. */
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
        topology_choose_root(options);
    }
}

static int run_group(struct options *options) {
    bool is_cpu = strcmp(options->command, "cpu") == 0, is_heap = strcmp(options->command, "heap") == 0;
    const char *group = is_cpu && options_has(options, OPTION_TIMES) ? "cpu.times" : options->command;
    size_t names = 0;
    while (names < options->operands && !looks_like_number(options->operand[names])) {
        names++;
    }
    int status = options_refuse_others(options, commands_options(options->command));
    if (status != 0) {
        return status;
    }

    struct selection selection = {NULL, 0};
    struct view view = {.options = options, .selection = &selection};
    choose_rows(&view);
    view.row_result = options_has(options, OPTION_TIMES) ? SYSINFO_RESULT_CPU_SAMPLE : SYSINFO_RESULT_CPU_USAGE;
    if (view.rows != ROWS_OF_CPUS && options->format == FORMAT_PROM) {
        return usage("%s is not for %s: Prometheus adds up CPUs itself", options->word[row_option(&view)],
                     options->word[OPTION_FORMAT]);
    }
    struct column columns[16];
    struct table table = {.group = group};
    bool is_table = names == 0 && options->format == FORMAT_TABLE;
    if (names > 0) {
        status = select_names(&view, &selection, group, options->operand, names);
    } else if (is_table && is_heap) { /* Two lines, which have room for no more. */
        status = options_refuse_others(options, commands_options(options->command) &
                                                    ~(OPTION_BIT(OPTION_TIME) | OPTION_BIT(OPTION_NO_HEADER)));
        select_group(&view, &selection, group);
    } else if (is_table) {
        select_table(&view, &selection, columns, &table);
    } else if (options->format == FORMAT_PROM) {
        select_prometheus(&view, &selection, group);
    } else {
        select_group(&view, &selection, group);
    }
    if (options->format != FORMAT_TABLE) {
        selection_drop_doubles(&selection);
    }
    view.has_interval = selection_has_window(&selection);
    if (status == 0) {
        status = options_take_schedule(options, names, view.has_interval);
    }
    if (status == 0) {
        status = check_value_options(options, &selection, names > 0);
    }
    if (status == 0) {
        status = check_metrics(options, &selection);
    }
    if (status == 0 && selection.count == 0) {
        status = trouble("%s is not supported on this system", options->command);
    }
    if (status == 0) {
        status = run_samples(&view, is_table && is_heap ? print_heap : printer_of(options, names > 0));
    }
    selection_free(&selection);
    return status;
}

static int run_heap(struct options *options) {
    if (options_has(options, OPTION_ROOT)) {
        return usage("heap and %s exclude each other: the heap is that of sysinfo itself", options->word[OPTION_ROOT]);
    }
    return run_group(options);
}

/* ---- get: chosen fields of any groups ---- */

static int run_get(struct options *options) {
    if (options_has(options, OPTION_PERCPU)) {
        return usage("--percpu is for sysinfo cpu: get prints one line for each sample");
    }
    int status = options_refuse_others(options, commands_options(options->command));
    struct selection selection = {NULL, 0};
    struct view view = {.options = options, .selection = &selection};
    size_t names = 0;
    for (; status == 0 && names < options->operands && !looks_like_number(options->operand[names]); names++) {
        const struct sysinfo_field *field = parse_field(options->operand[names], &status);
        if (field != NULL) {
            selection_add(&selection, field);
        }
    }
    if (status == 0 && names == 0) {
        status = usage("no field; write for example sysinfo get mem.available cpu.percent");
    }
    if (options->format != FORMAT_TABLE) {
        selection_drop_doubles(&selection);
    }
    view.has_interval = selection_has_window(&selection);
    if (status == 0) {
        status = options_take_schedule(options, names, view.has_interval);
    }
    if (status == 0) {
        status = check_value_options(options, &selection, true);
    }
    if (status == 0) {
        status = check_metrics(options, &selection);
    }
    if (status == 0) {
        status = run_samples(&view, printer_of(options, true));
    }
    selection_free(&selection);
    return status;
}

/* ---- The others ---- */

static int run_overview(struct options *options) {
    static const char *const groups[] = {"cpu", "mem", "swap", "load"};
    static const enum option_id of_others[] = {OPTION_PERCPU, OPTION_TIMES, OPTION_SINCE_BOOT, OPTION_UNIT,
                                               OPTION_HUMAN};
    for (size_t i = 0; i < sizeof of_others / sizeof of_others[0]; i++) {
        if (options_has(options, of_others[i])) {
            return usage("%s needs a command, for example sysinfo %s %s", options->word[of_others[i]],
                         i < 3 ? "cpu" : "mem", options->word[of_others[i]]);
        }
    }
    int status = options_refuse_others(options, commands_options(NULL));
    struct selection selection = {NULL, 0};
    struct view view = {.options = options,
                        .selection = &selection,
                        .has_interval = options->format != FORMAT_PROM,
                        .tells_cgroup = options->format == FORMAT_TABLE};
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        if (options->format == FORMAT_PROM) {
            select_prometheus(&view, &selection, groups[i]);
        } else {
            selection_add_group(&selection, groups[i]);
        }
    }
    print_sample *print = options->format == FORMAT_TABLE ? print_overview : printer_of(options, false);
    if (status == 0) {
        status = options_take_schedule(options, 0, view.has_interval);
    }
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

/* Also "pressure", of which there are only "pressure.cpu" and others below it. */
static bool is_group(const char *name) {
    size_t length = strlen(name);
    for (const struct sysinfo_field *field = NULL; (field = sysinfo_field_next(field)) != NULL;) {
        if (strncmp(field->group, name, length) == 0 && (field->group[length] == '\0' || field->group[length] == '.')) {
            return true;
        }
    }
    return false;
}

static int unknown_group(const char *name) {
    enum { MOST = 64 };
    const char *groups[MOST];
    size_t count = 0;
    for (const struct sysinfo_field *field = NULL; (field = sysinfo_field_next(field)) != NULL;) {
        if (count < MOST && (count == 0 || strcmp(groups[count - 1], field->group) != 0)) {
            groups[count++] = field->group;
        }
    }
    const char *meant = closest(name, groups, count);
    if (meant != NULL) {
        return usage("unknown group '%s'; did you mean '%s'?", name, meant);
    }
    return usage("unknown group '%s' (sysinfo fields lists them all)", name);
}

static int run_fields(struct options *options) {
    int status = options_refuse_others(options, commands_options(options->command));
    const char *group = options->operands > 0 ? options->operand[0] : NULL;
    if (status == 0 && options->format != FORMAT_TABLE && options->format != FORMAT_JSON) {
        status = usage("%s is not a format of this list; write --json", options->word[OPTION_FORMAT]);
    }
    if (status == 0 && options->operands > 1) {
        status = usage("unexpected '%s' after the group", options->operand[1]);
    }
    if (status == 0 && group != NULL && !is_group(group)) {
        status = unknown_group(group);
    }
    return status != 0 ? status : print_fields(options, group);
}

static int run_help(struct options *options) {
    int status = options_refuse_others(options, commands_options(options->command));
    if (status == 0 && options->operands > 1) {
        status = usage("unexpected '%s' after the command", options->operand[1]);
    }
    const char *command = options->operands > 0 ? options->operand[0] : NULL;
    if (status == 0 && command != NULL) {
        status = commands_check_name(command);
    }
    return status != 0 ? status : print_help(command);
}

/* ---- The table of commands ---- */

#define BIT(option) OPTION_BIT(OPTION_##option)

/* What every command takes that prints samples. */
#define SAMPLES                                                                                                   \
    (BIT(INTERVAL) | BIT(COUNT) | BIT(FORMAT) | BIT(UNIT) | BIT(HUMAN) | BIT(TIME) | BIT(ROOT) | BIT(NO_HEADER) | \
     BIT(OUTPUT))

static const struct {
    const char *name;
    int (*run)(struct options *options);
    uint64_t options; /* Those it takes, besides --help and --version. */
} commands[] = {
    {"cpu", run_group, SAMPLES | BIT(PERCPU) | BIT(PERNODE) | BIT(BYKIND) | BIT(TIMES) | BIT(SINCE_BOOT)},
    {"mem", run_group, SAMPLES},
    {"swap", run_group, SAMPLES},
    {"load", run_group, SAMPLES},
    {"stats", run_group, SAMPLES},
    {"cgroup", run_group, SAMPLES},
    {"pressure", run_group, SAMPLES},
    {"topology", run_topology, BIT(FORMAT) | BIT(ROOT) | BIT(OUTPUT)},
    {"heap", run_heap, SAMPLES & ~BIT(ROOT)},
    {"get", run_get, SAMPLES | BIT(SINCE_BOOT)},
    {"check", run_check, BIT(ANY) | BIT(VERBOSE) | BIT(ROOT) | BIT(INTERVAL)},
    {"wait", run_wait, BIT(ANY) | BIT(VERBOSE) | BIT(ROOT) | BIT(INTERVAL) | BIT(FOR) | BIT(TIMEOUT)},
    {"run", run_command,
     BIT(INTERVAL) | BIT(FORMAT) | BIT(OUTPUT) | BIT(TIMEOUT) | BIT(RECORD) | BIT(PSS) | BIT(PER_PROCESS) |
         BIT(MAX_MEM) | BIT(HEAP) | BIT(PID)},
    {"plot", run_plot,
     BIT(SVG) | BIT(ASCII) | BIT(WIDTH) | BIT(FROM) | BIT(TO) | BIT(COLUMN) | BIT(TITLE) | BIT(OUTPUT) |
         BIT(PER_PROCESS)},
    {"mark", run_mark, 0},
    {"fields", run_fields, BIT(FORMAT) | BIT(ROOT)},
    {"help", run_help, 0},
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

bool commands_has_name(const char *name) {
    for (int i = 0; i < COMMANDS; i++) {
        if (strcmp(name, commands[i].name) == 0) {
            return true;
        }
    }
    return false;
}

uint64_t commands_options(const char *name) {
    for (int i = 0; name != NULL && i < COMMANDS; i++) {
        if (strcmp(name, commands[i].name) == 0) {
            return commands[i].options;
        }
    }
    return SAMPLES;
}

int commands_check_name(const char *name) {
    if (commands_has_name(name)) {
        return 0;
    }
    if (looks_like_number(name)) {
        return usage("'%s' needs a command before it, for example sysinfo cpu %s", name, *name == '-' ? "5" : name);
    }
    static const struct {
        const char *program, *here;
    } others[] = {{"free", "mem"},         {"vmstat", "cpu"},  {"mpstat", "cpu --percpu"},
                  {"nproc", "cpu usable"}, {"uptime", "load"}, {"lscpu", "topology"},
                  {"time", "run"}};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (strcmp(name, others[i].program) == 0) {
            return usage("unknown command '%s'; what it tells is in sysinfo %s (sysinfo --help)", name, others[i].here);
        }
    }
    const char *names[COMMANDS];
    for (int i = 0; i < COMMANDS; i++) {
        names[i] = commands[i].name;
    }
    const char *meant = closest(name, names, COMMANDS);
    if (meant != NULL) {
        return usage("unknown command '%s'; did you mean '%s'? (sysinfo --help)", name, meant);
    }
    return usage("unknown command '%s' (sysinfo --help)", name);
}

int commands_run(struct options *options) {
    if (options_has(options, OPTION_HELP)) {
        return print_help(options->command);
    }
    if (options_has(options, OPTION_VERSION)) {
        return print_version();
    }
    int status = options_check(options);
    if (status != 0) {
        return status;
    }
    for (int i = 0; options->command != NULL && i < COMMANDS; i++) {
        if (strcmp(options->command, commands[i].name) == 0) {
            return commands[i].run(options);
        }
    }
    return run_overview(options);
}
