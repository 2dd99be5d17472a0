/* SPDX-License-Identifier: MIT */
/*
 * The tracker: every allocation of a process, counted.
 *
 * What an allocator does not tell, a library of its own counts: libsysinfo_heap,
 * linked in front of the others or preloaded (LD_PRELOAD=libsysinfo_heap.so.0). It
 * stands in front of malloc() and its family and counts each call, per thread, in
 * a few nanoseconds. docs/tracker.md says how.
 *
 * Linux, with glibc or musl. Where there is no tracker, the calls below answer
 * SYSINFO_NOT_SUPPORTED unless they say otherwise.
 */
#ifndef SYSINFO_TRACKER_H
#define SYSINFO_TRACKER_H

#include <sysinfo/api.h>
#include <sysinfo/result.h>
#include <sysinfo/status.h>

SYSINFO_BEGIN_DECLS

struct sysinfo_host;

/* ---- Looking into another process ---------------------------------------- */

/*
 * The environment variable that names a folder, by its full path: each process
 * that starts with the tracker keeps its counts in a file of its own there, named
 * PID.N: N is 0, and one more for each program that the same process goes on with
 * (exec) or that finds the name taken. The file is memory that is shared with
 * whoever reads it: the counts are those of this moment, cost the process nothing,
 * and are still there when it has ended, however it ended. A child of fork()
 * begins a file with the counts of its parent as soon as it allocates or frees
 * anything itself.
 *
 * Nothing is written where no such file can be made; the process goes on as ever.
 */
#define SYSINFO_HEAP_RECORDS "SYSINFO_HEAP_RECORDS"

/* What a record tells. Of a text that is too long, the end is there; "" when it is not known. */
struct sysinfo_heap_record {
    uint64_t present, estimated;
    uint64_t pid;            /* The process. */
    uint64_t has_ended;      /* 1: exit() was called, or main() returned. 0: it runs, or was killed, left by _exit() or by exec. */
    uint64_t is_tracked;     /* 0: malloc() belongs to another, see `owner`; then nothing is counted, and all of the following is absent. */
    uint64_t threads;        /* That count now. */
    uint64_t allocs;         /* Blocks ever handed out, by malloc() or any of its family; a realloc() is one freed and one handed out. */
    uint64_t frees;          /* Blocks ever freed. */
    uint64_t failed;         /* Calls that were refused. */
    uint64_t live;           /* Bytes in blocks handed out and not freed, of the size that malloc_usable_size() tells. */
    uint64_t blocks;         /* Their number. */
    uint64_t peak;           /* Most that live has ever been; up to 64 KiB for each thread too low. */
    uint64_t footprint;      /* Bytes that the allocator held from the system at `footprint_time`: glibc 2.33 and later. */
    uint64_t footprint_live; /* And what live was then. footprint - footprint_live is kept back, but for 8 bytes of each block. */
    double footprint_time;   /* Seconds on the monotonic clock. */
    uint64_t inherited_allocs; /* Of allocs, frees, failed, live and blocks what a child of fork() began with: its parent counts it too. */
    uint64_t inherited_frees;
    uint64_t inherited_failed;
    uint64_t inherited_live;
    uint64_t inherited_blocks;
    char image[128];         /* The file of the program, as a path. */
    char owner[128];         /* Whose malloc() it is, as a path, and the allocator's name if that is known: "/usr/bin/redis-server (jemalloc)". */
};

/*
 * Reads the record of a process, running or not, from the file at `path`, which
 * begins with a slash and is below the host's root. Cost: one open, read and close.
 *
 * SYSINFO_NOT_YET: the process is about to write it. SYSINFO_MALFORMED: it is no
 * record, or one of a later version. SYSINFO_NOT_SUPPORTED: not on this system. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_recorded(struct sysinfo_host *host, const char *path, struct sysinfo_heap_record *record, size_t size);

SYSINFO_END_DECLS

#endif
