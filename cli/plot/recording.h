/* SPDX-License-Identifier: MIT */
/* Recordings: CSV with a header that names columns and units. docs/recording.md is the description. */
#ifndef CLI_RECORDING_H
#define CLI_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

/* ---- Writing ---- */

struct recorder;

/*
 * Opens the file and puts the header into it; *environment is what
 * sysinfo_mark() must be told, NULL for a file that takes no marks. An earlier
 * recording is replaced, another file is not. NULL after a message.
 */
struct recorder *recorder_open(const char *path, const char **environment);

/* Numbers below 0 are unknown. */
struct recorded_heap {
    double processes, bytes, kept, peak, blocks, allocs, frees, mapped;
};

/* The row of all of the tree (`pid` 0) or one process; numbers below 0 are unknown. */
struct recorded {
    double elapsed; /* Since recorder_open(). */
    int64_t pid;
    const char *name;
    int64_t processes;
    double rss, pss, peak, cpu_seconds, cpu_percent;
    const struct recorded_heap *heap; /* NULL: unknown. */
};
void recorder_add(struct recorder *recorder, const struct recorded *row);

/*
 * Adds a comment, "# command: make -j4". It holds no quotes, so that a reader of CSV that does not know
 * comments sees one row.
 */
void recorder_add_comment(struct recorder *recorder, const char *key, const char *text);

/* Adds the words of a command to a text as a shell takes them, but without double quotes and control characters. */
void recording_add_words(struct text *text, const char *const *words);

/*
 * Puts the rows that were added into the file, in one write. False, once, after a message: it
 * cannot be written any more.
 */
bool recorder_flush(struct recorder *recorder);

/* When it was opened, on platform_clock(). */
double recorder_start(const struct recorder *recorder);

void recorder_close(struct recorder *recorder);

/* ---- Reading ---- */

struct sysinfo_field;

/*
 * The library's field that a column has the values of, "stats.ctx_switches"; NULL: none. Of a rate, which is named
 * after its counter, "stats.ctx_switches_rate", it is the counter, and *is_rate is set.
 */
const struct sysinfo_field *recording_field(const char *column, bool *is_rate);

struct point {
    double time, value; /* Seconds since the recording's first moment. */
};

/* The numbers of one column: of all of the tree (or of the machine), of one process, of one CPU. */
struct series {
    char *label; /* "" for all; "cc1 (4711)", "cpu 3". */
    struct point *point;
    size_t points, room;
};

struct recorded_mark {
    double time;
    char *name;
};

struct recording {
    const char *path;
    char *column; /* Whose numbers these are; of a counter, its rates, and this is their name. */
    struct series *series;
    size_t serieses;
    struct recorded_mark *mark;
    size_t marks;
    /*
     * Beside what it is about: the heaps of all of the tree; without points where they are unknown
     * or `column` was asked for.
     */
    struct series heap, kept, mapped;
    double end;                    /* The last moment. */
    double peak;                   /* The most that any one process has had at once; below 0: unknown. */
    double cpu, allocs, heap_peak; /* The last figures of the whole tree; below 0: unknown. */
    double clock;                  /* The moment of 0 in seconds since 1970; below 0: unknown. */
    bool has_start;                /* Moments count from the start of a command, not on the clock. */
    char *command, *ended;         /* "make -j4", "exit 2"; NULL: the recording does not say. */
};

/* Reads a whole file, or stdin for "-". Returns 0, or the status after a message. */
int recording_read_file(const char *path, struct text *text);

/*
 * Reads `column` of a recording ("-": stdin), or for NULL what it is about. What
 * is broken is left out with a remark. Returns 0, or the status after a message
 * when nothing is left; what is in `recording` is to be freed either way.
 */
int recording_read(struct recording *recording, const char *path, const char *column);

/* The same of a text that has been read from `path`, and is taken apart. */
int recording_read_text(struct recording *recording, const char *path, struct text *text, const char *column);

void recording_free(struct recording *recording);

/* Moves all its moments by so many seconds, and with them the moment of 0. */
void recording_shift(struct recording *recording, double seconds);

#endif
