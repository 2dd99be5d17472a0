/* SPDX-License-Identifier: MIT */
#include "selection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "parse.h"
#include "text.h"

bool is_measure(const struct sysinfo_field *field) {
    return field->kind != SYSINFO_KIND_LABEL;
}

void selection_add(struct selection *selection, const struct sysinfo_field *field) {
    const struct sysinfo_field **grown = realloc(selection->field, (selection->count + 1) * sizeof *grown);
    if (grown == NULL) {
        fail_no_memory();
    }
    selection->field = grown;
    selection->field[selection->count++] = field;
}

void selection_add_group(struct selection *selection, const char *group) {
    size_t before = selection->count, length = strlen(group);
    for (const struct sysinfo_field *field = NULL; (field = sysinfo_field_next(field)) != NULL;) {
        if (is_measure(field) && strcmp(field->group, group) == 0) {
            selection_add(selection, field);
        }
    }
    bool is_beginning = selection->count == before;
    for (const struct sysinfo_field *field = NULL; is_beginning && (field = sysinfo_field_next(field)) != NULL;) {
        if (is_measure(field) && strncmp(field->group, group, length) == 0 && field->group[length] == '.') {
            selection_add(selection, field);
        }
    }
}

const struct sysinfo_field *field_named(const char *name) {
    const char *dot = strrchr(name, '.');
    struct text group = TEXT_INIT;
    text_addf(&group, "%.*s", dot == NULL ? 0 : (int)(dot - name), name);
    const struct sysinfo_field *field = dot != NULL ? sysinfo_field_find(group.bytes, dot + 1) : NULL;
    text_free(&group);
    return field;
}

static bool begins_with(const char *text, const char *word) {
    return text != NULL && strncmp(text, word, strlen(word)) == 0;
}

static bool is_group(const char *name) {
    const struct sysinfo_field *field = NULL;
    while ((field = sysinfo_field_next(field)) != NULL && strcmp(field->group, name) != 0) {
    }
    return field != NULL;
}

/* The names that mpstat and top use for fields. */
static const char *alias_of(const char *group, const char *name) {
    static const struct {
        const char *word, *field;
    } aliases[] = {{"busy", "percent"}, {"wa", "iowait"}, {"hi", "irq"}, {"si", "softirq"}};
    for (size_t i = 0; i < sizeof aliases / sizeof aliases[0]; i++) {
        if (strcmp(name, aliases[i].word) == 0 && sysinfo_field_find(group, aliases[i].field) != NULL) {
            return aliases[i].field;
        }
    }
    return NULL;
}

/* Suggests names as typed after the group: "total" for mem, "memory.some_avg10" for pressure. */
static int unknown_field(const char *group, const char *name) {
    if (field_named(name) != NULL) {
        return usage("'%s' includes its group; write: sysinfo get %s", name, name);
    }
    if (strcmp(group, "cpu") == 0 && (strcmp(name, "freq") == 0 || strcmp(name, "times") == 0)) {
        return usage("'%s' is a group of fields: sysinfo cpu --%s", name, name);
    }
    enum { MOST = 128 };
    struct text names[MOST];
    const char *list[MOST];
    size_t count = 0;
    struct selection all = {NULL, 0};
    selection_add_group(&all, group);
    for (; count < all.count && count < MOST; count++) {
        const char *inner = all.field[count]->group + strlen(group);
        names[count] = (struct text)TEXT_INIT;
        text_addf(&names[count], "%s%s%s", *inner == '.' ? inner + 1 : "", *inner == '.' ? "." : "",
                  all.field[count]->name);
        list[count] = names[count].bytes;
    }
    selection_free(&all);
    const char *alias = alias_of(group, name), *meant = alias != NULL ? alias : closest(name, list, count);
    int status =
        is_group(name) && !begins_with(meant, name)
            ? usage(
                  "'%s' is a command, not a field of %s; for several groups write: sysinfo get mem.available swap.used",
                  name, group)
        : meant != NULL ? usage("unknown field '%s'; did you mean '%s'? (sysinfo fields %s)", name, meant, group)
                        : usage("unknown field '%s' (sysinfo fields %s)", name, group);
    for (size_t i = 0; i < count; i++) {
        text_free(&names[i]);
    }
    return status;
}

int selection_add_name(struct selection *selection, const char *group, const char *name) {
    const struct sysinfo_field *field = sysinfo_field_find(group, name);
    const char *dot = strrchr(name, '.');
    if (field == NULL && dot != NULL) { /* "memory.some_avg10" of the group pressure */
        struct text inner = TEXT_INIT;
        text_addf(&inner, "%s.%.*s", group, (int)(dot - name), name);
        field = sysinfo_field_find(inner.bytes, dot + 1);
        text_free(&inner);
    }
    if (field == NULL || !is_measure(field)) {
        return unknown_field(group, name);
    }
    if (sysinfo_field_source(field) == NULL) {
        return trouble("'%s' is not available on this system", name);
    }
    selection_add(selection, field);
    return 0;
}

void selection_drop_doubles(struct selection *selection) {
    size_t kept = 0;
    for (size_t i = 0; i < selection->count; i++) {
        size_t at = 0;
        while (at < kept && selection->field[at] != selection->field[i]) {
            at++;
        }
        if (at == kept) {
            selection->field[kept++] = selection->field[i];
        }
    }
    selection->count = kept;
}

/* ---- Rates ---- */

struct rate {
    struct sysinfo_field field;
    char name[48];
    struct rate *next;
};

static const struct sysinfo_field *rate_of(struct selection *selection, const struct sysinfo_field *counter) {
    struct rate *rate = malloc(sizeof *rate);
    if (rate == NULL) {
        fail_no_memory();
    }
    snprintf(rate->name, sizeof rate->name, "%s_rate", counter->name);
    rate->field = *counter;
    rate->field.name = rate->name;
    rate->field.kind = SYSINFO_KIND_GAUGE;
    rate->field.type = SYSINFO_TYPE_DOUBLE;
    rate->next = selection->rates;
    selection->rates = rate;
    return &rate->field;
}

void selection_make_rates(struct selection *selection) {
    for (size_t i = 0; i < selection->count; i++) {
        if (selection->field[i]->kind == SYSINFO_KIND_COUNTER) {
            selection->field[i] = rate_of(selection, selection->field[i]);
        }
    }
}

bool selection_is_rate(const struct selection *selection, size_t index) {
    const struct rate *rate = selection->rates;
    while (rate != NULL && &rate->field != selection->field[index]) {
        rate = rate->next;
    }
    return rate != NULL;
}

bool selection_has_window(const struct selection *selection) {
    for (size_t i = 0; i < selection->count; i++) {
        const struct sysinfo_field *field = selection->field[i];
        if (field->result == SYSINFO_RESULT_CPU_USAGE ||
            (field->result == SYSINFO_RESULT_CGROUP && field->unit == SYSINFO_UNIT_PERCENT)) {
            return true;
        }
    }
    return false;
}

uint32_t selection_results(const struct selection *selection) {
    uint32_t results = 0;
    for (size_t i = 0; i < selection->count; i++) {
        results |= UINT32_C(1) << selection->field[i]->result;
    }
    return results;
}

void selection_free(struct selection *selection) {
    for (struct rate *rate = selection->rates, *next; rate != NULL; rate = next) {
        next = rate->next;
        free(rate);
    }
    free(selection->field);
    *selection = (struct selection){NULL, 0, NULL};
}
