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

/* The date and time for seconds since 1970, which may be negative. */
struct utc utc_of(int64_t seconds);

/* Add milliseconds since 1970 as "2026-11-22T07:08:42.003Z" or "1795331322.003". */
void utc_add_iso(struct text *text, int64_t milliseconds);
void utc_add_unix(struct text *text, int64_t milliseconds);

/* Parses the ISO form, from 1970 on, with any number of decimals, into seconds since 1970. False: anything else. */
bool utc_parse(const char *text, double *seconds);

/* Parses "14:05" or "14:05:30" into seconds since midnight. */
bool utc_parse_time_of_day(const char *text, double *seconds);

#endif
