/* SPDX-License-Identifier: MIT */
/* The fields that a command prints, in order. */
#ifndef CLI_SELECTION_H
#define CLI_SELECTION_H

#include <stdbool.h>
#include <stddef.h>

#include <sysinfo/sysinfo.h>

struct selection {
    const struct sysinfo_field **field;
    size_t count;
    struct rate *rates; /* The selected fields that are rates of counters, as a linked list. */
};

/*
 * Add one field; add every field of a group except labels. A group that is only a prefix of others, such as pressure
 * (pressure.cpu and so on), stands for all of them.
 */
void selection_add(struct selection *selection, const struct sysinfo_field *field);
void selection_add_group(struct selection *selection, const char *group);

/* Adds the named field. Returns 0, or the status after a message if it does not exist or this system lacks it. */
int selection_add_name(struct selection *selection, const char *group, const char *name);

/* Keeps the first occurrence of each field: JSON keys and metrics must be unique. */
void selection_drop_doubles(struct selection *selection);

/*
 * Replaces every counter with its rate: "ctx_switches_rate", a gauge in the counter's unit per second. Samples keep its
 * value in the counter's place.
 */
void selection_make_rates(struct selection *selection);
bool selection_is_rate(const struct selection *selection, size_t index);

/* Whether a field is measured over an interval, which must pass before it is known. */
bool selection_has_window(const struct selection *selection);

/* Returns a bit for each result to read. Results are numbered below 32. */
uint32_t selection_results(const struct selection *selection);

void selection_free(struct selection *selection);

/* The field with a full name such as "mem.available"; NULL: none. */
const struct sysinfo_field *field_named(const char *name);

/* True if a field is a measurement, not a label. */
bool is_measure(const struct sysinfo_field *field);

#endif
