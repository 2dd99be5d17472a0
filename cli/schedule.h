/* SPDX-License-Identifier: MIT */
/* Fixed moments: start, start + interval, start + 2 intervals, ... */
#ifndef CLI_SCHEDULE_H
#define CLI_SCHEDULE_H

#include <stdint.h>

struct schedule {
    double start, interval; /* Seconds. */
    uint64_t moment;        /* Index of the last one; 0 is the start. */
};

/*
 * Advances to the next moment and returns its time. A moment less than half an interval late is still used, so that a
 * loaded machine finishes on time; a later one is skipped and never made up for, so two moments are always at least
 * half an interval apart.
 */
double schedule_next(struct schedule *schedule, double now);

#endif
