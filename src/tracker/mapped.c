/* SPDX-License-Identifier: MIT */
/*
 * Memory that the program maps for itself, past malloc(): anonymous mmap() with access, until munmap() or mremap(). The
 * allocator's own mappings are not in it, nor those that the C library makes inside itself.
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

/* Takes out what lies between `start` and `end`; its bytes. */
static uint64_t cut(uintptr_t start, uintptr_t end) {
    uint64_t bytes = 0;
    size_t at = find_range(start);
    if (at < ranges && range[at].start < start) {
        uintptr_t old_end = range[at].end;
        range[at].end = start;
        bytes += (old_end < end ? old_end : end) - start;
        at++;
        if (old_end > end) {
            insert_range(at, end, old_end);
            return bytes;
        }
    }
    size_t next = at;
    for (; next < ranges && range[next].end <= end; next++) {
        bytes += range[next].end - range[next].start;
    }
    if (next < ranges && range[next].start < end) {
        bytes += end - range[next].start;
        range[next].start = end;
    }
    delete_ranges(at, next);
    return bytes;
}

/* Puts in what lies between `start` and `end`, where nothing is. Neighbours become one. */
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

/* What lies there is counted from now on, or not. The bytes that were counted before. */
static uint64_t change(const void *address, size_t size, bool is_counted) {
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), start = (uintptr_t)address,
              end = start + (size + page - 1) / page * page;
    if (end <= start) {
        return 0;
    }
    if (!take_lock()) {
        lose();
        return 0;
    }
    uint64_t before = 0;
    if (range == NULL && !is_counted) {
        /* Nothing was ever counted. */
    } else if (!has_table()) {
        lose();
    } else {
        before = cut(start, end);
        if (is_counted) {
            put(start, end);
        }
        struct sysinfo__record_header *header = &sysinfo__memory.header;
        uint64_t mapped = LOAD(header->mapped) - before + (is_counted ? end - start : 0);
        STORE(header->mapped, mapped);
        if (mapped > LOAD(header->mapped_peak)) {
            STORE(header->mapped_peak, mapped);
        }
    }
    release_lock();
    return before;
}

/* ---- What stands in front of the C library ---- */

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
        (void)change(memory, size, (flags & MAP_ANONYMOUS) != 0 && protection != PROT_NONE);
    }
    return memory;
}

#undef mmap64
EXPORT void *mmap64(void *address, size_t size, int protection, int flags, int fd, off_t offset)
    __attribute__((alias("mmap")));

/*
 * Taken out before the call, as a free is counted: once it is done, another thread may be given the same addresses. It
 * fails only where the kernel has no room for one more part; then it is put in again.
 */
EXPORT int munmap(void *address, size_t size) {
    if (!is_counted_here() || (uintptr_t)address % (uintptr_t)sysconf(_SC_PAGESIZE) != 0) {
        return sysinfo__real.munmap(address, size);
    }
    uint64_t before = change(address, size, false);
    int status = sysinfo__real.munmap(address, size);
    if (status != 0 && before > 0) {
        (void)change(address, size, true);
    }
    return status;
}

static void *remap(void *old, size_t old_size, size_t size, int flags, void *wanted) {
    bool stays = old_size == 0; /* Shared memory that is mapped a second time. */
#ifdef MREMAP_DONTUNMAP
    stays = stays || (flags & MREMAP_DONTUNMAP) != 0;
#endif
    uint64_t before = change(old, old_size, false);
    void *memory = sysinfo__real.mremap(old, old_size, size, flags, wanted);
    if (before > 0 && (memory == MAP_FAILED || stays)) {
        (void)change(old, old_size, true);
    }
    if (memory != MAP_FAILED) {
        (void)change(memory, size, before > 0);
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
    return is_counted_here() ? remap(old, old_size, size, flags, wanted)
                             : sysinfo__real.mremap(old, old_size, size, flags, wanted);
}
