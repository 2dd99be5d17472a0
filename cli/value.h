/* SPDX-License-Identifier: MIT */
/* Formats one value as text. */
#ifndef CLI_VALUE_H
#define CLI_VALUE_H

#include <stdint.h>

#include <sysinfo/sysinfo.h>

#include "text.h"

/*
 * In base units, for programs: integers, or two decimals. `unknown` and `unlimited` replace values that are not
 * numbers.
 */
void value_add(struct text *text, const struct sysinfo_field *field, const void *result, const char *unknown,
               const char *unlimited);

/* The same, but a text is added in the manner of a format, such as text_add_json(). */
typedef void add_text(struct text *text, const char *string);
void value_add_as(struct text *text, const struct sysinfo_field *field, const void *result, const char *unknown,
                  const char *unlimited, add_text *add);

/* For people: bytes as "18.4 GiB", percentages with one decimal. */
void value_add_human(struct text *text, const struct sysinfo_field *field, const void *result);

/* Bytes in a fixed unit; other fields as value_add() does. */
void value_add_in_unit(struct text *text, const struct sysinfo_field *field, const void *result, uint64_t unit_bytes);

/* "18.4 GiB": three digits, or four before the next unit. */
void bytes_add_human(struct text *text, uint64_t bytes);

/*
 * Add bytes in a given unit, a power of 1024; and choose the unit for a value among others up to `largest`: its own,
 * but at most one step below that of the largest, so that none has more than seven digits.
 */
void bytes_add_in(struct text *text, uint64_t bytes, uint64_t unit);
uint64_t bytes_unit_among(uint64_t bytes, uint64_t largest);

/* "2.60 GHz", "800 MHz". */
void hertz_add_human(struct text *text, uint64_t hertz);

/* Adds seconds, at least 0, as "3.25 s", "5 min 03 s" or "2 h 05 min". */
void duration_add_human(struct text *text, double seconds);

#endif
