/* SPDX-License-Identifier: MIT */
/* Whether the kernel killed processes of the command because memory ran out. */
#ifndef CLI_OOM_H
#define CLI_OOM_H

#include <stdbool.h>
#include <stdint.h>

/* What the counters of this process's cgroup, which the command begins in, said before and said since. */
struct oom {
    bool is_known; /* The cgroup has such counters. */
    uint64_t kills_before, events_before;
    uint64_t kills; /* Processes of the cgroup that were killed since. */
    bool has_events;
    uint64_t events; /* Times since that memory could not be freed at its limit. */
    bool has_limit;  /* Else it was the machine's memory that came to its end. */
    uint64_t limit;
    char *group; /* The cgroup's path; NULL: not known. */
};

void oom_begin(struct oom *oom);
void oom_end(struct oom *oom);
void oom_free(struct oom *oom);

#endif
