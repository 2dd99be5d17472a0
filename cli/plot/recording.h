/* SPDX-License-Identifier: MIT */
/* Recordings: CSV with a header that names columns and units. See docs/recording.md. */
#ifndef CLI_RECORDING_H
#define CLI_RECORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "text.h"

/* Readers refuse figures from here on: converted to 64-bit integers, they would not fit. */
#define RECORDED_MOST 9e18

/* ---- Writing ---- */

struct recorder;

/*
 * Opens the file and writes the header. Sets *environment to the value that sysinfo_mark() must find in its
 * environment, or NULL for a file that takes no marks. Replaces an earlier recording, but no other file. Returns NULL
 * after a message.
 */
struct recorder *recorder_open(const char *path, const char **environment);

/* Values below 0 are unknown. */
struct recorded_heap {
    double processes, bytes, kept, peak, blocks, allocs, frees, mapped;
};

/* A row for the whole tree (`pid` 0) or one process; values below 0 are unknown. */
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
 * Adds a comment such as "# command: make -j4". It contains no quotes, so a CSV reader that does not know comments sees
 * one row.
 */
void recorder_add_comment(struct recorder *recorder, const char *key, const char *text);

/* Adds a command's words as a shell would take them, but without double quotes and control characters. */
void recording_add_words(struct text *text, const char *const *words);

/* Writes the added rows in one write. Returns false, once, after a message: the file cannot be written any more. */
bool recorder_flush(struct recorder *recorder);

/* When it was opened, as on platform_clock(). */
double recorder_start(const struct recorder *recorder);

void recorder_close(struct recorder *recorder);

/* ---- Reading ---- */

struct sysinfo_field;

/*
 * The library's field that a column holds, such as "stats.ctx_switches"; NULL: none. For a rate
 * ("stats.ctx_switches_rate"), returns the counter and sets *is_rate.
 */
const struct sysinfo_field *recording_field(const char *column, bool *is_rate);

struct point {
    double time, value; /* Seconds since the recording's first moment. */
};

/* One column's numbers for the whole tree (or the machine), one process or one CPU. */
struct series {
    char *label; /* "" for the whole; "cc1 (4711)", "cpu 3". */
    struct point *point;
    size_t points, room;
};

struct recorded_mark {
    double time;
    char *name;
};

struct recording {
    const char *path;
    char *column; /* The column these numbers come from; for a counter, the name of its rate. */
    struct series *series;
    size_t serieses;
    struct recorded_mark *mark;
    size_t marks;
    /*
     * Beside the chosen column: the heaps of the whole tree. No points if they are unknown, or if `column` was asked
     * for.
     */
    struct series heap, kept, mapped;
    double end;                    /* The last moment. */
    double peak;                   /* The highest peak of a single process; below 0: unknown. */
    double cpu, allocs, heap_peak; /* The last values for the whole tree; below 0: unknown. */
    double clock;                  /* Moment 0 in seconds since 1970; below 0: unknown. */
    bool has_start;                /* Moments count from the start of a command, not by the clock. */
    char *command, *ended;         /* "make -j4", "exit 2"; NULL: not recorded. */
};

/* Reads a whole file, or stdin for "-". Returns 0, or the status after a message. */
int recording_read_file(const char *path, struct text *text);

/*
 * Reads `column` of a recording ("-": stdin), or for NULL its main column. Broken lines are skipped with a remark.
 * Returns 0, or the status after a message if nothing is left; free `recording` either way.
 */
int recording_read(struct recording *recording, const char *path, const char *column);

/* The same for text that was read from `path`; it is modified. */
int recording_read_text(struct recording *recording, const char *path, struct text *text, const char *column);

void recording_free(struct recording *recording);

/* Shifts all moments, including moment 0, by that many seconds. */
void recording_shift(struct recording *recording, double seconds);

#endif
