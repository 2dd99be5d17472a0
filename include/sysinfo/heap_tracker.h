/* SPDX-License-Identifier: MIT */
/*
 * The tracker: counts every allocation of a process.
 *
 * The library libsysinfo_heap reports what an allocator does not. A program links it
 * before its other libraries, or preloads it (LD_PRELOAD=libsysinfo_heap.so.0). It
 * replaces malloc() and its family and counts each call, for each thread, in a few
 * nanoseconds. docs/tracker.md says how.
 *
 * Linux, with glibc or musl. Without the tracker, the calls below return
 * SYSINFO_NOT_SUPPORTED unless they say otherwise.
 */
#ifndef SYSINFO_HEAP_TRACKER_H
#define SYSINFO_HEAP_TRACKER_H

#include <stdio.h>

#include <sysinfo/api.h>
#include <sysinfo/result.h>
#include <sysinfo/status.h>

SYSINFO_BEGIN_DECLS

/* ---- Counts -------------------------------------------------------------- */

/*
 * Counts of allocations. A block counts with its malloc_usable_size(), which is the
 * requested size or a little more. A realloc() is one free and one allocation; a
 * refused one is only a failure.
 */
struct sysinfo_heap_tally {
    uint64_t present, estimated;
    uint64_t allocs; /* Blocks ever allocated. */
    uint64_t frees;  /* Blocks ever freed. */
    uint64_t failed; /* Calls that were refused. */
    /* Bytes in blocks allocated and not freed. For a thread: below 0 if it frees what others allocated. */
    int64_t live;
    int64_t blocks; /* Their number, likewise. */
    /*
     * Highest value of live. For a thread it is exact, also inside a scope; for the process it is up
     * to 64 KiB for each thread too low.
     */
    int64_t peak;
};

/*
 * Counts of the whole process. The sums are exact while no thread allocates. They
 * include those of ended threads and, in a child of fork(), those of its parent.
 *
 * Neither call waits, locks or allocates; signal handlers may make both.
 * Cost: 1 ns for each thread, 10 ns for the calling thread's own.
 *
 * SYSINFO_NOT_SUPPORTED: there is no tracker, or malloc() is not the tracker's.
 * SYSINFO_INVALID: as for every result. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_counts(struct sysinfo_heap_tally *tally, size_t size);

/*
 * Counts of the calling thread since its start. SYSINFO_UNKNOWN: it has no counts of
 * its own, because there are more than 8,000 threads or it is just ending; what it
 * does is in the counts of the process. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_thread_counts(struct sysinfo_heap_tally *tally, size_t size);

/* ---- Watching growth ----------------------------------------------------- */

/*
 * Calls function(argument) each time the heap of the process has grown by `bytes` or
 * by `blocks`. 0 for one of them turns off that threshold, 0 for both the watch. There
 * is one watch; a new one replaces it.
 *
 * Growth is measured from a base that falls with the heap and rises only when the
 * function is called, so what was freed must grow again first.
 *
 * The function runs in the thread that allocates, after the allocation, without any
 * lock of the tracker or the allocator. It may allocate, which does not call it again.
 * But that thread may be anywhere in the program, so the function must not take a lock
 * that is held around an allocation, and must not leave by longjmp(). Compilers assume
 * that malloc() changes no variable of the program, so those that the function changes
 * must be volatile or atomic. Growth is checked when a thread has allocated 64 KiB or
 * made 1024 calls since the last check. So it costs an allocation nothing, and the call
 * may be up to 64 KiB for each thread late.
 *
 * A child of fork() keeps the watch. When this returns, another thread may still run
 * the function of the previous watch. Signal handlers must not call this.
 *
 * SYSINFO_NOT_SUPPORTED as above. SYSINFO_INVALID: a threshold and no function. Since 0.1.
 */
SYSINFO_EXPORT int sysinfo_heap_watch(uint64_t bytes, uint64_t blocks, void (*function)(void *argument),
                                      void *argument);

/* ---- Scopes -------------------------------------------------------------- */

/*
 * What a stretch of code does to the heap, exactly: in the thread that runs it, without
 * what other threads do meanwhile. Scopes nest: an outer scope includes its inner ones.
 *
 *     SYSINFO_SCOPE_ENTER(parse, "parse");
 *     ...
 *     SYSINFO_SCOPE_LEAVE(parse, table);
 *
 * Without the tracker, scopes use sysinfo_heap_info(). The figures are then those of the
 * whole process, as far as its allocator reports them, and marked as estimated.
 */
struct sysinfo_heap_scope {
    /* Filled by sysinfo_heap_leave(). */
    uint64_t present, estimated;
    uint64_t allocs, frees, failed; /* Within the scope. */
    int64_t live;                   /* The thread's live bytes at the end, as in sysinfo_heap_thread_counts(). */
    int64_t increment;              /* Growth of live since the start. */
    /*
     * Highest growth at any moment within. Estimated, and perhaps too low, if an inner scope was not left (longjmp(),
     * an exception) and the thread had more live before.
     */
    int64_t peak;

    uint64_t opaque_[12]; /* Used by the library from enter to leave. */

    /*
     * For the whole process, and only for a scope entered with sysinfo_heap_enter_rss(). Only these include memory
     * that malloc() keeps, that is mapped by other means, or that other threads use. Since 0.2.
     */
    int64_t rss;           /* Resident bytes at the end. */
    int64_t rss_increment; /* Growth of rss since the start. */
};

/*
 * The place of a scope: its label, and where it is in the source. The object and its texts must
 * live as long as every table that the scope is added to.
 */
struct sysinfo_heap_place {
    const char *label;
    const char *file;
    uint32_t line;
};

/*
 * Begin and end a scope, which is memory of the caller. Leaving adds it to `table`
 * unless that is NULL. Both calls are made by one thread in one function call, and the
 * last scope entered is the first left. Cost: 10 ns, and 15 ns for the table; without
 * the tracker, two calls of sysinfo_heap_info().
 *
 * sysinfo_heap_leave() returns SYSINFO_INVALID and adds nothing in another thread than
 * the one that entered. What is unknown is absent from the scope. Since 0.1.
 */
SYSINFO_EXPORT void sysinfo_heap_enter(struct sysinfo_heap_scope *scope, size_t size,
                                       const struct sysinfo_heap_place *place);

/*
 * The same for a scope that also has the resident memory of the process, like Python's
 * memory_profiler. Cost: two more calls, of sysinfo_process_memory(). If the system does not report
 * it, both figures are absent. Since 0.2.
 */
SYSINFO_EXPORT void sysinfo_heap_enter_rss(struct sysinfo_heap_scope *scope, size_t size,
                                           const struct sysinfo_heap_place *place);
struct sysinfo_heap_scopes;
SYSINFO_EXPORT int sysinfo_heap_leave(struct sysinfo_heap_scope *scope, struct sysinfo_heap_scopes *table);

/*
 * The same as macros; the first declares the scope `name`. `label` is a literal. If
 * SYSINFO_NO_SCOPES is defined, they do nothing.
 */
#ifndef SYSINFO_NO_SCOPES
#define SYSINFO_SCOPE_ENTER_BY_(enter, name, label)                                       \
    static const struct sysinfo_heap_place name##_place_ = {(label), __FILE__, __LINE__}; \
    struct sysinfo_heap_scope name;                                                       \
    enter(&(name), sizeof(name), &name##_place_)
#define SYSINFO_SCOPE_ENTER(name, label) SYSINFO_SCOPE_ENTER_BY_(sysinfo_heap_enter, name, label)
#define SYSINFO_SCOPE_ENTER_RSS(name, label) SYSINFO_SCOPE_ENTER_BY_(sysinfo_heap_enter_rss, name, label)
#define SYSINFO_SCOPE_LEAVE(name, table) (SYSINFO_CAST(void, sysinfo_heap_leave(&(name), (table))))
#else
#define SYSINFO_SCOPE_ENTER(name, label) (SYSINFO_CAST(void, 0))
#define SYSINFO_SCOPE_ENTER_RSS(name, label) (SYSINFO_CAST(void, 0))
#define SYSINFO_SCOPE_LEAVE(name, table) (SYSINFO_CAST(void, (table)))
#endif

/* ---- A table of scopes ----------------------------------------------------- */

/*
 * Adds up scopes by place, like Python's memory_profiler but exactly. Any thread may add
 * to a table at any time; it is never locked. With the tracker, its memory is not from
 * the heap, so it is in no scope. A table has `capacity` places; all further ones are
 * added up in a last row labelled "(others)".
 *
 * SYSINFO_INVALID: `out` is NULL, or the capacity is 0 or above 1,000,000. SYSINFO_NO_MEMORY. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_scopes_open(struct sysinfo_heap_scopes **out, size_t capacity);

/* Frees the table, to which no scope may be added any more. NULL is allowed. Since 0.1. */
SYSINFO_EXPORT void sysinfo_heap_scopes_close(struct sysinfo_heap_scopes *table);

/* A row, in the order in which places were first added. */
struct sysinfo_heap_row {
    uint64_t present, estimated; /* A figure is present, or estimated, if it was in any scope. */
    uint64_t occurrences;        /* Number of scopes. */
    uint64_t allocs, frees, failed;
    int64_t live;      /* At the end of the last scope. */
    int64_t increment; /* The sum of all. */
    int64_t peak;      /* The highest of all. */
    uint64_t line;     /* 0 in the row "(others)". */
    /* Only for scopes entered with sysinfo_heap_enter_rss(). Since 0.2. */
    int64_t rss;           /* At the end of the last scope. */
    int64_t rss_increment; /* The sum of all. */
};

/* The present number of rows. Since 0.1. */
SYSINFO_EXPORT size_t sysinfo_heap_scopes_count(const struct sysinfo_heap_scopes *table);

/*
 * A row and its texts, which belong to the place. `label` and `file` may be NULL.
 * SYSINFO_NOT_YET: the row is just being added. SYSINFO_INVALID: no such row. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_scopes_row(const struct sysinfo_heap_scopes *table, size_t index,
                                                              struct sysinfo_heap_row *row, size_t size,
                                                              const char **label, const char **file);

/*
 * Prints the table for people, with sizes in MiB and `precision` digits after the
 * point, at most 9. Open scopes are not in it. A stream may allocate memory when it is
 * first written to, which counts in the scopes open at that moment; setvbuf() avoids
 * that.
 *
 * SYSINFO_INVALID: a NULL. SYSINFO_NO_MEMORY. SYSINFO_SYSTEM: it could not be
 * written. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_scopes_print(const struct sysinfo_heap_scopes *table, FILE *stream,
                                                                uint32_t precision);

/* ---- Live blocks by call site -------------------------------------------- */

/*
 * Records the call site of each block allocated from now on: the return addresses of up
 * to `frames` callers, 1 to 32. If the environment variable SYSINFO_HEAP_SITES has that
 * number, sites are recorded from the first block on. This cannot be turned off again;
 * another number applies to later blocks.
 *
 * Cost: docs/leaks.md; 4 bytes for each 32 bytes of heap. Stacks are read by the tables
 * that compilers write for exceptions, so code needs no frame pointers. A stack ends at
 * code without such tables, and at a signal handler.
 *
 * SYSINFO_INVALID: 0 frames, or more than 32. SYSINFO_NOT_SUPPORTED: no tracker, or the
 * processor is neither x86-64 nor AArch64. SYSINFO_NO_MEMORY. Since 0.2.
 */
#define SYSINFO_HEAP_SITES "SYSINFO_HEAP_SITES"
SYSINFO_EXPORT int sysinfo_heap_sites_keep(uint32_t frames);

/*
 * Begins the next generation, to which blocks allocated from now on belong. The first
 * is 1; the last, 511, does not end. `number`, unless NULL, receives the new one. Under
 * `sysinfo run`, all processes of the command share generations.
 *
 * SYSINFO_NOT_SUPPORTED: no tracker. Since 0.2.
 */
SYSINFO_EXPORT int sysinfo_heap_generation(uint32_t *number);

/*
 * Makes a snapshot find leaks: blocks that nothing points to. It searches memory outside the heap, and the stacks and
 * registers of all threads, for anything that may be a pointer into a block, and then each block that was found. Other
 * threads are stopped while the copy is made; if that is denied (ptrace), the result is marked as estimated.
 *
 * The search misses pointers that a program hides (compressed, combined with another, or known to the kernel alone),
 * and takes an old value for a pointer. Blocks to which only an unaligned word, or one with a tag in its highest 16
 * bits, may point are counted separately, and so are those that a child of fork() inherited: neither are leaks.
 */
#define SYSINFO_HEAP_LEAKS UINT32_C(1)

/*
 * Also finds, for each live block, what points to it: the way to it from a variable, a thread's stack or another root.
 * Includes SYSINFO_HEAP_LEAKS. 48 bytes of the snapshot for each block.
 */
#define SYSINFO_HEAP_REFERENCES UINT32_C(2)

/*
 * Takes a snapshot of this process's live blocks; `what` is 0, SYSINFO_HEAP_LEAKS or SYSINFO_HEAP_REFERENCES. A copy of
 * the process (fork) reads them, so all are of one moment. Other threads wait while the copy is made, about 20 to 45
 * microseconds for each megabyte in memory; this thread waits until it is read. The snapshot's own memory is not from
 * the heap.
 *
 * SYSINFO_NOT_SUPPORTED: sites are not kept. SYSINFO_NOT_YET: another thread is taking one.
 * SYSINFO_NO_MEMORY: there is no room for the copy or its result. SYSINFO_DENIED: the program has restricted its
 * system calls (seccomp), and a call that a snapshot needs could kill it. SYSINFO_INVALID: `out` is NULL, or `what`
 * is none of these. Since 0.2.
 */
struct sysinfo_heap_snapshot;
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_snapshot_open(struct sysinfo_heap_snapshot **out, uint32_t what);

/* Frees the snapshot and all texts that came from it. NULL is allowed. Since 0.2. */
SYSINFO_EXPORT void sysinfo_heap_snapshot_close(struct sysinfo_heap_snapshot *snapshot);

/*
 * Reads the first of the snapshots in `bytes`, on any system with the same byte order.
 * The bytes must not change until the snapshot is closed. `*used`, unless NULL, receives
 * the offset of the next one. `sysinfo run --heap-record` writes such files.
 *
 * SYSINFO_MALFORMED: not a snapshot, or one of a later format. SYSINFO_NO_MEMORY.
 * SYSINFO_INVALID: a NULL. Since 0.2.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_snapshot_read(struct sysinfo_heap_snapshot **out, const void *bytes,
                                                                 size_t size, size_t *used);

/*
 * The snapshot as bytes, for sysinfo_heap_snapshot_read(). They are valid until it is closed. Since 0.2.
 */
SYSINFO_EXPORT const void *sysinfo_heap_snapshot_bytes(const struct sysinfo_heap_snapshot *snapshot, size_t *size);

/*
 * The difference from `before` to `now`: sites with more or fewer live blocks, and by how
 * many. It changes neither snapshot, and the result does not need them.
 *
 * SYSINFO_NO_MEMORY. SYSINFO_INVALID: a NULL. Since 0.2.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_snapshot_subtract(const struct sysinfo_heap_snapshot *now,
                                                                     const struct sysinfo_heap_snapshot *before,
                                                                     struct sysinfo_heap_snapshot **out);

/* The moment and the process of a snapshot. */
struct sysinfo_heap_moment {
    uint64_t present, estimated;
    uint64_t pid;
    uint64_t number;     /* Of the snapshot in its process, from 1. */
    uint64_t generation; /* The current one. */
    double time;         /* Seconds on the monotonic clock. */
    int64_t live;        /* Bytes, as in sysinfo_heap_counts(). */
    int64_t blocks;
    uint64_t is_difference; /* 1: a difference of two snapshots. */
    /* Only with SYSINFO_HEAP_LEAKS: blocks that nothing points to, and their bytes. */
    uint64_t lost_blocks;
    uint64_t lost_bytes;
    /*
     * Bytes by what first reaches them, in this order: variables of modules, thread-local variables, other memory
     * (mappings, and thread-local variables of libraries that were loaded later), other threads' stacks and registers,
     * and only the stack of the thread that took the snapshot.
     */
    uint64_t held_by_globals;
    uint64_t held_by_mappings;
    uint64_t held_by_stacks;
    uint64_t held_by_own_stack;
    uint64_t held_by_thread_locals;
    double pause; /* Seconds that the process was stopped; absent in a difference. */
    /* Only with SYSINFO_HEAP_LEAKS: blocks to which only an unaligned word or one with a tag may point. Not lost. */
    uint64_t perhaps_blocks;
    uint64_t perhaps_bytes;
    /* Only with SYSINFO_HEAP_LEAKS: unreachable blocks from before this process was forked. Not lost. */
    uint64_t inherited_blocks;
    uint64_t inherited_bytes;
};

/* `label` receives the name of its mark, `image` the program's file; either may be NULL. Since 0.2. */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_snapshot_moment(const struct sysinfo_heap_snapshot *snapshot,
                                                                   struct sysinfo_heap_moment *moment, size_t size,
                                                                   const char **label, const char **image);

/* A site: all live blocks allocated by the same calls. In a difference, numbers may be below 0. */
struct sysinfo_heap_site {
    uint64_t present, estimated;
    int64_t blocks;
    int64_t bytes;
    uint64_t generations; /* Number of generations in which they were allocated. */
    uint64_t oldest, newest;
    uint64_t is_earlier; /* 1: blocks from before sites were recorded, without frames. */
    uint64_t frames;     /* 0 also if the stack could not be read. */
    /* Only with SYSINFO_HEAP_LEAKS. */
    uint64_t lost_blocks;
    uint64_t lost_bytes;
    uint64_t references; /* Words that point to its blocks; not owners. */
};

/*
 * A return address, as an offset in its module, which may have been unloaded since. The
 * call is before that address, so look up `offset - 1`.
 */
struct sysinfo_heap_frame {
    const char *module; /* Path of its file; "" for code without a file, whose `offset` is the address. */
    uint64_t offset;
    const char *build_id; /* In hexadecimal digits; "" if it has none. */
};

/* The number of sites, which are sorted by bytes, the largest first. Since 0.2. */
SYSINFO_EXPORT size_t sysinfo_heap_snapshot_sites(const struct sysinfo_heap_snapshot *snapshot);

/* A site; `*frames`, unless NULL, receives its frames, the nearest caller first. Since 0.2. */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_snapshot_site(const struct sysinfo_heap_snapshot *snapshot,
                                                                 size_t index, struct sysinfo_heap_site *site,
                                                                 size_t size, const struct sysinfo_heap_frame **frames);

/*
 * A leak: a block that nothing points to, or a cycle: blocks that reach each other while nothing else points to them.
 */
struct sysinfo_heap_leak {
    uint64_t present, estimated;
    uint64_t is_cycle; /* 1: its blocks point to each other, or the only one to itself. 0: one block. */
    uint64_t blocks;
    uint64_t bytes;
    uint64_t kept_blocks; /* Other blocks, to which only this leak leads. */
    uint64_t kept_bytes;
    uint64_t members; /* Listed blocks, at most 64. */
};

/* A block of a leak. `site` is an index for sysinfo_heap_snapshot_site(). */
struct sysinfo_heap_member {
    uint64_t site;
    uint64_t address;
    uint64_t size;
    uint64_t generation;
};

/*
 * The number of leaks in a snapshot with SYSINFO_HEAP_LEAKS, without those that another leak points to. Blocks that
 * several leaks point to count as lost and are kept by none. Since 0.2.
 */
SYSINFO_EXPORT size_t sysinfo_heap_snapshot_leaks(const struct sysinfo_heap_snapshot *snapshot);

/* A leak; `*members`, unless NULL, receives its members. Since 0.2. */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_snapshot_leak(const struct sysinfo_heap_snapshot *snapshot,
                                                                 size_t index, struct sysinfo_heap_leak *leak,
                                                                 size_t size,
                                                                 const struct sysinfo_heap_member **members);

/* ---- What holds a block ------------------------------------------------- */

/*
 * A live block, and what first reached it: another block, or a root. From each block, `holder` leads to a root in a
 * limited number of steps; from an unreachable block, to a leak that nothing points to.
 */
struct sysinfo_heap_block {
    uint64_t present, estimated;
    uint64_t address;
    uint64_t size;
    uint64_t site; /* An index for sysinfo_heap_snapshot_site(). */
    uint64_t generation;
    uint64_t references; /* Words that point to it; not owners. */
    uint64_t holder;     /* The index of the block that holds it; absent if a root does, or nothing. */
    uint64_t offset;     /* Of the pointer in the holder or the root; absent if nothing holds it. */
    uint64_t root;       /* An index for sysinfo_heap_snapshot_root(): the end of the way; absent: unreachable. */
};

/* The blocks of a snapshot with SYSINFO_HEAP_REFERENCES, sorted by address: their number, and one. Since 0.2. */
SYSINFO_EXPORT size_t sysinfo_heap_snapshot_blocks(const struct sysinfo_heap_snapshot *snapshot);
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_snapshot_block(const struct sysinfo_heap_snapshot *snapshot,
                                                                  size_t index, struct sysinfo_heap_block *block,
                                                                  size_t size);

/*
 * Finds the block that contains an address. SYSINFO_UNKNOWN: none. SYSINFO_NOT_SUPPORTED: the snapshot has no
 * references. SYSINFO_INVALID: a NULL. Since 0.2.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_snapshot_find(const struct sysinfo_heap_snapshot *snapshot,
                                                                 uint64_t address, size_t *index);

/* The kind of a root. More may be added. */
enum sysinfo_heap_root_kind {
    SYSINFO_HEAP_ROOT_GLOBAL = 1,   /* A variable of a module. */
    SYSINFO_HEAP_ROOT_THREAD_LOCAL, /* A thread-local variable of a module. */
    SYSINFO_HEAP_ROOT_MAPPING,      /* Other memory. */
    SYSINFO_HEAP_ROOT_STACK,        /* A thread's stack. */
    SYSINFO_HEAP_ROOT_REGISTER,     /* A thread's registers. */
    SYSINFO_HEAP_ROOT_OWN_STACK     /* The stack of the thread that took the snapshot. */
};

struct sysinfo_heap_root {
    uint64_t present, estimated;
    uint64_t kind;
    uint64_t thread;  /* Absent for globals and mappings. */
    uint64_t address; /* The start of a mapping, or the base of a stack's offsets; absent for variables. */
};

/* The number of roots that hold blocks. Since 0.2. */
SYSINFO_EXPORT size_t sysinfo_heap_snapshot_roots(const struct sysinfo_heap_snapshot *snapshot);

/*
 * A root. `place` receives a variable's module, and its address in the module's file or, for a thread-local one, its
 * offset among those of the module. An offset of UINT64_MAX stands for all variables beyond those that are kept apart.
 * The module is empty if the root is not a variable. `name` receives that of the mapping or the thread, or "". Either
 * may be NULL. Since 0.2.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_snapshot_root(const struct sysinfo_heap_snapshot *snapshot,
                                                                 size_t index, struct sysinfo_heap_root *root,
                                                                 size_t size, struct sysinfo_heap_frame *place,
                                                                 const char **name);

/* Pointers from the blocks of a site, or from a root, to the blocks of a site. */
struct sysinfo_heap_edge {
    uint64_t present, estimated;
    uint64_t from; /* An index for sysinfo_heap_snapshot_site(), or for sysinfo_heap_snapshot_root(). */
    uint64_t is_from_root;
    uint64_t to;
    uint64_t count; /* Words. */
};

/* The number of edges, which are in no order; and an edge. Since 0.2. */
SYSINFO_EXPORT size_t sysinfo_heap_snapshot_edges(const struct sysinfo_heap_snapshot *snapshot);
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_snapshot_edge(const struct sysinfo_heap_snapshot *snapshot,
                                                                 size_t index, struct sysinfo_heap_edge *edge,
                                                                 size_t size);

/* ---- What a stretch of code leaves unreachable --------------------------- */

/*
 * Blocks that any thread allocated between the two calls, and that nothing points to at the end. Scopes measure how
 * much more is live; this finds what the program cannot free any more, such as a ring whose blocks hold each other.
 *
 *     SYSINFO_UNREACHABLE_BEGIN(left);
 *     ...
 *     SYSINFO_UNREACHABLE_END(left, &snapshot);
 *
 * An old value on the calling thread's stack may still point to a block, so what only that stack holds is counted
 * separately.
 */
struct sysinfo_heap_unreachable {
    uint64_t present, estimated;
    uint64_t leaks;        /* Single blocks and cycles that nothing points to. */
    uint64_t cycles;       /* The cycles among them. */
    uint64_t blocks;       /* Unreachable blocks, including those that leaks keep. */
    uint64_t bytes;        /* In these blocks. */
    uint64_t stack_blocks; /* Blocks that only the calling thread's stack holds. */
    uint64_t stack_bytes;  /* In these blocks. */
    uint64_t opaque_[4];
};

/*
 * Begin and end such a stretch. The first call starts recording sites, if necessary, and begins a generation. The
 * second takes a snapshot with SYSINFO_HEAP_REFERENCES, which the caller receives if `snapshot` is not NULL. After
 * generation 511 the figures include earlier blocks, and are marked as estimated.
 *
 * SYSINFO_INVALID: a NULL, a size that is too small, or an end without a begin. Other errors are those of
 * sysinfo_heap_sites_keep() and sysinfo_heap_snapshot_open(). Since 0.2.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_unreachable_begin(struct sysinfo_heap_unreachable *unreachable,
                                                                     size_t size);
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_unreachable_end(struct sysinfo_heap_unreachable *unreachable,
                                                                   struct sysinfo_heap_snapshot **snapshot);

/*
 * The same as macros; the first declares `name`. An end after a begin that failed returns SYSINFO_INVALID. If
 * SYSINFO_NO_SCOPES is defined, they do nothing, and the end returns SYSINFO_NOT_SUPPORTED.
 */
#ifndef SYSINFO_NO_SCOPES
#define SYSINFO_UNREACHABLE_BEGIN(name)   \
    struct sysinfo_heap_unreachable name; \
    SYSINFO_CAST(void, !sysinfo_heap_unreachable_begin(&(name), sizeof(name)))
#define SYSINFO_UNREACHABLE_END(name, snapshot) (sysinfo_heap_unreachable_end(&(name), (snapshot)))
#else
#define SYSINFO_UNREACHABLE_BEGIN(name) (SYSINFO_CAST(void, 0))
#define SYSINFO_UNREACHABLE_END(name, snapshot) (SYSINFO_CAST(void, (snapshot)), SYSINFO_NOT_SUPPORTED)
#endif

/* ---- The counts of another process --------------------------------------- */

/*
 * The environment variable with the full path of a directory. Each process that starts
 * with the tracker keeps its counts there in a file named PID.N, where N is 0 and
 * increases for each program that the process continues as (exec), or if the name is
 * taken. Readers share the file's memory, so its counts are current, cost the process
 * nothing, and remain after its end, however it ends. A child of fork() starts a file
 * with the counts of its parent at its first allocation or free.
 *
 * If the file cannot be made, nothing is recorded; the process is not affected.
 */
#define SYSINFO_HEAP_RECORDS "SYSINFO_HEAP_RECORDS"

/* The contents of a record. Text that does not fit is cut at the front; unknown text is "". */
struct sysinfo_heap_record {
    uint64_t present, estimated;
    uint64_t pid; /* The process. */
    /* 1: exit() was called, or main() returned. 0: it runs, was killed, or ended by _exit() or exec. */
    uint64_t has_ended;
    /* 0: malloc() is not the tracker's (see `owner`), so nothing is counted and what follows is absent. */
    uint64_t is_tracked;
    uint64_t threads; /* Threads that count now. */
    /* Blocks ever allocated, by malloc() or any of its family; a realloc() is one free and one allocation. */
    uint64_t allocs;
    uint64_t frees;  /* Blocks ever freed. */
    uint64_t failed; /* Calls that were refused. */
    uint64_t live;   /* Bytes in blocks allocated and not freed, by malloc_usable_size(). */
    uint64_t blocks; /* Their number. */
    uint64_t peak;   /* Highest value of live; up to 64 KiB for each thread too low. */
    /* Bytes that the allocator held from the system at `footprint_time`: glibc 2.33 and later. */
    uint64_t footprint;
    /* Value of live at that time. footprint - footprint_live is what malloc keeps, plus 8 bytes for each block. */
    uint64_t footprint_live;
    double footprint_time; /* Seconds on the monotonic clock. */
    /* The part of allocs, frees, failed, live and blocks that a child of fork() inherited; its parent has it, too. */
    uint64_t inherited_allocs;
    uint64_t inherited_frees;
    uint64_t inherited_failed;
    uint64_t inherited_live;
    uint64_t inherited_blocks;
    /*
     * Bytes of anonymous memory that the program and its libraries mapped themselves, by mmap() with access, and have
     * not unmapped, touched or not. Estimated if a change could not be followed. Since 0.2.
     */
    uint64_t mapped;
    uint64_t mapped_peak;      /* Highest value of mapped. Since 0.2. */
    uint64_t inherited_mapped; /* The part that a child of fork() inherited. Since 0.2. */
    char image[128];           /* The file of the program, as a path. */
    /*
     * The object whose malloc() is called, as a path, and the allocator's name if known:
     * "/usr/bin/redis-server (jemalloc)".
     */
    char owner[128];
};

/*
 * Reads the record of a process, running or not, from the file at `path`, which begins
 * with a slash and is below the host's root. Cost: one open, read and close.
 *
 * SYSINFO_NOT_YET: the process is about to write it. SYSINFO_MALFORMED: not a record, or
 * one of a later version. SYSINFO_NOT_SUPPORTED: not on this system. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_recorded(struct sysinfo_host *host, const char *path,
                                                            struct sysinfo_heap_record *record, size_t size);

SYSINFO_END_DECLS

#endif
