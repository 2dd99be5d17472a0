/* SPDX-License-Identifier: MIT */
/*
 * Snapshots of live blocks while a command runs: its processes write them into the directory of their records, and are
 * asked for more through a control file there. Here they are collected into one file. Systems without the tracker link
 * heaps_none.c.
 */
#ifndef CLI_SNAPSHOTS_H
#define CLI_SNAPSHOTS_H

#include <stdbool.h>
#include <stdint.h>

struct snapshots;

/*
 * The directory is that of heaps_directory(), `what` as in sysinfo_heap_snapshot_open(). Returns NULL after a message.
 */
struct snapshots *snapshots_open(const char *directory, const char *path, uint64_t what);

/* Asks each process for a snapshot with this label, and begins the next generation. */
void snapshots_request(struct snapshots *snapshots, const char *label);

/* The same, and waits until a snapshot has arrived, at most `seconds`: a sleeping process takes none. */
void snapshots_await(struct snapshots *snapshots, const char *label, double seconds);

/* Appends the snapshots written since. With `is_end`, briefly waits for those that are being written. */
void snapshots_collect(struct snapshots *snapshots, bool is_end);

/* What no snapshot was taken of, so far. */
struct missing {
    uint64_t confined; /* Processes that have forbidden themselves system calls. */
    uint64_t failed;   /* Snapshots for which there was no memory, or no room in the directory. */
    uint64_t denied;   /* Snapshots of processes that run as another user now. */
};
struct missing snapshots_missing(const struct snapshots *snapshots);

/* Returns false after a message: the file is incomplete. NULL is allowed. */
bool snapshots_close(struct snapshots *snapshots);

/* What `sysinfo mark` does inside a run that keeps snapshots. */
void snapshots_mark(const char *directory, const char *label);

#endif
