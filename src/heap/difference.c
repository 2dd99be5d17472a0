/* SPDX-License-Identifier: MIT */
/* Subtracts a snapshot from a later one. The result is a third snapshot with the modules and sites of both. */
#include <string.h>

#include "heap/snapshot.h"

/* The result is measured first, and then written. */
struct merger {
    const struct sysinfo_heap_snapshot *now, *before;
    uint32_t *same;    /* For each site of `before`: that of `now`, plus 1; 0: none. */
    uint32_t *matched; /* The same the other way round. */
    uint32_t *order_now, *order_before;
};

static const struct sysinfo_heap_frame *frames_of(const struct sysinfo_heap_snapshot *snapshot, size_t site) {
    return snapshot->frame + snapshot->row[site].first;
}

static int compare_frames(const struct sysinfo_heap_frame *a, const struct sysinfo_heap_frame *b) {
    if (a->offset != b->offset) {
        return a->offset < b->offset ? -1 : 1;
    }
    int order = strcmp(a->module, b->module);
    return order != 0 ? order : strcmp(a->build_id, b->build_id);
}

static int compare_sites(const struct sysinfo_heap_snapshot *a, size_t left, const struct sysinfo_heap_snapshot *b,
                         size_t right) {
    const struct sysinfo_heap_frame *one = frames_of(a, left), *other = frames_of(b, right);
    uint64_t count = a->row[left].count;
    if (count != b->row[right].count) {
        return count < b->row[right].count ? -1 : 1;
    }
    int order = 0;
    for (uint64_t i = 0; i < count && order == 0; i++) {
        order = compare_frames(&one[i], &other[i]);
    }
    return order;
}

static void sink(const struct sysinfo_heap_snapshot *snapshot, uint32_t *order, size_t at, size_t count) {
    uint32_t sunk = order[at];
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && compare_sites(snapshot, order[child], snapshot, order[child + 1]) < 0) {
            child++;
        }
        if (compare_sites(snapshot, sunk, snapshot, order[child]) >= 0) {
            break;
        }
        order[at] = order[child];
    }
    order[at] = sunk;
}

/* With a heap: no file makes that slow, and nothing is allocated. */
static void sort_by_frames(const struct sysinfo_heap_snapshot *snapshot, uint32_t *order, size_t count) {
    for (size_t i = 0; i < count; i++) {
        order[i] = (uint32_t)i;
    }
    for (size_t i = count / 2; i > 0; i--) {
        sink(snapshot, order, i - 1, count);
    }
    for (size_t end = count; end > 1; end--) {
        uint32_t last = order[end - 1];
        order[end - 1] = order[0];
        order[0] = last;
        sink(snapshot, order, 0, end - 1);
    }
}

/* A file may have the same site twice: each is matched once. */
static void match_sites(struct merger *merger) {
    const struct sysinfo_heap_snapshot *now = merger->now, *before = merger->before;
    size_t sites = count_of(&now->header, SYSINFO__SECTION_SITES),
           others = count_of(&before->header, SYSINFO__SECTION_SITES);
    sort_by_frames(now, merger->order_now, sites);
    sort_by_frames(before, merger->order_before, others);
    for (size_t i = 0, k = 0; i < sites && k < others;) {
        uint32_t one = merger->order_now[i], other = merger->order_before[k];
        int order = compare_sites(now, one, before, other);
        if (order == 0) {
            merger->same[other] = one + 1;
            merger->matched[one] = other + 1;
        }
        i += order <= 0 ? 1 : 0;
        k += order >= 0 ? 1 : 0;
    }
}

/* Rows of one number of site in both, as differences that are not 0. Returns how many; `out` may be NULL. */
static size_t merge_rows(const struct sysinfo__blocks_row *a, size_t as, const struct sysinfo__blocks_row *b, size_t bs,
                         uint32_t site, struct sysinfo__blocks_row *out) {
    size_t count = 0;
    for (size_t i = 0, k = 0; i < as || k < bs;) {
        bool from_a = i < as && (k == bs || a[i].generation <= b[k].generation),
             from_b = k < bs && (i == as || b[k].generation <= a[i].generation);
        struct sysinfo__blocks_row row = {site, from_a ? a[i].generation : b[k].generation, 0, 0};
        row.blocks = (from_a ? a[i].blocks : 0) - (from_b ? b[k].blocks : 0);
        row.bytes = (from_a ? a[i].bytes : 0) - (from_b ? b[k].bytes : 0);
        i += from_a ? 1 : 0;
        k += from_b ? 1 : 0;
        if (row.blocks != 0 || row.bytes != 0) {
            if (out != NULL) {
                out[count] = row;
            }
            count++;
        }
    }
    return count;
}

/* Where the rows of each site begin, and in one place more where they end. */
static void index_rows(const struct sysinfo_heap_snapshot *snapshot, size_t *begin) {
    const struct sysinfo__blocks_row *row = rows_of(snapshot->bytes, &snapshot->header, SYSINFO__SECTION_ROWS);
    size_t rows = count_of(&snapshot->header, SYSINFO__SECTION_ROWS), at = 0;
    for (size_t i = 0; i <= count_of(&snapshot->header, SYSINFO__SECTION_SITES); i++) {
        while (at < rows && row[at].site < i) {
            at++;
        }
        begin[i] = at;
    }
}

struct target {
    unsigned char *bytes;
    struct sysinfo__blocks_header header;
    size_t sites, frames, rows;
};

static void *target_rows(struct target *target, enum sysinfo__section section) {
    return target->bytes + target->header.section[section].offset;
}

/* A site with its rows, if it has any. `shift`: from its modules' numbers to those of the result. */
static void add_site(struct target *target, const struct sysinfo_heap_snapshot *from, size_t number, uint64_t shift,
                     const struct sysinfo__blocks_row *a, size_t as, const struct sysinfo__blocks_row *b, size_t bs) {
    struct sysinfo__blocks_row *row = target_rows(target, SYSINFO__SECTION_ROWS);
    size_t added = merge_rows(a, as, b, bs, (uint32_t)target->sites, row + target->rows);
    uint64_t blocks = 0, bytes = 0;
    for (size_t i = 0; i < added; i++) {
        blocks += row[target->rows + i].blocks;
        bytes += row[target->rows + i].bytes;
    }
    if (blocks == 0 && bytes == 0) { /* As many as before, if in other generations. */
        return;
    }
    struct sysinfo__blocks_site *site = target_rows(target, SYSINFO__SECTION_SITES);
    uint64_t *frame = target_rows(target, SYSINFO__SECTION_FRAMES);
    const uint64_t *source = rows_of(from->bytes, &from->header, SYSINFO__SECTION_FRAMES);
    site += target->sites++;
    *site = (struct sysinfo__blocks_site){.first = target->frames, .count = from->row[number].count};
    site->blocks = blocks;
    site->bytes = bytes;
    target->rows += added;
    for (size_t i = 0; i < site->count; i++) {
        frame[target->frames++] = source[from->row[number].first + i] + (shift << OFFSET_BITS);
    }
}

static void copy_modules(struct target *target, const struct sysinfo_heap_snapshot *from, size_t first, size_t text) {
    struct sysinfo__blocks_module *module = target_rows(target, SYSINFO__SECTION_MODULES);
    char *texts = target_rows(target, SYSINFO__SECTION_TEXT);
    const struct sysinfo__blocks_module *source = rows_of(from->bytes, &from->header, SYSINFO__SECTION_MODULES);
    for (size_t i = 0; i < count_of(&from->header, SYSINFO__SECTION_MODULES); i++) {
        module[first + i] = source[i];
        module[first + i].path += text;
    }
    memcpy(texts + text, rows_of(from->bytes, &from->header, SYSINFO__SECTION_TEXT),
           count_of(&from->header, SYSINFO__SECTION_TEXT));
}

static void fill_target(struct target *target, const struct merger *merger, size_t *begin_now, size_t *begin_before) {
    const struct sysinfo_heap_snapshot *now = merger->now, *before = merger->before;
    const struct sysinfo__blocks_row *a = rows_of(now->bytes, &now->header, SYSINFO__SECTION_ROWS),
                                     *b = rows_of(before->bytes, &before->header, SYSINFO__SECTION_ROWS);
    size_t modules = count_of(&now->header, SYSINFO__SECTION_MODULES),
           sites = count_of(&now->header, SYSINFO__SECTION_SITES),
           others = count_of(&before->header, SYSINFO__SECTION_SITES);
    index_rows(now, begin_now);
    index_rows(before, begin_before);
    for (size_t i = 0; i < sites; i++) {
        size_t k = merger->matched[i];
        add_site(target, now, i, 0, a + begin_now[i], begin_now[i + 1] - begin_now[i],
                 k != 0 ? b + begin_before[k - 1] : NULL, k != 0 ? begin_before[k] - begin_before[k - 1] : 0);
    }
    for (size_t i = 0; i < others; i++) {
        if (merger->same[i] == 0) {
            add_site(target, before, i, modules, NULL, 0, b + begin_before[i], begin_before[i + 1] - begin_before[i]);
        }
    }
    copy_modules(target, now, 0, 0);
    copy_modules(target, before, modules, count_of(&now->header, SYSINFO__SECTION_TEXT));
    target->header.section[SYSINFO__SECTION_SITES].count = target->sites;
    target->header.section[SYSINFO__SECTION_FRAMES].count = target->frames;
    target->header.section[SYSINFO__SECTION_ROWS].count = target->rows;
    memcpy(target->bytes, &target->header, sizeof target->header);
}

/* Room for the whole of both; what is not needed in the end lies between the sections. */
static void plan_target(struct target *target, const struct merger *merger) {
    static const enum sysinfo__section merged[] = {SYSINFO__SECTION_MODULES, SYSINFO__SECTION_FRAMES,
                                                   SYSINFO__SECTION_SITES, SYSINFO__SECTION_ROWS,
                                                   SYSINFO__SECTION_TEXT};
    struct sysinfo__blocks_header *header = &target->header;
    *header = merger->now->header;
    memset(header->section, 0, sizeof header->section);
    header->size = sizeof *header;
    header->what = SYSINFO__BLOCKS_IS_DIFFERENCE;
    header->live = (int64_t)((uint64_t)merger->now->header.live - (uint64_t)merger->before->header.live);
    header->blocks = (int64_t)((uint64_t)merger->now->header.blocks - (uint64_t)merger->before->header.blocks);
    for (size_t i = 0; i < sizeof merged / sizeof merged[0]; i++) {
        size_t count = count_of(&merger->now->header, merged[i]) + count_of(&merger->before->header, merged[i]);
        header->section[merged[i]].offset = header->size;
        header->section[merged[i]].count = count;
        header->size += (count * sysinfo__row_size[merged[i]] + 7) / 8 * 8;
    }
}

static int subtract(struct merger *merger, struct sysinfo_heap_snapshot **out) {
    const struct sysinfo__tracker *tracker = sysinfo__counting_tracker();
    size_t sites = count_of(&merger->now->header, SYSINFO__SECTION_SITES),
           others = count_of(&merger->before->header, SYSINFO__SECTION_SITES);
    if (count_of(&merger->now->header, SYSINFO__SECTION_MODULES) +
            count_of(&merger->before->header, SYSINFO__SECTION_MODULES) >
        1U << MODULE_BITS) {
        return SYSINFO_NO_MEMORY;
    }
    struct target target = {0};
    plan_target(&target, merger);
    uint64_t room = ((uint64_t)sites + others + 2) * sizeof(size_t) + 2 * ((uint64_t)sites + others) * sizeof(uint32_t);
    if (room > SIZE_MAX / 4 || target.header.size > SIZE_MAX / 4) { /* Where addresses have 32 bits. */
        return SYSINFO_NO_MEMORY;
    }
    size_t work = (size_t)room, bytes = (size_t)target.header.size;
    size_t *begin = sysinfo__take_memory(tracker, work);
    target.bytes = sysinfo__take_memory(tracker, bytes);
    int status = SYSINFO_NO_MEMORY;
    if (begin != NULL && target.bytes != NULL) {
        merger->matched = (uint32_t *)(void *)(begin + sites + others + 2);
        merger->same = merger->matched + sites;
        merger->order_now = merger->same + others;
        merger->order_before = merger->order_now + sites;
        match_sites(merger);
        fill_target(&target, merger, begin, begin + sites + 1);
        status = sysinfo__open_snapshot(target.bytes, bytes, out);
    }
    sysinfo__give_memory(tracker, begin, work);
    if (status != SYSINFO_OK) {
        sysinfo__give_memory(tracker, target.bytes, bytes);
        return status;
    }
    (*out)->owns_bytes = true;
    return SYSINFO_OK;
}

int sysinfo_heap_snapshot_subtract(const struct sysinfo_heap_snapshot *now, const struct sysinfo_heap_snapshot *before,
                                   struct sysinfo_heap_snapshot **out) {
    if (out == NULL) {
        return SYSINFO_INVALID;
    }
    *out = NULL;
    if (now == NULL || before == NULL) {
        return SYSINFO_INVALID;
    }
    struct merger merger = {.now = now, .before = before};
    return subtract(&merger, out);
}
