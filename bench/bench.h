/* SPDX-License-Identifier: MIT */
/* The benchmark: who takes part, what is asked, and what the parts hand to the report. */
#ifndef SYSINFO_BENCH_H
#define SYSINFO_BENCH_H

#include <stdbool.h>
#include <stddef.h>

enum question { CPU_TIMES, CPU_TIMES_PERCPU, CPU_PERCENT, VIRTUAL_MEMORY, SWAP_MEMORY, CPU_COUNT, QUESTIONS };
extern const char *const question_names[QUESTIONS];

/* Someone who answers some of the questions. All state is kept from open() to close(). */
struct peer {
    const char *name;
    const char *(*open)(void); /* NULL: ready; else why it cannot take part. */
    void (*close)(void);
    bool (*call[QUESTIONS])(void);                           /* Asks once; false: it failed. NULL: does not answer this question. */
    double (*seconds)(enum question question, int calls);    /* For one that cannot be called from here: asks `calls` times and tells the time; negative: it failed. */
};

extern const struct peer peer_floor, peer_sysinfo, peer_libc, peer_libproc2, peer_libstatgrab, peer_libuv, peer_libgtop, peer_psutil;

/* ---- Figures ---- */

double now_seconds(void);

/* The value that `part` (0..1) of the values are at most; sorts them. */
double quantile(double *values, size_t count, double part);

/* One line of "calls" and of "start to exit". */
struct figure {
    const char *question, *who;
    double microseconds; /* Median. */
    double ratio;        /* Median of the ratios to the floor in the same round; 0: not measured. */
    double bar;          /* What design asks of this ratio; 0: nothing. */
};

/* One line of "decode". */
struct throughput {
    int cpus;
    const char *widths;
    size_t bytes;
    double library, library_median, strtoull; /* GB/s: best decile, median; best decile of a loop of strtoull. */
    double bar;
};

/* Each returns how many figures it wrote, at most `capacity`. */
size_t bench_calls(const struct peer *const *peers, size_t peer_count, int rounds, struct figure *figures, size_t capacity);
size_t bench_decode(int rounds, struct throughput *figures, size_t capacity);
size_t bench_start(const char *command, int rounds, struct figure *figures, size_t capacity);

/* The Python that psutil is looked for in. */
extern const char *bench_python;

/* Notes that somebody does not take part, and why; printed with the report. Both texts are copied. */
void skip(const char *who, const char *why);

#endif
