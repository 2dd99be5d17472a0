/* SPDX-License-Identifier: MIT */
/*
 * Snapshots of live blocks, while a command runs: its processes write them into the directory of their records, and
 * are asked for more through a control file there. Here they are put together in one file.
 * Systems without the tracker link heaps_none.c.
 */
#ifndef CLI_SNAPSHOTS_H
#define CLI_SNAPSHOTS_H

#include <stdbool.h>
#include <stdint.h>

struct snapshots;

/* NULL after a message. The directory is that of heaps_folder(), `what` as sysinfo_heap_snapshot_open() takes it. */
struct snapshots *snapshots_open(const char *directory, const char *path, uint64_t what);

/* Asks each process for one, under this label, and begins the next generation. */
void snapshots_request(struct snapshots *snapshots, const char *label);

/* The same, and waits until one has come, at most so many seconds: a process that sleeps takes none. */
void snapshots_await(struct snapshots *snapshots, const char *label, double seconds);

/* Appends what was written since. With `is_end`, waits a moment for those that are just being written. */
void snapshots_collect(struct snapshots *snapshots, bool is_end);

/* What no snapshot was taken of, so far. */
struct missing {
    uint64_t confined; /* Processes that have forbidden themselves system calls. */
    uint64_t failed;   /* Snapshots for which there was no memory, or no room in the directory. */
};
struct missing snapshots_missing(const struct snapshots *snapshots);

/* False after a message: the file is not whole. NULL is fine. */
bool snapshots_close(struct snapshots *snapshots);

/* What `sysinfo mark` does below a run that keeps snapshots. */
void snapshots_mark(const char *directory, const char *label);

#endif
