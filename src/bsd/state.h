/* SPDX-License-Identifier: MIT */
/* What a host keeps on a BSD. Nothing stays open; it only saves repeated queries and allocations. */
#ifndef SYSINFO_STATE_H
#define SYSINFO_STATE_H

#include <stddef.h>

struct sysinfo__state {
    double tick_rate; /* Ticks of the CPU time counters per second; 0: not read yet. */
    void *room;       /* Holds values of unknown length: the rows of all CPUs. */
    size_t capacity;
};

#endif
