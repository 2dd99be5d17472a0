/* SPDX-License-Identifier: MIT */
/* A heap to look for leaks in, the same for the tracker and for LeakSanitizer. */
#ifndef BENCH_GRAPH_H
#define BENCH_GRAPH_H

#include <stdint.h>
#include <stdlib.h>
#include <time.h>

enum { GRAPH_NODES = 1000000 };

struct node {
    struct node *next[2];
    uint64_t number;
};

static inline uint64_t next_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static inline double wall_milliseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/* Each node points to two others, in no order. Nine in ten are held by the array; the others only by each other. */
static inline struct node **make_graph(void) {
    enum { HELD = GRAPH_NODES / 10 * 9 };
    struct node **node = calloc(GRAPH_NODES, sizeof(struct node *));
    uint64_t seed = 4711;
    for (size_t i = 0; node != NULL && i < GRAPH_NODES; i++) {
        node[i] = calloc(1, sizeof **node);
        if (node[i] == NULL) {
            exit(1);
        }
    }
    for (size_t i = 0; node != NULL && i < GRAPH_NODES; i++) {
        size_t from = i < HELD ? 0 : HELD, count = i < HELD ? HELD : GRAPH_NODES - HELD;
        node[i]->next[0] = node[from + next_random(&seed) % count];
        node[i]->next[1] = node[from + next_random(&seed) % count];
    }
    for (size_t i = HELD; node != NULL && i < GRAPH_NODES; i++) {
        node[i] = NULL;
    }
    return node;
}

#endif
