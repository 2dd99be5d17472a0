/* SPDX-License-Identifier: MIT */
/* One value as text. */
#ifndef CLI_VALUE_H
#define CLI_VALUE_H

#include <stdint.h>

#include <sysinfo/sysinfo.h>

#include "text.h"

/*
 * In base units, for programs: whole numbers, or two decimals. `unknown` and `unlimited` stand for
 * what is no number.
 */
void value_add(struct text *text, const struct sysinfo_field *field, const void *result, const char *unknown,
               const char *unlimited);

/* For people: bytes as "18.4 GiB", percentages with one decimal. */
void value_add_human(struct text *text, const struct sysinfo_field *field, const void *result);

/* Bytes in a fixed unit of so many bytes; other fields as value_add() does. */
void value_add_in_unit(struct text *text, const struct sysinfo_field *field, const void *result, uint64_t unit_bytes);

/* "18.4 GiB": three digits, or four before the next unit. */
void bytes_add_human(struct text *text, uint64_t bytes);

#endif
