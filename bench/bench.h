/* SPDX-License-Identifier: MIT */
/* The benchmark: the participants, the questions, and the figures that the parts pass to the report. */
#ifndef SYSINFO_BENCH_H
#define SYSINFO_BENCH_H

#include <stdbool.h>
#include <stddef.h>

enum question {
    CPU_TIMES,
    CPU_TIMES_PERCPU,
    CPU_PERCENT,
    VIRTUAL_MEMORY,
    SWAP_MEMORY,
    CPU_COUNT,
    CORE_COUNT,
    CPU_FREQ,
    CPU_INFO,
    PROCESS_MEMORY,
    GET_AVAILABLE,
    QUESTIONS
};
extern const char *const question_names[QUESTIONS];

/* A participant that can answer some of the questions. It keeps all state from open() to close(). */
struct peer {
    const char *name;
    const char *(*open)(void); /* NULL: ready; else why it cannot participate. */
    void (*close)(void);
    bool (*call[QUESTIONS])(void); /* Asks once. False: it failed. NULL: it cannot answer this question. */
    /*
     * For a participant that cannot be called directly: asks `calls` times and returns the seconds; negative: it
     * failed.
     */
    double (*seconds)(enum question question, int calls);
};

extern const struct peer peer_floor, peer_sysinfo, peer_libc, peer_libproc2, peer_libstatgrab, peer_libuv, peer_libgtop,
    peer_psutil;

/* ---- Figures ---- */

double now_seconds(void);

/* Sorts the values and returns the quantile `part` (0 to 1). */
double quantile(double *values, size_t count, double part);

/* One line of the table. The lines of a question are consecutive; the others are compared with the first. */
struct figure {
    char question[32], who[48];
    double microseconds; /* Median. */
    double ratio;        /* Relative to the median of the first line. */
    double paired;       /* Median of the ratios within each round, which other load on the machine disturbs less. */
    double bar;          /* The ratio that the project allows; 0: none. */
};

/* Lines of one part of the benchmark. */
enum { MOST_FIGURES = 128 };
struct figures {
    struct figure line[MOST_FIGURES];
    size_t count;
};

/* Adds a participant's line from the seconds of its `calls` calls in each round, and those of the first participant. */
void add_figure(struct figures *figures, const char *question, const char *who, const double *seconds,
                const double *first, int rounds, int calls, double bar);

/* One line of "decode". */
struct throughput {
    int cpus;
    const char *widths;
    size_t bytes;
    double library, library_median, strtoull; /* GB/s: best decile and median; best decile of a strtoull loop. */
    double share; /* Of the kernel's own time for a line of /proc/stat on this machine, at the median; the bar's. */
    double bar;
};

/* Times calls on this machine, with the participants in turns. */
void bench_calls(const struct peer *const *peers, size_t peer_count, int rounds, struct figures *figures);

/* Times what this process may use, beside plain reads of the same files. Must run before other descriptors are open. */
void bench_limits(int rounds, struct figures *figures);

/*
 * Times questions about the process's own heap beside mallinfo2(), in a separate process. Without glibc there is
 * nothing to compare with.
 */
void bench_heap(int rounds, struct figures *figures);

/* Times machines of 1 to 8192 CPUs, and 1 to 64 threads with one host each. */
void bench_scale(int rounds, struct figures *figures);

/* Times `command` from start to exit, beside the usual alternatives. */
void bench_start(const char *command, int rounds, struct figures *figures);

/* Times only the decoding. Returns how many figures it wrote, at most `capacity`. */
size_t bench_decode(int rounds, struct throughput *figures, size_t capacity);

/* Makes a synthetic /proc/stat, with the padding that the decoders require. The caller frees it; NULL: no memory. */
char *make_stat(int cpus, bool is_realistic, size_t *length);

/* The Python interpreter used for psutil. */
extern const char *bench_python;

/* Records that a participant is skipped, and why, for the report. Copies both texts. */
void skip(const char *who, const char *why);

#endif
