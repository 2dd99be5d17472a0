/* SPDX-License-Identifier: MIT */
/*
 * Calls a function when the heap has grown. Threads check the watch when they add a batch to the header. They never
 * wait while it is being changed, but check again after their next batch.
 */
#include "inside.h"

#include <sched.h>

static int lock;
static uint64_t changes; /* Odd while the watch is being changed; 0: there never was one. */
static struct {
    uint64_t bytes, blocks;
    void (*function)(void *);
    void *argument;
} watch;

/* From where growth is measured: falls with the heap, and rises when the watch fires. */
static int64_t base_bytes, base_blocks;

static __thread bool is_firing __attribute__((tls_model("initial-exec")));

void sysinfo__lock_watch(void) {
    while (__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE) != 0) {
        sched_yield();
    }
}

void sysinfo__unlock_watch(void) {
    __atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
}

/* A child was forked without the C library, perhaps while another thread changed the watch. */
void sysinfo__repair_watch(void) {
    lock = 0;
    if (changes % 2 != 0) {
        watch.function = NULL;
        changes++;
    }
}

void sysinfo__watch(uint64_t bytes, uint64_t blocks, void (*function)(void *), void *argument) {
    sysinfo__lock_watch();
    __atomic_fetch_add(&changes, 1, __ATOMIC_ACQ_REL);
    STORE(watch.bytes, bytes);
    STORE(watch.blocks, blocks);
    STORE(watch.function, bytes == 0 && blocks == 0 ? NULL : function);
    STORE(watch.argument, argument);
    STORE(base_bytes, LOAD(sysinfo__memory.header.live));
    STORE(base_blocks, LOAD(sysinfo__memory.header.blocks));
    __atomic_fetch_add(&changes, 1, __ATOMIC_RELEASE);
    sysinfo__unlock_watch();
}

static void fall(int64_t *base, int64_t now) {
    int64_t before = LOAD(*base);
    while (now < before && !__atomic_compare_exchange_n(base, &before, now, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
}

/* Of threads that see the same growth, one fires. */
static bool rise(int64_t *base, int64_t now, uint64_t threshold) {
    int64_t before = LOAD(*base);
    return threshold != 0 && now > before && (uint64_t)(now - before) >= threshold &&
           __atomic_compare_exchange_n(base, &before, now, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

void sysinfo__check_watch(int64_t live, int64_t blocks, bool is_allocation) {
    uint64_t change = __atomic_load_n(&changes, __ATOMIC_ACQUIRE);
    if (change == 0 || change % 2 != 0) {
        return;
    }
    void (*function)(void *) = LOAD(watch.function);
    void *argument = LOAD(watch.argument);
    uint64_t most_bytes = LOAD(watch.bytes), most_blocks = LOAD(watch.blocks);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (function == NULL || LOAD(changes) != change) {
        return;
    }
    fall(&base_bytes, live);
    fall(&base_blocks, blocks);
    if (!is_allocation || is_firing) {
        return;
    }
    if (rise(&base_bytes, live, most_bytes)) {
        STORE(base_blocks, blocks);
    } else if (rise(&base_blocks, blocks, most_blocks)) {
        STORE(base_bytes, live);
    } else {
        return;
    }
    is_firing = true;
    function(argument);
    is_firing = false;
}
