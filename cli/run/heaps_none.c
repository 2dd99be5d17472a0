/* SPDX-License-Identifier: MIT */
#include "run/heaps.h"

#include "fail.h"

struct heaps *heaps_open(void) {
    trouble("--heap: heaps cannot be counted on this system");
    return NULL;
}

const char *heaps_preload(const struct heaps *heaps) {
    (void)heaps;
    return NULL;
}

const char *heaps_folder(const struct heaps *heaps) {
    (void)heaps;
    return NULL;
}

const struct heap_sample *heaps_take(struct heaps *heaps, const struct tree *tree, const struct tree_sample *sample) {
    static const struct heap_sample nothing;
    (void)heaps;
    (void)tree;
    (void)sample;
    return &nothing;
}

const struct heap_program *heaps_find(const struct heaps *heaps, int64_t pid) {
    (void)heaps;
    (void)pid;
    return NULL;
}

size_t heaps_departed(const struct heaps *heaps) {
    (void)heaps;
    return 0;
}

const struct heap_totals *heaps_conclude(struct heaps *heaps) {
    static const struct heap_totals nothing;
    (void)heaps;
    return &nothing;
}

void heaps_close(struct heaps *heaps) {
    (void)heaps;
}
