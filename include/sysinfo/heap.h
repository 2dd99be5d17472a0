/* SPDX-License-Identifier: MIT */
/*
 * This process's own heap: what is in use, and what can be given back.
 *
 * The figures come from the allocator that malloc() calls, which is detected at run time:
 * glibc, jemalloc (linked, preloaded, or in the C library of FreeBSD and NetBSD),
 * gperftools' tcmalloc, mimalloc, the runtime of a sanitizer, the heaps of Windows, the
 * zones of macOS. Allocators that report nothing (musl, OpenBSD) and unknown ones are
 * SYSINFO_NOT_SUPPORTED. An allocator that is loaded but not in use is never queried: its
 * zeros would look like figures. docs/heap.md says what each allocator counts.
 *
 * These calls need no set-up and cost nothing until they are made. With the tracker
 * (<sysinfo/heap_tracker.h>) they also return its counts: blocks, allocs, frees, failed and
 * peak under every allocator, and `used` where the allocator does not report it.
 *
 * Threads: any thread may call, each with its own host. The allocator holds its locks
 * during a call, so malloc() in other threads can wait that long (see the cost of each).
 *
 * Signals: never call from a signal handler, nor from an allocator's hook: the interrupted
 * code may hold the lock that the call needs.
 *
 * fork(): the child of a process with many threads may call; glibc and jemalloc renew
 * their locks there. The figures of the child begin as those of the parent.
 */
#ifndef SYSINFO_HEAP_H
#define SYSINFO_HEAP_H

#include <sysinfo/api.h>
#include <sysinfo/result.h>
#include <sysinfo/status.h>

SYSINFO_BEGIN_DECLS

/*
 * group heap, result HEAP.
 *
 * used + free = footprint, and used_mapped is a part of used. Do not compare `used` between
 * allocators: glibc counts 8 bytes of its own with each block, jemalloc and tcmalloc count
 * the size class, Windows counts the requested size.
 *
 * `free` is address space: it may include memory that was given back to the system.
 * Memory that the program maps itself (mmap) is in none of the figures.
 */
struct sysinfo_heap {
    uint64_t present, estimated;
    uint64_t used;        /* bytes: In blocks allocated and not freed, as the allocator counts them. */
    uint64_t used_mapped; /* bytes: Part of used that has mappings of its own. */
    uint64_t footprint;   /* bytes: Address space that the allocator holds. */
    uint64_t free;        /* bytes: Kept by the allocator: footprint - used. */
    uint64_t reclaimable; /* bytes: Part of free that a trim would give back now. */
    uint64_t resident;    /* bytes: Part of the footprint that is in memory. */
    uint64_t arenas;      /* count: Arenas, heaps or zones. */
    uint64_t blocks;      /* count: Blocks allocated and not freed. */
    uint64_t allocs;      /* count, counter: Blocks ever allocated. */
    uint64_t frees;       /* count, counter: Blocks ever freed. */
    uint64_t peak;        /* bytes: Highest value of used. */
    uint64_t failed;      /* count, counter: Allocations that failed. */
};

/*
 * The heap of this process: the figures that cost the allocator little. A figure that it
 * does not report is absent.
 *
 * glibc: blocks of up to 1032 bytes that a thread has freed lately are in that
 * thread's cache (7 of each size, 240,096 bytes at most; since glibc 2.42 16 of each
 * size) and count as used; no call can empty it. jemalloc: the same cache is emptied
 * for the calling thread first; what other threads' caches hold is subtracted from
 * `used`, and makes it and `blocks` estimates.
 *
 * Cost: glibc 0.3 us and 0.1 us for each arena, but with many free chunks in its
 * lists 1 to 30 ms for each million, and far more when they lie in random order;
 * others 1 to 10 us. Ask once a second, not in a loop.
 *
 * SYSINFO_NOT_SUPPORTED: an allocator that reports nothing (also the leak and the memory
 * sanitizer), an unknown one, or a host with another root. SYSINFO_UNKNOWN: only
 * sysinfo_heap_detail() can query this allocator. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_info(struct sysinfo_host *host, struct sysinfo_heap *heap,
                                                        size_t size);

/*
 * The same, with the figures that cost more. glibc: `reclaimable` and `arenas`, from
 * malloc_info(); the free lists are walked twice, and freed small chunks of the
 * main arena are merged first, as the next large malloc() would do. The estimate
 * leaves out such chunks in other arenas and the tops of other arenas, and counts
 * pages again that an earlier trim has given back. Windows: walks all blocks of
 * all heaps, 30 ns each. Others: the same as sysinfo_heap_info(). Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_detail(struct sysinfo_host *host, struct sysinfo_heap *heap,
                                                          size_t size);

/*
 * Gives memory that the allocator keeps, but does not use, back to the system: also the top
 * of the calling thread's own arena, but not those of other threads.
 *
 * *released is the number of bytes by which the process shrank: its anonymous resident
 * memory before minus after, including what other threads did meanwhile; 0 if it grew.
 * NULL: do not measure. On Linux it is exact to the page (smaps_rollup, since 4.14); without
 * that file it may be off by 64 pages for each thread.
 *
 * Cost: milliseconds. Measuring takes about 15 us for each MiB in memory, twice. Gigabytes
 * take 100 ms and more, in which other threads wait for malloc(), and pages that are needed
 * again must be faulted in again. Call it after a large phase has ended, not on a timer.
 *
 * SYSINFO_NOT_SUPPORTED as above. SYSINFO_UNKNOWN: memory was given back, but this system
 * does not report the size of the process. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_trim(struct sysinfo_host *host, uint64_t *released);

/*
 * The allocator that malloc() calls: "glibc", "musl", "jemalloc", "tcmalloc", "mimalloc",
 * "sanitizer", "openbsd", "dragonfly", "windows" or "macos"; NULL: not known, or the host
 * has another root. The text lives as long as the library. Since 0.1.
 */
SYSINFO_EXPORT const char *sysinfo_heap_allocator(struct sysinfo_host *host);

/*
 * A leak test: does the heap grow as `function` is called?
 *
 * Calls function(argument) 16 to 128 times `times` times, and reads the heap, after a trim,
 * three times in each doubling. If no more is in use after 16 times `times` calls than after twice
 * `times`, there is no leak. Otherwise it goes on with twice as many calls, up to 128 times
 * `times`, and compares each time with an eighth of the calls. An array that grows fourfold or
 * less each time it is full is a leak, and so is one lost block in 10 times `times` calls.
 * A cache that is full after 14 times `times` calls is not a leak. One that grows longer looks like
 * such an array: fill it first, or choose a larger `times`.
 *
 * *growth is the least growth of `used` per call in any comparison; exactly 0 without a leak,
 * so a test checks growth == 0. A leak of one block in many calls is a fraction. Only memory
 * from malloc() is seen. Under glibc it fills this thread's cache of freed blocks, which counts as in
 * use, with about 300 KiB.
 *
 * SYSINFO_INVALID: a NULL, or `times` is 0. SYSINFO_UNKNOWN: the allocator does not report
 * `used`. Other errors: those of sysinfo_heap_detail(). Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_growth(struct sysinfo_host *host, void (*function)(void *),
                                                          void *argument, uint32_t times, double *growth);

SYSINFO_END_DECLS

#endif
