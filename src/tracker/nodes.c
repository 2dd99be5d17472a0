/* SPDX-License-Identifier: MIT */
/* Assigns nodes to threads, handles the end of a thread and fork(), and sums nodes. */
#include "snapshot.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct sysinfo__memory sysinfo__memory __attribute__((aligned(SYSINFO__PAGE_MOST)));
_Static_assert(sizeof sysinfo__memory == SYSINFO__RECORD_BYTES, "whole pages");

bool sysinfo__is_recording;

static node_t *nobody; /* Stays NULL. */
__thread node_t **sysinfo__slot = &nobody;
static __thread bool is_exiting __attribute__((tls_model("initial-exec")));

/*
 * A thread's state for scopes. `high` is the peak of its live bytes before the innermost open scope began; node->peak
 * is the peak since then. `depth` is twice the number of open scopes, plus 1 if a scope inside the innermost one was
 * not left, so that the peak may have been lost.
 */
static __thread struct {
    int64_t high;
    uint64_t depth;
} scopes __attribute__((tls_model("initial-exec")));

/*
 * The slots, in pages that the kernel clears in a child. The first one is set in the process that the other slots
 * belong to.
 */
static union {
    node_t *slot[SYSINFO__NODES];
    char pages[SYSINFO__PAGE_MOST];
} wiped __attribute__((aligned(SYSINFO__PAGE_MOST)));
_Static_assert(sizeof wiped == SYSINFO__PAGE_MOST, "the slots fill their pages");

static enum { NEW, STARTING, STARTED, ASIDE, SETTLING, SETTLED } state;
static pthread_key_t key;
static bool has_key;

/* ---- fork() ---- */

static int fork_lock;
static bool is_copied; /* `copy` is what the record was when this process was forked. */
static struct sysinfo__memory copy;

/* Copied here, as the parent may change the file before the child reads it. */
static void before_fork(void) {
    while (__atomic_exchange_n(&fork_lock, 1, __ATOMIC_ACQUIRE) != 0) {
        sched_yield();
    }
    sysinfo__lock_watch();
    sysinfo__lock_mapped();
    if (sysinfo__is_recording) {
        memcpy(&copy, &sysinfo__memory, sysinfo__record_used(&sysinfo__memory));
        is_copied = true;
    }
}

static void after_fork(void) {
    is_copied = false;
    sysinfo__unlock_mapped();
    sysinfo__unlock_watch();
    __atomic_store_n(&fork_lock, 0, __ATOMIC_RELEASE);
}

/* Clears what kernels before 4.14 do not. The child does the rest when it allocates. */
static void after_fork_in_child(void) {
    sysinfo__unlock_mapped();
    sysinfo__unlock_watch();
    __atomic_store_n(&fork_lock, 0, __ATOMIC_RELEASE);
    wiped.slot[0] = NULL;
    *sysinfo__slot = NULL;
}

/* The child inherits the parent's nodes; those of threads that it does not have are free. */
static void begin_as_child(void) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    size_t own = sysinfo__slot == &nobody ? 0 : (size_t)(sysinfo__slot - wiped.slot);
    struct sysinfo__memory *memory = &sysinfo__memory;
    if (sysinfo__is_recording) {
        if (!is_copied) { /* Forked without the C library: the parent's counts as they are now. */
            memcpy(&copy, &sysinfo__memory, sysinfo__record_used(&sysinfo__memory));
        }
        memory = &copy;
    }
    memory->header.pid = (uint32_t)getpid();
    memory->header.has_ended = 0;
    memory->header.inherited_allocs = memory->header.inherited_frees = memory->header.inherited_failed = 0;
    memory->header.inherited_live = 0;
    memory->header.inherited_mapped = memory->header.mapped;
    for (size_t i = 0; i < memory->header.nodes; i++) {
        memory->node[i].owned = i == own && own != 0;
        memory->header.inherited_allocs += memory->node[i].allocs;
        memory->header.inherited_frees += memory->node[i].frees;
        memory->header.inherited_failed += memory->node[i].failed;
        memory->header.inherited_live += memory->node[i].live;
    }
    if (sysinfo__is_recording && (sysinfo__is_confined || !sysinfo__record_to_file(&copy))) {
        sysinfo__record_to_memory(&copy);
        sysinfo__is_recording = false;
    }
    is_copied = false;
    fork_lock = 0;
    sysinfo__repair_watch();
    sysinfo__repair_mapped();
    sysinfo__forget_footprint_lock();
    sysinfo__forget_copies();
    sysinfo__begin_own_sites();
    wiped.slot[0] = &sysinfo__memory.node[0];
    if (own != 0) {
        wiped.slot[own] = &sysinfo__memory.node[own];
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* ---- A thread's node ---- */

static void give_back(void *memory) {
    node_t *node = memory;
    sysinfo__flush(node, false);
    is_exiting = true; /* What is freed from here on counts in the shared node. */
    sysinfo__slot = &nobody;
    __atomic_store_n(&node->owned, 0, __ATOMIC_RELEASE);
}

static bool claim(node_t *node) {
    uint64_t is_free = 0;
    return LOAD(node->owned) == 0 &&
           __atomic_compare_exchange_n(&node->owned, &is_free, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static node_t *take_node(void) {
    struct sysinfo__record_header *header = &sysinfo__memory.header;
    for (uint32_t i = 1;; i++) {
        uint32_t nodes = LOAD(header->nodes);
        if (i >= nodes) {
            if (i >= SYSINFO__NODES || !sysinfo__record_has_room(i + 1)) {
                return NULL;
            }
            __atomic_compare_exchange_n(&header->nodes, &nodes, i + 1, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
        }
        if (claim(&sysinfo__memory.node[i])) {
            return &sysinfo__memory.node[i];
        }
    }
}

static node_t *begin_as_thread(void) {
    node_t *node = take_node();
    if (node == NULL) {
        return NULL;
    }
    node->inside = sysinfo__begin_sites(node);
    node->first_allocs = node->allocs;
    node->first_frees = node->frees;
    node->first_failed = node->failed;
    node->first_live = node->peak = scopes.high = node->live;
    scopes.depth = 0;
    sysinfo__set_bounds(node);
    size_t index = (size_t)(node - sysinfo__memory.node);
    wiped.slot[index] = node;
    sysinfo__slot = &wiped.slot[index];
    if (has_key) {
        pthread_setspecific(key, node);
    }
    return node;
}

/* ---- The start ---- */

static void begin_record(void) {
    struct sysinfo__record_header *header = &sysinfo__memory.header;
    memcpy(header->magic, SYSINFO__RECORD_MAGIC, sizeof header->magic);
    header->header_size = sizeof *header;
    header->node_size = sizeof sysinfo__memory.node[0];
    header->pid = (uint32_t)getpid();
    header->nodes = 1;
    ssize_t length = readlink("/proc/self/exe", (char *)&copy, sizeof copy); /* Not in use yet. */
    if (length > 0) {
        size_t room = sizeof header->image - 1, skipped = (size_t)length > room ? (size_t)length - room : 0;
        memcpy(header->image, (char *)&copy + skipped, (size_t)length - skipped);
        memset(&copy, 0, (size_t)length);
    }
    sysinfo__is_recording = sysinfo__record_to_file(&sysinfo__memory);
}

/* Runs once the C library knows the environment. There are no other threads yet. */
static void settle(void) {
    state = SETTLING;
#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#endif
    if (sysinfo__real.mmap(&wiped, sizeof wiped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
                           0) != MAP_FAILED) {
        (void)madvise(&wiped, sizeof wiped, MADV_WIPEONFORK);
    }
    has_key = pthread_key_create(&key, give_back) == 0;
    (void)pthread_atfork(before_fork, after_fork, after_fork_in_child);
    begin_record();
    wiped.slot[0] = &sysinfo__memory.node[0];
    sysinfo__keep_sites_if_asked();
    state = SETTLED;
}

node_t *sysinfo__find_node(void) {
    if (state == NEW) {
        state = STARTING;
        sysinfo__find_real();
        state = sysinfo__is_aside ? ASIDE : STARTED;
    }
    if (state == STARTED && environ != NULL) {
        int error = errno;
        settle();
        errno = error;
    }
    if (state != SETTLED) {
        return NULL;
    }
    int error = errno;
    if (wiped.slot[0] == NULL) {
        begin_as_child();
    }
    node_t *node = *sysinfo__slot;
    if (node == NULL && !is_exiting) {
        node = begin_as_thread();
    }
    errno = error;
    return node;
}

/* When the tracker only forwards calls, its record says why. Not earlier: a sanitizer must have started. */
__attribute__((constructor)) static void start(void) {
    (void)sysinfo__find_node();
    if (state == ASIDE) {
        begin_record();
    } else {
        sysinfo__find_owner();
    }
    if (sysinfo__records_directory() != NULL) {
        sysinfo__find_starts();
    }
}

__attribute__((destructor)) static void end(void) {
    node_t *node = sysinfo__find_node();
    if (node != NULL) {
        sysinfo__flush(node, false);
    }
    if (sysinfo__is_counting()) {
        sysinfo__record_blocks("exit", true);
    }
    STORE(sysinfo__memory.header.has_ended, 1);
}

/* ---- Adding to the header ---- */

static void report(int64_t bytes, int64_t calls_in, int64_t calls_out, bool is_allocation) {
    struct sysinfo__record_header *header = &sysinfo__memory.header;
    int64_t live = __atomic_add_fetch(&header->live, bytes, __ATOMIC_RELAXED);
    int64_t blocks = __atomic_add_fetch(&header->blocks, calls_in - calls_out, __ATOMIC_RELAXED);
    uint64_t peak = LOAD(header->peak);
    while (
        live > 0 && (uint64_t)live > peak &&
        !__atomic_compare_exchange_n(&header->peak, &peak, (uint64_t)live, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
    sysinfo__check_watch(live, blocks, is_allocation);
}

void sysinfo__set_bounds(node_t *node) {
    int64_t peak = LOAD(node->peak), reported = LOAD(node->reported);
    STORE(node->ceiling, peak < reported + SYSINFO__BATCH ? peak : reported + SYSINFO__BATCH);
    STORE(node->floor, reported - SYSINFO__BATCH);
}

/* Exchanges, so that a signal handler that allocates in the middle adds its part, and no part is added twice. */
void sysinfo__flush(node_t *node, bool is_allocation) {
    int error = errno;
    int64_t live = LOAD(node->live), blocks = (int64_t)(LOAD(node->allocs) - LOAD(node->frees));
    int64_t more_bytes = live - __atomic_exchange_n(&node->reported, live, __ATOMIC_RELAXED);
    int64_t more_blocks = blocks - __atomic_exchange_n(&node->reported_blocks, blocks, __ATOMIC_RELAXED);
    sysinfo__set_bounds(node);
    report(more_bytes, more_blocks, 0, is_allocation);
    if (is_allocation) {
        sysinfo__look_at_footprint(node);
    }
    errno = error;
}

void sysinfo__count_shared(int64_t bytes, int64_t allocs, int64_t frees, int64_t failed) {
    if (sysinfo__is_aside) {
        return;
    }
    node_t *node = &sysinfo__memory.node[0];
    int error = errno;
    (void)__atomic_fetch_add(&node->failed, (uint64_t)failed, __ATOMIC_RELAXED);
    (void)__atomic_fetch_add(&node->live, bytes, __ATOMIC_RELAXED);
    (void)__atomic_fetch_add(&node->frees, (uint64_t)frees, __ATOMIC_RELAXED);
    (void)__atomic_fetch_add(&node->allocs, (uint64_t)allocs, __ATOMIC_RELAXED);
    report(bytes, allocs, frees, allocs > 0);
    errno = error;
}

/* ---- The functions for libsysinfo ---- */

void sysinfo__sum(struct sysinfo__tally *tally) {
    (void)sysinfo__find_node(); /* In a child that has not allocated yet, the record is still the parent's. */
    sysinfo__tally_nodes(tally);
}

void sysinfo__tally_nodes(struct sysinfo__tally *tally) {
    memset(tally, 0, sizeof *tally);
    uint32_t nodes = LOAD(sysinfo__memory.header.nodes);
    for (uint32_t i = 0; i < nodes; i++) {
        const node_t *node = &sysinfo__memory.node[i];
        tally->allocs += LOAD(node->allocs);
        tally->frees += LOAD(node->frees);
        tally->failed += LOAD(node->failed);
        tally->live += LOAD(node->live);
    }
    int64_t peak = (int64_t)LOAD(sysinfo__memory.header.peak);
    tally->peak = peak > tally->live ? peak : tally->live;
}

bool sysinfo__is_counting(void) {
    return state == SETTLED && LOAD(sysinfo__memory.header.owner[0]) == '\0';
}

static const void *real_malloc(void) {
    const void *address;
    memcpy(&address, LOAD(sysinfo__frames) != 0 ? &sysinfo__behind.malloc : &sysinfo__real.malloc, sizeof address);
    return address;
}

static int64_t peak_of(const node_t *node) {
    int64_t peak = LOAD(node->peak);
    return peak > scopes.high ? peak : scopes.high;
}

static bool sum_thread(struct sysinfo__tally *tally) {
    const node_t *node = sysinfo__find_node();
    if (node == NULL) {
        return false;
    }
    tally->allocs = LOAD(node->allocs) - node->first_allocs;
    tally->frees = LOAD(node->frees) - node->first_frees;
    tally->failed = LOAD(node->failed) - node->first_failed;
    tally->live = LOAD(node->live) - node->first_live;
    tally->peak = peak_of(node) - node->first_live;
    return true;
}

static bool enter(struct sysinfo__tracker_scope *scope) {
    node_t *node = sysinfo__find_node();
    if (node == NULL) {
        return false;
    }
    scope->node = node;
    scope->start = (struct sysinfo__tally){LOAD(node->allocs), LOAD(node->frees), LOAD(node->failed), LOAD(node->live),
                                           LOAD(node->peak)};
    scope->outer = scopes.depth;
    scope->high = scopes.high = peak_of(node);
    scopes.depth = (scope->outer | 1) + 1;
    STORE(node->peak, scope->start.live);
    sysinfo__set_bounds(node);
    return true;
}

static bool leave(struct sysinfo__tracker_scope *scope, struct sysinfo__tally *within) {
    node_t *node = sysinfo__find_node();
    if (node == NULL || node != scope->node) {
        return false;
    }
    int64_t peak = LOAD(node->peak), outer = scope->start.peak, high = peak_of(node);
    bool is_lost = scopes.depth != (scope->outer | 1) + 1;
    if (is_lost && high > scope->high) { /* A new peak of the thread, so it was within the scope. */
        peak = high;
        is_lost = false;
    }
    scope->is_peak_lost = is_lost;
    scopes.high = high;
    scopes.depth = scope->outer | (is_lost ? 1 : 0);
    within->allocs = LOAD(node->allocs) - scope->start.allocs;
    within->frees = LOAD(node->frees) - scope->start.frees;
    within->failed = LOAD(node->failed) - scope->start.failed;
    within->live = LOAD(node->live) - scope->start.live;
    within->peak = peak > scope->start.live ? peak - scope->start.live : 0;
    STORE(node->peak, outer > peak ? outer : peak);
    sysinfo__set_bounds(node);
    return true;
}

static void watch(uint64_t bytes, uint64_t blocks, void (*function)(void *), void *argument) {
    node_t *node = sysinfo__find_node();
    if (node != NULL) {
        sysinfo__flush(node, false);
    }
    sysinfo__watch(bytes, blocks, function, argument);
}

static void *map(size_t size) {
    void *memory = sysinfo__real.mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        return NULL;
    }
    sysinfo__own_range(memory, size);
    return memory;
}

static void unmap(void *memory, size_t size) {
    sysinfo__disown_range(memory);
    (void)sysinfo__real.munmap(memory, size);
}

static bool keeps_sites(void) {
    return LOAD(sysinfo__frames) != 0;
}

const struct sysinfo__tracker *sysinfo__tracker(void) {
    static const struct sysinfo__tracker tracker = {
        .version = SYSINFO__TRACKER_VERSION,
        .is_counting = sysinfo__is_counting,
        .real_malloc = real_malloc,
        .process = sysinfo__sum,
        .thread = sum_thread,
        .enter = enter,
        .leave = leave,
        .watch = watch,
        .map = map,
        .unmap = unmap,
        .keep_sites = SYSINFO__KEEPS_SITES ? sysinfo__keep_sites : NULL,
        .keeps_sites = keeps_sites,
        .next_generation = sysinfo__next_generation,
        .snapshot = sysinfo__snapshot,
        .request = sysinfo__request_snapshots,
    };
    return &tracker;
}
