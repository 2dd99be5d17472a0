/* SPDX-License-Identifier: MIT */
/* Finds what a stretch of code leaves unreachable: begins a generation, and takes a snapshot at the end. */
#include <sysinfo/heap_tracker.h>

#include <string.h>

#include "internal.h"

enum { FRAMES = 16, LAST_GENERATION = 511 };

int sysinfo_heap_unreachable_begin(struct sysinfo_heap_unreachable *unreachable, size_t size) {
    if (unreachable == NULL || size < sizeof *unreachable) {
        return SYSINFO_INVALID;
    }
    memset(unreachable, 0, sizeof *unreachable);
    const struct sysinfo__tracker *tracker = sysinfo__counting_tracker();
    if (tracker == NULL || tracker->keeps_sites == NULL) {
        return SYSINFO_NOT_SUPPORTED;
    }
    uint32_t generation;
    int status = tracker->keeps_sites() ? SYSINFO_OK : sysinfo_heap_sites_keep(FRAMES);
    if (status == SYSINFO_OK) {
        status = sysinfo_heap_generation(&generation);
    }
    if (status == SYSINFO_OK) {
        unreachable->opaque_[0] = generation;
    }
    return status;
}

static uint64_t root_kind(const struct sysinfo_heap_snapshot *snapshot, const struct sysinfo_heap_block *block) {
    struct sysinfo_heap_root root = {0};
    if (SYSINFO_HAS(block, root) &&
        sysinfo_heap_snapshot_root(snapshot, (size_t)block->root, &root, sizeof root, NULL, NULL) != SYSINFO_OK) {
        root.kind = 0;
    }
    return root.kind;
}

static void count_blocks(const struct sysinfo_heap_snapshot *snapshot, uint64_t generation,
                         struct sysinfo_heap_unreachable *sum) {
    for (size_t i = 0; i < sysinfo_heap_snapshot_blocks(snapshot); i++) {
        struct sysinfo_heap_block block;
        if (sysinfo_heap_snapshot_block(snapshot, i, &block, sizeof block) != SYSINFO_OK ||
            block.generation < generation) {
            continue;
        }
        if (!SYSINFO_HAS(&block, root)) {
            sum->blocks++;
            sum->bytes += block.size;
        } else if (root_kind(snapshot, &block) == SYSINFO_HEAP_ROOT_OWN_STACK) {
            sum->stack_blocks++;
            sum->stack_bytes += block.size;
        }
    }
}

static void count_leaks(const struct sysinfo_heap_snapshot *snapshot, uint64_t generation,
                        struct sysinfo_heap_unreachable *sum) {
    for (size_t i = 0; i < sysinfo_heap_snapshot_leaks(snapshot); i++) {
        struct sysinfo_heap_leak leak;
        const struct sysinfo_heap_member *member;
        if (sysinfo_heap_snapshot_leak(snapshot, i, &leak, sizeof leak, &member) == SYSINFO_OK && leak.members > 0 &&
            member[0].generation >= generation) {
            sum->leaks++;
            sum->cycles += leak.is_cycle;
        }
    }
}

int sysinfo_heap_unreachable_end(struct sysinfo_heap_unreachable *unreachable,
                                 struct sysinfo_heap_snapshot **snapshot) {
    if (snapshot != NULL) {
        *snapshot = NULL;
    }
    if (unreachable == NULL || unreachable->opaque_[0] == 0) {
        return SYSINFO_INVALID;
    }
    struct sysinfo_heap_snapshot *now;
    struct sysinfo_heap_moment moment;
    uint64_t generation = unreachable->opaque_[0];
    int status = sysinfo_heap_snapshot_open(&now, SYSINFO_HEAP_REFERENCES);
    if (status != SYSINFO_OK) {
        return status;
    }
    struct sysinfo_heap_unreachable sum = {0};
    count_blocks(now, generation, &sum);
    count_leaks(now, generation, &sum);
    bool is_guess = sysinfo_heap_snapshot_moment(now, &moment, sizeof moment, NULL, NULL) != SYSINFO_OK ||
                    SYSINFO_IS_ESTIMATED(&moment, lost_blocks) || generation == LAST_GENERATION;
    memset(unreachable, 0, sizeof *unreachable);
#define GIVE(field)                           \
    if (is_guess) {                           \
        GUESS(unreachable, field, sum.field); \
    } else {                                  \
        FACT(unreachable, field, sum.field);  \
    }
    GIVE(leaks)
    GIVE(cycles)
    GIVE(blocks)
    GIVE(bytes)
    GIVE(stack_blocks)
    GIVE(stack_bytes)
#undef GIVE
    if (snapshot != NULL) {
        *snapshot = now;
    } else {
        sysinfo_heap_snapshot_close(now);
    }
    return SYSINFO_OK;
}
