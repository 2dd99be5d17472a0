/* SPDX-License-Identifier: MIT */
/* What holds the blocks of a site: as paths to a root, and as a picture. */
#ifndef CLI_REFERENCES_H
#define CLI_REFERENCES_H

#include <stdbool.h>
#include <stdint.h>

#include "blocks/blocks.h"

/* ---- Sites by name: choose_sites.c ---- */

/*
 * Returns, for each site of the table, whether it has a frame with that name (a function, FILE:LINE or MODULE+0xOFFSET,
 * as tables print them), or a block with that address. The caller frees it. Returns NULL and sets *status after a
 * message if no site matches.
 */
bool *sites_choose(const struct table *table, const char *name, int *status);

/* ---- Roots by name: roots.c ---- */

/* Roots with the same label form a group: the words of one variable, or a thread's stack and registers. */
struct roots {
    size_t *group; /* For each root of the snapshot. */
    size_t roots;
    struct text label; /* The labels of all groups, each terminated by a NUL. */
    size_t *begin;     /* For each group, where its label begins. */
    size_t groups, room;
    size_t *index; /* By hash; index plus 1. */
    size_t index_room;
};

void roots_open(struct roots *roots, const struct table *table);
void roots_free(struct roots *roots);
size_t roots_group(struct roots *roots, const char *label);
const char *roots_label(const struct roots *roots, size_t group);

/* ---- Printing ---- */

/* Adds the paths to the blocks of the chosen sites. */
void holders_add(struct text *text, const struct table *table, const bool *chosen);
void holders_add_json(struct text *text, const struct table *table, const bool *chosen);

/* Adds a graph in graphviz's language: the chosen sites (NULL: the largest ones) and what points to them. */
void graph_add(struct text *text, const struct table *table, const bool *chosen, uint64_t depth);

/* Replaces the graph with an SVG image made by graphviz. Returns 0, or the status after a message. */
int graph_draw(struct text *graph);

#endif
