/* SPDX-License-Identifier: MIT */
#include <sysinfo/heap_tracker.h>

#include "internal.h"

const struct sysinfo__tracker *sysinfo__known_tracker(void) {
    const struct sysinfo__tracker *tracker = sysinfo__backend.tracker != NULL ? sysinfo__backend.tracker() : NULL;
    return tracker != NULL && tracker->version == SYSINFO__TRACKER_VERSION ? tracker : NULL;
}

const struct sysinfo__tracker *sysinfo__counting_tracker(void) {
    const struct sysinfo__tracker *tracker = sysinfo__known_tracker();
    return tracker != NULL && tracker->is_counting() ? tracker : NULL;
}

/* ---- Counts ---- */

static void give(struct sysinfo_heap_tally *out, size_t size, const struct sysinfo__tally *sums, bool is_process) {
    struct sysinfo_heap_tally tally = {0};
    FACT(&tally, allocs, sums->allocs);
    FACT(&tally, frees, sums->frees);
    FACT(&tally, failed, sums->failed);
    FACT(&tally, live, sums->live);
    FACT(&tally, blocks, (int64_t)(sums->allocs - sums->frees));
    FACT(&tally, peak, sums->peak);
    if (is_process) {
        GUESS(&tally, peak, sums->peak);
        /* Nodes are read one after the other: a block may be seen freed, but not yet allocated. */
        if (tally.live < 0) {
            GUESS(&tally, live, 0);
        }
        if (tally.blocks < 0) {
            GUESS(&tally, blocks, 0);
        }
    }
    sysinfo__give(out, size, &tally, sizeof tally);
}

static int ask(struct sysinfo_heap_tally *tally, size_t size, bool is_process) {
    if (!sysinfo__is_result(tally, size)) {
        return SYSINFO_INVALID;
    }
    const struct sysinfo__tracker *tracker = sysinfo__counting_tracker();
    if (tracker == NULL) {
        return SYSINFO_NOT_SUPPORTED;
    }
    struct sysinfo__tally sums;
    if (is_process) {
        tracker->process(&sums);
    } else if (!tracker->thread(&sums)) {
        return SYSINFO_UNKNOWN;
    }
    give(tally, size, &sums, is_process);
    return SYSINFO_OK;
}

int sysinfo_heap_counts(struct sysinfo_heap_tally *tally, size_t size) {
    return ask(tally, size, true);
}

int sysinfo_heap_thread_counts(struct sysinfo_heap_tally *tally, size_t size) {
    return ask(tally, size, false);
}

int sysinfo_heap_watch(uint64_t bytes, uint64_t blocks, void (*function)(void *argument), void *argument) {
    if (function == NULL && (bytes != 0 || blocks != 0)) {
        return SYSINFO_INVALID;
    }
    const struct sysinfo__tracker *tracker = sysinfo__counting_tracker();
    if (tracker == NULL) {
        return SYSINFO_NOT_SUPPORTED;
    }
    tracker->watch(bytes, blocks, function, argument);
    return SYSINFO_OK;
}
