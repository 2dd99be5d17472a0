/* SPDX-License-Identifier: MIT */
/*
 * The inside of the tracker.
 *
 * Each thread counts in a node that only it writes, so an allocation needs no lock and no locked instruction. Nodes
 * are part of the record (record.h), static memory of the tracker that a file may be mapped over. They are never
 * freed: when a thread ends, the next one reuses its node.
 *
 * A thread finds its node through a slot. Slots lie in pages that the kernel clears in a child process, so a child
 * notices at its first allocation that it is one, however it was created. A child of vfork() shares its parent's
 * memory and counts there.
 */
#ifndef SYSINFO_TRACKER_INSIDE_H
#define SYSINFO_TRACKER_INSIDE_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "record.h"
#include "tracker.h"

#pragma GCC visibility push(hidden)

/* Page sizes up to 64 KiB. */
enum { SYSINFO__RECORD_BYTES = 1 << 20, SYSINFO__PAGE_MOST = 1 << 16 };
enum {
    SYSINFO__NODES =
        (SYSINFO__RECORD_BYTES - sizeof(struct sysinfo__record_header)) / sizeof(struct sysinfo__record_node)
};

/* A thread adds its counts to the header's after so many bytes or calls. */
enum { SYSINFO__BATCH = 65536, SYSINFO__BATCH_CALLS = 1024 };

typedef struct sysinfo__record_node node_t;

/* Bits of a node's `inside`. With any of them, malloc() and free() leave their short way. */
enum {
    SYSINFO__IN_ALLOCATOR = 1,
    SYSINFO__ALWAYS_SLOWLY = 2,
    SYSINFO__NOTES_SITES = 4, /* Alone: sysinfo__malloc_noted() and sysinfo__free_noted() do. */
    SYSINFO__IN_MEMOS = 8
};

extern struct sysinfo__memory {
    struct sysinfo__record_header header;
    /* Threads without a node share the first one, and change it with locked instructions. */
    node_t node[SYSINFO__NODES];
} sysinfo__memory;

/* The functions that the tracker calls. Until the real allocator is known, a small one for dlsym(). */
extern struct sysinfo__real {
    void *(*malloc)(size_t size);
    void (*free)(void *block);
    void *(*calloc)(size_t count, size_t size);
    void *(*realloc)(void *block, size_t size);
    int (*posix_memalign)(void **block, size_t alignment, size_t size);
    void *(*aligned_alloc)(size_t alignment, size_t size);
    void *(*memalign)(size_t alignment, size_t size);
    void *(*valloc)(size_t size);
    void *(*pvalloc)(size_t size);
    void *(*reallocarray)(void *block, size_t count, size_t size);
    size_t (*usable_size)(void *block);
    void *(*mmap)(void *address, size_t size, int protection, int flags, int fd, off_t offset);
    int (*munmap)(void *address, size_t size);
    void *(*mremap)(void *old, size_t old_size, size_t size, int flags, ...);
} sysinfo__real;

/* The size of a block is in the word in front of it, as glibc has it. */
extern bool sysinfo__has_size_in_front;

/* The real allocator is glibc's. */
extern bool sysinfo__is_glibc;

/*
 * The real allocator cannot be counted, for the reason in header.owner. The tracker then only forwards calls, from the
 * first one on.
 */
extern bool sysinfo__is_aside;

extern __thread node_t **sysinfo__slot __attribute__((tls_model("initial-exec")));

#define LOAD(place) __atomic_load_n(&(place), __ATOMIC_RELAXED)
#define STORE(place, value) __atomic_store_n(&(place), (value), __ATOMIC_RELAXED)
#define UNLIKELY(claim) __builtin_expect((claim), 0)

/* ---- nodes.c ---- */

/*
 * The node of the calling thread, which is `*sysinfo__slot` where that is not NULL; NULL: it has none. The first call
 * starts the tracker.
 */
node_t *sysinfo__find_node(void);

/*
 * Adds what the node has counted to the header. After an allocation, also checks the watch and the footprint. Keeps
 * errno.
 */
void sysinfo__flush(node_t *node, bool is_allocation);

/* Sets the bounds of `live` after its peak, or what the header knows of it, has changed. */
void sysinfo__set_bounds(node_t *node);

/* Adds to the shared node and to the header. */
void sysinfo__count_shared(int64_t bytes, int64_t allocs, int64_t frees, int64_t failed);

/* The sums of all nodes. */
void sysinfo__sum(struct sysinfo__tally *tally);

/* The same, without starting the tracker. */
void sysinfo__tally_nodes(struct sysinfo__tally *tally);

/* The tracker has started, and the program calls its malloc(). */
bool sysinfo__is_counting(void);

/* The record is in a file. */
extern bool sysinfo__is_recording;

/* ---- start.c ---- */

extern char sysinfo__boot[];
enum { SYSINFO__BOOT_BYTES = 65536 };
size_t sysinfo__boot_size(const void *block);
static inline bool sysinfo__is_boot(const void *block) {
    return (uintptr_t)block - (uintptr_t)sysinfo__boot < SYSINFO__BOOT_BYTES;
}

/* Finds the real allocator. */
void sysinfo__find_real(void);

/* Whose malloc() is really called: "" for the tracker's, into header.owner. */
void sysinfo__find_owner(void);

/* ---- wrappers.c: for blocks whose size is not in front of them, and for failures ---- */

void *sysinfo__malloc_slowly(size_t size);
void sysinfo__free_slowly(void *block);
void *sysinfo__count_alloc(node_t *node, void *block);

/* ---- file.c ---- */

/* NULL: none. */
const char *sysinfo__records_directory(void);

/*
 * Creates a file with this content in the directory, and maps it over the record. False: it could not, and nothing
 * has changed.
 */
bool sysinfo__record_to_file(const struct sysinfo__memory *content);

/* Whether the record has room for so many nodes, in its file if it has one. */
bool sysinfo__record_has_room(uint32_t nodes);

/* Maps private memory over a file that belongs to another process. */
void sysinfo__record_to_memory(const struct sysinfo__memory *content);

/* The bytes that are in use, in whole pages. */
size_t sysinfo__record_used(const struct sysinfo__memory *content);

/* ---- programs.c ---- */

/* Looks up the C library's calls that start programs. Call it before any child of vfork() does. */
void sysinfo__find_starts(void);

/* ---- confined.c ---- */

/* A system call that the program does not make itself may kill it. */
extern bool sysinfo__is_confined;
void sysinfo__find_confining(void);

/* ---- footprint.c ---- */

/* Before the allocator is called for the first time. */
void sysinfo__begin_footprint(void);

/* Records what the allocator holds, if it is time to look again. */
void sysinfo__look_at_footprint(const node_t *node);

/* Bytes of those glibc blocks that have mappings of their own. */
extern int64_t sysinfo__own_mappings;
void sysinfo__forget_footprint_lock(void);

/* ---- mapped.c ---- */

void sysinfo__lock_mapped(void);
void sysinfo__unlock_mapped(void);
void sysinfo__repair_mapped(void);

/* ---- watch.c ---- */

void sysinfo__watch(uint64_t bytes, uint64_t blocks, void (*function)(void *), void *argument);
void sysinfo__check_watch(int64_t live, int64_t blocks, bool is_allocation);
void sysinfo__lock_watch(void);
void sysinfo__unlock_watch(void);
void sysinfo__repair_watch(void);

#pragma GCC visibility pop

/* ---- Counting ---- */

/*
 * One instruction on x86-64: a signal handler that allocates runs before it or after it, never in the middle.
 */
static inline void sysinfo__add(void *counter, int64_t amount) {
    uint64_t *place = counter;
#if defined(__x86_64__)
    __asm__ volatile("addq %1, %0" : "+m"(*place) : "er"(amount) : "cc");
#else
    STORE(*place, LOAD(*place) + (uint64_t)amount);
#endif
}

/* glibc's flag of a block with a mapping of its own, whose size is stored differently. */
enum { SYSINFO__IS_MAPPED = 2 };

static inline size_t sysinfo__word_in_front(const void *block) {
    return ((const size_t *)block)[-1];
}

static inline int64_t sysinfo__size_in(size_t word) {
    return (int64_t)(word & ~(size_t)7) - (int64_t)sizeof(size_t);
}

static inline int64_t sysinfo__size_of(void *block) {
    if (sysinfo__has_size_in_front) {
        size_t word = sysinfo__word_in_front(block);
        if ((word & SYSINFO__IS_MAPPED) == 0) {
            return sysinfo__size_in(word);
        }
    }
    return (int64_t)sysinfo__real.usable_size(block);
}

static inline node_t *sysinfo__node(void) {
    node_t *node = *sysinfo__slot;
    return UNLIKELY(node == NULL) ? sysinfo__find_node() : node;
}

/*
 * Marks that the thread is in the real allocator. A signal handler that interrupts it must not ask for the footprint,
 * or it might wait for a lock forever. Calls by a handler leave the mark as they found it.
 */
static inline void sysinfo__mark(node_t *node, uint64_t is_inside) {
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    STORE(node->inside, is_inside);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

static inline bool sysinfo__is_batch(uint64_t calls) {
    return calls % SYSINFO__BATCH_CALLS == 0;
}

/* A new peak, or a batch. Returns the block. */
void *sysinfo__allocated_more(node_t *node, void *block);

/* What only this thread writes is read as an ordinary variable. */
static inline void *sysinfo__count_size(node_t *node, void *block, int64_t size) {
    sysinfo__add(&node->allocs, 1);
    sysinfo__add(&node->live, size);
    return UNLIKELY(node->live > node->ceiling || sysinfo__is_batch(node->allocs))
               ? sysinfo__allocated_more(node, block)
               : block;
}

/* Whether a batch of frees is full. */
static inline bool sysinfo__count_freed(node_t *node, int64_t size) {
    sysinfo__add(&node->frees, 1);
    sysinfo__add(&node->live, -size);
    return UNLIKELY(node->live < node->floor || sysinfo__is_batch(node->frees));
}

#endif
