/* SPDX-License-Identifier: MIT */
/*
 * Records how much memory the allocator holds from the system. Less the live bytes, that is what it keeps back.
 *
 * mallinfo2() reports it, but walks all lists of free chunks while other threads wait for malloc(): up to 0.3 us a
 * chunk when they lie far apart. So it is called only when there can be few: at most those of the last walk, and one
 * for each free() since. With more, a program with one thread has all of its heap in the segment of sbrk() and in
 * blocks with mappings of their own, and both are cheap to count. With several threads, the figure stays as it was.
 */
#include "inside.h"

#include <malloc.h>
#include <time.h>
#include <unistd.h>

#ifdef __GLIBC__
#define REPORTS_FOOTPRINT __GLIBC_PREREQ(2, 33)
#else
#define REPORTS_FOOTPRINT 0
#endif

int64_t sysinfo__own_mappings;

#if REPORTS_FOOTPRINT

/* Between two looks: nanoseconds at least, and how many times as long as the last look took. */
enum { LEAST_PAUSE = 50000000, SHARE = 200 };

/* A walk of at most about 5 ms. */
enum { MOST_CHUNKS = 16384 };

static int is_looking;
static uint64_t looked_at, took;
static uint64_t chunks, frees; /* At the last walk. */
static const char *segment;    /* Where the heap begins. */

void sysinfo__begin_footprint(void) {
    segment = sbrk(0);
}

static uint64_t nanoseconds(clockid_t clock) {
    struct timespec time;
    (void)clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void keep(uint64_t footprint, int64_t live, uint64_t now) {
    struct sysinfo__record_header *header = &sysinfo__memory.header;
    uint64_t change = LOAD(header->footprint_started) + 1;
    STORE(header->footprint_started, change);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    STORE(header->footprint, footprint);
    STORE(header->footprint_live, live);
    STORE(header->footprint_time, now);
    __atomic_store_n(&header->footprint_finished, change, __ATOMIC_RELEASE);
}

static uint64_t walk(uint64_t frees_now) {
    struct mallinfo2 info = mallinfo2();
    chunks = info.ordblks + info.smblks;
    frees = frees_now;
    return info.arena + info.hblkhd;
}

static uint64_t size_of_segment(void) {
    const char *end = sbrk(0);
    return (uint64_t)(end - segment) + (uint64_t)LOAD(sysinfo__own_mappings);
}

/* The nodes in use are then the shared one and that of the first thread. */
static bool has_one_thread(void) {
    return LOAD(sysinfo__memory.header.nodes) <= 2 && LOAD(sysinfo__memory.node[0].allocs) == 0;
}

static void look(void) {
    uint64_t start = nanoseconds(CLOCK_MONOTONIC);
    struct sysinfo__tally tally;
    sysinfo__sum(&tally);
    if (chunks + (tally.frees - frees) <= MOST_CHUNKS) {
        keep(walk(tally.frees), tally.live, nanoseconds(CLOCK_MONOTONIC));
    } else if (has_one_thread()) {
        keep(size_of_segment(), tally.live, start);
    }
    uint64_t end = nanoseconds(CLOCK_MONOTONIC);
    STORE(looked_at, end);
    STORE(took, end - start);
}

static bool is_time(void) {
    uint64_t pause = LOAD(took) * SHARE;
    return nanoseconds(CLOCK_MONOTONIC_COARSE) >= LOAD(looked_at) + (pause < LEAST_PAUSE ? LEAST_PAUSE : pause);
}

/*
 * Does nothing in a signal handler that interrupted the allocator: this thread may hold the lock that mallinfo2()
 * waits for.
 */
void sysinfo__look_at_footprint(const node_t *node) {
    if (!sysinfo__is_recording || !sysinfo__is_glibc || (LOAD(node->inside) & SYSINFO__IN_ALLOCATOR) != 0 ||
        !is_time() || __atomic_exchange_n(&is_looking, 1, __ATOMIC_ACQUIRE) != 0) {
        return;
    }
    look();
    __atomic_store_n(&is_looking, 0, __ATOMIC_RELEASE);
}

void sysinfo__forget_footprint_lock(void) {
    is_looking = 0;
}

#else

void sysinfo__begin_footprint(void) {
}

void sysinfo__look_at_footprint(const node_t *node) {
    (void)node;
}

void sysinfo__forget_footprint_lock(void) {
}

#endif
