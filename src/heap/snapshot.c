/* SPDX-License-Identifier: MIT */
/*
 * Snapshots of live blocks, taken by the tracker or read from untrusted bytes. The bytes are checked once, when a
 * snapshot is opened; later reads rely on that. With a tracker, memory for them is not taken from the heap.
 */
#include <sysinfo/heap_tracker.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "heap/snapshot.h"

/* ---- Memory ---- */

void *sysinfo__take_memory(const struct sysinfo__tracker *tracker, size_t size) {
    int saved_errno = errno;
    void *memory = tracker != NULL ? tracker->map(size) : calloc(1, size);
    errno = saved_errno;
    return memory;
}

void sysinfo__give_memory(const struct sysinfo__tracker *tracker, void *memory, size_t size) {
    int saved_errno = errno;
    if (memory == NULL) {
        return;
    }
    if (tracker != NULL) {
        tracker->unmap(memory, size);
    } else {
        free(memory);
    }
    errno = saved_errno;
}

/* ---- Checking ---- */

const size_t sysinfo__row_size[SYSINFO__SECTION_ROOM] = {
    [SYSINFO__SECTION_MODULES] = sizeof(struct sysinfo__blocks_module),
    [SYSINFO__SECTION_FRAMES] = sizeof(uint64_t),
    [SYSINFO__SECTION_SITES] = sizeof(struct sysinfo__blocks_site),
    [SYSINFO__SECTION_ROWS] = sizeof(struct sysinfo__blocks_row),
    [SYSINFO__SECTION_LEAKS] = sizeof(struct sysinfo__blocks_leak),
    [SYSINFO__SECTION_MEMBERS] = sizeof(struct sysinfo__blocks_member),
    [SYSINFO__SECTION_BLOCKS] = sizeof(struct sysinfo__blocks_block),
    [SYSINFO__SECTION_EDGES] = sizeof(struct sysinfo__blocks_edge),
    [SYSINFO__SECTION_ROOTS] = sizeof(struct sysinfo__blocks_root),
    [SYSINFO__SECTION_TEXT] = 1,
};

static bool header_is_sound(const struct sysinfo__blocks_header *header, size_t size) {
    if (memcmp(header->magic, SYSINFO__BLOCKS_MAGIC, sizeof header->magic) != 0 ||
        header->header_size != sizeof *header || header->byte_order != SYSINFO__BLOCKS_ORDER ||
        header->size < sizeof *header || header->size > size || header->size % 8 != 0) {
        return false;
    }
    for (size_t i = 0; i < SYSINFO__SECTIONS; i++) {
        uint64_t offset = header->section[i].offset, count = header->section[i].count;
        if (offset % 8 != 0 || offset > header->size || count > (header->size - offset) / sysinfo__row_size[i]) {
            return false;
        }
    }
    return memchr(header->image, 0, sizeof header->image) != NULL &&
           memchr(header->label, 0, sizeof header->label) != NULL;
}

/* It ends with a NUL, so that each place in it begins a text that ends. */
static bool modules_are_sound(const unsigned char *bytes, const struct sysinfo__blocks_header *header) {
    const struct sysinfo__blocks_module *module = rows_of(bytes, header, SYSINFO__SECTION_MODULES);
    const char *text = rows_of(bytes, header, SYSINFO__SECTION_TEXT);
    size_t length = count_of(header, SYSINFO__SECTION_TEXT), count = count_of(header, SYSINFO__SECTION_MODULES);
    if (count == 0 || count > 1U << MODULE_BITS || length == 0 || text[0] != '\0' || text[length - 1] != '\0') {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (module[i].path >= length || module[i].build_id_size > sizeof module[i].build_id) {
            return false;
        }
    }
    return true;
}

static bool sites_are_sound(const unsigned char *bytes, const struct sysinfo__blocks_header *header) {
    const struct sysinfo__blocks_site *site = rows_of(bytes, header, SYSINFO__SECTION_SITES);
    const uint64_t *frame = rows_of(bytes, header, SYSINFO__SECTION_FRAMES);
    const struct sysinfo__blocks_row *row = rows_of(bytes, header, SYSINFO__SECTION_ROWS);
    size_t frames = count_of(header, SYSINFO__SECTION_FRAMES), sites = count_of(header, SYSINFO__SECTION_SITES),
           modules = count_of(header, SYSINFO__SECTION_MODULES), rows = count_of(header, SYSINFO__SECTION_ROWS);
    for (size_t i = 0; i < frames; i++) {
        if (frame[i] >> OFFSET_BITS >= modules) {
            return false;
        }
    }
    size_t unshared = frames; /* Each site has frames of its own: a difference has room for those of both files. */
    for (size_t i = 0; i < sites; i++) {
        if (site[i].first > frames || site[i].count > frames - site[i].first || site[i].count > unshared) {
            return false;
        }
        unshared -= (size_t)site[i].count;
    }
    for (size_t i = 0; i < rows; i++) {
        if (row[i].site >= sites ||
            (i > 0 && (row[i].site < row[i - 1].site ||
                       (row[i].site == row[i - 1].site && row[i].generation <= row[i - 1].generation)))) {
            return false;
        }
    }
    return true;
}

static bool leaks_are_sound(const unsigned char *bytes, const struct sysinfo__blocks_header *header) {
    const struct sysinfo__blocks_leak *leak = rows_of(bytes, header, SYSINFO__SECTION_LEAKS);
    const struct sysinfo__blocks_member *member = rows_of(bytes, header, SYSINFO__SECTION_MEMBERS);
    size_t members = count_of(header, SYSINFO__SECTION_MEMBERS), sites = count_of(header, SYSINFO__SECTION_SITES);
    for (size_t i = 0; i < count_of(header, SYSINFO__SECTION_LEAKS); i++) {
        if (leak[i].kind >= SYSINFO__LEAKS || leak[i].first > members || leak[i].count > members - leak[i].first) {
            return false;
        }
    }
    for (size_t i = 0; i < members; i++) {
        if (member[i].site >= sites) {
            return false;
        }
    }
    return true;
}

/* ---- Opening ---- */

static void write_build_id(char *text, const struct sysinfo__blocks_module *module) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < module->build_id_size; i++) {
        *text++ = digits[module->build_id[i] >> 4];
        *text++ = digits[module->build_id[i] & 15];
    }
    *text = '\0';
}

static void fill_frames(struct sysinfo_heap_snapshot *snapshot) {
    const struct sysinfo__blocks_header *header = &snapshot->header;
    const struct sysinfo__blocks_module *module = rows_of(snapshot->bytes, header, SYSINFO__SECTION_MODULES);
    const char *text = rows_of(snapshot->bytes, header, SYSINFO__SECTION_TEXT);
    const uint64_t *frame = rows_of(snapshot->bytes, header, SYSINFO__SECTION_FRAMES);
    for (size_t i = 0; i < count_of(header, SYSINFO__SECTION_MODULES); i++) {
        write_build_id(snapshot->build_id[i], &module[i]);
    }
    for (size_t i = 0; i < count_of(header, SYSINFO__SECTION_FRAMES); i++) {
        size_t number = (size_t)(frame[i] >> OFFSET_BITS);
        snapshot->frame[i] = (struct sysinfo_heap_frame){text + module[number].path, frame[i] & FIRST_OFFSET,
                                                         snapshot->build_id[number]};
    }
}

static int by_bytes(const void *a, const void *b) {
    const struct sysinfo__site_sums *left = a, *right = b;
    if (left->bytes != right->bytes) {
        return left->bytes > right->bytes ? -1 : 1;
    }
    return left->number < right->number ? -1 : left->number > right->number ? 1 : 0;
}

/* Without qsort(), which may allocate. */
static void sort_sites(struct sysinfo__site_sums *site, size_t count) {
    for (size_t gap = count / 2; gap > 0; gap = gap == 2 ? 1 : gap * 5 / 11) {
        for (size_t i = gap; i < count; i++) {
            struct sysinfo__site_sums moved = site[i];
            size_t k = i;
            for (; k >= gap && by_bytes(&moved, &site[k - gap]) < 0; k -= gap) {
                site[k] = site[k - gap];
            }
            site[k] = moved;
        }
    }
}

/* Sums wrap around: in a difference they may be below 0, and a file may hold anything. */
static void fill_sites(struct sysinfo_heap_snapshot *snapshot) {
    const struct sysinfo__blocks_header *header = &snapshot->header;
    const struct sysinfo__blocks_row *row = rows_of(snapshot->bytes, header, SYSINFO__SECTION_ROWS);
    size_t sites = count_of(header, SYSINFO__SECTION_SITES);
    uint64_t blocks = 0, bytes = 0;
    for (size_t i = 0; i < sites; i++) {
        snapshot->site[i].number = i;
    }
    for (size_t i = 0; i < count_of(header, SYSINFO__SECTION_ROWS); i++) {
        struct sysinfo__site_sums *site = &snapshot->site[row[i].site];
        site->blocks = (int64_t)((uint64_t)site->blocks + row[i].blocks);
        site->bytes = (int64_t)((uint64_t)site->bytes + row[i].bytes);
        site->oldest = site->generations == 0 ? row[i].generation : site->oldest;
        site->newest = row[i].generation;
        site->generations++;
        blocks += row[i].blocks;
        bytes += row[i].bytes;
    }
    snapshot->sites = sites;
    if ((header->what & SYSINFO__BLOCKS_HAS_EARLIER) != 0 && (uint64_t)header->blocks > blocks &&
        (uint64_t)header->live >= bytes) {
        snapshot->site[snapshot->sites++] =
            (struct sysinfo__site_sums){.number = sites,
                                        .blocks = (int64_t)((uint64_t)header->blocks - blocks),
                                        .bytes = (int64_t)((uint64_t)header->live - bytes),
                                        .is_earlier = true};
    }
    sort_sites(snapshot->site, snapshot->sites);
}

/* Maps the number of a site in the file to its place in order of bytes. */
static void fill_members(struct sysinfo_heap_snapshot *snapshot) {
    const struct sysinfo__blocks_member *row = rows_of(snapshot->bytes, &snapshot->header, SYSINFO__SECTION_MEMBERS);
    size_t members = count_of(&snapshot->header, SYSINFO__SECTION_MEMBERS);
    for (size_t i = 0; i < snapshot->sites; i++) {
        snapshot->site[snapshot->site[i].number].index = i;
    }
    for (size_t i = 0; i < members; i++) {
        snapshot->member[i] = (struct sysinfo_heap_member){snapshot->site[row[i].site].index, row[i].address,
                                                           row[i].size, row[i].generation};
    }
}

int sysinfo__open_snapshot(const unsigned char *bytes, size_t size, struct sysinfo_heap_snapshot **out) {
    struct sysinfo__blocks_header header;
    if (size < sizeof header || (uintptr_t)bytes % 8 != 0) {
        return SYSINFO_MALFORMED;
    }
    memcpy(&header, bytes, sizeof header);
    if (!header_is_sound(&header, size) || !modules_are_sound(bytes, &header) || !sites_are_sound(bytes, &header) ||
        !leaks_are_sound(bytes, &header) || !sysinfo__references_are_sound(bytes, &header)) {
        return SYSINFO_MALFORMED;
    }
    size_t sites = count_of(&header, SYSINFO__SECTION_SITES) + 1, frames = count_of(&header, SYSINFO__SECTION_FRAMES),
           modules = count_of(&header, SYSINFO__SECTION_MODULES), members = count_of(&header, SYSINFO__SECTION_MEMBERS);
    uint64_t room = (uint64_t)sizeof **out + (uint64_t)sites * sizeof(struct sysinfo__site_sums) +
                    (uint64_t)frames * sizeof(struct sysinfo_heap_frame) +
                    (uint64_t)members * sizeof(struct sysinfo_heap_member) + (uint64_t)modules * BUILD_ID_TEXT;
    if (room > SIZE_MAX / 2) { /* Where addresses have 32 bits. */
        return SYSINFO_NO_MEMORY;
    }
    size_t whole = (size_t)room;
    const struct sysinfo__tracker *tracker = sysinfo__counting_tracker();
    struct sysinfo_heap_snapshot *snapshot = sysinfo__take_memory(tracker, whole);
    if (snapshot == NULL) {
        return SYSINFO_NO_MEMORY;
    }
    snapshot->tracker = tracker;
    snapshot->size = whole;
    snapshot->bytes = bytes;
    snapshot->bytes_size = (size_t)header.size;
    snapshot->header = header;
    snapshot->row = rows_of(bytes, &header, SYSINFO__SECTION_SITES);
    snapshot->site = (struct sysinfo__site_sums *)(void *)(snapshot + 1);
    snapshot->frame = (struct sysinfo_heap_frame *)(void *)(snapshot->site + sites);
    snapshot->member = (struct sysinfo_heap_member *)(void *)(snapshot->frame + frames);
    snapshot->build_id = (char(*)[BUILD_ID_TEXT])(void *)(snapshot->member + members);
    fill_frames(snapshot);
    fill_sites(snapshot);
    fill_members(snapshot);
    *out = snapshot;
    return SYSINFO_OK;
}

int sysinfo_heap_snapshot_read(struct sysinfo_heap_snapshot **out, const void *bytes, size_t size, size_t *used) {
    if (out == NULL || bytes == NULL) {
        return SYSINFO_INVALID;
    }
    *out = NULL;
    int status = sysinfo__open_snapshot(bytes, size, out);
    if (status == SYSINFO_OK && used != NULL) {
        *used = (*out)->bytes_size;
    }
    return status;
}

int sysinfo_heap_snapshot_open(struct sysinfo_heap_snapshot **out, uint32_t what) {
    if (out == NULL) {
        return SYSINFO_INVALID;
    }
    *out = NULL;
    if ((what & ~(SYSINFO_HEAP_LEAKS | SYSINFO_HEAP_REFERENCES)) != 0) {
        return SYSINFO_INVALID;
    }
    what |= (what & SYSINFO_HEAP_REFERENCES) != 0 ? SYSINFO_HEAP_LEAKS : 0;
    const struct sysinfo__tracker *tracker = sysinfo__counting_tracker();
    if (tracker == NULL) {
        return SYSINFO_NOT_SUPPORTED;
    }
    const void *bytes;
    size_t size;
    int status = tracker->snapshot(what, &bytes, &size);
    if (status != SYSINFO_OK) {
        return status;
    }
    status = sysinfo__open_snapshot(bytes, size, out);
    if (status != SYSINFO_OK) {
        sysinfo__give_memory(tracker, (void *)(uintptr_t)bytes, size);
        return status;
    }
    (*out)->owns_bytes = true;
    return SYSINFO_OK;
}

void sysinfo_heap_snapshot_close(struct sysinfo_heap_snapshot *snapshot) {
    if (snapshot == NULL) {
        return;
    }
    const struct sysinfo__tracker *tracker = snapshot->tracker;
    if (snapshot->owns_bytes) {
        sysinfo__give_memory(tracker, (void *)(uintptr_t)snapshot->bytes, snapshot->bytes_size);
    }
    sysinfo__give_memory(tracker, snapshot, snapshot->size);
}

const void *sysinfo_heap_snapshot_bytes(const struct sysinfo_heap_snapshot *snapshot, size_t *size) {
    if (size != NULL) {
        *size = snapshot == NULL ? 0 : snapshot->bytes_size;
    }
    return snapshot == NULL ? NULL : snapshot->bytes;
}

/* ---- Reading ---- */

static void fill_held(const struct sysinfo__blocks_header *header, struct sysinfo_heap_moment *moment) {
    const struct sysinfo__blocks_sum *held = header->held;
    HELD(moment, lost_blocks, held[SYSINFO__ROOT_NONE].blocks);
    HELD(moment, lost_bytes, held[SYSINFO__ROOT_NONE].bytes);
    HELD(moment, held_by_globals, held[SYSINFO__ROOT_GLOBAL].bytes);
    HELD(moment, held_by_mappings, held[SYSINFO__ROOT_MAPPING].bytes);
    HELD(moment, held_by_stacks, held[SYSINFO__ROOT_STACK].bytes);
    HELD(moment, held_by_own_stack, held[SYSINFO__ROOT_LAST_STACK].bytes);
    HELD(moment, held_by_thread_locals, held[SYSINFO__ROOT_THREAD_LOCAL].bytes);
    HELD(moment, perhaps_blocks, held[SYSINFO__ROOT_PERHAPS].blocks);
    HELD(moment, perhaps_bytes, held[SYSINFO__ROOT_PERHAPS].bytes);
    HELD(moment, inherited_blocks, header->inherited.blocks);
    HELD(moment, inherited_bytes, header->inherited.bytes);
}

int sysinfo_heap_snapshot_moment(const struct sysinfo_heap_snapshot *snapshot, struct sysinfo_heap_moment *moment,
                                 size_t size, const char **label, const char **image) {
    if (snapshot == NULL || !sysinfo__is_result(moment, size)) {
        return SYSINFO_INVALID;
    }
    const struct sysinfo__blocks_header *header = &snapshot->header;
    struct sysinfo_heap_moment whole = {0};
    FACT(&whole, pid, header->pid);
    FACT(&whole, number, header->number);
    FACT(&whole, generation, header->generation);
    FACT(&whole, time, (double)header->time / 1e9);
    FACT(&whole, live, header->live);
    FACT(&whole, blocks, header->blocks);
    FACT(&whole, is_difference, (header->what & SYSINFO__BLOCKS_IS_DIFFERENCE) != 0);
    if ((header->what & SYSINFO_HEAP_LEAKS) != 0) {
        fill_held(header, &whole);
    }
    if (header->pause != 0) {
        FACT(&whole, pause, (double)header->pause / 1e9);
    }
    sysinfo__give(moment, size, &whole, sizeof whole);
    if (label != NULL) {
        *label = snapshot->header.label;
    }
    if (image != NULL) {
        *image = snapshot->header.image;
    }
    return SYSINFO_OK;
}

size_t sysinfo_heap_snapshot_sites(const struct sysinfo_heap_snapshot *snapshot) {
    return snapshot == NULL ? 0 : snapshot->sites;
}

int sysinfo_heap_snapshot_site(const struct sysinfo_heap_snapshot *snapshot, size_t index,
                               struct sysinfo_heap_site *site, size_t size, const struct sysinfo_heap_frame **frames) {
    if (snapshot == NULL || index >= snapshot->sites || !sysinfo__is_result(site, size)) {
        return SYSINFO_INVALID;
    }
    const struct sysinfo__site_sums *found = &snapshot->site[index];
    const struct sysinfo__blocks_site *row = found->is_earlier ? NULL : &snapshot->row[found->number];
    struct sysinfo_heap_site whole = {0};
    FACT(&whole, blocks, found->blocks);
    FACT(&whole, bytes, found->bytes);
    if (!found->is_earlier) {
        FACT(&whole, generations, found->generations);
        FACT(&whole, oldest, found->oldest);
        FACT(&whole, newest, found->newest);
    }
    FACT(&whole, is_earlier, found->is_earlier);
    FACT(&whole, frames, row != NULL ? row->count : 0);
    const struct sysinfo__blocks_header *header = &snapshot->header;
    if (row != NULL && (header->what & SYSINFO_HEAP_LEAKS) != 0) {
        HELD(&whole, lost_blocks, row->lost_blocks);
        HELD(&whole, lost_bytes, row->lost_bytes);
        HELD(&whole, references, row->references);
    }
    sysinfo__give(site, size, &whole, sizeof whole);
    if (frames != NULL) {
        *frames = row != NULL ? snapshot->frame + row->first : NULL;
    }
    return SYSINFO_OK;
}

size_t sysinfo_heap_snapshot_leaks(const struct sysinfo_heap_snapshot *snapshot) {
    return snapshot == NULL ? 0 : count_of(&snapshot->header, SYSINFO__SECTION_LEAKS);
}

int sysinfo_heap_snapshot_leak(const struct sysinfo_heap_snapshot *snapshot, size_t index,
                               struct sysinfo_heap_leak *leak, size_t size,
                               const struct sysinfo_heap_member **members) {
    if (snapshot == NULL || index >= sysinfo_heap_snapshot_leaks(snapshot) || !sysinfo__is_result(leak, size)) {
        return SYSINFO_INVALID;
    }
    const struct sysinfo__blocks_header *header = &snapshot->header;
    const struct sysinfo__blocks_leak *row =
        (const struct sysinfo__blocks_leak *)rows_of(snapshot->bytes, header, SYSINFO__SECTION_LEAKS) + index;
    struct sysinfo_heap_leak whole = {0};
    HELD(&whole, is_cycle, row->kind == SYSINFO__LEAK_CYCLE);
    HELD(&whole, blocks, row->blocks);
    HELD(&whole, bytes, row->bytes);
    HELD(&whole, kept_blocks, row->kept_blocks);
    HELD(&whole, kept_bytes, row->kept_bytes);
    FACT(&whole, members, row->count);
    sysinfo__give(leak, size, &whole, sizeof whole);
    if (members != NULL) {
        *members = snapshot->member + row->first;
    }
    return SYSINFO_OK;
}

/* ---- Keeping sites ---- */

int sysinfo_heap_sites_keep(uint32_t frames) {
    if (frames == 0 || frames > 32) {
        return SYSINFO_INVALID;
    }
    const struct sysinfo__tracker *tracker = sysinfo__counting_tracker();
    if (tracker == NULL || tracker->keep_sites == NULL) {
        return SYSINFO_NOT_SUPPORTED;
    }
    return tracker->keep_sites(frames) ? SYSINFO_OK : SYSINFO_NO_MEMORY;
}

int sysinfo_heap_generation(uint32_t *number) {
    const struct sysinfo__tracker *tracker = sysinfo__counting_tracker();
    if (tracker == NULL) {
        return SYSINFO_NOT_SUPPORTED;
    }
    uint32_t next = tracker->next_generation();
    if (number != NULL) {
        *number = next;
    }
    return SYSINFO_OK;
}
