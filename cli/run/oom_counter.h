/* SPDX-License-Identifier: MIT */
/*
 * A file in which the kernel counts the processes of this process's cgroup that it killed for lack of memory. The
 * library reads the same numbers along with many others, for which a command would have to wait before it starts.
 */
#ifndef CLI_OOM_COUNTER_H
#define CLI_OOM_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

struct oom_counts {
    uint64_t kills, events; /* As cgroup.events_oom_kill and cgroup.events_oom. */
    bool has_events;
};

/* Opens the file, to be closed; -1: it cannot be found without the library. */
int oom_counter_open(void);

/* Returns false if the file cannot be read, or lacks the number of kills. */
bool oom_counter_read(int file, struct oom_counts *counts);
void oom_counter_close(int file); /* -1 is allowed. */

#endif
