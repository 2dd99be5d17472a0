/* SPDX-License-Identifier: MIT */
/* `sysinfo fields`: every field with its unit, meaning and source, and whether this machine reports it. */
#include "command.h"

#include <string.h>

#include "fail.h"
#include "json.h"
#include "parse.h"
#include "platform.h"
#include "stream.h"

/* Reads everything once. CPU percentages are those since boot, so that a description needs no waiting. */
static struct sampler *read_all(const struct options *options) {
    struct selection all = {NULL, 0};
    for (const struct sysinfo_field *field = NULL; (field = sysinfo_field_next(field)) != NULL;) {
        selection_add(&all, field);
    }
    struct sampler *sampler = sampler_open(options, &all, false);
    selection_free(&all);
    if (sampler != NULL) {
        sampler->since_boot = true;
        sampler_take(sampler);
    }
    return sampler;
}

/* A share of the quota needs an interval, but it is available wherever the CPU time it derives from is. */
static bool is_here(const struct sampler *sampler, const struct sysinfo_field *field) {
    if (field->result == SYSINFO_RESULT_CGROUP && field->unit == SYSINFO_UNIT_PERCENT) {
        field = sysinfo_field_find(field->group, "cpu_time");
    }
    return sysinfo_field_state(field, sample_result(&sampler->sample, field)) != SYSINFO_FIELD_UNKNOWN;
}

/* Column widths follow the names: "cpu.user" needs 8 columns, "pressure.cgroup.memory.some_avg10" 33. */
static void add_row(struct text *text, const struct sampler *sampler, const struct sysinfo_field *field, int width) {
    const char *source = sysinfo_field_source(field);
    int padding = width - (int)(strlen(field->group) + strlen(field->name));
    text_addf(text, "%s.%s%*s %-8s %-8s %-4s %s\n", field->group, field->name, padding, "",
              sysinfo_unit_name(field->unit), field->kind == SYSINFO_KIND_COUNTER ? "counter" : "gauge",
              is_here(sampler, field) ? "yes" : "no", field->meaning);
    if (source != NULL) {
        text_addf(text, "%*s%s\n", width + 25, "", source);
    }
}

static void add_json(struct text *text, const struct sampler *sampler, const struct sysinfo_field *field) {
    struct json json = JSON_INIT(text);
    json_open_object(&json, NULL);
    json_add_string(&json, "group", field->group);
    json_add_string(&json, "name", field->name);
    json_add_string(&json, "unit", sysinfo_unit_name(field->unit));
    json_add_string(&json, "kind", field->kind == SYSINFO_KIND_COUNTER ? "counter" : "gauge");
    json_add_bool(&json, "here", is_here(sampler, field));
    json_add_string(&json, "meaning", field->meaning);
    json_add_string(&json, "source", sysinfo_field_source(field));
    json_add_string(&json, "metric", field->metric);
    json_add_string(&json, "metric_labels", field->metric_labels);
    json_close(&json);
    text_add(text, "\n");
}

/* "cpu" includes "cpu.times". */
static bool is_asked_for(const char *group, const struct sysinfo_field *field) {
    size_t length = group == NULL ? 0 : strlen(group);
    return is_measure(field) && (group == NULL || (strncmp(field->group, group, length) == 0 &&
                                                   (field->group[length] == '\0' || field->group[length] == '.')));
}

static void add_table(struct text *text, const struct sampler *sampler, const char *group) {
    int width = 0;
    for (const struct sysinfo_field *field = NULL; (field = sysinfo_field_next(field)) != NULL;) {
        int length = (int)(strlen(field->group) + strlen(field->name));
        width = is_asked_for(group, field) && length > width ? length : width;
    }
    text_addf(text, "%-*s %-8s %-8s %-4s %s\n", width + 1, "field", "unit", "kind", "here",
              "meaning, and source on this system");
    for (const struct sysinfo_field *field = NULL; (field = sysinfo_field_next(field)) != NULL;) {
        if (is_asked_for(group, field)) {
            add_row(text, sampler, field, width);
        }
    }
}

static int print_fields(const struct options *options, const char *group) {
    struct sampler *sampler = read_all(options);
    if (sampler == NULL) {
        return EXIT_TROUBLE;
    }
    struct text text = TEXT_INIT;
    if (options->format != FORMAT_JSON) {
        add_table(&text, sampler, group);
    }
    for (const struct sysinfo_field *field = NULL;
         options->format == FORMAT_JSON && (field = sysinfo_field_next(field)) != NULL;) {
        if (is_asked_for(group, field)) {
            add_json(&text, sampler, field);
        }
    }
    const char *error = platform_write(1, text.bytes, text.length);
    text_free(&text);
    sampler_free(sampler);
    return error == NULL ? 0 : trouble_writing(error);
}

/* Accepts "pressure" too, which exists only as the parent of "pressure.cpu" and others. */
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

int run_fields(struct options *options) {
    const char *group = options->operands > 0 ? options->operand[0] : NULL;
    if (options->operands > 1) {
        return usage("unexpected '%s' after the group", options->operand[1]);
    }
    return group != NULL && !is_group(group) ? unknown_group(group) : print_fields(options, group);
}
