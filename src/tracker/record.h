/* SPDX-License-Identifier: MIT */
/*
 * The tracker's record of one process, in memory and, if it records, in a file: a header, then a node for each
 * thread. docs/tracker.md describes it for readers. Numbers are in the machine's byte order, as the file never leaves
 * the machine.
 */
#ifndef SYSINFO_TRACKER_RECORD_H
#define SYSINFO_TRACKER_RECORD_H

#include <stdint.h>

#define SYSINFO__RECORD_MAGIC "sysheap1"

/* Where the size of a block is read. */
enum { SYSINFO__SIZE_USABLE = 1, SYSINFO__SIZE_HEADER = 2 };

struct sysinfo__record_header {
    /* Written once. */
    char magic[8];                   /* Zeros until the rest of the header is there. */
    uint32_t header_size, node_size; /* Bytes: where the nodes begin, and from one to the next. */
    uint32_t pid, size_rule;
    /* What the sums were where the record begins: a parent's, at fork(). 0 in a new program. */
    uint64_t inherited_allocs, inherited_frees, inherited_failed;
    int64_t inherited_live;
    uint64_t unused_1;
    char image[128]; /* The program's file; the end of the path where it is longer. */
    char owner[128]; /* Whose malloc() is called instead of the tracker's; "" when it is the tracker's. */

    /* In batches from each thread: sysinfo__flush(). */
    int64_t live, blocks;
    uint64_t peak;
    uint32_t nodes;     /* Ever used. Threads without a node share the first. */
    uint32_t has_ended; /* exit() was called, or main() returned. */
    uint64_t unused_2[4];

    /*
     * Consistent when both counters are equal: a writer increments `started` before a change and `finished` after
     * it; a reader reads `finished` first.
     */
    uint64_t footprint_finished;
    uint64_t footprint;
    int64_t footprint_live;
    uint64_t footprint_time; /* Nanoseconds on the monotonic clock. */
    uint64_t footprint_started;

    /* Anonymous memory that the program has mapped for itself, and the most that it was. */
    uint64_t mapped, mapped_peak;
    uint64_t inherited_mapped; /* What it was where the record begins. */
    uint64_t mapped_lost;      /* Changes that could not be followed; if not 0, `mapped` is an estimate. */
    uint64_t unused_3[7];
};
_Static_assert(sizeof(struct sysinfo__record_header) == 512, "the nodes follow at a cache line");

struct sysinfo__record_node {
    uint64_t allocs, frees, failed;
    int64_t live;
    uint64_t owned; /* 1: a thread counts here. When it ends, its sums stay, and another thread adds to them. */

    /* Used only by the process itself. */
    uint64_t inside;        /* In a call of the real allocator; or calls always go the long way. */
    int64_t ceiling, floor; /* Beyond these, `live` has a new peak, or the header is to know. */
    int64_t peak;           /* Of `live`, since the thread began or a scope was entered. */
    int64_t reported;       /* Of `live`, what the header knows. */
    int64_t reported_blocks;
    int64_t first_live; /* What the sums were when this thread began. */
    uint64_t first_allocs, first_frees, first_failed;
    uint64_t memos; /* An address in the process: sites.c. */
};
_Static_assert(sizeof(struct sysinfo__record_node) == 128, "two cache lines, as they are fetched in pairs");

#endif
