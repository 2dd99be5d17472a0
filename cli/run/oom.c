/* SPDX-License-Identifier: MIT */
#include "run/oom.h"

#include <stdlib.h>
#include <string.h>

#include <sysinfo/sysinfo.h>

#include "fail.h"

static bool read_counters(struct sysinfo_cgroup *cgroup) {
    return sysinfo_cgroup_usage(NULL, cgroup, sizeof *cgroup) == SYSINFO_OK && SYSINFO_HAS(cgroup, events_oom_kill);
}

static uint64_t grown(uint64_t now, uint64_t before) {
    return now > before ? now - before : 0;
}

void oom_begin(struct oom *oom) {
    struct sysinfo_cgroup cgroup;
    oom->is_known = read_counters(&cgroup);
    if (oom->is_known) {
        oom->kills_before = cgroup.events_oom_kill;
        oom->events_before = cgroup.events_oom;
    }
}

static char *copy_of_path(void) {
    struct sysinfo_host *host;
    const char *path;
    char *copy = NULL;
    if (sysinfo_host_open(&host, NULL) != SYSINFO_OK) {
        return NULL;
    }
    if (sysinfo_cgroup_path(host, &path) == SYSINFO_OK) {
        copy = malloc(strlen(path) + 1);
        if (copy == NULL) {
            fail_no_memory();
        }
        strcpy(copy, path);
    }
    sysinfo_host_close(host);
    return copy;
}

void oom_end(struct oom *oom) {
    struct sysinfo_cgroup cgroup;
    if (!oom->is_known || !read_counters(&cgroup)) {
        return;
    }
    oom->kills = grown(cgroup.events_oom_kill, oom->kills_before);
    oom->has_events = SYSINFO_HAS(&cgroup, events_oom);
    oom->events = grown(cgroup.events_oom, oom->events_before);
    oom->has_limit = SYSINFO_HAS(&cgroup, limit) && cgroup.limit != SYSINFO_UNLIMITED;
    oom->limit = oom->has_limit ? cgroup.limit : 0;
    if (oom->kills > 0) {
        oom->group = copy_of_path();
    }
}

void oom_free(struct oom *oom) {
    free(oom->group);
    oom->group = NULL;
}
