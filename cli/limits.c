/* SPDX-License-Identifier: MIT */
/* `sysinfo limits`: every level that limits what this process may use, with the tightest one marked. */
#include "command.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sysinfo/sysinfo.h>

#include "fail.h"
#include "json.h"
#include "output.h"
#include "text.h"
#include "value.h"

/* ---- The table: its two title lines together spell the JSON keys (memory_limit and so on) ---- */

enum { TABLE_WIDTH = 80 };
enum { MEMORY_LIMIT, MEMORY_USED, MEMORY_USABLE, SWAP_LIMIT, SWAP_USABLE, CPUS, EVENTS_MAX, OOM_KILL, COLUMNS };
static const struct {
    const char *group, *title;
    uint64_t tightest; /* Its level is starred; 0: no level of the column is. */
} columns[COLUMNS] = {
    [MEMORY_LIMIT] = {"memory", "limit", SYSINFO_TIGHTEST_MEMORY},
    [MEMORY_USED] = {"", "used", 0},
    [MEMORY_USABLE] = {"", "usable", 0},
    [SWAP_LIMIT] = {"swap", "limit", SYSINFO_TIGHTEST_SWAP},
    [SWAP_USABLE] = {"", "usable", 0},
    [CPUS] = {"", "cpus", SYSINFO_TIGHTEST_CPUS},
    [EVENTS_MAX] = {"events", "max", 0},
    [OOM_KILL] = {"", "oom_kill", 0},
};

struct table {
    const struct sysinfo_limit_level_list *list;
    uint64_t unit[COLUMNS]; /* Bytes. */
    size_t width[COLUMNS], count, name;
};

/* Returns false if the value is unknown. */
static bool bytes_of(const struct sysinfo_limit_level *level, int column, uint64_t *bytes) {
    switch (column) {
    case MEMORY_LIMIT:
        *bytes = level->memory_limit;
        return SYSINFO_HAS(level, memory_limit);
    case MEMORY_USED:
        *bytes = level->memory_used;
        return SYSINFO_HAS(level, memory_used);
    case MEMORY_USABLE:
        *bytes = level->memory_usable;
        return SYSINFO_HAS(level, memory_usable);
    case SWAP_LIMIT:
        *bytes = level->swap_limit;
        return SYSINFO_HAS(level, swap_limit);
    case SWAP_USABLE:
        *bytes = level->swap_usable;
        return SYSINFO_HAS(level, swap_usable);
    default:
        return false;
    }
}

static void add_value(struct text *text, const struct table *table, int column,
                      const struct sysinfo_limit_level *level) {
    uint64_t bytes;
    if (column == CPUS && SYSINFO_HAS(level, cpus)) {
        text_addf(text, isinf(level->cpus) ? "none" : "%.6g", level->cpus);
    } else if (column == EVENTS_MAX && SYSINFO_HAS(level, events_max)) {
        text_addf(text, "%llu", (unsigned long long)level->events_max);
    } else if (column == OOM_KILL && SYSINFO_HAS(level, events_oom_kill)) {
        text_addf(text, "%llu", (unsigned long long)level->events_oom_kill);
    } else if (!bytes_of(level, column, &bytes)) {
        text_add(text, "-");
    } else if (bytes == SYSINFO_UNLIMITED) {
        text_add(text, "none");
    } else {
        bytes_add_in(text, bytes, table->unit[column]);
    }
}

/* The column's tightest value is followed by a star, the others by a blank. */
static void add_cell(struct text *text, const struct table *table, int column,
                     const struct sysinfo_limit_level *level) {
    if (level == NULL) {
        text_add(text, columns[column].title);
    } else {
        add_value(text, table, column, level);
    }
    if (columns[column].tightest != 0) {
        text_add(text, level != NULL && (level->tightest & columns[column].tightest) != 0 ? "*" : " ");
    }
}

/* One unit for the whole column, small enough to show its smallest value. */
static uint64_t unit_of(const struct sysinfo_limit_level_list *list, int column) {
    uint64_t least = UINT64_MAX, most = 0, bytes;
    const struct sysinfo_limit_level *level;
    for (size_t i = 0; (level = sysinfo_limit_level_list_at(list, i)) != NULL; i++) {
        if (bytes_of(level, column, &bytes) && bytes != SYSINFO_UNLIMITED && bytes > 0) {
            least = bytes < least ? bytes : least;
            most = bytes > most ? bytes : most;
        }
    }
    return bytes_unit_among(most > 0 ? least : 0, most);
}

static void lay_out(struct table *table, const struct sysinfo_limit_level_list *list) {
    struct text cell = TEXT_INIT;
    const struct sysinfo_limit_level *level;
    size_t width = 0;
    table->list = list;
    for (int column = 0; column < COLUMNS; column++) {
        table->unit[column] = unit_of(list, column);
        add_cell(&cell, table, column, NULL);
        table->width[column] = cell.length;
        for (size_t i = 0; (level = sysinfo_limit_level_list_at(list, i)) != NULL; i++) {
            text_clear(&cell);
            add_cell(&cell, table, column, level);
            table->width[column] = cell.length > table->width[column] ? cell.length : table->width[column];
        }
        text_clear(&cell);
        width += ++table->width[column]; /* A blank before it. */
        if (width > TABLE_WIDTH) {
            width -= table->width[column];
            break;
        }
        table->count++;
    }
    const char *name;
    table->name = strlen("level");
    for (size_t i = 0; (name = sysinfo_limit_level_list_name(list, i)) != NULL; i++) {
        table->name = strlen(name) > table->name ? strlen(name) : table->name;
    }
    table->name = table->name > TABLE_WIDTH - width ? TABLE_WIDTH - width : table->name;
    text_free(&cell);
}

/* Adds the cells after a name. A name that is too long gets its own line. */
static void add_row(struct text *text, const struct table *table, const char *name,
                    const struct sysinfo_limit_level *level) {
    size_t start = text->length, end = table->name;
    struct text cell = TEXT_INIT;
    text_add_plain(text, name);
    for (int column = 0; column < (int)table->count; column++) {
        text_clear(&cell);
        add_cell(&cell, table, column, level);
        end += table->width[column];
        if (text->length - start + 1 + cell.length > end) {
            text_add(text, "\n");
            start = text->length;
        }
        text_pad(text, end - cell.length - (text->length - start));
        text_add(text, cell.bytes);
    }
    text_free(&cell);
    while (text->bytes[text->length - 1] == ' ') {
        text->bytes[--text->length] = '\0';
    }
    text_add(text, "\n");
}

static void add_groups(struct text *text, const struct table *table) {
    size_t start = text->length, end = table->name;
    for (size_t column = 0; column < table->count; column++) {
        end += table->width[column];
        size_t length = strlen(columns[column].group) + (columns[column].tightest != 0 ? 1 : 0);
        if (*columns[column].group != '\0') {
            text_pad(text, end - length - (text->length - start));
            text_add(text, columns[column].group);
        }
    }
    text_add(text, "\n");
}

static void add_table(struct text *text, const struct sysinfo_limit_level_list *list) {
    struct table table = {0};
    lay_out(&table, list);
    add_groups(text, &table);
    add_row(text, &table, "level", NULL);
    const struct sysinfo_limit_level *level;
    for (size_t i = 0; (level = sysinfo_limit_level_list_at(list, i)) != NULL; i++) {
        add_row(text, &table, sysinfo_limit_level_list_name(list, i), level);
    }
}

/* ---- JSON ---- */

static const char *kind_name(uint64_t kind) {
    static const char *const names[] = {[SYSINFO_LIMIT_MACHINE] = "machine",
                                        [SYSINFO_LIMIT_CGROUP] = "cgroup",
                                        [SYSINFO_LIMIT_PROCESS] = "process",
                                        [SYSINFO_LIMIT_AFFINITY] = "affinity",
                                        [SYSINFO_LIMIT_JOB] = "job"};
    return kind < sizeof names / sizeof names[0] && names[kind] != NULL ? names[kind] : "other";
}

static void add_json_row(struct json *json, const struct sysinfo_limit_level *level, const char *name) {
    static const char *const tightest[] = {"memory", "swap", "cpus"};
    bool has_memory = SYSINFO_HAS(level, memory_limit), has_swap = SYSINFO_HAS(level, swap_limit);
    json_open_object(json, NULL);
    json_add_string(json, "name", name);
    json_add_string(json, "kind", kind_name(level->kind));
    json_add_uint_or_null(json, "level", level->level, SYSINFO_HAS(level, level));
    json_add_uint_or_null(json, "memory_limit", level->memory_limit,
                          has_memory && level->memory_limit != SYSINFO_UNLIMITED);
    json_add_uint_or_null(json, "memory_used", level->memory_used, SYSINFO_HAS(level, memory_used));
    json_add_uint_or_null(json, "memory_usable", level->memory_usable, SYSINFO_HAS(level, memory_usable));
    json_add_uint_or_null(json, "swap_limit", level->swap_limit, has_swap && level->swap_limit != SYSINFO_UNLIMITED);
    json_add_uint_or_null(json, "swap_usable", level->swap_usable, SYSINFO_HAS(level, swap_usable));
    if (SYSINFO_HAS(level, cpus) && !isinf(level->cpus)) {
        json_addf(json, "cpus", "%.2f", level->cpus);
    } else {
        json_add_null(json, "cpus");
    }
    json_add_uint_or_null(json, "events_max", level->events_max, SYSINFO_HAS(level, events_max));
    json_add_uint_or_null(json, "events_oom_kill", level->events_oom_kill, SYSINFO_HAS(level, events_oom_kill));
    json_open_array(json, "tightest");
    for (size_t i = 0; i < sizeof tightest / sizeof tightest[0]; i++) {
        if (level->tightest >> i & 1) {
            json_add_string(json, NULL, tightest[i]);
        }
    }
    json_close(json);
    json_open_array(json, "unlimited");
    if (has_memory && level->memory_limit == SYSINFO_UNLIMITED) {
        json_add_string(json, NULL, "memory_limit");
    }
    if (has_swap && level->swap_limit == SYSINFO_UNLIMITED) {
        json_add_string(json, NULL, "swap_limit");
    }
    if (SYSINFO_HAS(level, cpus) && isinf(level->cpus)) {
        json_add_string(json, NULL, "cpus");
    }
    json_close(json);
    json_close(json);
}

static void add_json(struct text *text, const struct sysinfo_limit_level_list *list) {
    struct json json = JSON_INIT(text);
    json_open_object(&json, NULL);
    json_open_array(&json, "limits");
    const struct sysinfo_limit_level *level;
    for (size_t i = 0; (level = sysinfo_limit_level_list_at(list, i)) != NULL; i++) {
        add_json_row(&json, level, sysinfo_limit_level_list_name(list, i));
    }
    json_close(&json);
    json_close(&json);
    text_add(text, "\n");
}

/* ---- The command ---- */

int run_limits(struct options *options) {
    if (options->operands > 0) {
        return usage("unexpected '%s'; limits takes no fields and no interval", options->operand[0]);
    }
    struct sysinfo_host *host = NULL;
    struct sysinfo_limit_level_list *list = NULL;
    int status = 0, library = sysinfo_host_open(&host, options->root);
    if (library == SYSINFO_OK) {
        library = sysinfo_limit_levels(host, &list);
    }
    if (library != SYSINFO_OK) {
        status = trouble("%s", sysinfo_explain(host, library));
    } else {
        struct text text = TEXT_INIT;
        if (options->format == FORMAT_JSON) {
            add_json(&text, list);
        } else {
            add_table(&text, list);
        }
        status = output_put(options->output, &text);
        text_free(&text);
    }
    sysinfo_limit_level_list_free(list);
    sysinfo_host_close(host);
    return status;
}
