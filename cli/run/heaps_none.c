/* SPDX-License-Identifier: MIT */
#include "run/heaps.h"

#include "fail.h"
#include "run/snapshots.h"

struct heaps *heaps_open(void) {
    trouble("heaps cannot be counted on this system");
    return NULL;
}

void heaps_foresee(struct heaps *heaps, const char *command) {
    (void)heaps, (void)command;
}

void heaps_started(struct heaps *heaps, int64_t pid) {
    (void)heaps, (void)pid;
}

const char *heaps_preload(const struct heaps *heaps) {
    (void)heaps;
    return NULL;
}

const char *heaps_directory(const struct heaps *heaps) {
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

struct snapshots *snapshots_open(const char *directory, const char *path, uint64_t what) {
    (void)what;
    (void)directory;
    (void)path;
    return NULL;
}

void snapshots_request(struct snapshots *snapshots, const char *label) {
    (void)snapshots;
    (void)label;
}

void snapshots_await(struct snapshots *snapshots, const char *label, double seconds) {
    (void)snapshots;
    (void)label;
    (void)seconds;
}

void snapshots_collect(struct snapshots *snapshots, bool is_end) {
    (void)snapshots;
    (void)is_end;
}

struct missing snapshots_missing(const struct snapshots *snapshots) {
    (void)snapshots;
    return (struct missing){0, 0, 0};
}

bool snapshots_close(struct snapshots *snapshots) {
    (void)snapshots;
    return true;
}

void snapshots_mark(const char *directory, const char *label) {
    (void)directory;
    (void)label;
}
