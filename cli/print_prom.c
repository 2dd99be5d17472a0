/* SPDX-License-Identifier: MIT */
/*
 * Prometheus's text format 0.0.4: all samples of a metric follow its HELP and TYPE lines. They have no timestamp,
 * because the textfile collector rejects one.
 */
#include <string.h>

#include "print.h"
#include "value.h"

static bool is_known(const struct sysinfo_field *field, const void *result) {
    return sysinfo_field_state(field, result) == SYSINFO_FIELD_KNOWN;
}

/* With a NULL `row`, adds the total. */
static void add_one(struct text *text, const struct sysinfo_field *field, const void *result,
                    const struct sample_row *row) {
    if (!is_known(field, result)) {
        return;
    }
    text_add(text, field->metric);
    if (row != NULL || field->metric_labels != NULL) {
        text_add(text, "{");
        if (row != NULL) {
            text_addf(text, "cpu=\"%llu\"%s", (unsigned long long)row->number, field->metric_labels != NULL ? "," : "");
        }
        text_addf(text, "%s}", field->metric_labels != NULL ? field->metric_labels : "");
    }
    text_add(text, " ");
    value_add(text, field, result, "", "");
    text_add(text, "\n");
}

/* What a group's fields describe: a HELP text must be understood on its own. */
static const char *subject_of(const struct sysinfo_field *field) {
    static const struct {
        const char *group, *subject;
    } subjects[] = {
        {"mem", "Memory"},
        {"swap", "Swap space"},
        {"load", "Load average"},
        {"stats", "Kernel"},
        {"cgroup", "This process's cgroup"},
        {"pressure.cpu", "Pressure on CPUs"},
        {"pressure.memory", "Pressure on memory"},
        {"pressure.io", "Pressure on I/O"},
        {"pressure.irq", "Pressure by interrupts"},
        {"pressure.cgroup.cpu", "Pressure on the cgroup's CPU time"},
        {"pressure.cgroup.memory", "Pressure on the cgroup's memory"},
        {"pressure.cgroup.io", "Pressure on the cgroup's I/O"},
        {"pressure.cgroup.irq", "Pressure on the cgroup by interrupts"},
        {"heap", "Heap of sysinfo itself"},
    };
    for (size_t i = 0; i < sizeof subjects / sizeof subjects[0]; i++) {
        if (strcmp(field->group, subjects[i].group) == 0) {
            return subjects[i].subject;
        }
    }
    return NULL;
}

/* A metric that combines several fields, one per label, has its own meaning. */
static const char *meaning_of(const struct sysinfo_field *field) {
    static const struct {
        const char *metric, *meaning;
    } shared[] = {
        {"sysinfo_cpu_seconds_total", "Time that CPUs spent in each mode."},
        {"sysinfo_cpu_guest_seconds_total",
         "Time that CPUs spent running virtual machines, a part of modes user and nice."},
        {"sysinfo_cpu_info", "What the CPUs are; always 1."},
    };
    for (size_t i = 0; i < sizeof shared / sizeof shared[0]; i++) {
        if (strcmp(field->metric, shared[i].metric) == 0) {
            return shared[i].meaning;
        }
    }
    return field->meaning;
}

static void add_head(struct text *text, const struct sysinfo_field *field) {
    const char *subject = subject_of(field), *meaning = meaning_of(field);
    bool names_it = subject == NULL || strncmp(meaning, subject, strlen(subject)) == 0;
    text_addf(text, "# HELP %s %s%s%s\n# TYPE %s %s\n", field->metric, names_it ? "" : subject, names_it ? "" : ": ",
              meaning, field->metric, field->kind == SYSINFO_KIND_COUNTER ? "counter" : "gauge");
}

/* Whether an earlier field of the selection started the same metric. */
static bool is_begun(const struct selection *selection, size_t index) {
    for (size_t i = 0; i < index; i++) {
        if (selection->field[i]->metric != NULL &&
            strcmp(selection->field[i]->metric, selection->field[index]->metric) == 0) {
            return true;
        }
    }
    return false;
}

/* Adds the version and backend as a constant metric, which joins with all others by instance. */
static void add_build(struct text *text) {
    text_addf(text,
              "# HELP sysinfo_build_info Version and backend of the sysinfo that wrote these figures; always 1.\n"
              "# TYPE sysinfo_build_info gauge\nsysinfo_build_info{version=\"%s\",backend=\"%s\"} 1\n",
              sysinfo_version(), sysinfo_backend());
}

static void add_label(struct text *text, const char *name, const char *value) {
    struct text plain = TEXT_INIT;
    text_add_plain(&plain, value);
    text_addf(text, "%s=\"", name);
    for (const char *p = plain.length > 0 ? plain.bytes : ""; *p != '\0'; p++) {
        text_addf(text, "%s%c", *p == '"' || *p == '\\' ? "\\" : "", *p);
    }
    text_add(text, "\"");
    text_free(&plain);
}

/* Adds texts as labels of one sample with the value 1; nothing if all are unknown. */
static void add_texts(struct text *text, const struct view *view, const struct sample *sample, const char *metric) {
    const char *before = "{";
    for (size_t i = 0; i < view->selection->count; i++) {
        const struct sysinfo_field *field = view->selection->field[i];
        const char *value = sysinfo_field_text(field, sample_result(sample, field));
        if (value == NULL || field->metric == NULL || strcmp(field->metric, metric) != 0) {
            continue;
        }
        text_addf(text, "%s%s", *before == '{' ? metric : "", before);
        add_label(text, field->name, value);
        before = ",";
    }
    text_add(text, *before == ',' ? "} 1\n" : "");
}

void print_prom(struct text *text, const struct view *view, const struct sample *sample, bool is_first) {
    (void)is_first;
    const struct selection *selection = view->selection;
    for (size_t i = 0; i < selection->count; i++) {
        const struct sysinfo_field *first = selection->field[i];
        if (first->metric == NULL || is_begun(selection, i)) {
            continue;
        }
        struct text samples = TEXT_INIT;
        bool is_text = first->type == SYSINFO_TYPE_TEXT;
        if (is_text) {
            add_texts(&samples, view, sample, first->metric);
        }
        for (size_t j = i; j < selection->count && !is_text; j++) {
            const struct sysinfo_field *field = selection->field[j];
            if (field->metric == NULL || strcmp(field->metric, first->metric) != 0) {
                continue;
            }
            size_t before = samples.length;
            for (size_t row = 0; is_row_field(view, field) && row < sample->rows; row++) {
                add_one(&samples, field, row_result(&sample->row[row], field), &sample->row[row]);
            }
            if (samples.length == before) { /* Not measured for each CPU, or only for the total. */
                add_one(&samples, field, sample_result(sample, field), NULL);
            }
        }
        if (samples.length > 0) {
            add_head(text, first);
            text_add(text, samples.bytes);
        }
        text_free(&samples);
    }
    if (text->length > 0) {
        add_build(text);
    }
}
