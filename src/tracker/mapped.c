/* SPDX-License-Identifier: MIT */
/*
 * Counts memory that the program maps without malloc(): anonymous mmap() with access, until munmap() or mremap(). It
 * does not include the mappings of the allocator, nor those that the C library makes by itself.
 *
 * A program may unmap a part of what it has mapped, and map over it. So the ranges are kept, in order of their
 * addresses. Only a process with a record keeps them, as only readers of records ask.
 */
#include "inside.h"

#include <sched.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

struct range {
    uintptr_t start, end;
};
enum { MOST_RANGES = 65536 };

static struct range *range; /* NULL: nothing was mapped yet. */
static size_t ranges;
static int lock;
static bool is_locked_for_fork;

/* A signal handler that maps memory must not wait for the code that it has interrupted. */
static __thread bool is_holding __attribute__((tls_model("initial-exec")));

/* ---- The lock ---- */

static bool take_lock(void) {
    if (is_holding) {
        return false;
    }
    is_holding = true;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    while (__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE) != 0) {
        sched_yield();
    }
    return true;
}

static void release_lock(void) {
    __atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    is_holding = false;
}

void sysinfo__lock_mapped(void) {
    bool is_taken = take_lock();
    if (is_taken) {
        is_locked_for_fork = true;
    }
}

void sysinfo__unlock_mapped(void) {
    if (is_locked_for_fork) {
        is_locked_for_fork = false;
        release_lock();
    }
}

static void lose(void) {
    (void)__atomic_fetch_add(&sysinfo__memory.header.mapped_lost, 1, __ATOMIC_RELAXED);
}

/* A child was forked without the C library, perhaps while another thread changed the ranges. */
void sysinfo__repair_mapped(void) {
    if (lock != 0 && !is_holding) {
        lock = 0;
        ranges = 0;
        lose();
    }
    is_locked_for_fork = false;
}

/* ---- The ranges ---- */

/* The first that ends beyond `address`. */
static size_t find_range(uintptr_t address) {
    size_t low = 0, high = ranges;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (range[middle].end > address) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

static void insert_range(size_t at, uintptr_t start, uintptr_t end) {
    if (ranges == MOST_RANGES) {
        lose();
        return;
    }
    memmove(&range[at + 1], &range[at], (ranges - at) * sizeof *range);
    range[at] = (struct range){start, end};
    ranges++;
}

static void delete_ranges(size_t from, size_t to) {
    memmove(&range[from], &range[to], (ranges - to) * sizeof *range);
    ranges -= to - from;
}

/* Parts removed from the ranges, to be put back or moved. */
enum { MOST_PIECES = 64 };
struct pieces {
    uint64_t bytes;
    size_t count; /* Of all; those beyond MOST_PIECES are only in `bytes`. */
    struct range piece[MOST_PIECES];
};

static void note_piece(struct pieces *taken, uintptr_t start, uintptr_t end) {
    if (taken->count < MOST_PIECES) {
        taken->piece[taken->count] = (struct range){start, end};
    }
    taken->count++;
    taken->bytes += end - start;
}

/* Removes what lies between `start` and `end`. */
static void cut(uintptr_t start, uintptr_t end, struct pieces *taken) {
    size_t at = find_range(start);
    if (at < ranges && range[at].start < start) {
        uintptr_t old_end = range[at].end;
        range[at].end = start;
        note_piece(taken, start, old_end < end ? old_end : end);
        at++;
        if (old_end > end) {
            insert_range(at, end, old_end);
            return;
        }
    }
    size_t next = at;
    for (; next < ranges && range[next].end <= end; next++) {
        note_piece(taken, range[next].start, range[next].end);
    }
    if (next < ranges && range[next].start < end) {
        note_piece(taken, range[next].start, end);
        range[next].start = end;
    }
    delete_ranges(at, next);
}

/* Adds the range from `start` to `end`, which must be free. Joins it with its neighbours. */
static void put(uintptr_t start, uintptr_t end) {
    size_t at = find_range(start);
    bool joins_left = at > 0 && range[at - 1].end == start, joins_right = at < ranges && range[at].start == end;
    if (joins_left && joins_right) {
        range[at - 1].end = range[at].end;
        delete_ranges(at, at + 1);
    } else if (joins_left) {
        range[at - 1].end = end;
    } else if (joins_right) {
        range[at].start = start;
    } else {
        insert_range(at, start, end);
    }
}

static bool has_table(void) {
    if (range == NULL) {
        void *memory = sysinfo__real.mmap(NULL, MOST_RANGES * sizeof *range, PROT_READ | PROT_WRITE,
                                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        range = memory == MAP_FAILED ? NULL : memory;
    }
    return range != NULL;
}

static size_t round_up(size_t size) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (size + page - 1) / page * page;
}

static bool is_of_pages(const void *address) {
    return (uintptr_t)address % (uintptr_t)sysconf(_SC_PAGESIZE) == 0;
}

/* Counts that range from now on, or no longer; `taken` is what was counted there before. */
static void change(const void *address, size_t size, bool is_counted, struct pieces *taken) {
    uintptr_t start = (uintptr_t)address, end = start + round_up(size);
    taken->bytes = taken->count = 0;
    if (end <= start) {
        return;
    }
    if (!take_lock()) {
        lose();
        return;
    }
    if (range == NULL && !is_counted) {
        /* Nothing was ever counted. */
    } else if (!has_table()) {
        lose();
    } else {
        cut(start, end, taken);
        if (is_counted) {
            put(start, end);
        }
        struct sysinfo__record_header *header = &sysinfo__memory.header;
        uint64_t mapped = LOAD(header->mapped) - taken->bytes + (is_counted ? end - start : 0);
        STORE(header->mapped, mapped);
        if (mapped > LOAD(header->mapped_peak)) {
            STORE(header->mapped_peak, mapped);
        }
    }
    release_lock();
}

/* Counts what was taken at `old` as moved to `to`, and cut to `size` bytes. */
static void put_pieces(const struct pieces *taken, uintptr_t old, uintptr_t to, size_t size) {
    for (size_t i = 0; i < taken->count && i < MOST_PIECES; i++) {
        uintptr_t start = taken->piece[i].start - old, end = taken->piece[i].end - old;
        struct pieces none;
        end = end < size ? end : size;
        if (start < end) {
            change((const void *)(to + start), end - start, true, &none);
        }
    }
    if (taken->count > MOST_PIECES) {
        lose();
    }
}

/* ---- Replacements for the C library's functions ---- */

/*
 * Whether this call is the program's own. Does not start the tracker: an allocator in front of it maps memory while it
 * starts itself, and holds a lock that dlsym() would wait for.
 */
static bool is_counted_here(void) {
    if (!sysinfo__is_recording || !sysinfo__is_counting()) {
        return false;
    }
    const node_t *node = sysinfo__node();
    return sysinfo__is_recording && (node == NULL || (LOAD(node->inside) & SYSINFO__IN_ALLOCATOR) == 0);
}

EXPORT void *mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset) {
    bool is_counted = is_counted_here();
    void *memory = sysinfo__real.mmap(address, size, protection, flags, fd, offset);
    if (is_counted && memory != MAP_FAILED) {
        struct pieces covered;
        change(memory, size, (flags & MAP_ANONYMOUS) != 0 && protection != PROT_NONE, &covered);
    }
    return memory;
}

#undef mmap64
EXPORT void *mmap64(void *address, size_t size, int protection, int flags, int fd, off_t offset)
    __attribute__((alias("mmap")));

/*
 * Removes the range before the call: after it, another thread may get the same addresses. If the call fails, nothing
 * was unmapped, and the range is put back.
 */
EXPORT int munmap(void *address, size_t size) {
    if (!is_counted_here() || !is_of_pages(address)) {
        return sysinfo__real.munmap(address, size);
    }
    struct pieces taken;
    change(address, size, false, &taken);
    int status = sysinfo__real.munmap(address, size);
    if (status != 0) {
        put_pieces(&taken, (uintptr_t)address, (uintptr_t)address, SIZE_MAX);
    }
    return status;
}

/* A mapping grows at its end, so the new part is counted if the last part was. */
static void put_moved(const struct pieces *taken, uintptr_t old, size_t old_size, void *memory, size_t size) {
    struct pieces covered;
    uintptr_t to = (uintptr_t)memory;
    bool all = taken->bytes > 0 && taken->bytes == round_up(old_size),
         ends = taken->count > 0 && taken->count <= MOST_PIECES &&
                taken->piece[taken->count - 1].end == old + round_up(old_size);
    change(memory, size, all, &covered);
    if (!all) {
        put_pieces(taken, old, to, round_up(size));
        if (ends && size > old_size) {
            change((const void *)(to + round_up(old_size)), round_up(size) - round_up(old_size), true, &covered);
        }
    }
}

static void *remap(void *old, size_t old_size, size_t size, int flags, void *wanted) {
    bool stays = old_size == 0; /* Shared memory that is mapped a second time. */
#ifdef MREMAP_DONTUNMAP
    stays = stays || (flags & MREMAP_DONTUNMAP) != 0;
#endif
    struct pieces taken;
    change(old, old_size, false, &taken);
    void *memory = sysinfo__real.mremap(old, old_size, size, flags, wanted);
    if (memory == MAP_FAILED || stays) {
        put_pieces(&taken, (uintptr_t)old, (uintptr_t)old, SIZE_MAX);
    }
    if (memory != MAP_FAILED) {
        put_moved(&taken, (uintptr_t)old, old_size, memory, size);
    }
    return memory;
}

EXPORT void *mremap(void *old, size_t old_size, size_t size, int flags, ...) {
    void *wanted = NULL;
    if ((flags & ~MREMAP_MAYMOVE) != 0) {
        va_list more;
        va_start(more, flags);
        wanted = va_arg(more, void *);
        va_end(more);
    }
    return is_counted_here() && is_of_pages(old) ? remap(old, old_size, size, flags, wanted)
                                                 : sysinfo__real.mremap(old, old_size, size, flags, wanted);
}
