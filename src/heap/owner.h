/* SPDX-License-Identifier: MIT */
/*
 * Detects the process's allocator and queries it.
 *
 * The allocator is known only at run time: a program may link another one, or be started with one preloaded. So each
 * allocator has a file with the functions below, and the table of a C library, struct sysinfo__heap_backend, has the
 * function that detects which one it is.
 *
 * An allocator's functions are used only when they lie in the same object (program
 * or library) as the malloc() that is really called: a plug-in may carry a private
 * allocator, and the C library's own answers zeros when another has taken over.
 */
#ifndef SYSINFO_HEAP_OWNER_H
#define SYSINFO_HEAP_OWNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend.h"

struct sysinfo__heap_owner;

struct sysinfo__allocator {
    const char *name;

    /*
     * Stores what the allocator reports, with FACT and GUESS. `free` is computed in
     * src/heap/heap.c, and inconsistent figures are corrected there. NULL: it reports nothing.
     */
    int (*report)(struct sysinfo_host *host, const struct sysinfo__heap_owner *owner, bool in_detail,
                  struct sysinfo_heap *heap);

    /* Gives unused memory back to the system. NULL: no such call. */
    int (*trim)(struct sysinfo_host *host, const struct sysinfo__heap_owner *owner);

    /*
     * Fills this thread's cache of freed blocks, which `report` counts as in use, so that it is the same each time.
     * NULL: the allocator counts no such cache.
     */
    void (*fill_cache)(void);
};

/* The owner, and its functions as they were found. Kept in a host: it never changes while a process runs. */
struct sysinfo__heap_owner {
    bool is_searched;
    const struct sysinfo__allocator *allocator; /* NULL: not known. */
    union {
        struct {
            int (*mallctl)(const char *name, void *old, size_t *old_size, void *new_value, size_t new_size);
        } jemalloc;
        struct {
            int (*get)(const char *property, size_t *value);
            void (*release)(void);
        } tcmalloc;
        struct {
            void (*process_info)(size_t *elapsed, size_t *user, size_t *system, size_t *resident, size_t *peak_resident,
                                 size_t *commit, size_t *peak_commit, size_t *faults);
            void (*collect)(bool force);
        } mimalloc;
        struct {
            size_t (*used)(void), (*footprint)(void);
            void (*purge)(void);
        } sanitizer;
    } calls;
};

/* What a C library brings. Every entry may be NULL: then that is not known. */
struct sysinfo__heap_backend {
    /* Whether the figures have been compared with what was allocated. If not, they are marked as estimated. */
    bool is_tried;

    /* As in backend.h. */
    const struct sysinfo__source *sources;

    /* Finds the owner: `allocator` and `calls`. */
    void (*find)(struct sysinfo__heap_owner *owner);

    /*
     * Bytes of this process that are in memory and belong to no file; SYSINFO_UNKNOWN where that is not reported. Not
     * `is_exact`: from counters that cost no more than a system call, and may lag by some hundred KiB.
     */
    int (*resident)(struct sysinfo_host *host, bool is_exact, uint64_t *bytes);
};

/* The table that is linked: cmake/heap.cmake chooses it. */
extern const struct sysinfo__heap_backend sysinfo__heap_backend;

/* The tracker, whether or not it counts, and the tracker if it does; else NULL. */
const struct sysinfo__tracker *sysinfo__known_tracker(void);
const struct sysinfo__tracker *sysinfo__counting_tracker(void);

/* ---- On systems with ELF objects ---- */

/* The object that holds `address`, as a number to compare; NULL: none. */
const void *sysinfo__object_of(const void *address);

/* Looks a function up that must lie in `object`, into *call, a pointer to it. */
bool sysinfo__object_has(const void *object, const char *name, void *call);

/* Whether the malloc() of `object` is that allocator's. */
bool sysinfo__sanitizer_owns(const void *object, struct sysinfo__heap_owner *owner);
bool sysinfo__jemalloc_owns(const void *object, struct sysinfo__heap_owner *owner);
bool sysinfo__tcmalloc_owns(const void *object, struct sysinfo__heap_owner *owner);
bool sysinfo__mimalloc_owns(const void *object, struct sysinfo__heap_owner *owner);

/*
 * Finds the owner among all of these and the C library, which `libc_owns` recognizes; NULL: the C library's
 * allocator is one of these.
 */
void sysinfo__elf_heap_find(struct sysinfo__heap_owner *owner,
                            bool (*libc_owns)(const void *object, struct sysinfo__heap_owner *owner));
extern const struct sysinfo__source sysinfo__elf_heap_sources[];

/* Of src/linux/resident.c, for the C libraries there. */
int sysinfo__linux_resident(struct sysinfo_host *host, bool is_exact, uint64_t *bytes);

#endif
