/* SPDX-License-Identifier: MIT */
/*
 * Call sites of live blocks: which call allocated each, and in which generation.
 *
 * Keeping sites is a mode. It replaces the functions in sysinfo__real by others that note each block, and sets a bit in
 * each thread's node that malloc() and free() test anyway, so that it costs no instruction when it is off.
 *
 * Each block has one word in a table that is indexed by its address, so malloc() and free() search, lock and link
 * nothing. All of this memory is private: a child of fork() has its own copy.
 */
#ifndef SYSINFO_TRACKER_SITES_H
#define SYSINFO_TRACKER_SITES_H

#include "inside.h"

#if defined(__x86_64__) || defined(__aarch64__)
#define SYSINFO__KEEPS_SITES 1
#else
#define SYSINFO__KEEPS_SITES 0
#endif

#pragma GCC visibility push(hidden)

/* ---- words.c: one word for each 32 bytes of address space ---- */

/*
 * A word has in bit 0 the half of the 32 bytes in which the block begins, then 9 bits of generation and 22 of site. 0:
 * no block begins here. Two blocks never begin in the same 32 bytes, as no allocator is asked for less than 32.
 */
enum {
    SYSINFO__GRANULE = 32,
    SYSINFO__AREA_BITS = 26, /* An area has its words in one leaf of 8 MiB. */
    SYSINFO__ADDRESS_BITS = 48,
    SYSINFO__AREAS = 1 << (SYSINFO__ADDRESS_BITS - SYSINFO__AREA_BITS),
    SYSINFO__AREA_WORDS = 1 << (SYSINFO__AREA_BITS - 5),
    SYSINFO__GENERATION_BITS = 9,
    SYSINFO__GENERATION_MOST = (1 << SYSINFO__GENERATION_BITS) - 1,
    SYSINFO__SITE_SHIFT = SYSINFO__GENERATION_BITS + 1,
    SYSINFO__SITES_MOST = 1 << 22
};

extern uint32_t **sysinfo__areas; /* NULL until the mode is on. */

extern uint32_t *sysinfo__area_list, sysinfo__area_count; /* Areas that have a leaf, in no order. */

bool sysinfo__words_begin(void);

/* The word of an address; creates its leaf if there is none. NULL: there is no memory. */
uint32_t *sysinfo__make_word(const void *block);

static inline uint32_t *sysinfo__find_word(const void *block) {
    uintptr_t address = (uintptr_t)block;
    if (UNLIKELY(address >> SYSINFO__ADDRESS_BITS != 0)) {
        return NULL;
    }
    uint32_t *leaf = __atomic_load_n(&sysinfo__areas[address >> SYSINFO__AREA_BITS], __ATOMIC_ACQUIRE);
    return UNLIKELY(leaf == NULL) ? NULL : &leaf[(address / SYSINFO__GRANULE) % SYSINFO__AREA_WORDS];
}

/* ---- modules.c: what was ever mapped as code ---- */

enum { SYSINFO__MODULES_MOST = 4096, SYSINFO__BUILD_ID_MOST = 32 };

/* Number 0 is code that belongs to no file. */
struct sysinfo__module {
    uintptr_t start, end;              /* Where it is mapped, the same after it was unloaded. */
    uintptr_t bias;                    /* The difference to the addresses in its file. */
    const unsigned char *unwind_table; /* .eh_frame_hdr; NULL: it has none. */
    const char *path;
    uint32_t build_id_size;
    unsigned char build_id[SYSINFO__BUILD_ID_MOST];
};

extern struct sysinfo__module *sysinfo__module; /* SYSINFO__MODULES_MOST of them. */
extern uint32_t sysinfo__modules;               /* From number 0 on. */

bool sysinfo__modules_begin(void);

/* The number of the module that has code at this address now; 0: none. Takes no lock where glibc allows it. */
uint32_t sysinfo__find_module(uintptr_t address);

/* Something was unloaded, so addresses may mean something else from now on. */
void sysinfo__forget_modules(void);

/*
 * For a copy of the process, in which a lock of another thread is never released: releases the tracker's, and finds
 * the modules that need none of the dynamic linker's.
 */
void sysinfo__own_modules(void);
uint32_t sysinfo__find_module_alone(uintptr_t address);

/* Where each thread has a module's thread-local variables: what was loaded when sites began to be kept. */
struct sysinfo__thread_locals {
    uint32_t module;
    intptr_t start; /* From the thread's control block. */
    uintptr_t size;
};
enum { SYSINFO__THREAD_LOCALS_MOST = 64 };
extern struct sysinfo__thread_locals sysinfo__thread_locals[SYSINFO__THREAD_LOCALS_MOST]; /* In order of `start`. */
extern uint32_t sysinfo__thread_locals_count;
void sysinfo__find_thread_locals(void);

/* Of the calling thread. */
static inline uintptr_t sysinfo__control_block(void) {
    uintptr_t place = 0;
#if defined(__x86_64__)
    __asm__("movq %%fs:0, %0" : "=r"(place));
#elif defined(__aarch64__)
    __asm__("mrs %0, tpidr_el0" : "=r"(place));
#endif
    return place;
}

/* ---- unwind.c: the callers of a call ---- */

/* How a caller's registers are found. CFA: the stack pointer before the call. */
struct sysinfo__rule {
    uint8_t cfa_kind, fp_kind, ra_kind, is_inside;
    int32_t cfa, fp, ra; /* Offsets in bytes. */
};
enum {
    SYSINFO__CFA_NONE,     /* No caller, or none that can be found. */
    SYSINFO__CFA_SP,       /* sp + offset */
    SYSINFO__CFA_FP,       /* fp + offset */
    SYSINFO__CFA_FP_VALUE, /* What is stored at fp + offset. */
};
enum {
    SYSINFO__SAME,   /* The register is as it was. */
    SYSINFO__AT_CFA, /* Stored at CFA + offset. */
    SYSINFO__AT_FP,  /* Stored at fp + offset. */
    SYSINFO__LOST
};

/* Computes the rule at a return address from a module's tables. False: they have none. */
bool sysinfo__decode_rule(const unsigned char *unwind_table, uintptr_t address, uintptr_t start, uintptr_t end,
                          struct sysinfo__rule *rule);

enum { SYSINFO__FRAMES_MOST = 32, SYSINFO__READS_MOST = 2 * SYSINFO__FRAMES_MOST + 8 };

struct sysinfo__registers {
    uintptr_t pc, sp, fp, lr;
};

/* A frame: the module's number above 48 bits of offset in it. */
#define SYSINFO__FRAME(module, offset) ((uint64_t)(module) << 48 | ((uint64_t)(offset) & UINT64_C(0xFFFFFFFFFFFF)))

/* The words of the stack that determine a result: while they are the same, the result is the same. */
struct sysinfo__reads {
    uint32_t count;                      /* Beyond SYSINFO__READS_MOST: not all of them are here. */
    bool needs_fp;                       /* The frame pointer decided, too. */
    uint32_t place[SYSINFO__READS_MOST]; /* Bytes above the stack pointer. */
    uintptr_t value[SYSINFO__READS_MOST];
};

bool sysinfo__unwind_begin(void);

/*
 * The callers outside the tracker, the nearest first, at most `most` of them. Reads the stack from
 * the stack pointer to `high` and nothing else.
 */
uint32_t sysinfo__unwind(struct sysinfo__registers registers, uintptr_t high, uint64_t *frame, uint32_t most,
                         struct sysinfo__reads *reads);

/* ---- sites.c ---- */

extern uint32_t sysinfo__frames; /* That are kept of each call; 0: the mode is off. */

struct sysinfo__site {
    uint32_t next;  /* In its chain. */
    uint32_t first; /* In sysinfo__site_frame. */
    uint32_t hash, count;
};
enum { SYSINFO__SITE_OTHERS = 1, SYSINFO__SITE_FIRST = 2 }; /* OTHERS: sites for which there was no room. */

/*
 * A child of fork() has sites of its own, so that blocks which it inherited can be distinguished from those that it
 * allocated. Blocks of sites below this are inherited; 0: none is.
 */
extern uint32_t sysinfo__first_own_site;
void sysinfo__begin_own_sites(void);

/* From this one on, sites may have the frames of an earlier one; 0: none does. */
extern uint32_t sysinfo__first_repeated_site;

/* The first with the same frames. */
uint32_t sysinfo__find_same_site(uint32_t site);

extern struct sysinfo__site *sysinfo__site;
extern uint64_t *sysinfo__site_frame;
extern uint32_t sysinfo__sites; /* The first number that no site has. */

/* Blocks were allocated before the mode was on. */
extern bool sysinfo__has_earlier_blocks;

/* Whether the mode is on afterwards, with `frames` kept of each call from now on. */
bool sysinfo__keep_sites(uint32_t frames);

/* At the start: as the environment says. */
void sysinfo__keep_sites_if_asked(void);

/* The functions that the mode has replaced. */
extern struct sysinfo__real sysinfo__behind;

/*
 * malloc() and free() while sites are kept. In a node with SYSINFO__NOTES_SITES alone, the size of a block is in front
 * of it, and no call of the allocator is interrupted; any other node takes the long way.
 */
void *sysinfo__malloc_noted(size_t size, node_t *node);
void sysinfo__free_noted(void *block, node_t *node);

static inline bool sysinfo__notes_sites(const node_t *node) {
    return SYSINFO__KEEPS_SITES && node != NULL && node->inside == SYSINFO__NOTES_SITES;
}

/* The calling thread begins to count in this node. Returns its `inside` outside of calls. */
uint64_t sysinfo__begin_sites(node_t *node);

/* dlclose() was called. */
void sysinfo__forget_code(void);
void sysinfo__forget_rules(void);

/* The calling thread is the program's first one, whose stack ends at another place. */
void sysinfo__is_first_thread(void);

/* ---- Generations and requests: shared by the processes of a tree where they keep records ---- */

struct sysinfo__control {
    uint64_t state; /* The generation, and above 32 bits the number of the last request. */
    uint64_t what;  /* Is asked for. */
    char label[112];
    uint64_t confined; /* Processes that ended and may not be examined: they have forbidden themselves system calls. */
    uint64_t failed;   /* Snapshots for which there was no room. */
    uint64_t denied;   /* Snapshots that could not be written as the process runs as another user. */
};
_Static_assert(sizeof(struct sysinfo__control) == 152, "read by other processes");

#define SYSINFO__CONTROL_NAME "control"
extern struct sysinfo__control *sysinfo__control;

/* Uses the control file of the directory of records, if there is one. */
void sysinfo__records_begin(void);

/* The number of the last request that was met; another number in the control: there is a new one. */
extern uint32_t sysinfo__request_served;
void sysinfo__serve_request(void);

uint32_t sysinfo__next_generation(void);

/* How large a block is. */
static inline uint64_t sysinfo__block_size(const void *block) {
    return (uint64_t)sysinfo__size_of((void *)(uintptr_t)block);
}

/* Zeroed private memory, which takes up room once it is touched and is not a root; NULL: there is none. */
void *sysinfo__reserve(size_t size);

/* The tracker's own memory, which holds addresses of blocks and is not searched. */
struct sysinfo__range {
    uintptr_t start, end; /* 0 and 0: free. */
};
enum { SYSINFO__RANGES = 8192 };
extern struct sysinfo__range sysinfo__range[SYSINFO__RANGES];
void sysinfo__own_range(const void *memory, size_t size);
void sysinfo__disown_range(const void *memory);

#pragma GCC visibility pop

/* Code of the tracker between a caller and the allocator, which is no frame of a site. */
#define SYSINFO__BETWEEN __attribute__((section("sysinfo_heap_between")))

#endif
