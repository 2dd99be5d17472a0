/* SPDX-License-Identifier: MIT */
/* Limits on this process, on the BSDs and macOS. */
#include "bsd/answer.h"
#include "bsd/system.h"

#include <sys/types.h> /* First: the others need its types. */

#include <sys/resource.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- Bounds ---- */

void sysinfo__add_bound(struct sysinfo__bounds *bounds, const struct sysinfo__bound *bound) {
    if (bounds->count == SYSINFO__BOUNDS) {
        bounds->has_more = true;
        return;
    }
    bounds->bound[bounds->count++] = *bound;
}

/* Reads the process once, and only if a resource is limited, which is rare. */
int sysinfo__add_resource(struct sysinfo_host *host, struct sysinfo__bounds *bounds, const char *name, int resource,
                          size_t offset) {
    struct rlimit limit;
    if (getrlimit(resource, &limit) != 0) {
        bounds->has_more = true;
        return SYSINFO_OK;
    }
    if (limit.rlim_cur == RLIM_INFINITY) {
        return SYSINFO_OK;
    }
    int status = SYSINFO_OK;
    if (!bounds->has_resource_use) {
        status = sysinfo__system_self(host, &bounds->self);
        bounds->has_resource_use = status == SYSINFO_OK;
    }
    struct sysinfo__bound bound = {.limit = (uint64_t)limit.rlim_cur, .is_use_known = bounds->has_resource_use};
    snprintf(bound.name, sizeof bound.name, "%s", name);
    memcpy(&bound.used, (const char *)&bounds->self + offset, sizeof bound.used);
    sysinfo__add_bound(bounds, &bound);
    return sysinfo__is_missing(status) ? SYSINFO_OK : status;
}

static int read_bounds(struct sysinfo_host *host, struct sysinfo__bounds *bounds) {
    bounds->count = 0;
    bounds->quota = (double)INFINITY;
    bounds->has_more = bounds->has_resource_use = false;
    return sysinfo__system_bounds(host, bounds);
}

/* ---- Memory and swap ---- */

static uint64_t room_of(const struct sysinfo__bound *bound) {
    return bound->is_use_known ? sysinfo__reduced(bound->limit, bound->used) : bound->limit;
}

/* The tightest of all, or of those that bound swap space. */
static int tightest(struct sysinfo_host *host, bool of_swap, struct sysinfo__limit *limit) {
    struct sysinfo__bounds bounds;
    int status = read_bounds(host, &bounds);
    if (status != SYSINFO_OK) {
        return status;
    }
    uint64_t least = SYSINFO_UNLIMITED, room = SYSINFO_UNLIMITED;
    bool is_room_certain = !bounds.has_more;
    for (size_t i = 0; i < bounds.count; i++) {
        const struct sysinfo__bound *bound = &bounds.bound[i];
        if (bound->is_swap || !of_swap) {
            least = sysinfo__smaller(least, bound->limit);
            room = sysinfo__smaller(room, room_of(bound));
            is_room_certain = is_room_certain && bound->is_use_known;
        }
    }
    if (!bounds.has_more) {
        FACT(limit, limit, least);
    } else if (least != SYSINFO_UNLIMITED) {
        GUESS(limit, limit, least);
    }
    if (is_room_certain) {
        FACT(limit, room, room);
    } else if (room != SYSINFO_UNLIMITED) {
        GUESS(limit, room, room);
    }
    return SYSINFO_OK;
}

int sysinfo__bsd_memory_limit(struct sysinfo_host *host, struct sysinfo__limit *limit) {
    return tightest(host, false, limit);
}

int sysinfo__bsd_swap_limit(struct sysinfo_host *host, struct sysinfo__limit *limit) {
    return tightest(host, true, limit);
}

/* ---- CPUs ---- */

int sysinfo__bsd_cpu_limit(struct sysinfo_host *host, struct sysinfo__cpu_limit *limit) {
    struct sysinfo__bounds bounds;
    int status = read_bounds(host, &bounds);
    if (status != SYSINFO_OK) {
        return status;
    }
    if (!bounds.has_more) {
        FACT(limit, quota, bounds.quota);
    } else if (bounds.quota < (double)INFINITY) {
        GUESS(limit, quota, bounds.quota);
    }
    uint64_t count = 0;
    status = sysinfo__system_allowed_cpus(host, &count);
    if (status == SYSINFO_OK && count > 0) {
        FACT(limit, allowed, count);
    }
    return sysinfo__is_missing(status) ? SYSINFO_OK : status;
}

/* ---- Level by level ---- */

static int add_affinity_row(struct sysinfo_host *host, struct sysinfo__limit_rows *rows) {
    uint64_t count = 0;
    int status = sysinfo__system_allowed_cpus(host, &count);
    if (status != SYSINFO_OK || count == 0) {
        return sysinfo__is_missing(status) ? SYSINFO_OK : status;
    }
    struct sysinfo__limit_row *row = sysinfo__limit_rows_add(rows, SYSINFO_LIMIT_AFFINITY, "affinity", 8);
    if (row == NULL) {
        return sysinfo__no_memory(host, "");
    }
    FACT(&row->level, cpus, (double)count);
    return SYSINFO_OK;
}

int sysinfo__bsd_limit_levels(struct sysinfo_host *host, struct sysinfo__limit_rows *rows) {
    struct sysinfo__bounds bounds;
    int status = read_bounds(host, &bounds);
    for (size_t i = 0; i < bounds.count && status == SYSINFO_OK; i++) {
        const struct sysinfo__bound *bound = &bounds.bound[i];
        struct sysinfo__limit_row *row =
            sysinfo__limit_rows_add(rows, SYSINFO_LIMIT_PROCESS, bound->name, strlen(bound->name));
        if (row == NULL) {
            return sysinfo__no_memory(host, "");
        }
        FACT(&row->level, memory_limit, bound->limit);
        if (bound->is_use_known) {
            FACT(&row->level, memory_used, bound->used);
            FACT(&row->level, memory_usable, room_of(bound));
        }
        if (bound->is_swap) {
            FACT(&row->level, swap_limit, bound->limit);
        }
        if (bound->is_swap && bound->is_use_known) {
            FACT(&row->level, swap_usable, room_of(bound));
        }
    }
    return status == SYSINFO_OK ? add_affinity_row(host, rows) : status;
}
