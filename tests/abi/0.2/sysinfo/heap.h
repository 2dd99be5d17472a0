/* SPDX-License-Identifier: MIT */
/*
 * This process: what its own heap holds, and what of it can be given back.
 *
 * The figures are those of the allocator that malloc() really calls, found at run
 * time: glibc, jemalloc (linked, preloaded, or in the C library of FreeBSD and
 * NetBSD), gperftools' tcmalloc, mimalloc, the runtime of a sanitizer, the heaps
 * of Windows, the zones of macOS. An allocator that says nothing (musl, OpenBSD)
 * or is not known is SYSINFO_NOT_SUPPORTED; nothing is ever read from an allocator
 * that is not the one in use, whose zeros would look like figures. docs/heap.md
 * says what each allocator counts.
 *
 * These calls need no tracking, no preloading and no set-up, and cost nothing
 * until they are made. With the tracker (<sysinfo/heap_tracker.h>) they also tell what
 * it has counted: blocks, allocs, frees, failed and peak under every allocator, and
 * `used` where the allocator does not tell it.
 *
 * Threads: any thread may call, each with its own host. The allocator is asked
 * under its own locks, so a call can hold up the malloc() of other threads for as
 * long as it takes (see the cost of each).
 *
 * Signals: never call from a signal handler, nor from inside an allocator's hook:
 * the interrupted code may hold the lock that is waited for.
 *
 * fork(): the child of a process with many threads may call; glibc and jemalloc
 * renew their locks there. The figures of the child begin as those of the parent.
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
 * used + free = footprint, and used_mapped is a part of used. Compare `used` with
 * itself, not over allocators: glibc counts 8 bytes of book-keeping with each
 * block, jemalloc and tcmalloc count the size class, Windows what was asked for.
 *
 * `free` is address space: what was given back to the system long ago may still
 * be in it. Memory that the program maps itself (mmap) is in none of them.
 */
struct sysinfo_heap {
    uint64_t present, estimated;
    uint64_t used;        /* bytes: In blocks handed out and not freed, as the allocator counts them. */
    uint64_t used_mapped; /* bytes: Part of used that has mappings of its own. */
    uint64_t footprint;   /* bytes: Address space held from the system. */
    uint64_t free;        /* bytes: Kept back by the allocator: footprint - used. */
    uint64_t reclaimable; /* bytes: Part of free that a trim would give back now. */
    uint64_t resident;    /* bytes: Part of the footprint that is in memory. */
    uint64_t arenas;      /* count: Arenas, heaps or zones. */
    uint64_t blocks;      /* count: Blocks handed out and not freed. */
    uint64_t allocs;      /* count, counter: Blocks ever handed out. */
    uint64_t frees;       /* count, counter: Blocks ever freed. */
    uint64_t peak;        /* bytes: Most that used has ever been. */
    uint64_t failed;      /* count, counter: Allocations that were refused. */
};

/*
 * The heap of this process: what the allocator can tell without much work. A
 * figure that it does not tell is absent.
 *
 * glibc: blocks of up to 1032 bytes that a thread has freed lately are in that
 * thread's cache (7 of each size, 240,096 bytes at most) and count as used; no
 * call can empty it. jemalloc: the same cache is emptied for the calling thread
 * first; what other threads' caches hold is subtracted from `used`, and makes it and
 * `blocks` estimates.
 *
 * Cost: glibc 0.3 us and 0.1 us for each arena, but with many free chunks in its
 * lists 1 to 30 ms for each million, and far more when they lie in random order;
 * others 1 to 10 us. Ask once a second, not in a loop.
 *
 * SYSINFO_NOT_SUPPORTED: an allocator that says nothing (also the leak and the
 * memory sanitizer) or is not known, or a host with another root. SYSINFO_UNKNOWN:
 * it tells only in detail. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_info(struct sysinfo_host *host, struct sysinfo_heap *heap,
                                                        size_t size);

/*
 * The same, with what takes more work. glibc: `reclaimable` and `arenas`, from
 * malloc_info(); the free lists are walked twice, and freed small chunks of the
 * main arena are merged first, as the next large malloc() would do. The estimate
 * leaves out such chunks in other arenas and the tops of other arenas, and counts
 * pages again that an earlier trim has given back. Windows: walks all blocks of
 * all heaps, 30 ns each. Others: the same as sysinfo_heap_info(). Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_detail(struct sysinfo_host *host, struct sysinfo_heap *heap,
                                                          size_t size);

/*
 * Gives back to the system what the allocator keeps and can let go of: also the
 * top of the calling thread's own arena, but not those of other threads.
 *
 * *released is by how many bytes the process really shrank: its anonymous
 * resident memory before and after, whatever else went on in other threads
 * meanwhile; 0 if it grew. NULL: not wanted, not measured. On Linux it is exact to
 * the page (smaps_rollup, since 4.14); without that file it may be off by 64 pages
 * for each thread.
 *
 * Cost: milliseconds; to measure takes about 15 us for each MiB in memory, twice;
 * 100 ms and more for gigabytes, while other threads wait for malloc(), and the
 * pages must be faulted in again if they are needed again. Call it after a large
 * phase has ended, not on a timer.
 *
 * SYSINFO_NOT_SUPPORTED as above. SYSINFO_UNKNOWN: it was trimmed, but this
 * system does not tell how large the process is. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_trim(struct sysinfo_host *host, uint64_t *released);

/*
 * Who owns malloc(): "glibc", "musl", "jemalloc", "tcmalloc", "mimalloc",
 * "sanitizer", "openbsd", "windows" or "macos"; NULL: not known, or the host has
 * another root. The text lives as long as the library. Since 0.1.
 */
SYSINFO_EXPORT const char *sysinfo_heap_allocator(struct sysinfo_host *host);

/*
 * A leak test: does the heap grow as `function` is called?
 *
 * Calls function(argument) 16 to 128 times `times` times, and looks at the heap,
 * after a trim, all along. What is in use after 16 times `times` calls is compared
 * with what was after twice: no more, and there is no leak. Else the same with
 * twice as many calls, up to 128 times `times`: a cache comes to its end, a leak
 * does not. An array that doubles for ever grows in between, and so does the heap
 * when one block is lost in 10 times `times` calls.
 *
 * *growth is the least growth of `used` per call that any comparison showed;
 * exactly 0 when there is no leak. A test reads: growth == 0. Leaks of one block
 * in many calls show as a fraction. What is not from malloc() is not seen.
 *
 * SYSINFO_INVALID: a NULL, or `times` is 0. SYSINFO_UNKNOWN: the allocator does
 * not tell `used`. And what sysinfo_heap_detail() says. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_growth(struct sysinfo_host *host, void (*function)(void *),
                                                          void *argument, uint32_t times, double *growth);

SYSINFO_END_DECLS

#endif
