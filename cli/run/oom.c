/* SPDX-License-Identifier: MIT */
#include "run/oom.h"

#include <stdlib.h>
#include <string.h>

#include <sysinfo/sysinfo.h>

#include "fail.h"
#include "platform.h"

/* A host keeps about a dozen of them open, and to look at the processes takes some. */
enum { ENOUGH = 256 };

static bool read_counters(struct sysinfo_host *host, struct sysinfo_cgroup *cgroup) {
    return sysinfo_cgroup_usage(host, cgroup, sizeof *cgroup) == SYSINFO_OK && SYSINFO_HAS(cgroup, events_oom_kill);
}

static uint64_t grown(uint64_t now, uint64_t before) {
    return now > before ? now - before : 0;
}

void oom_begin(struct oom *oom) {
    struct sysinfo_cgroup cgroup;
    oom->host = NULL;
    if (platform_allow_descriptors(ENOUGH) == ENOUGH) { /* Else each call looks for the cgroup anew. */
        (void)!sysinfo_host_open(&oom->host, NULL);
    }
    oom->is_known = read_counters(oom->host, &cgroup);
    if (oom->is_known) {
        oom->kills_before = cgroup.events_oom_kill;
        oom->events_before = cgroup.events_oom;
    }
}

static char *copy_of_path(struct oom *oom) {
    const char *path;
    if ((oom->host == NULL && sysinfo_host_open(&oom->host, NULL) != SYSINFO_OK) ||
        sysinfo_cgroup_path(oom->host, &path) != SYSINFO_OK) {
        return NULL;
    }
    char *copy = malloc(strlen(path) + 1);
    if (copy == NULL) {
        fail_no_memory();
    }
    strcpy(copy, path);
    return copy;
}

void oom_end(struct oom *oom) {
    struct sysinfo_cgroup cgroup;
    if (!oom->is_known || !read_counters(oom->host, &cgroup)) {
        return;
    }
    oom->kills = grown(cgroup.events_oom_kill, oom->kills_before);
    oom->has_events = SYSINFO_HAS(&cgroup, events_oom);
    oom->events = grown(cgroup.events_oom, oom->events_before);
    oom->has_limit = SYSINFO_HAS(&cgroup, limit) && cgroup.limit != SYSINFO_UNLIMITED;
    oom->limit = oom->has_limit ? cgroup.limit : 0;
    if (oom->kills > 0) {
        oom->group = copy_of_path(oom);
    }
}

void oom_free(struct oom *oom) {
    free(oom->group);
    oom->group = NULL;
    sysinfo_host_close(oom->host);
    oom->host = NULL;
}
