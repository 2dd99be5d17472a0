/* SPDX-License-Identifier: MIT */
/* Which fields a command prints, in which order. */
#ifndef CLI_SELECTION_H
#define CLI_SELECTION_H

#include <stdbool.h>
#include <stddef.h>

#include <sysinfo/sysinfo.h>

struct selection {
    const struct sysinfo_field **field;
    size_t count;
    struct rate *rates; /* The fields among them that stand for counters per second, in a chain. */
};

/*
 * Adds one field; every field of a group but labels. A group that is only the beginning of others,
 * as pressure is of pressure.cpu, stands for those.
 */
void selection_add(struct selection *selection, const struct sysinfo_field *field);
void selection_add_group(struct selection *selection, const char *group);

/* Adds the field of that name; 0, or the status after a message: there is none, or this system does not have it. */
int selection_add_name(struct selection *selection, const char *group, const char *name);

/* Keeps the first of each field: keys of an object and metrics stand once. */
void selection_drop_doubles(struct selection *selection);

/*
 * Puts a rate in the place of every counter: "ctx_switches_rate", a gauge in the counter's unit per second, whose value
 * samples keep where the counter's was.
 */
void selection_make_rates(struct selection *selection);
bool selection_is_rate(const struct selection *selection, size_t index);

/* Whether a field is a share of a window of time, which must pass before it is known. */
bool selection_has_window(const struct selection *selection);

/* Bit for each result that must be read. Results are numbered below 32. */
uint32_t selection_results(const struct selection *selection);

void selection_free(struct selection *selection);

/* True if a field is a measurement, not a label. */
bool is_measure(const struct sysinfo_field *field);

#endif
