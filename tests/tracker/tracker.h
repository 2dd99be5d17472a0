/* SPDX-License-Identifier: MIT */
/* Shared by the tests of the tracker. libcheck's checks allocate: take figures first, and check them afterwards. */
#ifndef TESTS_TRACKER_H
#define TESTS_TRACKER_H

#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <sysinfo/sysinfo.h>

/* For threads and children that cannot use libcheck. */
#define MUST(claim)                                                                    \
    do {                                                                               \
        if (!(claim)) {                                                                \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #claim); \
            abort();                                                                   \
        }                                                                              \
    } while (0)

static inline struct sysinfo_heap_tally process_counts(void) {
    struct sysinfo_heap_tally tally;
    MUST(sysinfo_heap_counts(&tally, sizeof tally) == SYSINFO_OK);
    return tally;
}

static inline struct sysinfo_heap_tally thread_counts(void) {
    struct sysinfo_heap_tally tally;
    MUST(sysinfo_heap_thread_counts(&tally, sizeof tally) == SYSINFO_OK);
    return tally;
}

/* The difference between two tallies, without the peak. */
static inline struct sysinfo_heap_tally since(struct sysinfo_heap_tally now, struct sysinfo_heap_tally before) {
    now.allocs -= before.allocs;
    now.frees -= before.frees;
    now.failed -= before.failed;
    now.live -= before.live;
    now.blocks -= before.blocks;
    return now;
}

/* Bypasses the C library. */
static inline pid_t fork_raw(void) {
#ifdef SYS_fork
    return (pid_t)syscall(SYS_fork);
#else
    return (pid_t)syscall(SYS_clone, 17 /* SIGCHLD */, NULL, NULL, NULL, NULL);
#endif
}

static inline int64_t size_of(void *block) {
    return (int64_t)malloc_usable_size(block);
}

#endif
