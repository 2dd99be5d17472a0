/* SPDX-License-Identifier: MIT */
/* Whether the kernel killed processes of the command because memory ran out. */
#ifndef CLI_OOM_H
#define CLI_OOM_H

#include <stdbool.h>
#include <stdint.h>

#include "run/oom_counter.h"

struct sysinfo_host;

/* The counters of this process's cgroup, in which the command starts, before and since. */
struct oom {
    int counter;               /* Where they are read; -1, also at first: through the host. */
    struct sysinfo_host *host; /* Knows where that cgroup is; NULL: not opened. */
    bool is_known;             /* The cgroup has these counters. */
    struct oom_counts before;
    uint64_t kills; /* Processes of the cgroup that were killed since. */
    bool has_events;
    uint64_t events; /* How often since then memory could not be freed at its limit. */
    bool has_limit;  /* Otherwise the machine's memory ran out. Known only with kills, or if requested: */
    uint64_t limit;
    char *group; /* The cgroup's path; NULL: unknown. */
};

void oom_begin(struct oom *oom);
void oom_end(struct oom *oom, bool with_limit);
void oom_free(struct oom *oom);

#endif
