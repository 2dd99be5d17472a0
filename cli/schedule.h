/* SPDX-License-Identifier: MIT */
/* Fixed moments: start, start + interval, start + 2 intervals ... */
#ifndef CLI_SCHEDULE_H
#define CLI_SCHEDULE_H

#include <stdint.h>

struct schedule {
    double start, interval; /* Seconds. */
    uint64_t moment;        /* Number of the last one; 0 is the start. */
};

/*
 * Goes to the next moment, and returns its time. One that has passed at `now` by
 * less than half an interval is still that moment, so that a machine under load
 * ends when it was planned; any that is missed by more is skipped, never made up
 * for, so that two moments are never less than half an interval apart.
 */
double schedule_next(struct schedule *schedule, double now);

#endif
