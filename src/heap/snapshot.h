/* SPDX-License-Identifier: MIT */
/* What the files that read snapshots share. */
#ifndef SYSINFO_HEAP_SNAPSHOT_H
#define SYSINFO_HEAP_SNAPSHOT_H

#include <stdbool.h>

#include <sysinfo/heap_tracker.h>

#include "internal.h"
#include "tracker/blocks.h"

enum { MODULE_BITS = 16, OFFSET_BITS = 48, BUILD_ID_TEXT = 2 * 32 + 1 };
#define FIRST_OFFSET ((UINT64_C(1) << OFFSET_BITS) - 1)

/* A site's sums, and where its rows are. */
struct sysinfo__site_sums {
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
    struct sysinfo__site_sums *site;
    struct sysinfo_heap_frame *frame;
    struct sysinfo_heap_member *member;
    char (*build_id)[BUILD_ID_TEXT];
};

void *sysinfo__take_memory(const struct sysinfo__tracker *tracker, size_t size);
void sysinfo__give_memory(const struct sysinfo__tracker *tracker, void *memory, size_t size);

/* Of a row of each section. */
extern const size_t sysinfo__row_size[SYSINFO__SECTION_ROOM];

static inline const void *rows_of(const unsigned char *bytes, const struct sysinfo__blocks_header *header,
                                  enum sysinfo__section section) {
    return bytes + header->section[section].offset;
}

static inline size_t count_of(const struct sysinfo__blocks_header *header, enum sysinfo__section section) {
    return (size_t)header->section[section].count;
}

/* Checks bytes and keeps them, but does not own them. */
int sysinfo__open_snapshot(const unsigned char *bytes, size_t size, struct sysinfo_heap_snapshot **out);

/* references.c */
bool sysinfo__references_are_sound(const unsigned char *bytes, const struct sysinfo__blocks_header *header);

/* Without registers, a block may be held by nothing else; and then nothing about leaks is certain. */
#define HELD(out, field, value)           \
    do {                                  \
        if (header->estimated != 0) {     \
            GUESS((out), field, (value)); \
        } else {                          \
            FACT((out), field, (value));  \
        }                                 \
    } while (0)

#endif
