/* SPDX-License-Identifier: MIT */
/* The formats for programs: values, JSON, CSV, kv. */
#include <stdio.h>
#include <string.h>

#include "print.h"
#include "utc.h"
#include "value.h"

bool is_row_field(const struct view *view, const struct sysinfo_field *field) {
    return view->percpu && is_row_result(field->result);
}

const void *result_in(const struct view *view, const struct sample *sample, const struct sample_row *row,
                      const struct sysinfo_field *field) {
    return row != NULL && is_row_field(view, field) ? row_result(row, field) : sample_result(sample, field);
}

const char *row_word(const struct view *view) {
    return view->rows == ROWS_OF_NODES ? "node" : view->rows == ROWS_OF_KINDS ? "kind" : "cpu";
}

const char *rows_word(const struct view *view) {
    return view->rows == ROWS_OF_NODES ? "pernode" : view->rows == ROWS_OF_KINDS ? "bykind" : "percpu";
}

void add_kind(struct text *text, const struct sample *sample, const struct sample_row *row, const char *unknown) {
    const struct cpu_group *kind = row == NULL ? NULL : group_of(sample->kinds, row->number);
    if (kind != NULL) {
        text_addf(text, "%llu", (unsigned long long)kind->number);
    } else {
        text_add(text, unknown);
    }
}

static void add_interval(struct text *text, const struct sample *sample, const char *unknown) {
    if (sample->interval >= 0) {
        text_addf(text, "%.3f", sample->interval);
    } else {
        text_add(text, unknown);
    }
}

/* ---- Values, in the order requested ---- */

/* Among several values, a text is quoted as one shell word, so that a script can split the line. */
static void add_named_value(struct text *text, const struct view *view, const struct sysinfo_field *field,
                            const void *result) {
    if (field->type == SYSINFO_TYPE_TEXT) {
        value_add_as(text, field, result, "-", "", view->selection->count > 1 ? text_add_shell : text_add_plain);
    } else if (view->options->unit_bytes > 0) {
        value_add_in_unit(text, field, result, view->options->unit_bytes);
    } else if (options_has(view->options, OPTION_HUMAN)) {
        value_add_human(text, field, result);
    } else {
        value_add(text, field, result, "-", "none");
    }
}

static void add_values(struct text *text, const struct view *view, const struct sample *sample, const char *cpu,
                       const struct sample_row *row) {
    const char *blank = "";
    if (view->options->time == TIME_UNIX) {
        utc_add_unix(text, sample->wall);
        blank = " ";
    } else if (view->options->time == TIME_ISO) {
        utc_add_iso(text, sample->wall);
        blank = " ";
    }
    if (cpu != NULL) {
        text_addf(text, "%s%s", blank, cpu);
        blank = " ";
        if (view->with_kinds) {
            text_add(text, blank);
            add_kind(text, sample, row, "-");
        }
    }
    for (size_t i = 0; i < view->selection->count; i++) {
        const struct sysinfo_field *field = view->selection->field[i];
        text_add(text, blank);
        add_named_value(text, view, field, result_in(view, sample, row, field));
        blank = " ";
    }
    text_add(text, "\n");
}

void print_values(struct text *text, const struct view *view, const struct sample *sample, bool is_first) {
    (void)is_first;
    add_values(text, view, sample, view->percpu ? "all" : NULL, NULL);
    for (size_t i = 0; view->percpu && i < sample->rows; i++) {
        char cpu[24];
        snprintf(cpu, sizeof cpu, "%llu", (unsigned long long)sample->row[i].number);
        add_values(text, view, sample, cpu, &sample->row[i]);
    }
}

/* ---- JSON: groups are objects, "cpu.times" an object within that of "cpu" ---- */

/* True if a field belongs in the group's object; false if in the object of one of its rows. */
static bool is_member(const struct view *view, const struct sysinfo_field *field, const char *group,
                      const struct sample_row *row) {
    return strcmp(field->group, group) == 0 && (row == NULL || is_row_field(view, field));
}

/* Adds the names of a group's fields that are estimated (or without limit), if there are any. */
static void add_names(struct json *json, const struct view *view, const char *group, const struct sample *sample,
                      const void *row, bool are_estimated) {
    bool is_open = false;
    for (size_t i = 0; i < view->selection->count; i++) {
        const struct sysinfo_field *field = view->selection->field[i];
        if (!is_member(view, field, group, row)) {
            continue;
        }
        const void *result = result_in(view, sample, row, field);
        if (are_estimated ? sysinfo_field_is_estimated(field, result)
                          : sysinfo_field_state(field, result) == SYSINFO_FIELD_UNLIMITED) {
            if (!is_open) {
                json_open_array(json, are_estimated ? "estimated" : "unlimited");
                is_open = true;
            }
            json_add_string(json, NULL, field->name);
        }
    }
    if (is_open) {
        json_close(json);
    }
}

static void add_members(struct json *json, const struct view *view, const char *group, const struct sample *sample,
                        const struct sample_row *row) {
    for (size_t i = 0; i < view->selection->count; i++) {
        const struct sysinfo_field *field = view->selection->field[i];
        if (is_member(view, field, group, row)) {
            const void *result = result_in(view, sample, row, field);
            value_add_as(json_value(json, field->name), field, result, "null", "null", text_add_json);
        }
    }
    add_names(json, view, group, sample, row, true);
    add_names(json, view, group, sample, row, false);
}

static void add_percpu(struct json *json, const struct view *view, const char *group, const struct sample *sample) {
    json_open_array(json, rows_word(view));
    for (size_t i = 0; i < sample->rows; i++) {
        json_open_object(json, NULL);
        json_add_uint(json, row_word(view), sample->row[i].number);
        if (view->with_kinds) {
            add_kind(json_value(json, "kind"), sample, &sample->row[i], "null");
        }
        add_members(json, view, group, sample, &sample->row[i]);
        json_close(json);
    }
    json_close(json);
}

/* Whether `group` is the path or below it, as "cpu.times" is below "cpu" and "". */
static bool is_within(const char *group, const char *path) {
    size_t length = strlen(path);
    return length == 0 || (strncmp(group, path, length) == 0 && (group[length] == '\0' || group[length] == '.'));
}

/* Adds the members of a path, and an object for each group one level below it. */
static void add_path(struct json *json, const struct view *view, const char *path, const struct sample *sample) {
    const struct selection *selection = view->selection;
    bool has_rows = false;
    if (strcmp(path, "heap") == 0) {
        heap_add_owner(json);
    }
    add_members(json, view, path, sample, NULL);
    for (size_t i = 0; i < selection->count; i++) {
        has_rows =
            has_rows || (is_row_field(view, selection->field[i]) && is_member(view, selection->field[i], path, NULL));
    }
    if (has_rows) {
        add_percpu(json, view, path, sample);
    }
    size_t length = strlen(path) + (*path != '\0');
    for (size_t i = 0; i < selection->count; i++) {
        const char *group = selection->field[i]->group;
        if (!is_within(group, path) || strlen(group) <= length) {
            continue;
        }
        char child[64];
        snprintf(child, sizeof child, "%.*s", (int)(length + strcspn(group + length, ".")), group);
        bool is_done = false;
        for (size_t j = 0; j < i && !is_done; j++) {
            is_done = is_within(selection->field[j]->group, child);
        }
        if (!is_done) {
            json_open_object(json, child + length);
            add_path(json, view, child, sample);
            json_close(json);
        }
    }
}

void print_json(struct text *text, const struct view *view, const struct sample *sample, bool is_first) {
    (void)is_first;
    struct json json = JSON_INIT(text);
    json_open_object(&json, NULL);
    struct text *time = json_value(&json, "time");
    text_add(time, "\"");
    utc_add_iso(time, sample->wall);
    text_add(time, "\"");
    if (view->has_interval) {
        add_interval(json_value(&json, "interval"), sample, "null");
    }
    add_path(&json, view, "", sample);
    json_close(&json);
    text_add(text, "\n");
}

/* ---- CSV ---- */

static void add_csv_line(struct text *text, const struct view *view, const struct sample *sample,
                         const struct sample_row *row) {
    utc_add_iso(text, sample->wall);
    if (view->has_interval) {
        text_add(text, ",");
        add_interval(text, sample, "");
    }
    if (row != NULL) {
        text_addf(text, ",%llu", (unsigned long long)row->number);
        if (view->with_kinds) {
            text_add(text, ",");
            add_kind(text, sample, row, "");
        }
    }
    for (size_t i = 0; i < view->selection->count; i++) {
        const struct sysinfo_field *field = view->selection->field[i];
        text_add(text, ",");
        value_add_as(text, field, result_in(view, sample, row, field), "", "", text_add_csv);
    }
    text_add(text, "\n");
}

void csv_add_header(struct text *text, const struct view *view) {
    text_addf(text, "time%s%s%s%s", view->has_interval ? ",interval" : "", view->percpu ? "," : "",
              view->percpu ? row_word(view) : "", view->with_kinds ? ",kind" : "");
    for (size_t i = 0; i < view->selection->count; i++) {
        text_addf(text, ",%s.%s", view->selection->field[i]->group, view->selection->field[i]->name);
    }
    text_add(text, "\n");
}

void print_csv(struct text *text, const struct view *view, const struct sample *sample, bool is_first) {
    if (is_first && !options_has(view->options, OPTION_NO_HEADER)) {
        csv_add_header(text, view);
    }
    if (!view->percpu) {
        add_csv_line(text, view, sample, NULL);
    }
    for (size_t i = 0; view->percpu && i < sample->rows; i++) {
        add_csv_line(text, view, sample, &sample->row[i]);
    }
}

/* ---- kv ---- */

static void add_kv_line(struct text *text, const struct view *view, const struct sample *sample,
                        const struct sample_row *row) {
    const char *blank = "";
    if (view->options->time != TIME_NONE) {
        text_add(text, "time=");
        utc_add_unix(text, sample->wall);
        blank = " ";
    }
    if (view->has_interval) {
        text_addf(text, "%sinterval=", blank);
        add_interval(text, sample, "");
        blank = " ";
    }
    if (row != NULL) {
        text_addf(text, "%s%s=%llu", blank, row_word(view), (unsigned long long)row->number);
        if (view->with_kinds) {
            text_add(text, " kind=");
            add_kind(text, sample, row, "");
        }
        blank = " ";
    }
    for (size_t i = 0; i < view->selection->count; i++) {
        const struct sysinfo_field *field = view->selection->field[i];
        text_add(text, blank);
        for (const char *p = field->group; *p != '\0'; p++) {
            const char letter[2] = {*p == '.' ? '_' : *p, '\0'};
            text_add(text, letter);
        }
        text_addf(text, "_%s=", field->name);
        value_add_as(text, field, result_in(view, sample, row, field), "", "", text_add_shell);
        blank = " ";
    }
    text_add(text, "\n");
}

void print_kv(struct text *text, const struct view *view, const struct sample *sample, bool is_first) {
    (void)is_first;
    if (!view->percpu) {
        add_kv_line(text, view, sample, NULL);
    }
    for (size_t i = 0; view->percpu && i < sample->rows; i++) {
        add_kv_line(text, view, sample, &sample->row[i]);
    }
}
