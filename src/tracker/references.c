/* SPDX-License-Identifier: MIT */
/*
 * Records what holds blocks: the roots in which pointers were found, and how many pointers lead from each site and
 * root to each site. Runs in a copy of the process.
 */
#include "snapshot.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sysinfo/status.h>

#if SYSINFO__KEEPS_SITES

bool sysinfo__keeps_references;

/* ---- Roots ---- */

/* Words of variables are roots of their own up to that many; further ones of a module are one. */
enum { WORDS_MOST = 1 << 16, ROOTS_MOST = 1 << 18 };

static struct sysinfo__blocks_root *root;
static uint32_t roots, root_words;
static struct sysinfo__origin origin;
static uint32_t origin_row; /* Plus 1; 0: it holds nothing yet. */

void sysinfo__set_origin(struct sysinfo__origin next) {
    origin = next;
    origin_row = 0;
}

/* The name that a thread has given itself: the process runs on, and still has it. */
static uint64_t name_of_thread(uint32_t thread) {
    char path[64], name[32];
    (void)snprintf(path, sizeof path, "/proc/%llu/task/%u/comm", (unsigned long long)sysinfo__header.pid, thread);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd >= 0 ? read(fd, name, sizeof name - 1) : 0;
    if (fd >= 0) {
        (void)close(fd);
    }
    if (length <= 0) {
        return 0;
    }
    name[length] = '\0';
    name[strcspn(name, "\n")] = '\0';
    return sysinfo__add_text(name);
}

static uint32_t add_root(uint64_t offset) {
    if (roots == ROOTS_MOST) {
        return 1;
    }
    root[roots] = (struct sysinfo__blocks_root){.kind = origin.kind,
                                                .module = origin.module,
                                                .offset = offset,
                                                .thread = origin.thread,
                                                .is_register = origin.is_register ? 1 : 0};
    if (origin.name != NULL) {
        root[roots].name = sysinfo__add_text(origin.name);
    } else if (origin.thread != 0 && origin.module == 0) {
        root[roots].name = name_of_thread(origin.thread);
    }
    return ++roots;
}

uint32_t sysinfo__root_of(uintptr_t place, uint64_t *offset) {
    if (origin.module != 0 && root_words < WORDS_MOST) {
        root_words++;
        *offset = 0;
        return add_root(place - origin.base);
    }
    if (origin_row == 0) {
        origin_row = add_root(origin.module != 0 ? UINT64_MAX : origin.base);
    }
    *offset = place - origin.base;
    return origin_row;
}

/* ---- Edges ---- */

static struct sysinfo__blocks_edge *edge; /* Open addressing; a count of 0 is a free place. */
static uint64_t edges, edge_room;
static struct sysinfo__blocks_edge *last_edge;

static struct sysinfo__blocks_edge *find_edge(uint32_t from, uint32_t to) {
    uint64_t key = (uint64_t)from << 32 | to, i = (key * UINT64_C(0x9E3779B97F4A7C15)) >> 20;
    struct sysinfo__blocks_edge *found = &edge[i & (edge_room - 1)];
    while (found->count != 0 && (found->from != from || found->to != to)) {
        found = &edge[++i & (edge_room - 1)];
    }
    return found;
}

static void grow_edges(void) {
    struct sysinfo__blocks_edge *old = edge;
    uint64_t room = edge_room;
    edge_room = room == 0 ? 1 << 14 : room * 2;
    edge = sysinfo__reserve_or_give_up(edge_room * sizeof *edge);
    for (uint64_t i = 0; i < room; i++) {
        if (old[i].count != 0) {
            *find_edge(old[i].from, old[i].to) = old[i];
        }
    }
    last_edge = NULL;
}

void sysinfo__add_edge(uint32_t from, uint32_t to) {
    if (last_edge == NULL || last_edge->from != from || last_edge->to != to) {
        if (edges * 2 >= edge_room) {
            grow_edges();
        }
        last_edge = find_edge(from, to);
        if (last_edge->count == 0) {
            last_edge->from = from;
            last_edge->to = to;
            edges++;
        }
    }
    last_edge->count++;
}

void sysinfo__references_begin(void) {
    root = sysinfo__reserve_or_give_up(ROOTS_MOST * sizeof *root);
    origin = (struct sysinfo__origin){.kind = SYSINFO__ROOT_MAPPING, .name = "(others)"};
    (void)add_root(0); /* Those that there is no room for. */
    grow_edges();
}

void sysinfo__write_references(void) {
    struct sysinfo__blocks_root *rows = sysinfo__add_section(SYSINFO__SECTION_ROOTS, roots, sizeof *rows);
    memcpy(rows, root, roots * sizeof *rows);
    struct sysinfo__blocks_edge *row = sysinfo__add_section(SYSINFO__SECTION_EDGES, edges, sizeof *row);
    for (uint64_t i = 0; i < edge_room; i++) {
        if (edge[i].count != 0) {
            *row++ = edge[i];
        }
    }
}

#endif
