/* SPDX-License-Identifier: MIT */
/* One scope, from enter to leave. */
#include <sysinfo/heap_tracker.h>
#include <sysinfo/process.h>

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

/* A scope of 0.1 ends before `rss`. While it is open, `rss` is what the start had, and the increment says so. */
enum { SCOPE_LEAST = offsetof(struct sysinfo_heap_scope, rss), HAS_RSS = 1 };

static bool is_scope(const struct sysinfo_heap_scope *scope, uint64_t size) {
    return scope != NULL && size >= SCOPE_LEAST && size % sizeof(uint64_t) == 0;
}

static bool has_room_for_rss(uint64_t size) {
    return size >= sizeof(struct sysinfo_heap_scope);
}

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
    if (!is_scope(scope, size)) {
        return;
    }
    scope->present = scope->estimated = 0;
    if (has_room_for_rss(size)) {
        scope->rss = scope->rss_increment = 0;
    }
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

void sysinfo_heap_enter_rss(struct sysinfo_heap_scope *scope, size_t size, const struct sysinfo_heap_place *place) {
    uint64_t rss;
    bool is_known = is_scope(scope, size) && has_room_for_rss(size) && sysinfo_process_memory(NULL, &rss) == SYSINFO_OK;
    sysinfo_heap_enter(scope, size, place);
    if (is_known) {
        scope->rss = (int64_t)rss;
        scope->rss_increment = HAS_RSS;
    }
}

static void set_rss(struct sysinfo_heap_scope *scope, int64_t start) {
    uint64_t rss;
    if (sysinfo_process_memory(NULL, &rss) == SYSINFO_OK) {
        FACT(scope, rss, (int64_t)rss);
        FACT(scope, rss_increment, (int64_t)rss - start);
    }
}

/* False: it is of another thread. */
static bool set_exactly(struct sysinfo_heap_scope *scope, struct open_scope *open) {
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
    if (!is_scope(scope, open.size)) {
        return SYSINFO_INVALID;
    }
    int64_t used, start = 0;
    bool had_rss = has_room_for_rss(open.size) && scope->rss_increment == HAS_RSS;
    if (has_room_for_rss(open.size)) {
        start = scope->rss;
        scope->rss = scope->rss_increment = 0;
    }
    if (open.tracker.node != NULL) {
        if (!set_exactly(scope, &open)) {
            return SYSINFO_INVALID;
        }
    } else if (open.used >= 0 && ask_allocator(&used)) {
        GUESS(scope, live, used);
        GUESS(scope, increment, used - open.used);
    }
    if (had_rss) {
        set_rss(scope, start);
    }
    if (table != NULL) {
        sysinfo__scopes_add(table, open.place, scope, had_rss ? scope->rss : 0, had_rss ? scope->rss_increment : 0);
    }
    return SYSINFO_OK;
}
