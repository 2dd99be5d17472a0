/* SPDX-License-Identifier: MIT */
#ifndef SYSINFO_TRACKER_SNAPSHOT_H
#define SYSINFO_TRACKER_SNAPSHOT_H

#include "blocks.h"
#include "sites.h"

#include <sys/types.h>

#pragma GCC visibility push(hidden)

struct sysinfo__request {
    uint64_t what;
    bool is_file; /* The copy renames the file when it is complete. */
    char label[112];
};

/* Maps a snapshot of this moment; a status of the library. */
int sysinfo__snapshot(uint32_t what, const void **bytes, size_t *size);

/* ---- Files in the directory of records, where its owner has put a control file ---- */

/* There is one: snapshots are written on request and at the end. */
extern bool sysinfo__records_blocks;

void sysinfo__record_blocks(const char *label, bool is_end);

/* Asks all processes of the tree, and begins the next generation. */
void sysinfo__request_snapshots(const char *label);

void sysinfo__forget_copies(void);

/* ---- threads.c ---- */

/* Another thread of the process at the moment of the copy. */
struct sysinfo__stopped {
    pid_t thread;
    uint32_t words;
    uintptr_t sp, control_block;
    uintptr_t word[40]; /* Its registers. */
};
extern struct sysinfo__stopped *sysinfo__stopped;
extern uint32_t sysinfo__stopped_count;
extern bool sysinfo__has_registers; /* Of all of them. */

/*
 * Stops the other threads, copies this process, and runs `function` in the copy, which must not return. Returns the
 * copy, or -1 and errno; `wait_for` is for waitpid().
 */
pid_t sysinfo__copy_stopped(int (*function)(void *), void *argument, int *wait_for);

/* ---- In the copy alone ---- */

extern struct sysinfo__blocks_header sysinfo__header;

/* mark.c: what no root reaches. `sp` is of the thread that has asked. */
void sysinfo__find_leaks(struct sysinfo__blocks_site *site, size_t blocks, uintptr_t sp);

/* Ends it. */
__attribute__((noreturn)) void sysinfo__give_up(int status);

/* Memory that is zero; NULL is not returned. */
void *sysinfo__reserve_or_give_up(size_t size);

/* The same for rows that will all be used, and one more. */
void *sysinfo__reserve_rows(size_t count, size_t size);

/* A text of the snapshot; where it begins. */
uint64_t sysinfo__add_text(const char *text);

/* Room for the rows of a section, which are zero. */
void *sysinfo__add_section(enum sysinfo__section section, size_t count, size_t size);

/* Numbers of sites in the snapshot, plus 1; 0: no live block is of that site. */
extern uint32_t *sysinfo__site_number;

/* The thread that asked. */
extern pid_t sysinfo__own_thread;

/* ---- references.c, in the copy: which words point to which blocks ---- */

/* Memory that is being searched for pointers, and is a root. */
struct sysinfo__origin {
    uint32_t kind, module; /* A module: each word that points to a block is a root of its own. */
    uintptr_t base;        /* What its offsets are from. */
    uint32_t thread;       /* 0: of none. */
    bool is_register;
    const char *name;
};

extern bool sysinfo__keeps_references;
void sysinfo__references_begin(void);
void sysinfo__set_origin(struct sysinfo__origin origin);

/* The root that this word of the origin is, plus 1, and its offset there. */
uint32_t sysinfo__root_of(uintptr_t place, uint64_t *offset);

/* Counts one more word in a site or a root that points to a site. */
void sysinfo__add_edge(uint32_t from, uint32_t to);
void sysinfo__write_references(void);

typedef void sysinfo__visit(void *context, uintptr_t block, uint32_t word);
void sysinfo__walk_blocks(sysinfo__visit *visit, void *context);

#pragma GCC visibility pop

#endif
