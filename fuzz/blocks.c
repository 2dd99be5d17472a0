/* SPDX-License-Identifier: MIT */
/*
 * Snapshots of live blocks, from a file that anyone may have written: the contents of one, and the difference of two.
 */
#include <sysinfo/heap_tracker.h>

#include "harness.h"

static void read_text(const char *text, size_t *sum) {
    MUST(text != NULL);
    *sum += strlen(text);
}

/* Every path ends, and every block is found by its address. */
static void read_blocks(const struct sysinfo_heap_snapshot *snapshot, size_t size) {
    size_t blocks = sysinfo_heap_snapshot_blocks(snapshot), index;
    MUST(blocks <= size / 48);
    for (size_t i = 0; i < blocks; i++) {
        struct sysinfo_heap_block block;
        MUST(sysinfo_heap_snapshot_block(snapshot, i, &block, sizeof block) == SYSINFO_OK);
        MUST(block.site < sysinfo_heap_snapshot_sites(snapshot));
        MUST(!SYSINFO_HAS(&block, root) || block.root < sysinfo_heap_snapshot_roots(snapshot));
        if (block.size > 0) {
            int status = sysinfo_heap_snapshot_find(snapshot, block.address + block.size - 1, &index);
            MUST(status == SYSINFO_NOT_SUPPORTED || (status == SYSINFO_OK && index == i));
        }
        for (size_t steps = 0; SYSINFO_HAS(&block, holder); steps++) {
            MUST(steps < blocks);
            MUST(sysinfo_heap_snapshot_block(snapshot, (size_t)block.holder, &block, sizeof block) == SYSINFO_OK);
        }
    }
}

static void read_references(const struct sysinfo_heap_snapshot *snapshot, size_t size, size_t *sum) {
    size_t roots = sysinfo_heap_snapshot_roots(snapshot), edges = sysinfo_heap_snapshot_edges(snapshot);
    MUST(roots <= size / 32 && edges <= size / 16);
    for (size_t i = 0; i < roots; i++) {
        struct sysinfo_heap_root root;
        struct sysinfo_heap_frame place;
        const char *name;
        MUST(sysinfo_heap_snapshot_root(snapshot, i, &root, sizeof root, &place, &name) == SYSINFO_OK);
        MUST(root.kind >= SYSINFO_HEAP_ROOT_GLOBAL && root.kind <= SYSINFO_HEAP_ROOT_OWN_STACK);
        read_text(place.module, sum);
        read_text(place.build_id, sum);
        read_text(name, sum);
    }
    for (size_t i = 0; i < edges; i++) {
        struct sysinfo_heap_edge edge;
        MUST(sysinfo_heap_snapshot_edge(snapshot, i, &edge, sizeof edge) == SYSINFO_OK);
        MUST(edge.from < (edge.is_from_root != 0 ? roots : sysinfo_heap_snapshot_sites(snapshot)));
        MUST(edge.to < sysinfo_heap_snapshot_sites(snapshot));
    }
}

/* Everything in it can be read, and does not exceed its bytes. */
static void read_all(const struct sysinfo_heap_snapshot *snapshot, size_t size) {
    size_t sites = sysinfo_heap_snapshot_sites(snapshot), sum = 0, bytes;
    struct sysinfo_heap_moment moment;
    const char *label, *image;
    MUST(sysinfo_heap_snapshot_moment(snapshot, &moment, sizeof moment, &label, &image) == SYSINFO_OK);
    read_text(label, &sum);
    read_text(image, &sum);
    MUST(sites <= size / 56 + 1);
    MUST(sysinfo_heap_snapshot_bytes(snapshot, &bytes) != NULL && bytes <= size);
    int64_t before = INT64_MAX;
    for (size_t i = 0; i < sites; i++) {
        struct sysinfo_heap_site site;
        const struct sysinfo_heap_frame *frame;
        MUST(sysinfo_heap_snapshot_site(snapshot, i, &site, sizeof site, &frame) == SYSINFO_OK);
        MUST(site.bytes <= before);
        MUST(site.frames <= size / 8);
        before = site.bytes;
        for (uint64_t k = 0; k < site.frames && k < 64; k++) {
            read_text(frame[k].module, &sum);
            read_text(frame[k].build_id, &sum);
            MUST(frame[k].offset >> 48 == 0 && strlen(frame[k].build_id) <= 64);
        }
    }
    read_blocks(snapshot, size);
    read_references(snapshot, size, &sum);
}

/* Has exactly this length, aligned so that it may hold rows of 8 bytes. */
static char *copy_of(const uint8_t *data, size_t size) {
    char *bytes = memory(size);
    memcpy(bytes, data, size);
    return bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *bytes = copy_of(data, size);
    struct sysinfo_heap_snapshot *first = NULL, *second = NULL, *difference;
    size_t used = 0, more = 0;
    int status = sysinfo_heap_snapshot_read(&first, bytes, size, &used);
    MUST(status == SYSINFO_OK || (status == SYSINFO_MALFORMED && first == NULL));
    if (status == SYSINFO_OK) {
        MUST(used > 0 && used <= size && used % 8 == 0);
        read_all(first, used);
        if (sysinfo_heap_snapshot_read(&second, bytes + used, size - used, &more) == SYSINFO_OK &&
            sysinfo_heap_snapshot_subtract(second, first, &difference) == SYSINFO_OK) {
            read_all(difference, 2 * size + 8192);
            sysinfo_heap_snapshot_close(difference);
        }
        MUST(sysinfo_heap_snapshot_subtract(first, first, &difference) == SYSINFO_OK);
        MUST(sysinfo_heap_snapshot_sites(difference) == 0);
        sysinfo_heap_snapshot_close(difference);
        sysinfo_heap_snapshot_close(second);
        sysinfo_heap_snapshot_close(first);
    }
    free(bytes);
    return 0;
}
