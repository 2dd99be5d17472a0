/* SPDX-License-Identifier: MIT */
/* Moments as text, in UTC, and back. */
#ifndef CLI_UTC_H
#define CLI_UTC_H

#include <stdbool.h>
#include <stdint.h>

#include "text.h"

struct utc {
    int64_t year;
    unsigned month, day; /* From 1. */
    unsigned hour, minute, second;
};

/* A moment in seconds since 1970, which may be negative. */
struct utc utc_of(int64_t seconds);

/* "2026-11-22T07:08:42.003Z" and "1795331322.003" for milliseconds since 1970. */
void utc_add_iso(struct text *text, int64_t milliseconds);
void utc_add_unix(struct text *text, int64_t milliseconds);

/*
 * Reads the ISO form from 1970 on, with any number of decimals or none, as seconds since 1970.
 * False: the text is anything else.
 */
bool utc_parse(const char *text, double *seconds);

/* "14:05" or "14:05:30", as seconds since midnight. */
bool utc_parse_time_of_day(const char *text, double *seconds);

#endif
