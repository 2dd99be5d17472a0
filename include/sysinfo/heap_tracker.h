/* SPDX-License-Identifier: MIT */
/*
 * The tracker: every allocation of a process, counted.
 *
 * What an allocator does not tell, a library of its own counts: libsysinfo_heap,
 * linked in front of the others or preloaded (LD_PRELOAD=libsysinfo_heap.so.0). It
 * stands in front of malloc() and its family and counts each call, per thread, in
 * a few nanoseconds. docs/tracker.md says how.
 *
 * Linux, with glibc or musl. Where there is no tracker, the calls below answer
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
 * What is counted. A block counts with the size that malloc_usable_size() tells,
 * which is what was asked for or a little more. A realloc() is one block freed and
 * one handed out; one that is refused is a failure, and nothing else.
 */
struct sysinfo_heap_tally {
    uint64_t present, estimated;
    uint64_t allocs; /* Blocks ever handed out. */
    uint64_t frees;  /* Blocks ever freed. */
    uint64_t failed; /* Calls that were refused. */
    /* Bytes in blocks handed out and not freed. Of a thread: below 0 when it frees what others allocated. */
    int64_t live;
    int64_t blocks; /* Their number, likewise. */
    /*
     * Most that live has ever been. Of a thread: exact, inside a scope too; of the process: up to 64
     * KiB for each thread too low.
     */
    int64_t peak;
};

/*
 * Of the whole process. The sums are exact while no thread allocates; those of
 * ended threads are in them, and in a child of fork() those of its parent.
 *
 * Neither call waits, locks or allocates; both may be made in a signal handler.
 * Cost: 1 ns for each thread, 10 ns for the calling thread's own.
 *
 * SYSINFO_NOT_SUPPORTED: there is no tracker, or malloc() is not the tracker's.
 * SYSINFO_INVALID: as of every result. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_counts(struct sysinfo_heap_tally *tally, size_t size);

/*
 * Of the calling thread, since it began. SYSINFO_UNKNOWN: it has no counts of its
 * own, as one of more than 8,000 threads or one that is just ending; what it does
 * is in those of the process. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_thread_counts(struct sysinfo_heap_tally *tally, size_t size);

/* ---- Watching growth ----------------------------------------------------- */

/*
 * Calls function(argument) each time that the heap of the process has grown by
 * `bytes`, or by `blocks`; 0 for either: no such threshold; 0 for both: off. There
 * is one watch; another takes its place.
 *
 * Growth is measured from a base that falls with the heap and rises only when the
 * function is called: what was freed must grow again first.
 *
 * The function runs in the thread that allocates, behind the allocation, without
 * any lock of the tracker or the allocator. It may allocate, which does not call it
 * again, but that thread may be anywhere in the program: it must take no lock that
 * is held around an allocation, and must not leave by longjmp(). A compiler takes it
 * for granted that malloc() changes nothing of the program's: what the function changes
 * must be volatile or atomic, or the code around the allocation may keep an old value. Growth is looked
 * at when a thread has allocated 64 KiB or called 1024 times since the last look,
 * so that it costs an allocation nothing and comes up to 64 KiB for each thread late.
 *
 * A child of fork() keeps the watch. When this returns, another thread may still be
 * in the function of the watch before. Not to be called in signal handlers.
 *
 * SYSINFO_NOT_SUPPORTED as above. SYSINFO_INVALID: a threshold and no function. Since 0.1.
 */
SYSINFO_EXPORT int sysinfo_heap_watch(uint64_t bytes, uint64_t blocks, void (*function)(void *argument),
                                      void *argument);

/* ---- Scopes -------------------------------------------------------------- */

/*
 * What a stretch of code does to the heap, exactly: of the thread that runs it, and
 * with nothing that other threads do meanwhile. Scopes nest, and what is within an
 * inner one is within the outer, too.
 *
 *     SYSINFO_SCOPE_ENTER(parse, "parse");
 *     ...
 *     SYSINFO_SCOPE_LEAVE(parse, table);
 *
 * Without the tracker the same works with sysinfo_heap_info(): then the figures are
 * of the whole process, as far as its allocator tells them, and marked as estimated.
 */
struct sysinfo_heap_scope {
    /* Filled by sysinfo_heap_leave(). */
    uint64_t present, estimated;
    uint64_t allocs, frees, failed; /* Within the scope. */
    int64_t live;      /* Bytes that the thread has live at the end: the figure of sysinfo_heap_thread_counts(). */
    int64_t increment; /* By how much that is more than at the start. */
    /*
     * Most that it was more, at any moment within. Estimated, and perhaps too low, where a scope inside was not left
     * (longjmp(), an exception) and the thread has had more live before.
     */
    int64_t peak;

    uint64_t opaque_[12]; /* The library's, from enter to leave. */

    /*
     * Of the whole process, and only of a scope entered with sysinfo_heap_enter_rss(). Memory that malloc()
     * keeps back, that is mapped past it, or that other threads use is in these alone. Since 0.2.
     */
    int64_t rss;           /* Resident bytes at the end. */
    int64_t rss_increment; /* By how much that is more than at the start. */
};

/*
 * Where a scope is: its label, and a place in the source. The object and its texts must live as
 * long as every table that the scope is added to.
 */
struct sysinfo_heap_place {
    const char *label;
    const char *file;
    uint32_t line;
};

/*
 * Begins a scope, which is wholly the caller's memory, and ends it; `table` is where
 * it is added, or NULL. They belong to one thread and one function call, the last
 * entered is the first to leave. Cost: 10 ns, and 15 ns for the table; without the
 * tracker that of sysinfo_heap_info() twice.
 *
 * sysinfo_heap_leave() answers SYSINFO_INVALID, and adds nothing, when it is not of
 * the thread that entered. What is not told is absent from the scope. Since 0.1.
 */
SYSINFO_EXPORT void sysinfo_heap_enter(struct sysinfo_heap_scope *scope, size_t size,
                                       const struct sysinfo_heap_place *place);

/*
 * The same, and the scope has the resident memory of the process beside the heap, as Python's
 * memory_profiler shows it. Cost: that of sysinfo_process_memory() twice more. Where the system does
 * not report it, both figures are absent. Since 0.2.
 */
SYSINFO_EXPORT void sysinfo_heap_enter_rss(struct sysinfo_heap_scope *scope, size_t size,
                                           const struct sysinfo_heap_place *place);
struct sysinfo_heap_scopes;
SYSINFO_EXPORT int sysinfo_heap_leave(struct sysinfo_heap_scope *scope, struct sysinfo_heap_scopes *table);

/*
 * The same as macros: the first declares the scope `name`. With SYSINFO_NO_SCOPES defined they come
 * to nothing. `label` is a literal.
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
 * Sums scopes by their places: the table of Python's memory_profiler, exact. Any
 * thread may add to a table at any time; it is never locked. Its memory is not of
 * the heap where there is a tracker, and so in no scope. With `capacity` places
 * there is no room for more: all further ones are summed in a row labelled
 * "(others)", which is the last.
 *
 * SYSINFO_INVALID: `out` is NULL, or the capacity is 0 or beyond 1,000,000. SYSINFO_NO_MEMORY. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_scopes_open(struct sysinfo_heap_scopes **out, size_t capacity);

/* No scope may be added any more. NULL is fine. Since 0.1. */
SYSINFO_EXPORT void sysinfo_heap_scopes_close(struct sysinfo_heap_scopes *table);

/* A row, in the order in which places were first added. */
struct sysinfo_heap_row {
    uint64_t present, estimated; /* A figure is there if any scope told it, and estimated if any was. */
    uint64_t occurrences;        /* Scopes. */
    uint64_t allocs, frees, failed;
    int64_t live;      /* At the end of the last scope. */
    int64_t increment; /* The sum of all. */
    int64_t peak;      /* The highest of all. */
    uint64_t line;     /* 0 in the row of the others. */
    /* Of scopes entered with sysinfo_heap_enter_rss(); since 0.2. */
    int64_t rss;           /* At the end of the last scope. */
    int64_t rss_increment; /* The sum of all. */
};

/* How many rows there are now. Since 0.1. */
SYSINFO_EXPORT size_t sysinfo_heap_scopes_count(const struct sysinfo_heap_scopes *table);

/*
 * A row, and its texts, which belong to the place; the texts may be NULL: not wanted.
 * SYSINFO_NOT_YET: it is just being added. SYSINFO_INVALID: there is no such row. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_scopes_row(const struct sysinfo_heap_scopes *table, size_t index,
                                                              struct sysinfo_heap_row *row, size_t size,
                                                              const char **label, const char **file);

/*
 * Prints the table for people: sizes in MiB with `precision` digits after the
 * point, 9 at most. Scopes that are still open are not in it. A stream may allocate
 * memory for itself when it is first written to, which counts in the scopes that
 * are open then; setvbuf() avoids that.
 *
 * SYSINFO_INVALID: a NULL. SYSINFO_NO_MEMORY. SYSINFO_SYSTEM: it could not be
 * written. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_scopes_print(const struct sysinfo_heap_scopes *table, FILE *stream,
                                                                uint32_t precision);

/* ---- Live blocks by call site -------------------------------------------- */

/*
 * Keeps the call site of each block that is allocated from now on: the return
 * addresses of up to `frames` callers, 1 to 32. Setting the environment variable
 * SYSINFO_HEAP_SITES to that number keeps them from the first block on. It cannot be
 * turned off again; another number applies to later blocks.
 *
 * Cost: docs/leaks.md; 4 bytes for each 32 bytes of heap. Stacks are unwound by the
 * tables that compilers write for exceptions, so code needs no frame pointers. A stack
 * ends at code without such tables, and at a signal handler.
 *
 * SYSINFO_INVALID: 0 frames, or more than 32. SYSINFO_NOT_SUPPORTED: no tracker, or the
 * processor is neither x86-64 nor AArch64. SYSINFO_NO_MEMORY. Since 0.2.
 */
#define SYSINFO_HEAP_SITES "SYSINFO_HEAP_SITES"
SYSINFO_EXPORT int sysinfo_heap_sites_keep(uint32_t frames);

/*
 * Begins the next generation: blocks that are allocated from now on belong to it. The
 * first is 1, the last 511, which does not end. `number`, unless NULL, is set to
 * the new one. Under `sysinfo run`, all processes of the command share generations.
 *
 * SYSINFO_NOT_SUPPORTED: no tracker. Since 0.2.
 */
SYSINFO_EXPORT int sysinfo_heap_generation(uint32_t *number);

/*
 * Asks a snapshot for blocks that nothing points to, too: the leaks. Memory outside the
 * heap, the stacks and registers of all threads are searched for anything that may be a pointer into
 * a block, and so is each block that is found. Other threads are stopped for that while the copy is
 * made; where that is denied (ptrace), the result is marked as estimated.
 *
 * A pointer that a program hides (compressed, combined with another, or known to the kernel alone) is not seen, and an
 * old value that was left somewhere is taken for one. Blocks to which only an unaligned word or one with a tag in its
 * highest 16 bits may point are counted apart, and so are those that a child of fork() inherited: neither are leaks.
 */
#define SYSINFO_HEAP_LEAKS UINT32_C(1)

/*
 * Leaks too, and of each live block what points to it: the way to it from a variable, a thread's stack or another
 * root. 48 bytes of the snapshot for each block.
 */
#define SYSINFO_HEAP_REFERENCES UINT32_C(2)

/*
 * Takes a snapshot of this process's live blocks; `what` is 0, SYSINFO_HEAP_LEAKS or SYSINFO_HEAP_REFERENCES. A copy
 * of the process reads them (fork), so that they are all of one moment: other threads wait for the copy to be made,
 * about 20 to 45 microseconds for each megabyte in memory, and this thread until it is read. The snapshot's own memory
 * is not of the heap.
 *
 * SYSINFO_NOT_SUPPORTED: sites are not kept. SYSINFO_NOT_YET: another thread is taking one.
 * SYSINFO_NO_MEMORY: no copy can be made, or its result has no room. SYSINFO_INVALID: `out` is NULL, or
 * `what` is none of these. Since 0.2.
 */
struct sysinfo_heap_snapshot;
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_snapshot_open(struct sysinfo_heap_snapshot **out, uint32_t what);

/* Releases it, and all texts that came from it. NULL is fine. Since 0.2. */
SYSINFO_EXPORT void sysinfo_heap_snapshot_close(struct sysinfo_heap_snapshot *snapshot);

/*
 * Reads the first of the snapshots in `bytes`, which must not change until it is
 * closed, on any system with the same byte order. `*used`, unless NULL, is set to where
 * the next begins. `sysinfo run --heap-record` writes such files.
 *
 * SYSINFO_MALFORMED: it is not a snapshot, or one of a later format. SYSINFO_NO_MEMORY.
 * SYSINFO_INVALID: a NULL. Since 0.2.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_snapshot_read(struct sysinfo_heap_snapshot **out, const void *bytes,
                                                                 size_t size, size_t *used);

/*
 * The snapshot as bytes, for sysinfo_heap_snapshot_read(); they live until it is closed. Since 0.2.
 */
SYSINFO_EXPORT const void *sysinfo_heap_snapshot_bytes(const struct sysinfo_heap_snapshot *snapshot, size_t *size);

/*
 * What came to `now` since `before`: sites by which more or fewer blocks are live, and
 * by how many. Neither is changed, and the result needs neither.
 *
 * SYSINFO_NO_MEMORY. SYSINFO_INVALID: a NULL. Since 0.2.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_snapshot_subtract(const struct sysinfo_heap_snapshot *now,
                                                                     const struct sysinfo_heap_snapshot *before,
                                                                     struct sysinfo_heap_snapshot **out);

/* When and of what a snapshot was taken. */
struct sysinfo_heap_moment {
    uint64_t present, estimated;
    uint64_t pid;
    uint64_t number;     /* Of the snapshot in its process, from 1 on. */
    uint64_t generation; /* That was the current one. */
    double time;         /* Seconds on the monotonic clock. */
    int64_t live;        /* Bytes, as sysinfo_heap_counts() has them. */
    int64_t blocks;
    uint64_t is_difference; /* 1: of two snapshots. */
    /* Only with SYSINFO_HEAP_LEAKS: blocks that nothing points to, and their bytes. */
    uint64_t lost_blocks;
    uint64_t lost_bytes;
    /*
     * Bytes by what they are reached from, the first of these: variables of modules, other memory (mappings, and
     * thread-local variables of libraries that were loaded later), other threads' stacks and registers, and nothing
     * but the stack of the thread that took the snapshot.
     */
    uint64_t held_by_globals;
    uint64_t held_by_mappings;
    uint64_t held_by_stacks;
    uint64_t held_by_own_stack;
    uint64_t held_by_thread_locals; /* After variables of modules, before other memory. */
    double pause;                   /* Seconds that the process stood still; of a difference absent. */
    /* Only with SYSINFO_HEAP_LEAKS: to which only an unaligned word, or one with a tag, may point. Not lost. */
    uint64_t perhaps_blocks;
    uint64_t perhaps_bytes;
    /* Only with SYSINFO_HEAP_LEAKS: unreachable, but allocated before this process was forked. Not lost. */
    uint64_t inherited_blocks;
    uint64_t inherited_bytes;
};

/* `label` is the mark that asked for it, `image` the file of the program; either may be NULL. Since 0.2. */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_snapshot_moment(const struct sysinfo_heap_snapshot *snapshot,
                                                                   struct sysinfo_heap_moment *moment, size_t size,
                                                                   const char **label, const char **image);

/* A site: all live blocks that were allocated by the same calls. In a difference, a number may be below 0. */
struct sysinfo_heap_site {
    uint64_t present, estimated;
    int64_t blocks;
    int64_t bytes;
    uint64_t generations; /* In how many generations those blocks were allocated. */
    uint64_t oldest, newest;
    uint64_t is_earlier; /* 1: the blocks from before sites were kept; 0 frames. */
    uint64_t frames;     /* 0 too where the stack could not be read. */
    /* Only with SYSINFO_HEAP_LEAKS. */
    uint64_t lost_blocks;
    uint64_t lost_bytes;
    uint64_t references; /* Words that point to its blocks; not owners. */
};

/*
 * A return address, as an offset in its module, which may have been unloaded since.
 * The call is before it: look up `offset - 1`.
 */
struct sysinfo_heap_frame {
    const char *module; /* Its file's path; "" where the code has no file, and then `offset` is the address. */
    uint64_t offset;
    const char *build_id; /* In hexadecimal digits; "" where it has none. */
};

/* How many sites there are, in order of their bytes, the largest first. Since 0.2. */
SYSINFO_EXPORT size_t sysinfo_heap_snapshot_sites(const struct sysinfo_heap_snapshot *snapshot);

/* One of them; `*frames`, unless NULL, points to its frames, the nearest caller first. Since 0.2. */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_snapshot_site(const struct sysinfo_heap_snapshot *snapshot,
                                                                 size_t index, struct sysinfo_heap_site *site,
                                                                 size_t size, const struct sysinfo_heap_frame **frames);

/*
 * A leak: blocks that nothing outside points to. Of a cycle, all that reach each other.
 */
struct sysinfo_heap_leak {
    uint64_t present, estimated;
    uint64_t is_cycle; /* 1: its blocks point to each other, or its only one to itself. 0: one block. */
    uint64_t blocks;
    uint64_t bytes;
    uint64_t kept_blocks; /* Other blocks that nothing else points to. */
    uint64_t kept_bytes;
    uint64_t members; /* At most 64 of its blocks are listed. */
};

/* A block of a leak. `site` is an index for sysinfo_heap_snapshot_site(). */
struct sysinfo_heap_member {
    uint64_t site;
    uint64_t address;
    uint64_t size;
    uint64_t generation;
};

/*
 * How many leaks a snapshot with SYSINFO_HEAP_LEAKS has: those that no other leak
 * points to. Blocks that several leaks point to are counted as lost, and kept by none. Since 0.2.
 */
SYSINFO_EXPORT size_t sysinfo_heap_snapshot_leaks(const struct sysinfo_heap_snapshot *snapshot);

/* One of them; `*members`, unless NULL, points to its members. Since 0.2. */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_snapshot_leak(const struct sysinfo_heap_snapshot *snapshot,
                                                                 size_t index, struct sysinfo_heap_leak *leak,
                                                                 size_t size,
                                                                 const struct sysinfo_heap_member **members);

/* ---- What holds a block ------------------------------------------------- */

/*
 * A live block, and what it was first reached from: another block, or a root. From each block, `holder` leads to a
 * root in a limited number of steps. Of an unreachable block it leads to a leak that nothing points to.
 */
struct sysinfo_heap_block {
    uint64_t present, estimated;
    uint64_t address;
    uint64_t size;
    uint64_t site; /* An index for sysinfo_heap_snapshot_site(). */
    uint64_t generation;
    uint64_t references; /* Words that point to it; not owners. */
    uint64_t holder;     /* The index of the block that holds it; absent where a root does, or nothing. */
    uint64_t offset;     /* Of the pointer in the holder, or in the root; absent where nothing holds it. */
    uint64_t root;       /* An index for sysinfo_heap_snapshot_root(), of the way's end; absent: unreachable. */
};

/* How many a snapshot with SYSINFO_HEAP_REFERENCES has, in order of address; and one of them. Since 0.2. */
SYSINFO_EXPORT size_t sysinfo_heap_snapshot_blocks(const struct sysinfo_heap_snapshot *snapshot);
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_snapshot_block(const struct sysinfo_heap_snapshot *snapshot,
                                                                  size_t index, struct sysinfo_heap_block *block,
                                                                  size_t size);

/*
 * The block that this address is in. SYSINFO_UNKNOWN: none. SYSINFO_NOT_SUPPORTED: the snapshot has no references.
 * SYSINFO_INVALID: a NULL. Since 0.2.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_snapshot_find(const struct sysinfo_heap_snapshot *snapshot,
                                                                 uint64_t address, size_t *index);

/* What a root is. More may be added. */
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
    uint64_t address; /* Where a mapping begins, or what a stack's offsets are from; absent for variables. */
};

/* How many roots hold blocks, and one of them. Since 0.2. */
SYSINFO_EXPORT size_t sysinfo_heap_snapshot_roots(const struct sysinfo_heap_snapshot *snapshot);

/*
 * `place` is of a variable: its module, and its address in the module's file or, of a thread-local one, its offset
 * among those of the module. An offset of UINT64_MAX: of more variables than are kept apart. With an empty
 * module it is no variable. `name` is that of the mapping or the thread, or "". Either may be NULL.
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

/* How many there are, in no order, and one of them. Since 0.2. */
SYSINFO_EXPORT size_t sysinfo_heap_snapshot_edges(const struct sysinfo_heap_snapshot *snapshot);
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_snapshot_edge(const struct sysinfo_heap_snapshot *snapshot,
                                                                 size_t index, struct sysinfo_heap_edge *edge,
                                                                 size_t size);

/* ---- What a stretch of code leaves unreachable --------------------------- */

/*
 * Blocks that were allocated between the two calls, by any thread, and that nothing points to at the end. Scopes see
 * how much more is live; these see what nobody can free any more, such as a ring whose blocks hold each other.
 *
 *     SYSINFO_UNREACHABLE_BEGIN(left);
 *     ...
 *     SYSINFO_UNREACHABLE_END(left, &snapshot);
 *
 * An old value on the stack of the calling thread may still point to a block: what only that stack holds is
 * counted apart.
 */
struct sysinfo_heap_unreachable {
    uint64_t present, estimated;
    uint64_t leaks;        /* That nothing points to: single blocks and cycles. */
    uint64_t cycles;       /* Of them. */
    uint64_t blocks;       /* Unreachable, those that leaks keep among them. */
    uint64_t bytes;        /* In them. */
    uint64_t stack_blocks; /* Held by nothing but the stack of the calling thread. */
    uint64_t stack_bytes;  /* In them. */
    uint64_t opaque_[4];
};

/*
 * Begins and ends it. The first keeps sites, if they are not kept yet, and begins a generation; the second takes a
 * snapshot with SYSINFO_HEAP_REFERENCES, which is given to the caller if `snapshot` is not NULL. Beyond generation
 * 511 the figures are estimated: earlier blocks are in them.
 *
 * SYSINFO_INVALID: a NULL, a size that is too small, or an end without a begin. Otherwise as
 * sysinfo_heap_sites_keep() and sysinfo_heap_snapshot_open(). Since 0.2.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_unreachable_begin(struct sysinfo_heap_unreachable *unreachable,
                                                                     size_t size);
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_unreachable_end(struct sysinfo_heap_unreachable *unreachable,
                                                                   struct sysinfo_heap_snapshot **snapshot);

/*
 * The same as macros; the first declares `name`, and an end after a begin that failed is SYSINFO_INVALID. With
 * SYSINFO_NO_SCOPES defined they come to nothing.
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

/* ---- Looking into another process ---------------------------------------- */

/*
 * The environment variable that names a folder, by its full path: each process
 * that starts with the tracker keeps its counts in a file of its own there, named
 * PID.N: N is 0, and one more for each program that the same process goes on with
 * (exec) or that finds the name taken. The file is memory that is shared with
 * whoever reads it: the counts are those of this moment, cost the process nothing,
 * and are still there when it has ended, however it ended. A child of fork()
 * begins a file with the counts of its parent as soon as it allocates or frees
 * anything itself.
 *
 * Nothing is written where no such file can be made; the process goes on as ever.
 */
#define SYSINFO_HEAP_RECORDS "SYSINFO_HEAP_RECORDS"

/* What a record tells. Of a text that is too long, the end is there; "" when it is not known. */
struct sysinfo_heap_record {
    uint64_t present, estimated;
    uint64_t pid; /* The process. */
    /* 1: exit() was called, or main() returned. 0: it runs, or was killed, left by _exit() or by exec. */
    uint64_t has_ended;
    /* 0: malloc() belongs to another, see `owner`; then nothing is counted, and all of the following is absent. */
    uint64_t is_tracked;
    uint64_t threads; /* That count now. */
    /* Blocks ever handed out, by malloc() or any of its family; a realloc() is one freed and one handed out. */
    uint64_t allocs;
    uint64_t frees;  /* Blocks ever freed. */
    uint64_t failed; /* Calls that were refused. */
    uint64_t live;   /* Bytes in blocks handed out and not freed, of the size that malloc_usable_size() tells. */
    uint64_t blocks; /* Their number. */
    uint64_t peak;   /* Most that live has ever been; up to 64 KiB for each thread too low. */
    /* Bytes that the allocator held from the system at `footprint_time`: glibc 2.33 and later. */
    uint64_t footprint;
    /* And what live was then. footprint - footprint_live is kept back, but for 8 bytes of each block. */
    uint64_t footprint_live;
    double footprint_time; /* Seconds on the monotonic clock. */
    /* Of allocs, frees, failed, live and blocks what a child of fork() began with: its parent counts it too. */
    uint64_t inherited_allocs;
    uint64_t inherited_frees;
    uint64_t inherited_failed;
    uint64_t inherited_live;
    uint64_t inherited_blocks;
    /*
     * Bytes of anonymous memory that the program and its libraries have mapped past malloc(), by mmap() with access to
     * it, and not unmapped, whether touched or not. Estimated: some change could not be followed. Since 0.2.
     */
    uint64_t mapped;
    uint64_t mapped_peak;      /* Most that mapped has ever been. Since 0.2. */
    uint64_t inherited_mapped; /* What a child of fork() began with. Since 0.2. */
    char image[128];           /* The file of the program, as a path. */
    /*
     * Whose malloc() it is, as a path, and the allocator's name if that is known:
     * "/usr/bin/redis-server (jemalloc)".
     */
    char owner[128];
};

/*
 * Reads the record of a process, running or not, from the file at `path`, which
 * begins with a slash and is below the host's root. Cost: one open, read and close.
 *
 * SYSINFO_NOT_YET: the process is about to write it. SYSINFO_MALFORMED: it is no
 * record, or one of a later version. SYSINFO_NOT_SUPPORTED: not on this system. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_heap_recorded(struct sysinfo_host *host, const char *path,
                                                            struct sysinfo_heap_record *record, size_t size);

SYSINFO_END_DECLS

#endif
