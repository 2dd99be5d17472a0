/* SPDX-License-Identifier: MIT */
/* The report on blocks that nothing points to. */
#ifndef CLI_LEAKS_H
#define CLI_LEAKS_H

#include <stdbool.h>
#include <stdint.h>

#include "blocks/blocks.h"
#include "json.h"

/* Patterns of functions and modules, one per line of a file. */
struct ignored {
    struct text text;
};

/* Returns 0, or the status after a message; call ignored_free() either way. With a NULL path, nothing is ignored. */
int ignored_read(struct ignored *ignored, const char *path);
void ignored_free(struct ignored *ignored);

/* Adds the leaks of one snapshot, each line after `prefix`. Returns the leaked bytes that are not ignored. */
uint64_t leaks_add(struct text *text, const struct table *table, const struct ignored *ignored, const char *prefix);
void leaks_add_json(struct text *text, const struct table *table, const struct ignored *ignored);

/*
 * Adds a report on the last snapshot of each process in a file that `run` has just written. Sets `*bytes` to the bytes
 * leaked in all of them. Returns 0, or the status after a message.
 */
int leaks_report(struct text *text, const char *path, const struct ignored *ignored, uint64_t *bytes);

#endif
