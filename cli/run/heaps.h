/* SPDX-License-Identifier: MIT */
/*
 * The heaps of a command's processes: started with the tracker, each keeps its
 * counts in a file of a folder that is this program's own. The files of those that
 * have ended are read a last time and removed, so that they never pile up.
 * Systems without the tracker link heaps_none.c, where heaps_open() says no.
 */
#ifndef CLI_HEAPS_H
#define CLI_HEAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "run/tree.h"
#include "text.h"

/* Why the heap of a process is not counted. */
enum heap_gap {
    /* Unknown yet: the process is in the middle of exec, or of ending. */
    HEAP_GAP_LATER = -1,
    /*
     * None that can be seen: it may only just begin, or be a copy of its parent that has not used
     * malloc() itself.
     */
    HEAP_GAP_NONE,
    HEAP_GAP_STATIC,
    HEAP_GAP_PRIVILEGED,
    HEAP_GAP_ALLOCATOR,
    HEAP_GAP_ENVIRONMENT,
    HEAP_GAP_ARCHITECTURE,
    HEAP_GAP_LIBC,
    HEAP_GAP_USER,
    HEAP_GAP_ROOT,
    HEAP_GAPS
};

/* A program that was counted: a process from its start, fork or exec to its end, or to its next exec. */
struct heap_program {
    int64_t pid;
    char name[20];   /* As a sample saw it; of one that none saw, that of its file. */
    char image[128]; /* Its file. */
    bool is_fork;    /* Began as a copy of its parent, whose blocks are in its own until it frees them. */
    enum {
        PROGRAM_RUNS,
        PROGRAM_ENDED,
        PROGRAM_GONE
    } state;                        /* ENDED: in order, by exit(). GONE: killed, by _exit(), or another by exec. */
    uint64_t allocs, frees, failed; /* Its own, without those of the parent. */
    /* Bytes, blocks, and the most bytes: at the last look, which for those that do not run is the end. */
    uint64_t in_use, blocks, peak;
    uint64_t inherited_blocks;    /* That it began with, of its parent; freeing them counts in `frees`. */
    uint64_t left, left_blocks;   /* Of these, what is more than it began with. */
    uint64_t mapped, mapped_peak; /* Bytes that it mapped itself, past malloc(), whether touched or not. */
    uint64_t mapped_now;          /* Of these, no more than there could be in memory at the last sample. */
    bool has_kept;                /* What malloc() keeps back was known in a sample: */
    uint64_t kept, kept_peak;     /* bytes at the last one, and the most. */
};

/* Of all that live in a sample. */
struct heap_sample {
    size_t processes; /* Whose heap is counted, and how many of them report what is kept back. */
    size_t with_kept;
    uint64_t in_use, kept, blocks;
    uint64_t mapped;        /* No more than there can be in memory of it. */
    uint64_t anonymous;     /* Memory of no file, of those that are counted: */
    uint64_t outside;       /* the part of it that malloc() neither allocated nor keeps back. */
    uint64_t peak;          /* The most that any one has had since the beginning. */
    uint64_t allocs, frees; /* Since the beginning, of those too that have ended. */
    bool has_any;           /* Any was counted until now: else peak and sums are not known. */
};

/* Of all, from the beginning to the end. */
enum { MOST_LARGEST = 20, MOST_GAP_NAMES = 4 };
struct heap_totals {
    size_t programs, forks; /* Counted, and how many of these began as a copy. */
    size_t ended, running;  /* In order, and not yet. */
    uint64_t allocs, frees, failed;
    uint64_t peak; /* The highest sum in use of a sample, and at least the most that one has had. */
    bool has_kept;
    uint64_t kept_peak;         /* The highest sum kept back. */
    uint64_t left, left_blocks; /* By those that ended in order. */
    /*
     * When anonymous memory was the most: how much that was, and what was not malloc()'s; the program with most of it.
     */
    uint64_t anonymous, outside, mapped;
    char outside_name[20];
    size_t gaps[HEAP_GAPS]; /* Processes that cannot be counted. */
    struct heap_gap_names {
        char name[MOST_GAP_NAMES][32];
        size_t count;
        bool has_more;
    } gap_names[HEAP_GAPS];                    /* Of their programs, the first ones. */
    char owner[128];                           /* Of an own allocator: the first that was met. */
    struct heap_program largest[MOST_LARGEST]; /* By peak. */
    size_t largests;
};

struct heaps;

/* NULL after a message: the tracker's library was not found, or no directory can be made. */
struct heaps *heaps_open(void);

/*
 * The command, before it starts: where it is too short for any sample, its file says why it is not counted. And its
 * process, when it has started.
 */
void heaps_foresee(struct heaps *heaps, const char *command);
void heaps_started(struct heaps *heaps, int64_t pid);

/* What the command must find in its environment, to be valid until heaps_close(). */
const char *heaps_preload(const struct heaps *heaps);
const char *heaps_folder(const struct heaps *heaps);

/* Looks at those in the tree's last sample, and takes leave of those that are gone. */
const struct heap_sample *heaps_take(struct heaps *heaps, const struct tree *tree, const struct tree_sample *sample);

/* A process of that sample; NULL: it is not counted. */
const struct heap_program *heaps_find(const struct heaps *heaps, int64_t pid);

/* How many of those that the last look found had ended: many of them may not wait long for the next. */
size_t heaps_departed(const struct heaps *heaps);

/* Reads a last time. The totals are valid until heaps_close(), which removes the directory. */
const struct heap_totals *heaps_conclude(struct heaps *heaps);
void heaps_close(struct heaps *heaps);

/* ---- What only Linux has: gap_linux.c and preload_linux.c ---- */

/*
 * Asks /proc about a process of that name that has no record in `folder`. `parent`: the program
 * file of its parent if that is counted, else NULL.
 */
enum heap_gap heap_gap_of(int64_t pid, const char *name, const char *folder, const char *parent);

/* Adds a process of that program. */
void heap_gap_count(struct heap_totals *totals, enum heap_gap gap, const char *name);

/* What the file of a command, which is looked for as execvp() does, says of it. */
enum heap_gap heap_gap_of_command(const char *command);

/*
 * Whether a record's program file, whose path may have lost its beginning, is what
 * the process runs now. Where that is kept from us its name, of 15 bytes, must do.
 */
bool heap_image_is_current(int64_t pid, const char *image, const char *name);

/*
 * Puts into `text` what LD_PRELOAD must be for a command: the library, by its full
 * path, and behind it what is there now. Returns 0, or the status after a message
 * that names where it was looked for.
 */
int preload_find(struct text *text);

#endif
