/* SPDX-License-Identifier: MIT */
/*
 * The paths from roots to the blocks of a site. Blocks whose paths visit the same sites share one row, and consecutive
 * blocks of one site are one step, so all nodes of a list or tree are held by one path.
 */
#include "blocks/references.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "json.h"
#include "value.h"

/* A path: that of its holder, plus one site. Every path starts at a group of roots. */
struct way {
    size_t parent; /* Index plus 1; 0: `site` is a group of roots. */
    size_t site;
    size_t example; /* One block of a chosen site that this path leads to. */
    uint64_t blocks, bytes, references;
};

struct ways {
    const struct table *table;
    struct roots roots;
    struct way *way;
    size_t count, room;
    size_t *index; /* By hash; index plus 1. */
    size_t index_room;
    size_t *of_block; /* The path of each block, plus 1; 0: not known yet. */
    size_t blocks;
    size_t lost, lost_cycle; /* Artificial groups of roots, for blocks that no root holds. */
    uint64_t *in_cycle;      /* Sorted addresses of blocks in cycles that nothing points to. */
    size_t in_cycles;
};

static struct sysinfo_heap_block block_at(const struct ways *ways, uint64_t index) {
    struct sysinfo_heap_block block;
    if (sysinfo_heap_snapshot_block(ways->table->snapshot, (size_t)index, &block, sizeof block) != SYSINFO_OK) {
        memset(&block, 0, sizeof block);
    }
    return block;
}

/* ---- Cycles ---- */

static int by_number(const void *a, const void *b) {
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return left < right ? -1 : left > right ? 1 : 0;
}

static void find_cycles(struct ways *ways) {
    const struct sysinfo_heap_snapshot *snapshot = ways->table->snapshot;
    for (int pass = 0; pass < 2; pass++) {
        ways->in_cycles = 0;
        for (size_t i = 0; i < sysinfo_heap_snapshot_leaks(snapshot); i++) {
            struct sysinfo_heap_leak leak;
            const struct sysinfo_heap_member *member;
            if (sysinfo_heap_snapshot_leak(snapshot, i, &leak, sizeof leak, &member) != SYSINFO_OK ||
                leak.is_cycle == 0) {
                continue;
            }
            for (uint64_t k = 0; k < leak.members; k++) {
                if (pass == 1) {
                    ways->in_cycle[ways->in_cycles] = member[k].address;
                }
                ways->in_cycles++;
            }
        }
        if (pass == 0) {
            ways->in_cycle = calloc(ways->in_cycles + 1, sizeof *ways->in_cycle);
            if (ways->in_cycle == NULL) {
                fail_no_memory();
            }
        }
    }
    if (ways->in_cycles > 0) {
        qsort(ways->in_cycle, ways->in_cycles, sizeof *ways->in_cycle, by_number);
    }
}

static bool is_in_cycle(const struct ways *ways, uint64_t address) {
    return ways->in_cycles > 0 && bsearch(&address, ways->in_cycle, ways->in_cycles, sizeof address, by_number) != NULL;
}

/* ---- Ways ---- */

static size_t *find_place(struct ways *ways, size_t parent, size_t site) {
    uint64_t hash = ((uint64_t)parent * 31 + site) * UINT64_C(0x9E3779B97F4A7C15);
    size_t i = (size_t)(hash >> 20) & (ways->index_room - 1);
    while (ways->index[i] != 0 &&
           (ways->way[ways->index[i] - 1].parent != parent || ways->way[ways->index[i] - 1].site != site)) {
        i = (i + 1) & (ways->index_room - 1);
    }
    return &ways->index[i];
}

static void grow(struct ways *ways) {
    ways->room = ways->room == 0 ? 256 : ways->room * 2;
    ways->index_room = ways->room * 2;
    ways->way = realloc(ways->way, ways->room * sizeof *ways->way);
    free(ways->index);
    ways->index = calloc(ways->index_room, sizeof *ways->index);
    if (ways->way == NULL || ways->index == NULL) {
        fail_no_memory();
    }
    for (size_t i = 0; i < ways->count; i++) {
        *find_place(ways, ways->way[i].parent, ways->way[i].site) = i + 1;
    }
}

static size_t intern(struct ways *ways, size_t parent, size_t site) {
    if (ways->count == ways->room) {
        grow(ways);
    }
    size_t *place = find_place(ways, parent, site);
    if (*place == 0) {
        ways->way[ways->count] = (struct way){.parent = parent, .site = site};
        *place = ++ways->count;
    }
    return *place;
}

static size_t group_of(const struct ways *ways, const struct sysinfo_heap_block *block) {
    if (SYSINFO_HAS(block, root)) {
        return ways->roots.group[block->root];
    }
    return is_in_cycle(ways, block->address) ? ways->lost_cycle : ways->lost;
}

/* Climbs to the first block whose path is known, then comes back down. `above` has room for all blocks. */
static size_t find_way(struct ways *ways, size_t index, size_t *above) {
    size_t depth = 0;
    struct sysinfo_heap_block block = block_at(ways, index);
    above[depth++] = index;
    while (ways->of_block[above[depth - 1]] == 0 && SYSINFO_HAS(&block, holder) && depth < ways->blocks) {
        above[depth++] = (size_t)block.holder;
        block = block_at(ways, block.holder);
    }
    size_t way = ways->of_block[above[depth - 1]];
    while (depth > 0) {
        size_t at = above[--depth];
        if (ways->of_block[at] == 0) {
            block = block_at(ways, at);
            if (way == 0) {
                way = intern(ways, intern(ways, 0, group_of(ways, &block)), (size_t)block.site);
            } else if (ways->way[way - 1].site != block.site) {
                way = intern(ways, way, (size_t)block.site);
            }
            ways->of_block[at] = way;
        }
    }
    return way - 1;
}

static void ways_open(struct ways *ways, const struct table *table, const bool *chosen) {
    *ways = (struct ways){.table = table, .blocks = sysinfo_heap_snapshot_blocks(table->snapshot)};
    roots_open(&ways->roots, table);
    ways->lost = roots_group(&ways->roots, "nothing: unreachable");
    ways->lost_cycle = roots_group(&ways->roots, "nothing but itself: an unreachable cycle");
    find_cycles(ways);
    size_t *above = calloc(ways->blocks + 1, sizeof *above);
    ways->of_block = calloc(ways->blocks + 1, sizeof *ways->of_block);
    if (above == NULL || ways->of_block == NULL) {
        fail_no_memory();
    }
    for (size_t i = 0; i < ways->blocks; i++) {
        struct sysinfo_heap_block block = block_at(ways, i);
        if (chosen[block.site]) {
            size_t number = find_way(ways, i, above); /* May reallocate the array. */
            struct way *way = &ways->way[number];
            way->example = way->blocks == 0 ? i : way->example;
            way->blocks++;
            way->bytes += block.size;
            way->references += block.references;
        }
    }
    free(above);
}

static void ways_free(struct ways *ways) {
    roots_free(&ways->roots);
    free(ways->way);
    free(ways->index);
    free(ways->of_block);
    free(ways->in_cycle);
}

static int by_bytes(const void *a, const void *b) {
    const struct way *left = *(const struct way *const *)a, *right = *(const struct way *const *)b;
    if (left->bytes != right->bytes) {
        return left->bytes > right->bytes ? -1 : 1;
    }
    return left->example < right->example ? -1 : left->example > right->example ? 1 : 0;
}

/* The paths of one site, the one with the most bytes first. The caller frees the array. */
static const struct way **ways_of_site(const struct ways *ways, size_t site, size_t *count) {
    const struct way **list = calloc(ways->count + 1, sizeof(struct way *));
    *count = 0;
    if (list == NULL) {
        fail_no_memory();
    }
    for (size_t i = 0; i < ways->count; i++) {
        if (ways->way[i].parent != 0 && ways->way[i].site == site && ways->way[i].blocks > 0) {
            list[(*count)++] = &ways->way[i];
        }
    }
    if (*count > 0) {
        qsort(list, *count, sizeof *list, by_bytes);
    }
    return list;
}

/* The group of roots at the start of a path. */
static const char *end_of(const struct ways *ways, const struct way *way) {
    while (way->parent != 0) {
        way = &ways->way[way->parent - 1];
    }
    return roots_label(&ways->roots, way->site);
}

/* Skips the following blocks of the same site; returns how many. */
static uint64_t pass_site(const struct ways *ways, struct sysinfo_heap_block *block) {
    uint64_t passed = 0;
    while (SYSINFO_HAS(block, holder)) {
        struct sysinfo_heap_block next = block_at(ways, block->holder);
        if (next.site != block->site) {
            break;
        }
        *block = next;
        passed++;
    }
    return passed;
}

/* ---- As text ---- */

enum { WAYS_SHOWN = 10, CALLERS = 3 };

static void add_site_of(struct text *text, const struct table *table, uint64_t index) {
    struct sysinfo_heap_site site;
    const struct sysinfo_heap_frame *frame;
    if (sysinfo_heap_snapshot_site(table->snapshot, (size_t)index, &site, sizeof site, &frame) == SYSINFO_OK) {
        site_add(text, table, &site, frame, CALLERS, "");
    }
}

static void add_steps(struct text *text, const struct ways *ways, size_t example) {
    struct sysinfo_heap_block block = block_at(ways, example);
    while (SYSINFO_HAS(&block, holder)) {
        struct sysinfo_heap_block holder = block_at(ways, block.holder);
        text_addf(text, "    <- +%" PRIu64 " of ", block.offset);
        bytes_add_human(text, holder.size);
        text_add(text, "  ");
        add_site_of(text, ways->table, holder.site);
        uint64_t more = pass_site(ways, &holder);
        if (more > 0) {
            text_addf(text, "    <- ... %" PRIu64 " more of the same site\n", more);
        }
        block = holder;
    }
}

static void add_way(struct text *text, const struct ways *ways, const struct way *way) {
    text_add(text, "  ");
    amount_add(text, way->blocks, way->bytes);
    text_addf(text, ", %" PRIu64 " reference%s%s\n", way->references, way->references == 1 ? "" : "s",
              way->blocks > 1 ? "; one of them:" : "");
    add_steps(text, ways, way->example);
    text_add(text, "    <- ");
    text_add(text, end_of(ways, way));
    text_add(text, "\n");
}

static void add_site_with_ways(struct text *text, const struct ways *ways, size_t index) {
    struct sysinfo_heap_site site;
    const struct sysinfo_heap_frame *frame;
    size_t count, shown;
    if (sysinfo_heap_snapshot_site(ways->table->snapshot, index, &site, sizeof site, &frame) != SYSINFO_OK) {
        return;
    }
    const struct way **list = ways_of_site(ways, index, &count);
    amount_add(text, (uint64_t)site.blocks, (uint64_t)site.bytes);
    text_add(text, "  ");
    site_add(text, ways->table, &site, frame, CALLERS, "");
    size_t most = ways->table->most > 0 ? ways->table->most : WAYS_SHOWN;
    for (shown = 0; shown < count && shown < most; shown++) {
        add_way(text, ways, list[shown]);
    }
    if (shown < count) {
        text_addf(text, "  (%zu more ways: --top)\n", count - shown);
    }
    free(list);
}

void holders_add(struct text *text, const struct table *table, const bool *chosen) {
    struct ways ways;
    ways_open(&ways, table, chosen);
    for (size_t i = 0; i < sysinfo_heap_snapshot_sites(table->snapshot); i++) {
        if (chosen[i]) {
            add_site_with_ways(text, &ways, i);
        }
    }
    ways_free(&ways);
}

/* ---- As JSON ---- */

static void add_json_steps(struct json *json, const struct ways *ways, size_t example) {
    struct sysinfo_heap_block block = block_at(ways, example);
    json_open_array(json, "holders");
    while (SYSINFO_HAS(&block, holder)) {
        struct sysinfo_heap_block holder = block_at(ways, block.holder);
        json_open_object(json, NULL);
        json_add_uint(json, "address", holder.address);
        json_add_uint(json, "bytes", holder.size);
        json_add_uint(json, "offset", block.offset);
        json_add_uint(json, "references", holder.references);
        json_add_uint(json, "site", holder.site);
        json_add_uint(json, "more_of_site", pass_site(ways, &holder));
        json_close(json);
        block = holder;
    }
    json_close(json);
}

static const char *name_of_kind(uint64_t kind) {
    static const char *const names[] = {"nothing", "global",   "thread-local", "mapping",
                                        "stack",   "register", "own stack"};
    return kind < sizeof names / sizeof names[0] ? names[kind] : "other";
}

static void add_json_root(struct json *json, const struct ways *ways, const struct way *way) {
    struct sysinfo_heap_block block = block_at(ways, way->example);
    struct sysinfo_heap_root root = {0};
    struct sysinfo_heap_frame place = {"", 0, ""};
    const char *name = "", *variable = NULL;
    uint64_t offset = 0;
    if (SYSINFO_HAS(&block, root)) {
        (void)!sysinfo_heap_snapshot_root(ways->table->snapshot, (size_t)block.root, &root, sizeof root, &place, &name);
    }
    bool is_variable = *place.module != '\0' && place.offset != UINT64_MAX;
    if (is_variable) {
        variable = names_variable(ways->table->names, &place, root.kind == SYSINFO_HEAP_ROOT_THREAD_LOCAL, &offset);
    }
    json_open_object(json, "root");
    json_add_string(json, "kind", name_of_kind(root.kind));
    json_add_string(json, "label", end_of(ways, way));
    json_add_string(json, "variable", variable);
    json_add_string(json, "module", *place.module != '\0' ? place.module : NULL);
    json_add_uint_or_null(json, "offset", place.offset, is_variable);
    json_add_uint_or_null(json, "thread", root.thread, SYSINFO_HAS(&root, thread));
    json_add_string(json, "name", *name != '\0' ? name : NULL);
    json_close(json);
}

static void add_json_way(struct json *json, const struct ways *ways, const struct way *way) {
    struct sysinfo_heap_block block = block_at(ways, way->example);
    json_open_object(json, NULL);
    json_add_uint(json, "blocks", way->blocks);
    json_add_uint(json, "bytes", way->bytes);
    json_add_uint(json, "references", way->references);
    json_add_uint(json, "example", block.address);
    add_json_steps(json, ways, way->example);
    add_json_root(json, ways, way);
    json_close(json);
}

void holders_add_json(struct text *text, const struct table *table, const bool *chosen) {
    struct ways ways;
    struct json json = JSON_INIT(text);
    size_t sites = sysinfo_heap_snapshot_sites(table->snapshot);
    ways_open(&ways, table, chosen);
    json_open_object(&json, NULL);
    json_add_uint(&json, "pid", table->moment.pid);
    json_add_string(&json, "image", table->image);
    json_add_bool(&json, "is_estimated", SYSINFO_IS_ESTIMATED(&table->moment, lost_blocks) != 0);
    json_open_array(&json, "chosen");
    for (size_t i = 0; i < sites; i++) {
        if (!chosen[i]) {
            continue;
        }
        size_t count;
        const struct way **list = ways_of_site(&ways, i, &count);
        json_open_object(&json, NULL);
        json_add_uint(&json, "site", i);
        json_open_array(&json, "ways");
        for (size_t k = 0; k < count; k++) {
            add_json_way(&json, &ways, list[k]);
        }
        json_close(&json);
        json_close(&json);
        free(list);
    }
    json_close(&json);
    json_open_array(&json, "sites"); /* In these, `site` is an index. */
    for (size_t i = 0; i < sites; i++) {
        json_site_add(&json, NULL, table, i);
    }
    json_close(&json);
    json_close(&json);
    text_add(text, "\n");
    ways_free(&ways);
}
