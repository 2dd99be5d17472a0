/* SPDX-License-Identifier: MIT */
/* The rows of all CPUs: how they are kept in order, found by number, compared and handed over. */
#ifndef SYSINFO_CPU_ROWS_H
#define SYSINFO_CPU_ROWS_H

#include "backend.h"
#include "cpu_usage.h"

/* Makes room for `count` rows in all; false: no memory, and nothing has changed. */
bool sysinfo__cpu_rows_reserve(struct sysinfo__cpu_rows *rows, size_t count);

/* Forgets the rows, keeps their memory. */
void sysinfo__cpu_rows_clear(struct sysinfo__cpu_rows *rows);

void sysinfo__cpu_rows_swap(struct sysinfo__cpu_rows *a, struct sysinfo__cpu_rows *b);

/* Sorts samples by the CPU's number and keeps one for each number; free of charge when they are in order. */
void sysinfo__cpu_rows_sort(struct sysinfo__cpu_rows *samples);

/*
 * Compares two sets of sorted samples into `usage`, a row for each row of
 * `after`: one without a partner or without a window knows only its number. The
 * row for all CPUs is the sum of those that both sets have: the kernel's own sum
 * jumps when a CPU comes or goes. Unless one of them was measured, and when there
 * is no memory (false), `usage` is left alone.
 */
bool sysinfo__cpu_rows_usage(const struct sysinfo__cpu_rows *before, const struct sysinfo__cpu_rows *after,
                             struct sysinfo__cpu_rows *usage, enum sysinfo__window *window);

/* That sum alone. */
enum sysinfo__window sysinfo__cpu_rows_total(const struct sysinfo__cpu_rows *before,
                                             const struct sysinfo__cpu_rows *after, struct sysinfo_cpu_usage *all);

#endif
