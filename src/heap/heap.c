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
                               "is that of this process, which another root does not hold");
    }
    return SYSINFO_OK;
}

static int find(struct sysinfo_host *host) {
    int status = check_root(host);
    return status == SYSINFO_OK ? find_allocator(host) : status;
}

/* Figures that are read one after the other, while other threads go on, may contradict each other. */
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
    }
    if (SYSINFO_HAS(heap, free) && SYSINFO_HAS(heap, reclaimable) && heap->reclaimable > heap->free) {
        GUESS(heap, reclaimable, heap->free);
    }
}

static int ask_allocator(struct sysinfo_host *host, bool in_detail, struct sysinfo_heap *heap) {
    int status = find_allocator(host);
    if (status != SYSINFO_OK) {
        return status;
    }
    const struct sysinfo__heap_owner *owner = &host->heap_owner;
    if (owner->allocator->tell == NULL) {
        return sysinfo__failed(host, SYSINFO_NOT_SUPPORTED, 0, owner->allocator->name,
                               "has no way to tell what its heap holds");
    }
    status = owner->allocator->tell(host, owner, in_detail, heap);
    derive(heap);
    heap->estimated = sysinfo__heap_backend.is_tried ? heap->estimated : heap->present;
    return status;
}

/* What the tracker has counted, in the place of what an allocator tells less exactly. False: there is none. */
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
    GUESS(heap, peak, (uint64_t)tally.peak);
    if (!SYSINFO_HAS(heap, used)) {
        FACT(heap, used, (uint64_t)tally.live);
    }
    return true;
}

int sysinfo__heap(struct sysinfo_host *host, bool in_detail, struct sysinfo_heap *heap) {
    int status = check_root(host);
    if (status != SYSINFO_OK) {
        return status;
    }
    status = ask_allocator(host, in_detail, heap);
    return add_counts(heap) && status == SYSINFO_NOT_SUPPORTED ? SYSINFO_OK : status;
}

static int resident(struct sysinfo_host *host, uint64_t *bytes) {
    if (sysinfo__heap_backend.resident == NULL) {
        return sysinfo__failed(host, SYSINFO_UNKNOWN, 0, "the size of this process",
                               "in memory is not told by this system");
    }
    return sysinfo__heap_backend.resident(host, bytes);
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
    int measured = released == NULL ? SYSINFO_OK : resident(host, &before);
    status = owner->allocator->trim(host, owner);
    if (status != SYSINFO_OK || released == NULL) {
        return status;
    }
    if (measured == SYSINFO_OK) {
        measured = resident(host, &after);
    }
    if (measured == SYSINFO_OK) {
        *released = before > after ? before - after : 0;
    }
    return measured;
}

int sysinfo_heap_trim(struct sysinfo_host *host, uint64_t *released) {
    struct sysinfo__call call;
    host = sysinfo__begin(&call, host);
    return sysinfo__end(&call, trim(host, released));
}

const char *sysinfo_heap_allocator(struct sysinfo_host *host) {
    struct sysinfo__call call;
    host = sysinfo__begin(&call, host);
    int status = find(host);
    const char *name = status == SYSINFO_OK ? host->heap_owner.allocator->name : NULL;
    sysinfo__end(&call, status);
    return name;
}

/* ---- The leak test ---- */

/* What is in use after `times` calls and a trim. */
static int used_after(struct sysinfo_host *host, void (*function)(void *), void *argument, uint64_t times,
                      uint64_t *used) {
    for (uint64_t i = 0; i < times; i++) {
        function(argument);
    }
    struct sysinfo__call call;
    host = sysinfo__begin(&call, host);
    struct sysinfo_heap heap = {.present = 0};
    int status = trim(host, NULL);
    if (status == SYSINFO_OK || status == SYSINFO_NOT_SUPPORTED) { /* Tells, but has no such call. */
        status = sysinfo__heap(host, true, &heap);
    }
    if (status == SYSINFO_OK && !SYSINFO_HAS(&heap, used)) {
        status = sysinfo__failed(host, SYSINFO_UNKNOWN, 0, host->heap_owner.allocator->name,
                                 "does not tell how much is in use");
    }
    *used = status == SYSINFO_OK ? heap.used : 0;
    return sysinfo__end(&call, status);
}

int sysinfo_heap_growth(struct sysinfo_host *host, void (*function)(void *), void *argument, uint32_t times,
                        double *growth) {
    enum { ROUNDS = 5 };
    if (function == NULL || times == 0 || growth == NULL) {
        struct sysinfo__call call;
        host = sysinfo__begin(&call, host);
        return sysinfo__end(&call,
                            sysinfo__invalid(host, "the function or the result is NULL, or the number of calls is 0"));
    }
    uint64_t start, once, twice;
    int status =
        used_after(host, function, argument, times, &start); /* Fills caches: the function's, and those of looking. */
    double least = 0;
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t calls = (uint64_t)times << round;
        if (status == SYSINFO_OK) {
            status = used_after(host, function, argument, 0, &start);
        }
        if (status == SYSINFO_OK) {
            status = used_after(host, function, argument, calls, &once);
        }
        if (status == SYSINFO_OK) {
            status = used_after(host, function, argument, 2 * calls, &twice);
        }
        if (status != SYSINFO_OK) {
            return status;
        }
        double first = (double)once - (double)start, second = (double)twice - (double)once;
        double slope = (second - first) / (double)calls;
        least = round == 0 || slope < least ? slope : least;
        if (least <= 0) {
            *growth = 0;
            return SYSINFO_OK;
        }
    }
    *growth = least;
    return SYSINFO_OK;
}
