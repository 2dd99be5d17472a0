/* SPDX-License-Identifier: MIT */
/*
 * Snapshots of live blocks: taken by the tracker, or read from bytes that anybody may
 * have written. The bytes are checked once, when a snapshot is opened; what is read
 * afterwards relies on that. Memory is not of the heap where there is a tracker.
 */
#include <sysinfo/heap_tracker.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "tracker/blocks.h"

enum { MODULE_BITS = 16, OFFSET_BITS = 48, BUILD_ID_TEXT = 2 * 32 + 1 };
#define FIRST_OFFSET ((UINT64_C(1) << OFFSET_BITS) - 1)

/* A site's sums, and where its rows are. */
struct site {
    size_t number; /* In the bytes; that of the earlier blocks is none of them. */
    int64_t blocks, bytes;
    uint64_t generations, oldest, newest;
    bool is_earlier;
    size_t index; /* Not of this site: where the one of its place's number is in the order. */
};

struct sysinfo_heap_snapshot {
    const struct sysinfo__tracker *tracker; /* Whose memory this is; NULL: that of malloc(). */
    size_t size;
    const unsigned char *bytes;
    size_t bytes_size;
    bool owns_bytes;
    struct sysinfo__blocks_header header;
    const struct sysinfo__blocks_site *row; /* As in the bytes. */
    size_t sites;
    struct site *site;
    struct sysinfo_heap_frame *frame;
    struct sysinfo_heap_member *member;
    char (*build_id)[BUILD_ID_TEXT];
};

/* ---- Memory ---- */

static void *take_memory(const struct sysinfo__tracker *tracker, size_t size) {
    int saved_errno = errno;
    void *memory = tracker != NULL ? tracker->map(size) : calloc(1, size);
    errno = saved_errno;
    return memory;
}

static void give_memory(const struct sysinfo__tracker *tracker, void *memory, size_t size) {
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

static const size_t row_size[SYSINFO__SECTION_ROOM] = {
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

static const void *rows_of(const unsigned char *bytes, const struct sysinfo__blocks_header *header,
                           enum sysinfo__section section) {
    return bytes + header->section[section].offset;
}

static size_t count_of(const struct sysinfo__blocks_header *header, enum sysinfo__section section) {
    return (size_t)header->section[section].count;
}

static bool header_is_sound(const struct sysinfo__blocks_header *header, size_t size) {
    if (memcmp(header->magic, SYSINFO__BLOCKS_MAGIC, sizeof header->magic) != 0 ||
        header->header_size != sizeof *header || header->byte_order != SYSINFO__BLOCKS_ORDER ||
        header->size < sizeof *header || header->size > size || header->size % 8 != 0) {
        return false;
    }
    for (size_t i = 0; i < SYSINFO__SECTIONS; i++) {
        uint64_t offset = header->section[i].offset, count = header->section[i].count;
        if (offset % 8 != 0 || offset > header->size || count > (header->size - offset) / row_size[i]) {
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
    const struct site *left = a, *right = b;
    if (left->bytes != right->bytes) {
        return left->bytes > right->bytes ? -1 : 1;
    }
    return left->number < right->number ? -1 : left->number > right->number ? 1 : 0;
}

/* Without qsort(), which may allocate. */
static void sort_sites(struct site *site, size_t count) {
    for (size_t gap = count / 2; gap > 0; gap = gap == 2 ? 1 : gap * 5 / 11) {
        for (size_t i = gap; i < count; i++) {
            struct site moved = site[i];
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
        struct site *site = &snapshot->site[row[i].site];
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
        snapshot->site[snapshot->sites++] = (struct site){.number = sites,
                                                          .blocks = (int64_t)((uint64_t)header->blocks - blocks),
                                                          .bytes = (int64_t)((uint64_t)header->live - bytes),
                                                          .is_earlier = true};
    }
    sort_sites(snapshot->site, snapshot->sites);
}

/* From numbers of sites as the bytes have them to those in order of bytes. */
static void fill_members(struct sysinfo_heap_snapshot *snapshot) {
    const struct sysinfo__blocks_member *row = rows_of(snapshot->bytes, &snapshot->header, SYSINFO__SECTION_MEMBERS);
    size_t members = count_of(&snapshot->header, SYSINFO__SECTION_MEMBERS);
    for (size_t i = 0; i < snapshot->sites && members > 0; i++) {
        snapshot->site[snapshot->site[i].number].index = i;
    }
    for (size_t i = 0; i < members; i++) {
        snapshot->member[i] = (struct sysinfo_heap_member){snapshot->site[row[i].site].index, row[i].address,
                                                           row[i].size, row[i].generation};
    }
}

static int open_bytes(const unsigned char *bytes, size_t size, struct sysinfo_heap_snapshot **out) {
    struct sysinfo__blocks_header header;
    if (size < sizeof header || (uintptr_t)bytes % 8 != 0) {
        return SYSINFO_MALFORMED;
    }
    memcpy(&header, bytes, sizeof header);
    if (!header_is_sound(&header, size) || !modules_are_sound(bytes, &header) || !sites_are_sound(bytes, &header) ||
        !leaks_are_sound(bytes, &header)) {
        return SYSINFO_MALFORMED;
    }
    size_t sites = count_of(&header, SYSINFO__SECTION_SITES) + 1, frames = count_of(&header, SYSINFO__SECTION_FRAMES),
           modules = count_of(&header, SYSINFO__SECTION_MODULES), members = count_of(&header, SYSINFO__SECTION_MEMBERS),
           whole = sizeof **out + sites * sizeof(struct site) + frames * sizeof(struct sysinfo_heap_frame) +
                   members * sizeof(struct sysinfo_heap_member) + modules * BUILD_ID_TEXT;
    const struct sysinfo__tracker *tracker = sysinfo__counting_tracker();
    struct sysinfo_heap_snapshot *snapshot = take_memory(tracker, whole);
    if (snapshot == NULL) {
        return SYSINFO_NO_MEMORY;
    }
    snapshot->tracker = tracker;
    snapshot->size = whole;
    snapshot->bytes = bytes;
    snapshot->bytes_size = (size_t)header.size;
    snapshot->header = header;
    snapshot->row = rows_of(bytes, &header, SYSINFO__SECTION_SITES);
    snapshot->site = (struct site *)(void *)(snapshot + 1);
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
    int status = open_bytes(bytes, size, out);
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
    if ((what & ~SYSINFO_HEAP_LEAKS) != 0) {
        return SYSINFO_INVALID;
    }
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
    status = open_bytes(bytes, size, out);
    if (status != SYSINFO_OK) {
        give_memory(tracker, (void *)(uintptr_t)bytes, size);
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
        give_memory(tracker, (void *)(uintptr_t)snapshot->bytes, snapshot->bytes_size);
    }
    give_memory(tracker, snapshot, snapshot->size);
}

const void *sysinfo_heap_snapshot_bytes(const struct sysinfo_heap_snapshot *snapshot, size_t *size) {
    if (size != NULL) {
        *size = snapshot == NULL ? 0 : snapshot->bytes_size;
    }
    return snapshot == NULL ? NULL : snapshot->bytes;
}

/* ---- Reading ---- */

/* Without registers, a block may be held by nothing else; and then nothing about leaks is certain. */
#define HELD(out, field, value)           \
    do {                                  \
        if (header->estimated != 0) {     \
            GUESS((out), field, (value)); \
        } else {                          \
            FACT((out), field, (value));  \
        }                                 \
    } while (0)

static void fill_held(const struct sysinfo__blocks_header *header, struct sysinfo_heap_moment *moment) {
    const struct sysinfo__blocks_sum *held = header->held;
    HELD(moment, lost_blocks, held[SYSINFO__ROOT_NONE].blocks);
    HELD(moment, lost_bytes, held[SYSINFO__ROOT_NONE].bytes);
    HELD(moment, held_by_globals, held[SYSINFO__ROOT_GLOBAL].bytes);
    HELD(moment, held_by_mappings, held[SYSINFO__ROOT_MAPPING].bytes);
    HELD(moment, held_by_stacks, held[SYSINFO__ROOT_STACK].bytes);
    HELD(moment, held_by_own_stack, held[SYSINFO__ROOT_LAST_STACK].bytes);
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
    const struct site *found = &snapshot->site[index];
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

/* ---- Subtracting ---- */

/* What is put together of two snapshots: first its size, then its content. */
struct merger {
    const struct sysinfo_heap_snapshot *now, *before;
    uint32_t *same; /* For each site of `before`: that of `now`, plus 1; 0: none. */
    uint32_t *index;
    size_t room; /* Of the index, a power of two. */
};

static const struct sysinfo_heap_frame *frames_of(const struct sysinfo_heap_snapshot *snapshot, size_t site) {
    return snapshot->frame + snapshot->row[site].first;
}

static uint64_t hash_text(uint64_t hash, const char *text) {
    for (; *text != '\0'; text++) {
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001B3);
    }
    return hash;
}

static uint64_t hash_site(const struct sysinfo_heap_snapshot *snapshot, size_t site) {
    const struct sysinfo_heap_frame *frame = frames_of(snapshot, site);
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < snapshot->row[site].count; i++) {
        hash = (hash ^ frame[i].offset) * UINT64_C(0x100000001B3);
        hash ^= hash >> 31;
    }
    return snapshot->row[site].count == 0 ? hash : hash_text(hash, frame[0].module);
}

static bool is_same_site(const struct sysinfo_heap_snapshot *a, size_t left, const struct sysinfo_heap_snapshot *b,
                         size_t right) {
    const struct sysinfo_heap_frame *one = frames_of(a, left), *other = frames_of(b, right);
    if (a->row[left].count != b->row[right].count) {
        return false;
    }
    for (size_t i = 0; i < a->row[left].count; i++) {
        if (one[i].offset != other[i].offset || strcmp(one[i].module, other[i].module) != 0 ||
            strcmp(one[i].build_id, other[i].build_id) != 0) {
            return false;
        }
    }
    return true;
}

#define TAKEN (UINT32_C(1) << 31)

static void match_sites(struct merger *merger) {
    const struct sysinfo_heap_snapshot *now = merger->now, *before = merger->before;
    for (size_t i = 0; i < count_of(&now->header, SYSINFO__SECTION_SITES); i++) {
        size_t place = (size_t)hash_site(now, i) & (merger->room - 1);
        while (merger->index[place] != 0) {
            place = (place + 1) & (merger->room - 1);
        }
        merger->index[place] = (uint32_t)i + 1;
    }
    for (size_t i = 0; i < count_of(&before->header, SYSINFO__SECTION_SITES); i++) {
        for (size_t place = (size_t)hash_site(before, i) & (merger->room - 1); merger->index[place] != 0;
             place = (place + 1) & (merger->room - 1)) {
            bool is_free = (merger->index[place] & TAKEN) == 0; /* A file may have the same site twice. */
            if (is_free && is_same_site(now, merger->index[place] - 1, before, i)) {
                merger->same[i] = merger->index[place];
                merger->index[place] |= TAKEN;
                break;
            }
        }
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
    uint32_t *matched = merger->index; /* Its other use is over: for each site of `now`, that of `before`, plus 1. */
    memset(matched, 0, merger->room * sizeof *matched);
    for (size_t i = 0; i < others; i++) {
        if (merger->same[i] != 0) {
            matched[merger->same[i] - 1] = (uint32_t)i + 1;
        }
    }
    index_rows(now, begin_now);
    index_rows(before, begin_before);
    for (size_t i = 0; i < sites; i++) {
        size_t k = matched[i];
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
        header->size += (count * row_size[merged[i]] + 7) / 8 * 8;
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
    for (merger->room = 16; merger->room < 2 * sites;) {
        merger->room *= 2;
    }
    struct target target = {0};
    plan_target(&target, merger);
    size_t work = (sites + others + 2) * sizeof(size_t) + (merger->room + others) * sizeof(uint32_t),
           bytes = (size_t)target.header.size;
    size_t *begin = take_memory(tracker, work);
    target.bytes = take_memory(tracker, bytes);
    int status = SYSINFO_NO_MEMORY;
    if (begin != NULL && target.bytes != NULL) {
        merger->index = (uint32_t *)(void *)(begin + sites + others + 2);
        merger->same = merger->index + merger->room;
        match_sites(merger);
        fill_target(&target, merger, begin, begin + sites + 1);
        status = open_bytes(target.bytes, bytes, out);
    }
    give_memory(tracker, begin, work);
    if (status != SYSINFO_OK) {
        give_memory(tracker, target.bytes, bytes);
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
