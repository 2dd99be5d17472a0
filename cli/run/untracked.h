/* SPDX-License-Identifier: MIT */
/*
 * Reads the notes of tracked processes about programs that they start and that cannot be counted. A note is written
 * before the start, so even the shortest-lived program has one. docs/tracker.md describes them.
 */
#ifndef CLI_UNTRACKED_H
#define CLI_UNTRACKED_H

#include "run/heaps.h"

#define UNTRACKED "untracked" /* The directory. */

struct untracked;

/* Creates the directory for notes inside that of the records. NULL: impossible, so there are no notes. */
struct untracked *untracked_open(int directory);
void untracked_close(struct untracked *untracked);

/*
 * Reads and removes the notes, and adds their programs to the totals. A note about a child whose number is unknown
 * waits until it is known, the parent has ended, or the run ends (`tree` is NULL). Returns the number of notes removed.
 */
size_t untracked_read(struct untracked *untracked, const struct tree *tree, struct heap_totals *totals);

/* True if there is a note about this process. */
bool untracked_has(const struct untracked *untracked, int64_t pid, uint64_t started);

/* True if the last reading found a note about a child of `parent` without its number. */
bool untracked_has_child(const struct untracked *untracked, int64_t parent, enum heap_gap gap);

/* Drops notes about processes that have ended, except those that the last reading found. */
void untracked_forget(struct untracked *untracked, const struct tree *tree);

#endif
