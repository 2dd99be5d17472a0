/* SPDX-License-Identifier: MIT */
/* What holds the blocks of a site: as ways to a root, and as a picture. */
#ifndef CLI_REFERENCES_H
#define CLI_REFERENCES_H

#include <stdbool.h>
#include <stdint.h>

#include "blocks/blocks.h"

/* ---- Sites by name: choose_sites.c ---- */

/*
 * For each site of the table whether it has a frame with that name: a function, FILE:LINE or MODULE+0xOFFSET, as tables
 * print them; or whether its block has that address. The caller frees it. NULL after a message: there is none, and
 * *status is set.
 */
bool *sites_choose(const struct table *table, const char *name, int *status);

/* ---- Roots by name: roots.c ---- */

/* Roots that have the same label are one group: the words of one variable, a thread's stack and registers. */
struct roots {
    size_t *group; /* Of each root of the snapshot. */
    size_t roots;
    struct text label; /* Of all groups, one after the other, each with a NUL at its end. */
    size_t *begin;     /* Of each group, where its label begins. */
    size_t groups, room;
    size_t *index; /* By hash, plus 1. */
    size_t index_room;
};

void roots_open(struct roots *roots, const struct table *table);
void roots_free(struct roots *roots);
size_t roots_group(struct roots *roots, const char *label);
const char *roots_label(const struct roots *roots, size_t group);

/* ---- Printing ---- */

/* Adds the ways to the blocks of the chosen sites. */
void holders_add(struct text *text, const struct table *table, const bool *chosen);
void holders_add_json(struct text *text, const struct table *table, const bool *chosen);

/* Adds a graph in the language of graphviz: the chosen sites, or the largest for a NULL, and what points to them. */
void graph_add(struct text *text, const struct table *table, const bool *chosen, uint64_t depth);

/* Makes an SVG image of it with graphviz. Returns 0, or the status after a message. */
int graph_draw(struct text *graph);

#endif
