/* SPDX-License-Identifier: MIT */
/*
 * The layout of every result struct, and how to see which figures it has.
 *
 * A result is a row of 8-byte slots, each a uint64_t or a double. Slot 0 is
 * `present`, slot 1 is `estimated`; bit k of either mask belongs to slot k.
 *
 *   - A slot whose `present` bit is clear is unknown. It reads 0, which means nothing.
 *   - A slot whose `estimated` bit is set is known, but was computed by a
 *     fallback, limited to its possible range, or measured with counters that
 *     ran backwards. `estimated` is always a subset of `present`. A figure that is
 *     derived from an estimated one is not marked again.
 *
 * Sizes are bytes, times are seconds, percentages run from 0 to 100 and are not
 * rounded.
 *
 * Later versions may append slots. Every getter therefore takes sizeof the caller's
 * struct, fills what fits and never writes beyond it; slots that an older library does
 * not have read as unknown. So programs and libraries of different versions work
 * together. Read a slot of a row that the library owns (a CPU list) only when its bit
 * is set: an older library's rows are shorter.
 *
 * Comments of structs and members are also the source of the field table, of the manual
 * and of the Prometheus metrics. "group mem, result MEMORY" names the group of the
 * command's fields and the constant SYSINFO_RESULT_MEMORY. A member's comment begins with
 * its unit; "counter" marks what only grows, "label" what names the row, and "prom" gives
 * a metric's name after "sysinfo_" if it is not made from group, member and unit.
 */
#ifndef SYSINFO_RESULT_H
#define SYSINFO_RESULT_H

#include <stddef.h>
#include <stdint.h>

#include <sysinfo/api.h>

/* No result of any version has more slots: uint64_t any[SYSINFO_SLOTS] holds every result. */
#define SYSINFO_SLOTS 64

/* The bit of a field, as a constant: SYSINFO_BIT(struct sysinfo_memory, available). */
#define SYSINFO_BIT(type, field) (UINT64_C(1) << (offsetof(type, field) / 8))

/* 1 when the field is known, else 0: SYSINFO_HAS(&memory, available). */
#define SYSINFO_HAS(result, field) (SYSINFO_CAST(int, ((result)->present >> SYSINFO_SLOT(result, field)) & 1))

/* 1 when the field is known but estimated, else 0. */
#define SYSINFO_IS_ESTIMATED(result, field) \
    (SYSINFO_CAST(int, ((result)->estimated >> SYSINFO_SLOT(result, field)) & 1))

/* The number of a field's slot, through a pointer to its struct. */
#define SYSINFO_SLOT(result, field)                                                                  \
    (SYSINFO_CAST(size_t, SYSINFO_CAST(const char *, SYSINFO_CAST(const void *, &(result)->field)) - \
                              SYSINFO_CAST(const char *, SYSINFO_CAST(const void *, (result)))) /    \
     8)

/* The value of a size when there is no limit. For a double, no limit is infinity. */
#define SYSINFO_UNLIMITED UINT64_MAX

/* A number for every result struct, for sysinfo_read() and the field table. Never renumbered. */
enum sysinfo_result {
    SYSINFO_RESULT_CPU_USAGE = 1,  /* struct sysinfo_cpu_usage */
    SYSINFO_RESULT_PROCESSORS = 2, /* struct sysinfo_processors */
    SYSINFO_RESULT_CPU_SAMPLE = 3, /* struct sysinfo_cpu_sample */
    SYSINFO_RESULT_MEMORY = 4,     /* struct sysinfo_memory */
    SYSINFO_RESULT_SWAP = 5,       /* struct sysinfo_swap */
    SYSINFO_RESULT_LOAD = 6,       /* struct sysinfo_load */
    SYSINFO_RESULT_STATS = 7,      /* struct sysinfo_stats */

    SYSINFO_RESULT_MEMORY_ALLOWANCE = 8, /* struct sysinfo_allowance */
    SYSINFO_RESULT_SWAP_ALLOWANCE = 9,   /* struct sysinfo_allowance */
    SYSINFO_RESULT_CPU_ALLOWANCE = 10,   /* struct sysinfo_cpu_allowance */
    SYSINFO_RESULT_CGROUP = 11,          /* struct sysinfo_cgroup */

    SYSINFO_RESULT_CPU_PRESSURE = 12, /* struct sysinfo_pressure, like those below */
    SYSINFO_RESULT_MEMORY_PRESSURE = 13,
    SYSINFO_RESULT_IO_PRESSURE = 14,
    SYSINFO_RESULT_IRQ_PRESSURE = 15,
    SYSINFO_RESULT_CGROUP_CPU_PRESSURE = 16,
    SYSINFO_RESULT_CGROUP_MEMORY_PRESSURE = 17,
    SYSINFO_RESULT_CGROUP_IO_PRESSURE = 18,
    SYSINFO_RESULT_CGROUP_IRQ_PRESSURE = 19,

    SYSINFO_RESULT_HEAP = 20,    /* struct sysinfo_heap */
    SYSINFO_RESULT_PROCESS = 21, /* struct sysinfo_process */
    SYSINFO_RESULT_PAGING = 22,  /* struct sysinfo_paging */

    SYSINFO_RESULT_CPU_FREQUENCY = 23,  /* struct sysinfo_cpu_frequency */
    SYSINFO_RESULT_CPU_DESCRIPTION = 24 /* struct sysinfo_cpu_description */
};

#endif
