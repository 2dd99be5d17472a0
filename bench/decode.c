/* SPDX-License-Identifier: MIT */
/*
 * The decoding speed for a large machine: synthetic /proc/stat texts, read in turns by the library's decoder and by a
 * strtoull loop into the same rows. Small texts favour simple loops, because the processor's branch predictor memorizes
 * them; thousands of CPUs and random widths do not.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend.h"
#include "bench.h"

enum { COLUMNS = 10, LONGEST_LINE = 16 + COLUMNS * 21 };

/* Reproducible pseudo-random numbers. */
static uint64_t random_number(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static uint64_t number_of_width(unsigned width, uint64_t *state) {
    uint64_t power = 1;
    for (unsigned i = 1; i < width; i++) {
        power *= 10;
    }
    return width == 0 ? 0 : power + random_number(state) % (power * 9);
}

/*
 * Digits of user, nice, system, idle, iowait, irq, softirq, steal, guest and guest_nice on servers: the fewest, and how
 * many more at most.
 */
static const unsigned realistic[COLUMNS][2] = {{6, 2}, {3, 3}, {6, 1}, {9, 0}, {4, 2},
                                               {0, 0}, {4, 2}, {0, 0}, {0, 0}, {0, 0}};

static size_t make_line(char *line, const char *label, bool is_realistic, uint64_t *state) {
    size_t length = (size_t)sprintf(line, "%s", label);
    for (int i = 0; i < COLUMNS; i++) {
        unsigned width = is_realistic ? realistic[i][0] + (unsigned)(random_number(state) % (realistic[i][1] + 1))
                                      : (unsigned)(random_number(state) % 11);
        length += (size_t)sprintf(line + length, " %llu", (unsigned long long)number_of_width(width, state));
    }
    line[length++] = '\n';
    return length;
}

char *make_stat(int cpus, bool is_realistic, size_t *length) {
    char *text = malloc((size_t)(cpus + 1) * LONGEST_LINE + SYSINFO__TEXT_PADDING);
    if (text == NULL) {
        return NULL;
    }
    uint64_t state = UINT64_C(0x9e3779b97f4a7c15);
    *length = make_line(text, "cpu ", is_realistic, &state);
    for (int i = 0; i < cpus; i++) {
        char label[16];
        snprintf(label, sizeof label, "cpu%d", i);
        *length += make_line(text + *length, label, is_realistic, &state);
    }
    memset(text + *length, 0, SYSINFO__TEXT_PADDING);
    return text;
}

static void clear(struct sysinfo__cpu_rows *rows) {
    memset(&rows->all, 0, sizeof rows->all);
    rows->count = 0;
}

/* The way most programs do it. */
static void decode_with_strtoull(const char *text, struct sysinfo__cpu_rows *rows) {
    const char *line = strchr(text, '\n') + 1;
    while (strncmp(line, "cpu", 3) == 0) {
        char *p;
        uint64_t number = strtoull(line + 3, &p, 10);
        struct sysinfo_cpu_sample *row = sysinfo__cpu_rows_add(rows, number);
        if (row == NULL) {
            return;
        }
        double seconds[COLUMNS];
        for (int i = 0; i < COLUMNS; i++) {
            seconds[i] = (double)strtoull(p, &p, 10) / 100;
        }
        memcpy(&row->user, seconds, sizeof seconds);
        line = p + 1;
    }
}

static double rate(bool with_library, const char *text, size_t length, int times, struct sysinfo__cpu_rows *rows) {
    double start = now_seconds();
    for (int i = 0; i < times; i++) {
        clear(rows);
        if (with_library) {
            if (sysinfo__decode_stat_rows(text, length, 100, rows) != SYSINFO__STAT_OK) {
                return 0;
            }
        } else {
            decode_with_strtoull(text, rows);
        }
    }
    return (double)length * times / (now_seconds() - start) / 1e9;
}

static bool measure(int cpus, bool is_realistic, int rounds, double kernel_line, struct throughput *figure) {
    size_t length;
    char *text = make_stat(cpus, is_realistic, &length);
    double *library = malloc((size_t)rounds * sizeof *library), *slow = malloc((size_t)rounds * sizeof *slow);
    struct sysinfo__cpu_rows rows = {.count = 0};
    bool is_measured = text != NULL && library != NULL && slow != NULL;
    int times = is_measured ? (int)(200000 / length) + 1 : 0;
    for (int i = -1; i < rounds && is_measured; i++) { /* The first is a warm-up. */
        double first = rate(i % 2 == 0, text, length, times, &rows);
        double second = rate(i % 2 != 0, text, length, times, &rows);
        if (i >= 0) {
            library[i] = i % 2 == 0 ? first : second;
            slow[i] = i % 2 == 0 ? second : first;
        }
        is_measured = first > 0 && second > 0 && rows.count == (size_t)cpus;
    }
    if (is_measured) {
        *figure = (struct throughput){.cpus = cpus, .widths = is_realistic ? "realistic" : "random", .bytes = length};
        figure->library = quantile(library, (size_t)rounds, 0.9);
        figure->library_median = quantile(library, (size_t)rounds, 0.5);
        figure->strtoull = quantile(slow, (size_t)rounds, 0.9);
        figure->share = (double)length / (cpus + 1) / figure->library_median / 1e9 / kernel_line;
        figure->bar = is_realistic && cpus == 4096 ? 0.03 : 0;
    }
    free(rows.row);
    free(slow);
    free(library);
    free(text);
    return is_measured;
}

/*
 * What this machine's kernel takes for a cpu line: a whole read of /proc/stat by the lines of CPUs in it, which counts
 * its other lines to them. A machine of many CPUs cannot be emulated honestly: there the share is somewhat more.
 */
static double time_kernel_line(int rounds) {
    static char text[1 << 20];
    double *seconds = malloc((size_t)rounds * sizeof *seconds), line = 0;
    int fd = open("/proc/stat", O_RDONLY | O_CLOEXEC), lines = 0;
    ssize_t length = fd < 0 ? -1 : pread(fd, text, sizeof text - 1, 0);
    for (const char *p = text; length > 0 && p != NULL && strncmp(p, "cpu", 3) == 0; p = strchr(p, '\n') + 1) {
        lines++;
    }
    enum { READS = 20 };
    for (int i = 0; i < rounds && seconds != NULL && lines > 0; i++) {
        double start = now_seconds();
        for (int read = 0; read < READS && length > 0; read++) {
            length = pread(fd, text, sizeof text - 1, 0);
        }
        seconds[i] = (now_seconds() - start) / READS;
    }
    if (seconds != NULL && lines > 0 && length > 0) {
        line = quantile(seconds, (size_t)rounds, 0.5) / lines;
    }
    if (fd >= 0) {
        close(fd);
    }
    free(seconds);
    return line;
}

size_t bench_decode(int rounds, struct throughput *figures, size_t capacity) {
    static const int cpus[] = {64, 256, 1024, 4096, 8192};
    size_t written = 0;
    double kernel_line = time_kernel_line(rounds);
    for (int is_realistic = 0; is_realistic < 2; is_realistic++) {
        for (size_t i = 0; i < sizeof cpus / sizeof cpus[0] && written < capacity; i++) {
            written += measure(cpus[i], is_realistic, rounds, kernel_line, &figures[written]);
        }
    }
    return written;
}
