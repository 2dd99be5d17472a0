/* SPDX-License-Identifier: MIT */
/* One scope, from enter to leave. */
#include <sysinfo/heap_tracker.h>

#include <string.h>

#include "internal.h"

/* What a scope keeps in its private words from enter to leave. */
struct open_scope {
    struct sysinfo__tracker_scope tracker; /* Its node is NULL without the tracker. */
    const struct sysinfo_heap_place *place;
    uint64_t size;
    int64_t used;
};
_Static_assert(sizeof(struct open_scope) <= sizeof((struct sysinfo_heap_scope){0}.opaque_), "fits");
_Static_assert(sizeof(struct sysinfo__tracker_scope) <= 72, "the tracker's part keeps its size");

enum { SCOPE_LEAST = sizeof(struct sysinfo_heap_scope) };

/* The allocator's `used`, of the whole process. */
static bool ask_allocator(int64_t *used) {
    struct sysinfo_heap heap;
    if (sysinfo_heap_info(NULL, &heap, sizeof heap) != SYSINFO_OK || !SYSINFO_HAS(&heap, used)) {
        return false;
    }
    *used = (int64_t)heap.used;
    return true;
}

void sysinfo_heap_enter(struct sysinfo_heap_scope *scope, size_t size, const struct sysinfo_heap_place *place) {
    if (scope == NULL || size < SCOPE_LEAST) {
        return;
    }
    scope->present = scope->estimated = 0;
    struct open_scope open = {.place = place, .size = size, .used = -1};
    const struct sysinfo__tracker *tracker = sysinfo__counting_tracker();
    if (tracker == NULL || !tracker->enter(&open.tracker)) {
        open.tracker.node = NULL;
        if (!ask_allocator(&open.used)) {
            open.used = -1;
        }
    }
    memcpy(scope->opaque_, &open, sizeof open);
}

/* False: it is of another thread. */
static bool tell_exactly(struct sysinfo_heap_scope *scope, struct open_scope *open) {
    const struct sysinfo__tracker *tracker = sysinfo__counting_tracker();
    struct sysinfo__tally within;
    if (tracker == NULL || !tracker->leave(&open->tracker, &within)) {
        return false;
    }
    FACT(scope, allocs, within.allocs);
    FACT(scope, frees, within.frees);
    FACT(scope, failed, within.failed);
    FACT(scope, increment, within.live);
    FACT(scope, peak, within.peak);
    if (open->tracker.is_peak_lost) {
        GUESS(scope, peak, within.peak);
    }
    FACT(scope, live, open->tracker.start.live + within.live);
    return true;
}

int sysinfo_heap_leave(struct sysinfo_heap_scope *scope, struct sysinfo_heap_scopes *table) {
    if (scope == NULL) {
        return SYSINFO_INVALID;
    }
    struct open_scope open;
    memcpy(&open, scope->opaque_, sizeof open);
    memset(scope, 0, offsetof(struct sysinfo_heap_scope, opaque_));
    if (open.size < SCOPE_LEAST) {
        return SYSINFO_INVALID;
    }
    int64_t used;
    if (open.tracker.node != NULL) {
        if (!tell_exactly(scope, &open)) {
            return SYSINFO_INVALID;
        }
    } else if (open.used >= 0 && ask_allocator(&used)) {
        GUESS(scope, live, used);
        GUESS(scope, increment, used - open.used);
    }
    if (table != NULL) {
        sysinfo__scopes_add(table, open.place, scope);
    }
    return SYSINFO_OK;
}
