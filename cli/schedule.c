/* SPDX-License-Identifier: MIT */
#include "schedule.h"

double schedule_next(struct schedule *schedule, double now) {
    schedule->moment++;
    double late = now - (schedule->start + (double)schedule->moment * schedule->interval);
    if (late >= schedule->interval / 2) {
        schedule->moment = (uint64_t)((now - schedule->start) / schedule->interval) + 1;
    }
    return schedule->start + (double)schedule->moment * schedule->interval;
}
