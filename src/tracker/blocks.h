/* SPDX-License-Identifier: MIT */
/*
 * A snapshot of live blocks, as it is in memory and in a file: a header, sections of
 * rows of one size each, and a text that rows point into. docs/leaks.md describes it for readers.
 * A file is one snapshot after another. Numbers are in the machine's byte order.
 */
#ifndef SYSINFO_TRACKER_BLOCKS_H
#define SYSINFO_TRACKER_BLOCKS_H

#include <stdint.h>

#define SYSINFO__BLOCKS_MAGIC "sysblks1"
enum { SYSINFO__BLOCKS_ORDER = 0x01020304 };

enum sysinfo__section {
    SYSINFO__SECTION_MODULES,
    SYSINFO__SECTION_FRAMES,
    SYSINFO__SECTION_SITES,
    SYSINFO__SECTION_ROWS,
    SYSINFO__SECTION_LEAKS,
    SYSINFO__SECTION_MEMBERS,
    SYSINFO__SECTION_BLOCKS,
    SYSINFO__SECTION_EDGES,
    SYSINFO__SECTION_ROOTS,
    SYSINFO__SECTION_TEXT,
    SYSINFO__SECTIONS,
    SYSINFO__SECTION_ROOM = 16
};

/* Bits of `what` in a header. */
#define SYSINFO__BLOCKS_HAS_EARLIER (UINT64_C(1) << 32) /* Blocks from before sites were kept may be live. */
#define SYSINFO__BLOCKS_IS_DIFFERENCE (UINT64_C(1) << 33)

/* What a root is. */
enum {
    SYSINFO__ROOT_NONE,
    SYSINFO__ROOT_GLOBAL,
    SYSINFO__ROOT_THREAD_LOCAL,
    SYSINFO__ROOT_MAPPING,
    SYSINFO__ROOT_STACK, /* Or a register of its thread. */
    SYSINFO__ROOT_LAST_STACK,
    SYSINFO__ROOT_PERHAPS, /* No root: only an unaligned word or one with a tag may point to it. */
    SYSINFO__ROOTS
};

struct sysinfo__blocks_sum {
    uint64_t blocks, bytes;
};

struct sysinfo__blocks_header {
    char magic[8];
    uint32_t header_size, byte_order;
    uint64_t size;      /* Of all of it. */
    uint64_t pid, time; /* Nanoseconds on the monotonic clock. */
    uint64_t what, estimated;
    uint32_t number, generation; /* The first snapshot of a process has number 1. */
    int64_t live, blocks;        /* As they were counted, also of blocks from before sites were kept. */
    uint64_t pause;              /* Nanoseconds that the process stood still. */
    struct sysinfo__blocks_sum held[SYSINFO__ROOTS];
    struct sysinfo__blocks_sum inherited; /* Unreachable, and of the parent before this process was forked. */
    struct {
        uint64_t offset, count; /* In bytes from the header; rows. */
    } section[SYSINFO__SECTION_ROOM];
    char image[128], label[112];
};

struct sysinfo__blocks_module {
    uint64_t path; /* In the text. */
    uint64_t build_id_size;
    unsigned char build_id[32];
};

/* Frames are uint64_t: the module's number above 48 bits of offset in it. Module 0 is none. */

struct sysinfo__blocks_site {
    uint64_t first, count; /* Frames. */
    uint64_t blocks, bytes;
    uint64_t lost_blocks, lost_bytes, references;
};

/* Blocks of one site and one generation; in order of both. */
struct sysinfo__blocks_row {
    uint32_t site, generation;
    uint64_t blocks, bytes;
};

enum { SYSINFO__LEAK_LOST, SYSINFO__LEAK_CYCLE, SYSINFO__LEAKS };

struct sysinfo__blocks_leak {
    uint32_t kind, site;
    uint64_t blocks, bytes, kept_blocks, kept_bytes;
    uint64_t first, count; /* Members. */
};

struct sysinfo__blocks_member {
    uint32_t site, generation;
    uint64_t address, size;
};

/* A live block, in order of address, and what it was first reached from. */
struct sysinfo__blocks_block {
    uint64_t address, size;
    uint32_t site, generation;
    uint32_t holder; /* The row of the block that holds it, plus 1; 0: `root` does. */
    uint32_t root;   /* The row of the root that it is reached from, plus 1; 0: none, it is unreachable. */
    uint64_t offset; /* Of the pointer in the holder, or in the root. */
    uint32_t references;
    uint32_t distance; /* Blocks on the way, so that no way goes round in a circle. */
};

#define SYSINFO__EDGE_OF_ROOT (UINT32_C(1) << 31)
struct sysinfo__blocks_edge {
    uint32_t from, to; /* Sites; `from` with the highest bit set: a root. */
    uint64_t count;
};

/* A word of a variable, or a stack, a thread's registers, or a mapping. */
struct sysinfo__blocks_root {
    uint32_t kind, module; /* Of a variable: where it is in the module, or in its thread-local variables. */
    uint64_t offset;
    uint32_t thread, is_register;
    uint64_t name; /* In the text: of the mapping, or the thread; 0: none. */
};

#endif
