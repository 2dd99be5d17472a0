/* SPDX-License-Identifier: MIT */
#include <sysinfo/heap.h>

#include "internal.h"

static int find_allocator(struct sysinfo_host *host) {
    struct sysinfo__heap_owner *owner = &host->heap_owner;
    if (!owner->is_searched) {
        owner->is_searched = true;
        if (sysinfo__heap_backend.find != NULL) {
            sysinfo__heap_backend.find(owner);
        }
    }
    if (owner->allocator == NULL) {
        return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, "malloc()", "belongs to an allocator that is not known");
    }
    return SYSINFO_OK;
}

static int check_root(struct sysinfo_host *host) {
    if (sysinfo__root(host)[0] != '\0') {
        return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, "the heap",
                               "can be read of this process only, without another root");
    }
    return SYSINFO_OK;
}

static int find(struct sysinfo_host *host) {
    int status = check_root(host);
    return status == SYSINFO_OK ? find_allocator(host) : status;
}

/* Figures are read one after the other while other threads run, and may contradict each other. */
static void derive(struct sysinfo_heap *heap) {
    if (!SYSINFO_HAS(heap, used)) {
        return;
    }
    if (SYSINFO_HAS(heap, used_mapped) && heap->used_mapped > heap->used) {
        GUESS(heap, used_mapped, heap->used);
    }
    if (SYSINFO_HAS(heap, footprint)) {
        if (heap->footprint < heap->used) {
            GUESS(heap, footprint, heap->used);
        }
        FACT(heap, free, heap->footprint - heap->used);
        if (SYSINFO_IS_ESTIMATED(heap, footprint) || SYSINFO_IS_ESTIMATED(heap, used)) {
            GUESS(heap, free, heap->free);
        }
    }
    if (SYSINFO_HAS(heap, free) && SYSINFO_HAS(heap, reclaimable) && heap->reclaimable > heap->free) {
        GUESS(heap, reclaimable, heap->free);
    }
}

static int resident(struct sysinfo_host *host, bool is_exact, uint64_t *bytes) {
    if (sysinfo__heap_backend.resident == NULL) {
        return sysinfo__failed(host, SYSINFO_UNKNOWN, 0, "the size of this process",
                               "in memory is not reported by this system");
    }
    return sysinfo__heap_backend.resident(host, is_exact, bytes);
}

/*
 * An allocator does not know which of its free pages are in memory: pages that were never touched, or were released
 * before, are not. Asking the kernel takes a system call, which a small heap is not worth.
 */
static void limit_reclaimable(struct sysinfo_host *host, struct sysinfo_heap *heap) {
    uint64_t bytes;
    if (SYSINFO_HAS(heap, reclaimable) && heap->reclaimable > UINT64_C(1) << 20 &&
        sysinfo__heap_backend.resident != NULL && resident(host, false, &bytes) == SYSINFO_OK &&
        heap->reclaimable > bytes) {
        GUESS(heap, reclaimable, bytes);
    }
}

static int ask_allocator(struct sysinfo_host *host, bool in_detail, struct sysinfo_heap *heap) {
    int status = find_allocator(host);
    if (status != SYSINFO_OK) {
        return status;
    }
    const struct sysinfo__heap_owner *owner = &host->heap_owner;
    if (owner->allocator->report == NULL) {
        return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, owner->allocator->name,
                               "does not report what its heap holds");
    }
    status = owner->allocator->report(host, owner, in_detail, heap);
    limit_reclaimable(host, heap);
    heap->estimated = sysinfo__heap_backend.is_tried ? heap->estimated : heap->present;
    return status;
}

/*
 * The tracker's counts replace what an allocator reports less exactly. False: no tracker.
 *
 * It counts the bytes that blocks can hold; an allocator may count more for each block. The peak is in terms of `used`,
 * assuming that the difference was the same at the peak.
 */
static bool add_counts(struct sysinfo_heap *heap) {
    struct sysinfo_heap_tally tally;
    if (sysinfo_heap_counts(&tally, sizeof tally) != SYSINFO_OK) {
        return false;
    }
    heap->estimated &= ~(SYSINFO_BIT(struct sysinfo_heap, blocks) | SYSINFO_BIT(struct sysinfo_heap, allocs) |
                         SYSINFO_BIT(struct sysinfo_heap, frees));
    FACT(heap, allocs, tally.allocs);
    FACT(heap, frees, tally.frees);
    FACT(heap, failed, tally.failed);
    FACT(heap, blocks, (uint64_t)tally.blocks);
    if (!SYSINFO_HAS(heap, used)) {
        FACT(heap, used, (uint64_t)tally.live);
    }
    uint64_t live = (uint64_t)tally.live, more = heap->used > live ? heap->used - live : 0;
    GUESS(heap, peak, (uint64_t)tally.peak + more);
    return true;
}

int sysinfo__heap(struct sysinfo_host *host, bool in_detail, struct sysinfo_heap *heap) {
    int status = check_root(host);
    if (status != SYSINFO_OK) {
        return status;
    }
    status = ask_allocator(host, in_detail, heap);
    bool is_counted = add_counts(heap);
    derive(heap);
    return is_counted && status == SYSINFO_NOT_SUPPORTED ? SYSINFO_OK : status;
}

static int trim(struct sysinfo_host *host, uint64_t *released) {
    int status = find(host);
    if (status != SYSINFO_OK) {
        return status;
    }
    const struct sysinfo__heap_owner *owner = &host->heap_owner;
    if (owner->allocator->trim == NULL) {
        return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, owner->allocator->name,
                               "has no call that gives memory back");
    }
    uint64_t before = 0, after = 0;
    int measured = released == NULL ? SYSINFO_OK : resident(host, true, &before);
    status = owner->allocator->trim(host, owner);
    if (status != SYSINFO_OK || released == NULL) {
        return status;
    }
    if (measured == SYSINFO_OK) {
        measured = resident(host, true, &after);
    }
    if (measured == SYSINFO_OK) {
        *released = before > after ? before - after : 0;
    }
    return measured;
}

int sysinfo_heap_trim(struct sysinfo_host *host, uint64_t *released) {
    struct sysinfo__call call;
    host = sysinfo__begin(&call, host);
    if (host == NULL) {
        return SYSINFO_INVALID;
    }
    return sysinfo__end(&call, trim(host, released));
}

const char *sysinfo_heap_allocator(struct sysinfo_host *host) {
    struct sysinfo__call call;
    host = sysinfo__begin(&call, host);
    if (host == NULL) {
        return NULL;
    }
    int status = find(host);
    const char *name = status == SYSINFO_OK ? host->heap_owner.allocator->name : NULL;
    sysinfo__end(&call, status);
    return name;
}

/* ---- The leak test ---- */

static int use(struct sysinfo_host *host, uint64_t *used) {
    struct sysinfo__call call;
    host = sysinfo__begin(&call, host);
    if (host == NULL) {
        return SYSINFO_INVALID;
    }
    struct sysinfo_heap heap = {.present = 0};
    int status = find(host);
    if (status == SYSINFO_OK && host->heap_owner.allocator->fill_cache != NULL) {
        host->heap_owner.allocator->fill_cache();
    }
    status = status == SYSINFO_OK ? trim(host, NULL) : status;
    if (status == SYSINFO_OK || status == SYSINFO_NOT_SUPPORTED) { /* Reports its heap, but has no such call. */
        status = sysinfo__heap(host, true, &heap);
    }
    if (status == SYSINFO_OK && !SYSINFO_HAS(&heap, used)) {
        status = sysinfo__failed(host, SYSINFO_UNKNOWN, 0, host->heap_owner.allocator->name,
                                 "does not report how much is in use");
    }
    *used = status == SYSINFO_OK ? heap.used : 0;
    return sysinfo__end(&call, status);
}

/* A look: so much is in use after so many calls. */
struct look {
    uint64_t used, calls;
};

/*
 * Levels end after `times` calls, and after 2, 4, 8, ... times as many. There are some looks in the last quarter of
 * each; the least and the most are kept. From `FIRST` on, a level is judged against the one of an eighth of its calls,
 * `BACK` levels before: an array that doubles, or even grows four times, has grown between them.
 */
enum { LEVELS = 8, FIRST = 4, BACK = 3, LOOKS = 3 };
struct level {
    struct look least, most;
};

/*
 * What a program has in use rises and falls. So the least is compared with the most of all levels that far back, and
 * the moments of the looks are random, so that they are not in step with the program.
 */
static uint64_t next_odd(uint64_t *state) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

static int fill_level(struct sysinfo_host *host, void (*function)(void *), void *argument, uint64_t end,
                      uint64_t *calls, uint64_t *state, struct level *level) {
    uint64_t part = end / 4 / LOOKS;
    for (int i = 0; i < LOOKS; i++) {
        uint64_t until = end - (uint64_t)(LOOKS - 1 - i) * part - (part > 1 ? next_odd(state) % part : 0);
        for (; *calls < until; (*calls)++) {
            function(argument);
        }
        struct look look = {0, *calls};
        int status = use(host, &look.used);
        if (status != SYSINFO_OK) {
            return status;
        }
        level->least = i == 0 || look.used < level->least.used ? look : level->least;
        level->most = i == 0 || look.used > level->most.used ? look : level->most;
    }
    return SYSINFO_OK;
}

static double growth_at(const struct level *level, int at) {
    const struct look *now = &level[at].least, *before = &level[at - BACK].most;
    for (int i = 0; i <= at - BACK; i++) {
        if (now->used <= level[i].most.used) {
            return 0;
        }
    }
    return (double)(now->used - before->used) / (double)(now->calls - before->calls);
}

static int measure_growth(struct sysinfo_host *host, void (*function)(void *), void *argument, uint64_t times,
                          double *growth) {
    struct level level[LEVELS];
    uint64_t calls = 0, state = times;
    double least = 0;
    int status = use(host, &level[0].least.used); /* Fills the caches of looking. */
    for (int at = 0; at < LEVELS && status == SYSINFO_OK; at++) {
        status = fill_level(host, function, argument, times << at, &calls, &state, &level[at]);
        if (status == SYSINFO_OK && at >= FIRST) {
            double now = growth_at(level, at);
            least = at == FIRST || now < least ? now : least;
            if (least <= 0) {
                break;
            }
        }
    }
    if (status == SYSINFO_OK) {
        *growth = least;
    }
    return status;
}

int sysinfo_heap_growth(struct sysinfo_host *host, void (*function)(void *), void *argument, uint32_t times,
                        double *growth) {
    if (function == NULL || times == 0 || growth == NULL) {
        struct sysinfo__call call;
        host = sysinfo__begin(&call, host);
        if (host == NULL) {
            return SYSINFO_INVALID;
        }
        return sysinfo__end(&call,
                            sysinfo__invalid(host, "the function or the result is NULL, or the number of calls is 0"));
    }
    return measure_growth(host, function, argument, times, growth);
}
