/* SPDX-License-Identifier: MIT */
/*
 * The interface between libsysinfo and the tracker, a library of its own. libsysinfo has a weak reference to the one
 * symbol below, and so finds the tracker when it is linked or preloaded. It ignores a tracker of another version.
 */
#ifndef SYSINFO_TRACKER_TRACKER_H
#define SYSINFO_TRACKER_TRACKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SYSINFO__TRACKER_VERSION = 2 };

struct sysinfo__tally {
    uint64_t allocs, frees, failed;
    int64_t live, peak;
};

/* A scope that is open: what the thread's sums were at its start, and the peak of the scope around it. */
struct sysinfo__tracker_scope {
    const void *node;
    struct sysinfo__tally start;
    uint64_t outer; /* The depth of the scopes around it. */
    int64_t high;   /* The peak of the thread before it. */
    /* Set by leave(): an inner scope was not left (longjmp), so the peak may have been higher. */
    uint64_t is_peak_lost;
};

struct sysinfo__tracker {
    uint32_t version;

    bool (*is_counting)(void);        /* Whether the program calls the tracker's malloc(). */
    const void *(*real_malloc)(void); /* The malloc() that the tracker calls. */

    /* Wait-free and safe in signal handlers. False: the calling thread has no counts of its own. */
    void (*process)(struct sysinfo__tally *tally);
    bool (*thread)(struct sysinfo__tally *tally);

    /*
     * Of the calling thread. False: it has no counts of its own, or the scope belongs to another thread. The peak is
     * relative to the start.
     */
    bool (*enter)(struct sysinfo__tracker_scope *scope);
    bool (*leave)(struct sysinfo__tracker_scope *scope, struct sysinfo__tally *within);

    void (*watch)(uint64_t bytes, uint64_t blocks, void (*function)(void *), void *argument);

    /* Memory that is not of the heap; NULL: none. */
    void *(*map)(size_t size);
    void (*unmap)(void *memory, size_t size);

    /* Sites of live blocks. A false or a status that is not 0: not on this processor, or there is no memory. */
    bool (*keep_sites)(uint32_t frames);
    bool (*keeps_sites)(void);
    uint32_t (*next_generation)(void);
    int (*snapshot)(uint32_t what, const void **bytes, size_t *size); /* To be unmapped. */

    /* A mark: each process of the tree takes a snapshot, where `sysinfo run` keeps them. */
    void (*request)(const char *label);
};

#ifdef __ELF__
__attribute__((visibility("default"))) const struct sysinfo__tracker *sysinfo__tracker(void);
#endif

#endif
