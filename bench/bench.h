/* SPDX-License-Identifier: MIT */
/* The benchmark: who takes part, what is asked, and what the parts hand to the report. */
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
    QUESTIONS
};
extern const char *const question_names[QUESTIONS];

/* Someone who answers some of the questions. All state is kept from open() to close(). */
struct peer {
    const char *name;
    const char *(*open)(void); /* NULL: ready; else why it cannot take part. */
    void (*close)(void);
    bool (*call[QUESTIONS])(void); /* Asks once; false: it failed. NULL: does not answer this question. */
    /* For one that cannot be called from here: asks `calls` times and returns the seconds; negative: it failed. */
    double (*seconds)(enum question question, int calls);
};

extern const struct peer peer_floor, peer_sysinfo, peer_libc, peer_libproc2, peer_libstatgrab, peer_libuv, peer_libgtop,
    peer_psutil;

/* ---- Figures ---- */

double now_seconds(void);

/* The value that `part` (0..1) of the values are at most; sorts them. */
double quantile(double *values, size_t count, double part);

/*
 * One line of the table. The lines of a question stand together, and the first is what the others
 * are compared with.
 */
struct figure {
    char question[32], who[48];
    double microseconds; /* Median. */
    double ratio;        /* Of that to the median of the first line. */
    double paired;       /* Median of the ratios within a round, which a neighbour on the machine disturbs less. */
    double bar;          /* What the project holds the ratio to; 0: nothing. */
};

/* Lines of one part of the benchmark. */
enum { MOST_FIGURES = 128 };
struct figures {
    struct figure line[MOST_FIGURES];
    size_t count;
};

/* Adds the line of one participant from its seconds for `calls` calls in each round, and those of the first one. */
void add_figure(struct figures *figures, const char *question, const char *who, const double *seconds,
                const double *first, int rounds, int calls, double bar);

/* One line of "decode". */
struct throughput {
    int cpus;
    const char *widths;
    size_t bytes;
    double library, library_median, strtoull; /* GB/s: best decile, median; best decile of a loop of strtoull. */
    double bar;
};

/* Calls on this machine, each participant in turns. */
void bench_calls(const struct peer *const *peers, size_t peer_count, int rounds, struct figures *figures);

/* What this process may use, beside the files that are read for it. Before anything else holds descriptors. */
void bench_limits(int rounds, struct figures *figures);

/*
 * The own heap beside mallinfo2(), in a process of its own. Where the C library is not glibc there
 * is nothing to compare with.
 */
void bench_heap(int rounds, struct figures *figures);

/* Machines of 1 to 8192 CPUs; 1 to 64 threads with a host each. */
void bench_scale(int rounds, struct figures *figures);

/* Start to exit: `command` and what a user would take otherwise. */
void bench_start(const char *command, int rounds, struct figures *figures);

/* Decoding alone; returns how many figures it wrote, at most `capacity`. */
size_t bench_decode(int rounds, struct throughput *figures, size_t capacity);

/* A made-up /proc/stat, with padding behind it as the decoders want it. The caller frees it; NULL: no memory. */
char *make_stat(int cpus, bool is_realistic, size_t *length);

/* The Python that psutil is looked for in. */
extern const char *bench_python;

/* Notes that somebody does not take part, and why; printed with the report. Both texts are copied. */
void skip(const char *who, const char *why);

#endif
