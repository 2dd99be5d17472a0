/* SPDX-License-Identifier: MIT */
/*
 * Reads the notes of tracked processes on programs that they start and that cannot be counted. They are written before
 * the start, so even the shortest-lived programs have one. docs/tracker.md describes them.
 */
#ifndef CLI_UNTRACKED_H
#define CLI_UNTRACKED_H

#include "run/heaps.h"

#define UNTRACKED "untracked" /* The directory. */

struct untracked;

/* Makes the directory for notes inside that of the records. NULL: impossible; there are no notes then. */
struct untracked *untracked_open(int directory);
void untracked_close(struct untracked *untracked);

/*
 * Reads and removes the notes, and adds their programs to the totals. A note on a child without a number waits until
 * the number is known, the parent has ended, or the run ends (`tree` is NULL). Returns how many notes it removed.
 */
size_t untracked_read(struct untracked *untracked, const struct tree *tree, struct heap_totals *totals);

/* True if there is a note on this process. */
bool untracked_has(const struct untracked *untracked, int64_t pid, uint64_t started);

/* True if the last reading found a note on a child of `parent` without its number. */
bool untracked_has_child(const struct untracked *untracked, int64_t parent, enum heap_gap gap);

/* Forgets notes on processes that have ended, except those that the last reading found. */
void untracked_forget(struct untracked *untracked, const struct tree *tree);

#endif
