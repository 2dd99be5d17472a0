/* SPDX-License-Identifier: MIT */
/* Fixed moments: start, start + interval, start + 2 intervals ... */
#ifndef CLI_SCHEDULE_H
#define CLI_SCHEDULE_H

#include <stdint.h>

struct schedule {
    double start, interval; /* Seconds. */
    uint64_t moment;        /* Number of the last one; 0 is the start. */
};

/* Goes to the next moment that has not passed at `now`, and returns its time: moments that were missed are skipped, never made up for. */
double schedule_next(struct schedule *schedule, double now);

#endif
