/* SPDX-License-Identifier: MIT */
/* `sysinfo fields`: the contract, every field with its unit, meaning and source, and whether this machine tells it. */
#include "fields.h"

#include <string.h>

#include "fail.h"
#include "platform.h"
#include "run.h"

/* Reads everything once, CPU percentages since boot, so that nobody has to wait for a description. */
static int read_all(const struct options *options, struct sampler *sampler) {
    struct selection all = {NULL, 0};
    for (const struct sysinfo_field *field = NULL; (field = sysinfo_field_next(field)) != NULL;) {
        selection_add(&all, field);
    }
    int status = sampler_open(sampler, options, &all, false);
    selection_free(&all);
    if (status == 0) {
        sampler->since_boot = true;
        sampler_take(sampler);
    }
    return status;
}

static bool is_here(const struct sampler *sampler, const struct sysinfo_field *field) {
    return sysinfo_field_state(field, sample_result(&sampler->sample, field)) != SYSINFO_FIELD_UNKNOWN;
}

static void add_row(struct text *text, const struct sampler *sampler, const struct sysinfo_field *field) {
    const char *source = sysinfo_field_source(field);
    char name[64];
    size_t length = 0;
    for (const char *part[] = {field->group, ".", field->name, NULL}, **p = part; *p != NULL; p++) {
        for (const char *c = *p; *c != '\0' && length + 1 < sizeof name; c++) {
            name[length++] = *c;
        }
    }
    name[length] = '\0';
    text_addf(text, "%-22s %-8s %-8s %-4s %s\n", name, sysinfo_unit_name(field->unit), field->kind == SYSINFO_KIND_COUNTER ? "counter" : "gauge",
              is_here(sampler, field) ? "yes" : "no", field->meaning);
    if (source != NULL) {
        text_addf(text, "%46s%s\n", "", source);
    }
}

static void add_json(struct text *text, const struct sampler *sampler, const struct sysinfo_field *field) {
    text_addf(text, "{\"group\":\"%s\",\"name\":\"%s\",\"unit\":\"%s\",\"kind\":\"%s\",\"here\":%s,\"meaning\":", field->group, field->name,
              sysinfo_unit_name(field->unit), field->kind == SYSINFO_KIND_COUNTER ? "counter" : "gauge", is_here(sampler, field) ? "true" : "false");
    text_add_json(text, field->meaning);
    text_add(text, ",\"source\":");
    text_add_json(text, sysinfo_field_source(field));
    text_add(text, ",\"metric\":");
    text_add_json(text, field->metric);
    text_add(text, ",\"metric_labels\":");
    text_add_json(text, field->metric_labels);
    text_add(text, "}\n");
}

/* "cpu" means "cpu.times" too. */
static bool is_asked_for(const char *group, const struct sysinfo_field *field) {
    size_t length = group == NULL ? 0 : strlen(group);
    return is_measure(field) && (group == NULL || (strncmp(field->group, group, length) == 0 && (field->group[length] == '\0' || field->group[length] == '.')));
}

int print_fields(const struct options *options, const char *group) {
    struct sampler sampler;
    int status = read_all(options, &sampler);
    if (status != 0) {
        return status;
    }
    struct text text = {NULL, 0, 0};
    bool is_json = options->format == FORMAT_JSON;
    if (!is_json) {
        text_addf(&text, "%-22s %-8s %-8s %-4s %s\n", "field", "unit", "kind", "here", "meaning, and source on this system");
    }
    for (const struct sysinfo_field *field = NULL; (field = sysinfo_field_next(field)) != NULL;) {
        if (is_asked_for(group, field)) {
            (is_json ? add_json : add_row)(&text, &sampler, field);
        }
    }
    const char *error = platform_write(1, text.bytes, text.length);
    text_free(&text);
    sampler_free(&sampler);
    return error == NULL ? 0 : trouble_writing(error);
}
