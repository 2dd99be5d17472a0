/* SPDX-License-Identifier: MIT */
/* `sysinfo` without a command: the machine on one screen. */
#include <string.h>

#include "print.h"
#include "value.h"

/* The result that a sample keeps a field in. */
static const void *result_of(const struct sample *sample, const char *group, const char *name,
                             const struct sysinfo_field **field) {
    *field = sysinfo_field_find(group, name);
    return sample_result(sample, *field);
}

static bool knows(const struct sample *sample, const char *group, const char *name) {
    const struct sysinfo_field *field;
    const void *result = result_of(sample, group, name, &field);
    return sysinfo_field_state(field, result) == SYSINFO_FIELD_KNOWN;
}

static void add(struct text *text, const struct sample *sample, const char *group, const char *name) {
    const struct sysinfo_field *field;
    const void *result = result_of(sample, group, name, &field);
    value_add_human(text, field, result);
}

static uint64_t number(const struct sample *sample, const char *group, const char *name) {
    const struct sysinfo_field *field;
    const void *result = result_of(sample, group, name, &field);
    return sysinfo_field_uint64(field, result);
}

static void add_counted(struct text *text, const struct sample *sample, const char *name, const char *one,
                        const char *many) {
    add(text, sample, "cpu", name);
    text_addf(text, " %s", knows(sample, "cpu", name) && number(sample, "cpu", name) == 1 ? one : many);
}

static void add_cpu(struct text *text, const struct sample *sample) {
    text_add(text, "cpu     ");
    add(text, sample, "cpu", "percent");
    text_add(text, knows(sample, "cpu", "percent") ? " % busy    " : " busy    ");
    add_counted(text, sample, "count", "CPU", "CPUs");
    text_add(text, ", ");
    add_counted(text, sample, "cores", "core", "cores");
    if (knows(sample, "cpu", "usable") && knows(sample, "cpu", "count") &&
        number(sample, "cpu", "usable") < number(sample, "cpu", "count")) {
        text_add(text, ", ");
        add(text, sample, "cpu", "usable");
        text_add(text, " usable here");
    }
    if (knows(sample, "load", "min1")) {
        text_add(text, "    load ");
        add(text, sample, "load", "min1");
        text_add(text, " ");
        add(text, sample, "load", "min5");
        text_add(text, " ");
        add(text, sample, "load", "min15");
    }
    text_add(text, "\n");
}

static void add_space(struct text *text, const struct sample *sample, const char *group, const char *left_name,
                      const char *left_word) {
    add(text, sample, group, left_name);
    text_addf(text, " %s of ", left_word);
    add(text, sample, group, "total");
    text_add(text, " (");
    add(text, sample, group, "percent");
    text_add(text, " % in use)\n");
}

static void add_level(struct text *text, const char *name) {
    text_add(text, name[0] == '/' ? " (cgroup " : " (");
    text_add_plain(text, name);
    text_add(text, ")");
}

/* Adds the limit that keeps this process below the machine's memory, and its level; nothing if there is none. */
static void add_limit(struct text *text, const struct sample *sample) {
    bool has_memory = knows(sample, "mem", "limit") && sample->memory_level != NULL;
    bool has_quota = knows(sample, "cpu", "quota") && sample->quota_level != NULL;
    if (!has_memory && !has_quota) {
        return;
    }
    bool is_one_level = has_memory && has_quota && strcmp(sample->memory_level, sample->quota_level) == 0;
    text_add(text, "limit   ");
    if (has_memory) {
        add(text, sample, "mem", "limit");
        text_add(text, " memory");
        if (!is_one_level) {
            add_level(text, sample->memory_level);
        }
        text_add(text, has_quota ? ", " : "");
    }
    if (has_quota) {
        const struct sysinfo_field *field;
        const void *result = result_of(sample, "cpu", "quota", &field);
        double quota = sysinfo_field_double(field, result);
        text_addf(text, quota < 100 ? "%.3g CPUs" : "%.0f CPUs", quota);
        add_level(text, sample->quota_level);
    }
    if (has_memory && knows(sample, "mem", "usable")) {
        text_add(text, ": ");
        add(text, sample, "mem", "usable");
        text_add(text, " still usable");
    }
    text_add(text, "\n");
}

void print_overview(struct text *text, const struct view *view, const struct sample *sample, bool is_first) {
    (void)view;
    if (!is_first) {
        text_add(text, "\n");
    }
    add_cpu(text, sample);
    text_add(text, "mem     ");
    if (knows(sample, "mem", "total")) {
        add_space(text, sample, "mem", "available", "available");
    } else {
        text_add(text, "-\n");
    }
    text_add(text, "swap    ");
    if (!knows(sample, "swap", "total")) {
        text_add(text, "-\n");
    } else if (number(sample, "swap", "total") == 0) {
        text_add(text, "none\n");
    } else {
        add_space(text, sample, "swap", "free", "free");
    }
    add_limit(text, sample);
}
