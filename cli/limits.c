/* SPDX-License-Identifier: MIT */
/* `sysinfo limits`: every level that bounds what this process may use, with the tightest marked. */
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

/* ---- The table ---- */

enum { COLUMNS = 8, NAME_WIDTH = 12 };
static const struct {
    const char *title;
    size_t width;
} columns[COLUMNS] = {{"memory", 13}, {"used", 11}, {"left", 11},      {"at limit", 10},
                      {"killed", 8},  {"swap", 13}, {"swap left", 11}, {"CPUs", 9}};

/* Right-aligned; what is the tightest has a star after it, and all others a blank. */
static void add_cell(struct text *text, size_t column, const struct text *cell, bool is_tightest) {
    size_t length = cell->length + 1;
    text_pad(text, length < columns[column].width ? columns[column].width - length : 1);
    text_add(text, cell->bytes);
    text_add(text, is_tightest ? "*" : " ");
}

static void add_bytes(struct text *text, size_t column, bool is_known, uint64_t bytes, bool is_tightest) {
    struct text cell = TEXT_INIT;
    if (!is_known) {
        text_add(&cell, "-");
    } else if (bytes == SYSINFO_UNLIMITED) {
        text_add(&cell, "none");
    } else {
        bytes_add_human(&cell, bytes);
    }
    add_cell(text, column, &cell, is_tightest);
    text_free(&cell);
}

static void add_count(struct text *text, size_t column, bool is_known, uint64_t count) {
    struct text cell = TEXT_INIT;
    if (is_known) {
        text_addf(&cell, "%llu", (unsigned long long)count);
    } else {
        text_add(&cell, "-");
    }
    add_cell(text, column, &cell, false);
    text_free(&cell);
}

static void add_cpus(struct text *text, size_t column, const struct sysinfo_limit_level *level) {
    struct text cell = TEXT_INIT;
    if (!SYSINFO_HAS(level, cpus)) {
        text_add(&cell, "-");
    } else if (isinf(level->cpus)) {
        text_add(&cell, "none");
    } else {
        text_addf(&cell, "%.6g", level->cpus);
    }
    add_cell(text, column, &cell, (level->tightest & SYSINFO_TIGHTEST_CPUS) != 0);
    text_free(&cell);
}

static size_t name_width(const struct sysinfo_limit_level_list *list) {
    size_t width = NAME_WIDTH;
    const char *name;
    for (size_t i = 0; (name = sysinfo_limit_level_list_name(list, i)) != NULL; i++) {
        width = strlen(name) > width ? strlen(name) : width;
    }
    return width;
}

static void add_row(struct text *text, const struct sysinfo_limit_level *level, const char *name, size_t width) {
    struct text plain = TEXT_INIT;
    text_add_plain(&plain, name);
    text_add(text, plain.bytes);
    text_pad(text, plain.length < width ? width - plain.length : 0);
    text_free(&plain);
    add_bytes(text, 0, SYSINFO_HAS(level, memory_limit), level->memory_limit,
              (level->tightest & SYSINFO_TIGHTEST_MEMORY) != 0);
    add_bytes(text, 1, SYSINFO_HAS(level, memory_used), level->memory_used, false);
    add_bytes(text, 2, SYSINFO_HAS(level, memory_usable), level->memory_usable, false);
    add_count(text, 3, SYSINFO_HAS(level, events_max), level->events_max);
    add_count(text, 4, SYSINFO_HAS(level, events_oom_kill), level->events_oom_kill);
    add_bytes(text, 5, SYSINFO_HAS(level, swap_limit), level->swap_limit,
              (level->tightest & SYSINFO_TIGHTEST_SWAP) != 0);
    add_bytes(text, 6, SYSINFO_HAS(level, swap_usable), level->swap_usable, false);
    add_cpus(text, 7, level);
    while (text->length > 0 && text->bytes[text->length - 1] == ' ') {
        text->bytes[--text->length] = '\0';
    }
    text_add(text, "\n");
}

static void add_table(struct text *text, const struct sysinfo_limit_level_list *list) {
    size_t width = name_width(list);
    text_add(text, "level");
    text_pad(text, width - strlen("level"));
    for (size_t i = 0; i < COLUMNS; i++) {
        size_t length = strlen(columns[i].title) + 1;
        text_pad(text, length < columns[i].width ? columns[i].width - length : 1);
        text_addf(text, "%s%s", columns[i].title, i + 1 < COLUMNS ? " " : "\n");
    }
    const struct sysinfo_limit_level *level;
    for (size_t i = 0; (level = sysinfo_limit_level_list_at(list, i)) != NULL; i++) {
        add_row(text, level, sysinfo_limit_level_list_name(list, i), width);
    }
}

/* ---- JSON ---- */

static const char *kind_name(uint64_t kind) {
    static const char *const names[] = {[SYSINFO_LIMIT_MACHINE] = "machine",
                                        [SYSINFO_LIMIT_CGROUP] = "cgroup",
                                        [SYSINFO_LIMIT_PROCESS] = "process",
                                        [SYSINFO_LIMIT_AFFINITY] = "affinity"};
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
        return usage("unexpected '%s': the limits are shown as a whole, once", options->operand[0]);
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
