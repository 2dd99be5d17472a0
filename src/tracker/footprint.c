/* SPDX-License-Identifier: MIT */
/*
 * What the allocator holds from the system, for who reads the record: with what is
 * live it tells what is kept back. glibc tells it, but walks its lists of free
 * chunks under its locks; so it is asked seldom, and the longer it took, the more so.
 */
#include "inside.h"

#include <malloc.h>
#include <time.h>

#ifdef __GLIBC__
#define TELLS_FOOTPRINT __GLIBC_PREREQ(2, 33)
#else
#define TELLS_FOOTPRINT 0
#endif

#if TELLS_FOOTPRINT

/* From one look to the next: nanoseconds at least, and how many times as long as the last one took. */
enum { LEAST_PAUSE = 50000000, SHARE = 200 };

static int is_looking;
static uint64_t looked_at, took;

static uint64_t nanoseconds(clockid_t clock) {
    struct timespec time;
    (void)clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void look(void) {
    uint64_t start = nanoseconds(CLOCK_MONOTONIC);
    struct mallinfo2 info = mallinfo2();
    struct sysinfo__tally tally;
    sysinfo__sum(&tally);
    uint64_t end = nanoseconds(CLOCK_MONOTONIC);
    struct sysinfo__record_header *header = &sysinfo__memory.header;
    uint64_t change = LOAD(header->footprint_started) + 1;
    STORE(header->footprint_started, change);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    STORE(header->footprint, info.arena + info.hblkhd);
    STORE(header->footprint_live, tally.live);
    STORE(header->footprint_time, end);
    __atomic_store_n(&header->footprint_finished, change, __ATOMIC_RELEASE);
    STORE(looked_at, end);
    STORE(took, end - start);
}

static bool is_time(bool is_end) {
    uint64_t pause = LOAD(took) * SHARE;
    if (!is_end && pause < LEAST_PAUSE) {
        pause = LEAST_PAUSE;
    }
    return nanoseconds(CLOCK_MONOTONIC_COARSE) >= LOAD(looked_at) + pause;
}

/*
 * Not when this thread is in the allocator, and a signal handler has come between:
 * it may hold the lock that would be waited for.
 */
void sysinfo__look_at_footprint(const node_t *node, bool is_end) {
    if (!sysinfo__is_recording || !sysinfo__is_glibc || (LOAD(node->inside) & SYSINFO__IN_ALLOCATOR) != 0 ||
        !is_time(is_end) || __atomic_exchange_n(&is_looking, 1, __ATOMIC_ACQUIRE) != 0) {
        return;
    }
    look();
    __atomic_store_n(&is_looking, 0, __ATOMIC_RELEASE);
}

void sysinfo__forget_footprint_lock(void) {
    is_looking = 0;
}

#else

void sysinfo__look_at_footprint(const node_t *node, bool is_end) {
    (void)node, (void)is_end;
}

void sysinfo__forget_footprint_lock(void) {
}

#endif
