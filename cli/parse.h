/* SPDX-License-Identifier: MIT */
/* Words of the command line into numbers, and the words that were perhaps meant. */
#ifndef CLI_PARSE_H
#define CLI_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True if a word is a number: it begins with a digit, or a sign or dot before one. No field does. */
bool looks_like_number(const char *word);

/*
 * "1", "0.5", "250ms", "2s", "5m", "1h", into seconds above 0. Returns 0, or the exit status after
 * a message that calls it `what`.
 */
int parse_duration(const char *what, const char *word, double *seconds);

/* The same, also "0". */
int parse_duration_or_none(const char *what, const char *word, double *seconds);

/* A moment in a recording. */
struct moment {
    bool is_given;
    bool is_clock;  /* It is a moment in UTC; else it counts from the start. */
    double seconds; /* Of a clock: since 1970, or, below 86400, since midnight. */
};

/* A duration since the start, "14:05", "14:05:30" or "2026-11-22T14:05:00Z". */
int parse_moment(const char *what, const char *word, struct moment *moment);

/* "500M", "1.5GiB", "2GB", "4096", into bytes. `what` may be "". Returns 0, or the exit status after a message. */
int parse_size(const char *what, const char *word, uint64_t *bytes);

/* "10%" or "2.5": above 0, and not above 100. */
int parse_percentage(const char *what, const char *word, double *percent);

/* Digits and nothing else. */
bool parse_whole(const char *word, uint64_t *number);

/* A whole number of at least 1. */
int parse_count(const char *word, uint64_t *count);

/* A number without a sign, and the text after it; false: none. */
bool scan_number(const char *word, double *number, const char **behind);

/*
 * What one of a unit is in bytes: K M G T and KiB MiB GiB TiB are powers of 1024, kB MB GB TB of
 * 1000, "" and B are bytes; 0: no such unit.
 */
double size_unit(const char *unit);

/* What one of a unit is in seconds: "" s ms m h; 0: no such unit. */
double duration_unit(const char *unit);

/* Hertz in one "kHz", "MHz" or "GHz"; 0: no such unit. */
double frequency_unit(const char *unit);

/* One of the units B KiB MiB GiB TiB kB MB GB TB. Returns its bytes; 0: no such unit. */
uint64_t unit_bytes(const char *name);

/*
 * The word of the list that `word` was perhaps meant to be: one that it begins, or that is a slip
 * of the finger away; NULL: none.
 */
const char *closest(const char *word, const char *const *list, size_t count);

#endif
