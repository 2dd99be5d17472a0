/* SPDX-License-Identifier: MIT */
/* What a host keeps on a BSD: nothing is open, only what need not be asked or allocated again. */
#ifndef SYSINFO_STATE_H
#define SYSINFO_STATE_H

#include <stddef.h>

struct sysinfo__state {
    double tick_rate; /* Ticks of the CPU time counters in a second; 0: not asked yet. */
    void *room;       /* For answers of unknown length: the rows of all CPUs. */
    size_t capacity;
};

#endif
