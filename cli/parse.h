/* SPDX-License-Identifier: MIT */
/* Parses words of the command line into numbers, and suggests words for misspelled ones. */
#ifndef CLI_PARSE_H
#define CLI_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True if a word begins with a digit, or with a sign or dot before one. No field's name does. */
bool looks_like_number(const char *word);

/*
 * Parses "1", "0.5", "250ms", "2s", "5m" or "1h" into seconds above 0. Returns 0, or the exit status after a message
 * that calls the value `what`.
 */
int parse_duration(const char *what, const char *word, double *seconds);

/* The same, but accepts "0". */
int parse_duration_or_none(const char *what, const char *word, double *seconds);

/* A moment in a recording. */
struct moment {
    bool is_given;
    bool is_clock;  /* A time in UTC; else it counts from the start. */
    double seconds; /* For a clock: since 1970, or below 86400, since midnight. */
};

/* Parses a duration since the start, "14:05", "14:05:30" or "2026-11-22T14:05:00Z". */
int parse_moment(const char *what, const char *word, struct moment *moment);

/*
 * Parses "500M", "1.5GiB", "2GB" or "4096" into bytes. `what` may be "". Returns 0, or the exit status after a message.
 */
int parse_size(const char *what, const char *word, uint64_t *bytes);

/* Parses "10%" or "2.5": above 0, at most 100. */
int parse_percentage(const char *what, const char *word, double *percent);

/* Accepts only digits. */
bool parse_whole(const char *word, uint64_t *number);

/* Accepts a whole number of at least 1. */
int parse_count(const char *word, uint64_t *count);

/* Reads a number without a sign, and sets *rest to the text after it; false: no number. */
bool scan_number(const char *word, double *number, const char **rest);

/*
 * Bytes per unit: K M G T and KiB MiB GiB TiB are powers of 1024, kB MB GB TB powers of 1000, "" and B are 1; 0: no
 * such unit.
 */
double size_unit(const char *unit);

/* Seconds per unit: "" s ms m h; 0: no such unit. */
double duration_unit(const char *unit);

/* Hertz per "kHz", "MHz" or "GHz"; 0: no such unit. */
double frequency_unit(const char *unit);

/* Bytes in one of B KiB MiB GiB TiB kB MB GB TB; 0: no such unit. */
uint64_t unit_bytes(const char *name);

/*
 * The word of the list that `word` was probably meant to be: one that it abbreviates, or that is a typing slip away;
 * NULL: none.
 */
const char *closest(const char *word, const char *const *list, size_t count);

#endif
