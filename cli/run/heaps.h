/* SPDX-License-Identifier: MIT */
/*
 * The heaps of a command's processes. Each process starts with the tracker, which keeps its counts in a file of a
 * private directory of this program. Files of processes that have ended are read once more and removed, so that they do
 * not accumulate. Systems without the tracker link heaps_none.c, where heaps_open() fails.
 */
#ifndef CLI_HEAPS_H
#define CLI_HEAPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "run/tree.h"
#include "text.h"

/* Why a process's heap is not counted. */
enum heap_gap {
    /* Unknown for now: the process is in exec, or is ending. */
    HEAP_GAP_LATER = -1,
    /* No visible reason: it may have just started, or be a copy of its parent that has not used malloc() yet. */
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

/* A counted program: a process from its start, fork or exec until its end or next exec. */
struct heap_program {
    int64_t pid;
    char name[20];   /* From a sample, or if no sample saw it, from its file. */
    char image[128]; /* Its executable file. */
    bool is_fork;    /* Started as a copy of its parent, whose blocks it includes until it frees them. */
    enum {
        PROGRAM_RUNS,
        PROGRAM_ENDED,
        PROGRAM_GONE
    } state;                        /* ENDED: by exit(). GONE: killed, by _exit(), or by exec of another program. */
    uint64_t allocs, frees, failed; /* Its own, without the parent's. */
    /* Bytes, blocks, and peak bytes: at the last look, which is the end for a program that no longer runs. */
    uint64_t in_use, blocks, peak;
    uint64_t inherited_blocks;    /* Inherited from its parent; freeing them counts in `frees`. */
    uint64_t left, left_blocks;   /* Of these, what exceeds its initial amount. */
    uint64_t mapped, mapped_peak; /* Bytes that it mapped itself, without malloc(), touched or not. */
    uint64_t mapped_now;          /* Of these, at most what could be resident at the last sample. */
    bool has_kept;                /* A sample had the memory that malloc() keeps for reuse: */
    uint64_t kept, kept_peak;     /* bytes at the last sample, and the peak. */
};

/* The sum over all processes in a sample. */
struct heap_sample {
    size_t processes; /* Processes that are counted, and how many of them report `kept`. */
    size_t with_kept;
    uint64_t in_use, kept, blocks;
    uint64_t mapped;        /* At most what can be resident. */
    uint64_t anonymous;     /* Memory without a file, of counted processes: */
    uint64_t outside;       /* the part of it that malloc() neither allocated nor keeps. */
    uint64_t peak;          /* The highest peak of a single process so far. */
    uint64_t allocs, frees; /* So far, including processes that ended. */
    bool has_any;           /* A process has been counted; otherwise peak and sums are unknown. */
};

/* The sum over everything, from start to end. */
enum { MOST_LARGEST = 20, MOST_GAP_NAMES = 4 };
struct heap_totals {
    size_t programs, forks; /* Counted programs, and how many of them started as a copy. */
    size_t ended, running;  /* Ended by exit(), and still running. */
    uint64_t allocs, frees, failed;
    uint64_t peak; /* The highest sum in use of any sample, at least the highest single peak. */
    bool has_kept;
    uint64_t kept_peak;         /* The highest sum of `kept`. */
    uint64_t left, left_blocks; /* For programs that ended by exit(). */
    /*
     * When anonymous memory was highest: its size, the part that was not malloc()'s, and the program with most of that.
     */
    uint64_t anonymous, outside, mapped;
    char outside_name[20];
    size_t gaps[HEAP_GAPS]; /* Processes that cannot be counted. */
    struct heap_gap_names {
        char name[MOST_GAP_NAMES][32];
        size_t count;
        bool has_more;
    } gap_names[HEAP_GAPS];                    /* Of their programs, the first ones. */
    char owner[128];                           /* The first private allocator found. */
    struct heap_program largest[MOST_LARGEST]; /* By peak. */
    size_t largests;
};

struct heaps;

/* Returns NULL after a message: the tracker's library was not found, or no directory can be created. */
struct heaps *heaps_open(void);

/*
 * Call with the command before it starts: if it is too short for any sample, its file explains why it is not counted.
 * And with its process once it has started.
 */
void heaps_foresee(struct heaps *heaps, const char *command);
void heaps_started(struct heaps *heaps, int64_t pid);

/* Values for the command's environment, valid until heaps_close(). */
const char *heaps_preload(const struct heaps *heaps);
const char *heaps_directory(const struct heaps *heaps);

/* Reads the heaps of the processes in the tree's last sample, and drops those that exited. */
const struct heap_sample *heaps_take(struct heaps *heaps, const struct tree *tree, const struct tree_sample *sample);

/* A process of that sample; NULL: it is not counted. */
const struct heap_program *heaps_find(const struct heaps *heaps, int64_t pid);

/* How many processes the last look found to have ended. With many of them, the next look must not wait long. */
size_t heaps_departed(const struct heaps *heaps);

/* Reads all heaps a last time. The totals are valid until heaps_close(), which removes the directory. */
const struct heap_totals *heaps_conclude(struct heaps *heaps);
void heaps_close(struct heaps *heaps);

/* ---- Only on Linux: gap_linux.c and preload_linux.c ---- */

/*
 * Why a process with that name has no record in `directory`. `parent` is the program file of its parent if that is
 * counted, else NULL.
 */
enum heap_gap heap_gap_of(int64_t pid, const char *name, const char *directory, const char *parent);

/* The same for a command's file, found as execvp() does. */
enum heap_gap heap_gap_of_command(const char *command);

/* Adds a process of that program. */
void heap_gap_count(struct heap_totals *totals, enum heap_gap gap, const char *name);

/*
 * Whether the program file of a record, whose path may lack its beginning, is what the process runs now. If that cannot
 * be read, compares its name of up to 15 bytes.
 */
bool heap_image_is_current(int64_t pid, const char *image, const char *name);

/*
 * Sets `text` to the LD_PRELOAD value for a command: the library's full path, followed by the current value. Returns 0,
 * or the status after a message that lists where it was looked for.
 */
int preload_find(struct text *text);

#endif
