/* SPDX-License-Identifier: MIT */
#include "run/oom.h"

#include <stdlib.h>
#include <string.h>

#include <sysinfo/sysinfo.h>

#include "fail.h"
#include "platform.h"
#include "run/oom_counter.h"

/* A host keeps about a dozen of them open, and to look at the processes takes some. */
enum { ENOUGH = 256 };

static void open_host(struct oom *oom) {
    /* With fewer, each call looks for the cgroup anew. */
    if (oom->host == NULL && platform_allow_descriptors(ENOUGH) == ENOUGH) {
        (void)!sysinfo_host_open(&oom->host, NULL);
    }
}

static bool read_cgroup(struct oom *oom, struct sysinfo_cgroup *cgroup) {
    open_host(oom);
    return sysinfo_cgroup_usage(oom->host, cgroup, sizeof *cgroup) == SYSINFO_OK;
}

static bool read_counts(struct oom *oom, struct oom_counts *counts) {
    if (oom->counter >= 0) {
        return oom_counter_read(oom->counter, counts);
    }
    struct sysinfo_cgroup cgroup;
    if (!read_cgroup(oom, &cgroup) || !SYSINFO_HAS(&cgroup, events_oom_kill)) {
        return false;
    }
    *counts = (struct oom_counts){cgroup.events_oom_kill, cgroup.events_oom, SYSINFO_HAS(&cgroup, events_oom)};
    return true;
}

static uint64_t grown(uint64_t now, uint64_t before) {
    return now > before ? now - before : 0;
}

void oom_begin(struct oom *oom) {
    oom->host = NULL;
    oom->counter = oom_counter_open();
    oom->is_known = read_counts(oom, &oom->before);
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

void oom_end(struct oom *oom, bool with_limit) {
    struct sysinfo_cgroup cgroup;
    struct oom_counts now;
    oom->is_known = oom->is_known && read_counts(oom, &now);
    if (!oom->is_known) {
        return;
    }
    oom->kills = grown(now.kills, oom->before.kills);
    oom->has_events = now.has_events;
    oom->events = grown(now.events, oom->before.events);
    if (oom->kills > 0 || with_limit) {
        oom->has_limit = read_cgroup(oom, &cgroup) && SYSINFO_HAS(&cgroup, limit) && cgroup.limit != SYSINFO_UNLIMITED;
        oom->limit = oom->has_limit ? cgroup.limit : 0;
    }
    if (oom->kills > 0) {
        oom->group = copy_of_path(oom);
    }
}

void oom_free(struct oom *oom) {
    oom_counter_close(oom->counter);
    oom->counter = -1;
    free(oom->group);
    oom->group = NULL;
    sysinfo_host_close(oom->host);
    oom->host = NULL;
}
