/* SPDX-License-Identifier: MIT */
/* Shared by the tests of sites. */
#ifndef TESTS_TRACKER_SITES_H
#define TESTS_TRACKER_SITES_H

#include <limits.h>
#include <link.h>
#include <unistd.h>

#include "tracker.h"

static inline uint64_t next_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/*
 * Once, takes and keeps whatever was freed before: from glibc 2.41 on calloc() returns what was freed last, and an old
 * pointer to it, which libcheck and glibc leave in variables, would hold a new block. Beyond the end that the heap has
 * at first, nothing was allocated before.
 */
static inline void take_freed_blocks(void) {
    enum { CACHED = 64 * 16, MOST = 1 << 14 }; /* A thread caches up to 16 blocks of each of 64 sizes. */
    static void *volatile taken[MOST];
    uintptr_t end = (uintptr_t)sbrk(0);
    for (size_t i = 0; i < MOST && (i > 0 || taken[0] == NULL); i++) {
        taken[i] = calloc(1, i < CACHED ? 24 + i % 64 * 16 : 24);
        MUST(taken[i] != NULL);
        if (i >= CACHED && (uintptr_t)taken[i] >= end) {
            break;
        }
    }
}

/* Where each module is loaded, from the dynamic linker. */
enum { MODULES_MOST = 64 };
struct modules {
    int count;
    char path[MODULES_MOST][PATH_MAX];
    uintptr_t bias[MODULES_MOST];
};

static inline int add_module(struct dl_phdr_info *object, size_t size, void *context) {
    (void)size;
    struct modules *modules = context;
    MUST(modules->count < MODULES_MOST);
    char *path = modules->path[modules->count];
    if (object->dlpi_name[0] != '\0') {
        snprintf(path, PATH_MAX, "%s", object->dlpi_name);
    } else {
        ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);
        path[length > 0 ? length : 0] = '\0';
    }
    modules->bias[modules->count++] = object->dlpi_addr;
    return 0;
}

static inline void list_modules(struct modules *modules) {
    modules->count = 0;
    dl_iterate_phdr(add_module, modules);
}

/* Returns 0 if its module is not loaded. */
static inline uintptr_t address_of(const struct sysinfo_heap_frame *frame, const struct modules *modules) {
    for (int i = 0; i < modules->count; i++) {
        if (strcmp(modules->path[i], frame->module) == 0) {
            return modules->bias[i] + frame->offset;
        }
    }
    return 0;
}

static inline struct sysinfo_heap_snapshot *take_snapshot(void) {
    struct sysinfo_heap_snapshot *snapshot;
    MUST(sysinfo_heap_snapshot_open(&snapshot, 0) == SYSINFO_OK);
    return snapshot;
}

static inline struct sysinfo_heap_site read_site(const struct sysinfo_heap_snapshot *snapshot, size_t index,
                                                 const struct sysinfo_heap_frame **frame) {
    struct sysinfo_heap_site site;
    MUST(sysinfo_heap_snapshot_site(snapshot, index, &site, sizeof site, frame) == SYSINFO_OK);
    return site;
}

#endif
