/* SPDX-License-Identifier: MIT */
/*
 * The functions that take the allocator's place while sites are kept.
 *
 * A thread remembers the words of its stack that decided over a site (its memo). The same
 * call from the same place of the stack then costs as many comparisons as there are
 * such words, and no unwinding: what decides is the same, and so is the result.
 */
#include "sites.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

uint32_t sysinfo__frames;
bool sysinfo__has_earlier_blocks;
struct sysinfo__real sysinfo__behind;
static struct sysinfo__control own_control = {.state = 1};
struct sysinfo__control *sysinfo__control = &own_control;

uint32_t sysinfo__next_generation(void) {
    uint64_t state = LOAD(sysinfo__control->state);
    while ((uint32_t)state < SYSINFO__GENERATION_MOST &&
           !__atomic_compare_exchange_n(&sysinfo__control->state, &state, state + 1, true, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED)) {
    }
    return (uint32_t)LOAD(sysinfo__control->state);
}

#if SYSINFO__KEEPS_SITES

/* ---- The table of sites ---- */

enum { CHAINS = 1 << 15, SITE_FRAMES = 1 << 24 };

struct sysinfo__site *sysinfo__site;
uint64_t *sysinfo__site_frame;
uint32_t sysinfo__sites = SYSINFO__SITE_FIRST;
static uint32_t *chain;
static uint32_t frames_used;
static uint32_t other_site = SYSINFO__SITE_OTHERS;
uint32_t sysinfo__first_own_site, sysinfo__first_repeated_site;

/* No step waits for the one before it. */
static uint32_t hash_of(const uint64_t *frame, uint32_t count) {
    uint64_t hash = count, factor = UINT64_C(0x9E3779B97F4A7C15);
    for (uint32_t i = 0; i < count; i++) {
        hash += (frame[i] ^ frame[i] >> 32) * factor;
        factor += UINT64_C(0x3C6EF372FE94F82A);
    }
    return (uint32_t)(hash >> 32);
}

static bool is_site(const struct sysinfo__site *site, uint32_t hash, const uint64_t *frame, uint32_t count) {
    return site->hash == hash && site->count == count &&
           memcmp(&sysinfo__site_frame[site->first], frame, count * sizeof *frame) == 0;
}

/* Those of the parent come last in a chain. */
static uint32_t find_in_chain(uint32_t number, uint32_t end, uint32_t hash, const uint64_t *frame, uint32_t count) {
    for (; number != end && number != 0 && number >= sysinfo__first_own_site; number = sysinfo__site[number].next) {
        if (is_site(&sysinfo__site[number], hash, frame, count)) {
            return number;
        }
    }
    return 0;
}

/* A place in an array that is never given back. False: it is full. */
static bool claim_places(uint32_t *next, uint32_t count, uint32_t most, uint32_t *first) {
    uint32_t now = LOAD(*next);
    do {
        if (count > most - now) {
            return false;
        }
    } while (!__atomic_compare_exchange_n(next, &now, now + count, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    *first = now;
    return true;
}

static uint32_t find_site(const uint64_t *frame, uint32_t count) {
    uint32_t hash = hash_of(frame, count), *head = &chain[hash % CHAINS], number;
    uint32_t first_there = __atomic_load_n(head, __ATOMIC_ACQUIRE);
    uint32_t found = find_in_chain(first_there, 0, hash, frame, count);
    if (found != 0) {
        return found;
    }
    struct sysinfo__site site = {.next = first_there, .hash = hash, .count = count};
    if (!claim_places(&frames_used, count, SITE_FRAMES, &site.first) ||
        !claim_places(&sysinfo__sites, 1, SYSINFO__SITES_MOST, &number)) {
        return other_site;
    }
    memcpy(&sysinfo__site_frame[site.first], frame, count * sizeof *frame);
    for (;;) {
        sysinfo__site[number] = site;
        uint32_t before = site.next;
        if (__atomic_compare_exchange_n(head, &site.next, number, false, __ATOMIC_RELEASE, __ATOMIC_ACQUIRE)) {
            return number;
        }
        found = find_in_chain(site.next, before, hash, frame, count); /* What others have put in front meanwhile. */
        if (found != 0) {
            return found;
        }
    }
}

uint32_t sysinfo__find_same_site(uint32_t site) {
    const struct sysinfo__site *own = &sysinfo__site[site];
    uint32_t first = own->count == 0 ? SYSINFO__SITE_OTHERS : site;
    for (uint32_t number = own->next; number != 0; number = sysinfo__site[number].next) {
        if (is_site(&sysinfo__site[number], own->hash, &sysinfo__site_frame[own->first], own->count)) {
            first = number;
        }
    }
    return first;
}

/* ---- What a thread remembers ---- */

enum { MEMOS = 512, PART = 4 };

/* Words of a stack. */
struct part {
    uint32_t place[PART]; /* Bytes above the stack pointer. */
    uintptr_t value[PART];
};

/* A stack that led to a site. Words that the last part has no use for are those of the first. */
struct memo {
    uintptr_t pc, sp, fp; /* `fp` only where it decides. */
    uint32_t check;       /* The epoch, plus 1 where `fp` decides. */
    uint32_t site;        /* As a word has it. */
    uintptr_t size;       /* Of its parts, in bytes. */
    struct part part[];
};

static size_t memo_size;
static uint32_t memo_reads;                 /* That have room. */
static uint32_t epoch = 2;                  /* Rises by 2 whenever addresses may come to mean something else. */
static char *memos_of_node[SYSINFO__NODES]; /* The next thread that counts in a node goes on with them. */

static __thread struct {
    uintptr_t low, high; /* Of its stack, what is known to be there; `high` is 0 before its first call. */
    uintptr_t outside;   /* A page of another stack. */
    bool is_first;
} own __attribute__((tls_model("initial-exec")));

/* Where below the first call's return address is, seen from a function of `between`. */
static struct {
    uintptr_t pc;
    uint32_t place;
} hint[64];

static inline size_t hint_of(uintptr_t pc) {
    return (pc * UINT64_C(0x9E3779B97F4A7C15)) >> 58;
}

void sysinfo__is_first_thread(void) {
    own.is_first = true;
}

static uintptr_t end_of_stack(void) {
    if (own.is_first) {
        return getauxval(AT_RANDOM) & ~(uintptr_t)7; /* Above all frames, with the program's arguments. */
    }
    uintptr_t thread;
#if defined(__x86_64__)
    __asm__("movq %%fs:0, %0" : "=r"(thread));
#else
    __asm__("mrs %0, tpidr_el0" : "=r"(thread));
#endif
    return thread & ~(uintptr_t)7; /* The C library has it at the top of each stack. */
}

static bool is_mapped(uintptr_t from, uintptr_t to) {
    unsigned char pages[256];
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    int error = errno;
    while (from < to) {
        size_t part = to - from < page * sizeof pages ? to - from : page * sizeof pages;
        if (mincore((void *)from, part, pages) != 0) {
            errno = error;
            return false;
        }
        from += part;
    }
    return true;
}

/* False: this is another stack, as a coroutine's or a signal handler's, whose end is not known. */
__attribute__((noinline)) static bool extend_stack(uintptr_t sp) {
    enum { STACK_MOST = 256 << 20 };
    uintptr_t page = sp & ~((uintptr_t)sysconf(_SC_PAGESIZE) - 1);
    if (own.high == 0) {
        own.low = own.high = end_of_stack();
    }
    if (sp >= own.high || own.high - sp > STACK_MOST || page == own.outside) {
        return false;
    }
    if (LOAD(sysinfo__is_confined) || !is_mapped(page, own.low)) {
        own.outside = page;
        return false;
    }
    own.low = page;
    return true;
}

static bool is_on_stack(uintptr_t sp) {
    return (sp >= own.low && sp < own.high) || extend_stack(sp);
}

/* For a thread that begins to count in the node. */
static void begin_memos(node_t *node) {
    char **memos = &memos_of_node[node - sysinfo__memory.node];
    if (*memos == NULL) {
        *memos = sysinfo__reserve(MEMOS * memo_size);
    } else {
        for (size_t i = 0; i < MEMOS; i++) { /* Its stack may be shorter than that of the thread before it. */
            struct memo *memo = (struct memo *)(void *)(*memos + i * memo_size);
            if (memo->check != 0) {
                memo->check = 0;
            }
        }
    }
    STORE(node->memos, (uintptr_t)*memos);
}

static void remember(struct memo *memo, const struct sysinfo__registers *registers, uint32_t check, uint32_t site,
                     const struct sysinfo__reads *reads) {
    uint32_t parts = (reads->count + PART - 1) / PART;
    if (memo == NULL || reads->count > memo_reads) {
        return;
    }
    memo->pc = registers->pc;
    memo->sp = registers->sp;
    memo->fp = registers->fp;
    memo->site = site << SYSINFO__SITE_SHIFT;
    memo->size = parts * sizeof memo->part[0];
    for (uint32_t i = 0; i < parts * PART; i++) {
        memo->part[i / PART].place[i % PART] = reads->place[i < reads->count ? i : 0];
        memo->part[i / PART].value[i % PART] = reads->value[i < reads->count ? i : 0];
    }
    memo->check = check + (reads->needs_fp ? 1 : 0);
}

static void set_hint(uintptr_t pc, const struct sysinfo__reads *reads) {
    size_t i = hint_of(pc);
    if (reads->count > 0 && LOAD(hint[i].pc) == 0) {
        STORE(hint[i].place, reads->place[0]);
        __atomic_store_n(&hint[i].pc, pc, __ATOMIC_RELEASE);
    }
}

/* `memo`, where it is not NULL, is where the result is remembered. */
__attribute__((noinline)) static uint32_t find_callers(const struct sysinfo__registers *registers, struct memo *memo) {
    uint64_t frame[SYSINFO__FRAMES_MOST];
    struct sysinfo__reads reads;
    uint32_t check = LOAD(epoch);
    bool is_on = is_on_stack(registers->sp);
    if (!is_on) { /* What is next to the stack pointer is there: enough for the first caller. */
        uint32_t first = sysinfo__unwind(*registers, registers->sp + 512, frame, 1, &reads);
        return first == 0 ? other_site : find_site(frame, first);
    }
    uint32_t count = sysinfo__unwind(*registers, own.high, frame, LOAD(sysinfo__frames), &reads);
    uint32_t site = count == 0 ? other_site : find_site(frame, count);
    set_hint(registers->pc, &reads);
    remember(memo, registers, check, site, &reads);
    return site;
}

static inline bool holds(const struct memo *memo, uintptr_t pc, uintptr_t sp, uintptr_t fp) {
    uint32_t other = memo->check ^ LOAD(epoch);
    if (memo->pc != pc || memo->sp != sp || (UNLIKELY(other != 0) && (other != 1 || memo->fp != fp))) {
        return false;
    }
    const char *stack = (const char *)sp;
    const struct part *part = memo->part,
                      *end = (const struct part *)(const void *)((const char *)memo->part + memo->size);
    for (; part != end; part++) {
#define IS_OTHER(i) UNLIKELY(*(const uintptr_t *)(const void *)(stack + part->place[i]) != part->value[i])
        if (IS_OTHER(0) || IS_OTHER(1) || IS_OTHER(2) || IS_OTHER(3)) {
            return false;
        }
#undef IS_OTHER
    }
    return true;
}
_Static_assert(PART == 4, "compared one by one");

/* Return addresses differ in their low bits, and stack pointers above the lowest four. */
static inline struct memo *choose_memo(const node_t *node, uintptr_t caller, uintptr_t sp) {
    /* NOLINTNEXTLINE(performance-no-int-to-ptr): in a record, it is a number. */
    return (struct memo *)(node->memos + (caller + sp / 16) % MEMOS * memo_size);
}

/* The return address in the program, if it is known where that is. */
static inline uintptr_t find_caller(uintptr_t pc, uintptr_t sp) {
    size_t i = hint_of(pc);
    bool is_known = __atomic_load_n(&hint[i].pc, __ATOMIC_ACQUIRE) == pc;
    return is_known ? *(const uintptr_t *)(sp + hint[i].place) : pc;
}

/* Without a memo in a thread that has no node, and in a signal handler that came while one was in use. */
static uint32_t find_site_of(uintptr_t caller, uintptr_t pc, uintptr_t sp, uintptr_t fp) {
    struct sysinfo__registers registers = {pc, sp, fp, 0};
    node_t *node = *sysinfo__slot;
    if (node == NULL || (node->inside & SYSINFO__IN_MEMOS) != 0) {
        return find_callers(&registers, NULL);
    }
    uint64_t outer = node->inside;
    sysinfo__mark(node, outer | SYSINFO__IN_MEMOS);
    if (node->memos == 0) { /* The mode began after the thread. */
        begin_memos(node);
    }
    struct memo *memo = node->memos == 0 ? NULL : choose_memo(node, caller, sp);
    uint32_t site =
        memo != NULL && holds(memo, pc, sp, fp) ? memo->site >> SYSINFO__SITE_SHIFT : find_callers(&registers, memo);
    sysinfo__mark(node, outer);
    return site;
}

/* ---- Noting a block ---- */

/*
 * The registers that a stack is read from, in a function of `between`: on x86-64 those of its caller, which are known
 * without unwinding; else its own, as they are.
 */
#if defined(__x86_64__)
#define REGISTERS(pc, sp, fp)                                                                                  \
    uintptr_t(pc) = (uintptr_t)__builtin_return_address(0), (sp) = (uintptr_t)__builtin_frame_address(0) + 16, \
    (fp) = *(const uintptr_t *)__builtin_frame_address(0)
#define OWN_FRAME_IS_READ
#else
#define REGISTERS(pc, sp, fp)  \
    uintptr_t(pc), (sp), (fp); \
    __asm__ volatile("adr %0, 1f\n\tmov %1, sp\n\tmov %2, x29\n1:" : "=&r"(pc), "=&r"(sp), "=&r"(fp))
#define OWN_FRAME_IS_READ __asm__ volatile("" ::: "memory") /* No jump, which would give it up. */
#endif

#define NOTE(block)                                          \
    do {                                                     \
        REGISTERS(pc_, sp_, fp_);                            \
        note((block), find_caller(pc_, sp_), pc_, sp_, fp_); \
    } while (0)

/* The state of the control that needs no second look, and its generation, as a word has it. */
static struct {
    uint64_t state;
    uint32_t generation;
} met;

static inline uint32_t generation_in(uint64_t state) {
    return ((uint32_t)state & SYSINFO__GENERATION_MOST) << 1;
}

__attribute__((noinline)) static void meet_state(uint64_t state) {
    if (state >> 32 != LOAD(sysinfo__request_served)) {
        sysinfo__serve_request();
    }
    if (state >> 32 == LOAD(sysinfo__request_served)) {
        STORE(met.generation, generation_in(state));
        __atomic_store_n(&met.state, state, __ATOMIC_RELEASE);
    }
}

static inline uint32_t half_of(const void *block) {
    return (uint32_t)((uintptr_t)block / 16 % 2);
}

/* Returns the state of the control. */
static uint64_t set_word(void *block, uintptr_t caller, uintptr_t pc, uintptr_t sp, uintptr_t fp) {
    uint64_t state = LOAD(sysinfo__control->state);
    uint32_t *word = sysinfo__find_word(block);
    if (UNLIKELY(word == NULL)) {
        word = sysinfo__make_word(block);
        if (word == NULL) {
            return state;
        }
    }
    uint32_t site = find_site_of(caller, pc, sp, fp) << SYSINFO__SITE_SHIFT;
    STORE(*word, site | generation_in(state) | half_of(block));
    return state;
}

static inline void note(void *block, uintptr_t caller, uintptr_t pc, uintptr_t sp, uintptr_t fp) {
    uint64_t state = set_word(block, caller, pc, sp, fp);
    if (UNLIKELY(state != LOAD(met.state))) {
        meet_state(state);
    }
}

/* What the word was; the block is about to be freed. */
static inline uint32_t forget(const void *block) {
    uint32_t *word = sysinfo__find_word(block), before = 0;
    if (word != NULL && (before = LOAD(*word)) != 0) {
        STORE(*word, 0);
    }
    return before;
}

/* ---- malloc() and free() with their counts ---- */

enum {
    OUTSIDE = SYSINFO__NOTES_SITES,
    IN_ALLOCATOR = SYSINFO__NOTES_SITES | SYSINFO__IN_ALLOCATOR,
    IN_MEMOS = SYSINFO__NOTES_SITES | SYSINFO__IN_MEMOS
};

__attribute__((noinline)) static void *note_slowly(void *block, node_t *node, uintptr_t caller, uintptr_t pc,
                                                   uintptr_t sp, uintptr_t fp) {
    sysinfo__mark(node, OUTSIDE);
    uint64_t state = set_word(block, caller, pc, sp, fp);
    block = sysinfo__count_alloc(node, block);
    if (state != LOAD(met.state)) { /* Not before it is counted. */
        meet_state(state);
    }
    return block;
}

/* Calls that are last become jumps: the function then saves no registers for them, and has those of the program. */
__attribute__((noinline)) SYSINFO__BETWEEN static void *note_new(void *block, node_t *node) {
    REGISTERS(pc, sp, fp);
    uintptr_t caller = (uintptr_t)__builtin_return_address(0);
    uint32_t *word = sysinfo__find_word(block);
    const struct memo *memo = choose_memo(node, caller, sp);
    if (UNLIKELY(word == NULL || LOAD(sysinfo__control->state) != LOAD(met.state) || !holds(memo, pc, sp, fp))) {
        void *same = note_slowly(block, node, caller, pc, sp, fp);
        OWN_FRAME_IS_READ;
        return same;
    }
    STORE(*word, memo->site | LOAD(met.generation) | half_of(block));
    sysinfo__mark(node, OUTSIDE);
    size_t in_front = sysinfo__word_in_front(block);
    if (UNLIKELY((in_front & SYSINFO__IS_MAPPED) != 0)) {
        return sysinfo__count_alloc(node, block);
    }
    return sysinfo__count_size(node, block, sysinfo__size_in(in_front));
}

SYSINFO__BETWEEN void *sysinfo__malloc_noted(size_t size, node_t *node) {
    if (UNLIKELY(!sysinfo__notes_sites(node))) {
        return sysinfo__malloc_slowly(size);
    }
    sysinfo__mark(node, IN_ALLOCATOR);
    void *block = sysinfo__behind.malloc(size);
    if (UNLIKELY(block == NULL)) {
        sysinfo__mark(node, OUTSIDE);
        return sysinfo__count_alloc(node, block);
    }
    sysinfo__mark(node, IN_MEMOS);
    return note_new(block, node);
}

__attribute__((noinline)) static void flush_and_free(void *block, node_t *node) {
    sysinfo__flush(node, false);
    sysinfo__mark(node, IN_ALLOCATOR);
    sysinfo__behind.free(block);
    sysinfo__mark(node, OUTSIDE);
}

void sysinfo__free_noted(void *block, node_t *node) {
    size_t in_front;
    if (UNLIKELY(!sysinfo__notes_sites(node) ||
                 ((in_front = sysinfo__word_in_front(block)) & SYSINFO__IS_MAPPED) != 0)) {
        sysinfo__free_slowly(block);
        return;
    }
    uint32_t *word = sysinfo__find_word(block);
    if (word != NULL) {
        STORE(*word, 0);
    }
    if (sysinfo__count_freed(node, sysinfo__size_in(in_front))) {
        flush_and_free(block, node);
        return;
    }
    sysinfo__mark(node, IN_ALLOCATOR);
    sysinfo__behind.free(block);
    sysinfo__mark(node, OUTSIDE);
}

uint64_t sysinfo__begin_sites(node_t *node) {
    node->memos = 0;
    if (LOAD(sysinfo__frames) != 0) {
        begin_memos(node);
    }
    if (!sysinfo__has_size_in_front) {
        return SYSINFO__ALWAYS_SLOWLY;
    }
    return node->memos != 0 ? SYSINFO__NOTES_SITES : 0;
}

static size_t least; /* So much is asked for at least: see sites.h. */

static inline size_t enough(size_t size) {
    return size < least ? least : size;
}

/* ---- In the allocator's place ---- */

SYSINFO__BETWEEN static void *noted_malloc(size_t size) {
    void *block = sysinfo__behind.malloc(enough(size));
    if (block != NULL) {
        NOTE(block);
    }
    return block;
}

SYSINFO__BETWEEN static void noted_free(void *block) {
    (void)forget(block);
    sysinfo__behind.free(block);
}

SYSINFO__BETWEEN static void *noted_calloc(size_t count, size_t size) {
    size_t bytes;
    if (!__builtin_mul_overflow(count, size, &bytes) && bytes < least) {
        count = 1;
        size = least;
    }
    void *block = sysinfo__behind.calloc(count, size);
    if (block != NULL) {
        NOTE(block);
    }
    return block;
}

SYSINFO__BETWEEN static void *noted_realloc(void *block, size_t size) {
    uint32_t before = block != NULL ? forget(block) : 0;
    void *moved = sysinfo__behind.realloc(block, block != NULL && size == 0 ? 0 : enough(size));
#ifdef __GLIBC__
    bool is_kept = moved == NULL && size != 0;
#else
    bool is_kept = moved == NULL;
#endif
    if (is_kept && before != 0) {
        STORE(*sysinfo__find_word(block), before);
    }
    if (moved != NULL) {
        NOTE(moved);
    }
    return moved;
}

SYSINFO__BETWEEN static int noted_posix_memalign(void **out, size_t alignment, size_t size) {
    int error = sysinfo__behind.posix_memalign(out, alignment, enough(size));
    if (error == 0) {
        NOTE(*out);
    }
    return error;
}

SYSINFO__BETWEEN static void *noted_aligned_alloc(size_t alignment, size_t size) {
    void *block = sysinfo__behind.aligned_alloc(alignment, enough(size));
    if (block != NULL) {
        NOTE(block);
    }
    return block;
}

SYSINFO__BETWEEN static void *noted_memalign(size_t alignment, size_t size) {
    void *block = sysinfo__behind.memalign(alignment, enough(size));
    if (block != NULL) {
        NOTE(block);
    }
    return block;
}

SYSINFO__BETWEEN static void *noted_valloc(size_t size) {
    void *block = sysinfo__behind.valloc(enough(size));
    if (block != NULL) {
        NOTE(block);
    }
    return block;
}

SYSINFO__BETWEEN static void *noted_pvalloc(size_t size) {
    void *block = sysinfo__behind.pvalloc(enough(size));
    if (block != NULL) {
        NOTE(block);
    }
    return block;
}

/* ---- The mode ---- */

static bool begin_tables(void) {
    if (sysinfo__site == NULL) {
        sysinfo__site = sysinfo__reserve(SYSINFO__SITES_MOST * sizeof *sysinfo__site);
    }
    if (sysinfo__site_frame == NULL) {
        sysinfo__site_frame = sysinfo__reserve(SITE_FRAMES * sizeof *sysinfo__site_frame);
    }
    if (chain == NULL) {
        chain = sysinfo__reserve(CHAINS * sizeof *chain);
    }
    return sysinfo__site != NULL && sysinfo__site_frame != NULL && chain != NULL && sysinfo__words_begin() &&
           sysinfo__modules_begin() && sysinfo__unwind_begin();
}

static void replace_functions(void) {
    sysinfo__behind = sysinfo__real;
    __atomic_thread_fence(__ATOMIC_RELEASE);
#define REPLACE(name)                                                          \
    if (sysinfo__behind.name != NULL) {                                        \
        __atomic_store_n(&sysinfo__real.name, noted_##name, __ATOMIC_RELEASE); \
    }
    REPLACE(free) /* First: a block that is noted must be forgotten. */
    REPLACE(realloc)
    REPLACE(malloc)
    REPLACE(calloc)
    REPLACE(posix_memalign)
    REPLACE(aligned_alloc)
    REPLACE(memalign)
    REPLACE(valloc)
    REPLACE(pvalloc)
#undef REPLACE
}

/*
 * A thread that is in the allocator just now, and writes `inside` itself, goes the long way from then on, which
 * notes its blocks, too.
 */
static void note_in_all_threads(void) {
    uint32_t nodes = LOAD(sysinfo__memory.header.nodes);
    for (uint32_t i = 1; i < nodes && sysinfo__has_size_in_front; i++) {
        node_t *node = &sysinfo__memory.node[i];
        begin_memos(node);
        if (LOAD(node->memos) != 0) {
            (void)__atomic_fetch_or(&node->inside, SYSINFO__NOTES_SITES, __ATOMIC_RELEASE);
        }
    }
}

bool sysinfo__keep_sites(uint32_t frames) {
    static int lock;
    if (sysinfo__is_aside) {
        return false;
    }
    if (LOAD(sysinfo__frames) == 0) {
        if (__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE) != 0) {
            return false;
        }
        bool is_ready = begin_tables();
        if (is_ready) {
            sysinfo__find_thread_locals();
            memo_reads = (2 * frames + 4 + PART - 1) / PART * PART;
            memo_size =
                (sizeof(struct memo) + memo_reads / PART * sizeof(((struct memo *)NULL)->part[0]) + 63) / 64 * 64;
            struct sysinfo__tally tally;
            sysinfo__tally_nodes(&tally);
            sysinfo__has_earlier_blocks = tally.allocs != tally.frees;
            least = sysinfo__is_glibc ? 0 : SYSINFO__GRANULE;
            STORE(sysinfo__frames, frames);
            replace_functions();
            note_in_all_threads();
        }
        __atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
        return is_ready;
    }
    STORE(sysinfo__frames, frames);
    __atomic_fetch_add(&epoch, 2, __ATOMIC_RELAXED);
    return true;
}

void sysinfo__keep_sites_if_asked(void) {
    const char *asked = secure_getenv("SYSINFO_HEAP_SITES");
    sysinfo__is_first_thread();
    if (asked != NULL && *asked >= '1' && *asked <= '9') {
        uint32_t frames = (uint32_t)(*asked - '0');
        if (asked[1] >= '0' && asked[1] <= '9') {
            frames = frames * 10 + (uint32_t)(asked[1] - '0');
        }
        if (sysinfo__keep_sites(frames < SYSINFO__FRAMES_MOST ? frames : SYSINFO__FRAMES_MOST)) {
            sysinfo__records_begin();
        }
    }
}

/* No other thread is there. What is remembered leads to sites of the parent. */
void sysinfo__begin_own_sites(void) {
    if (LOAD(sysinfo__frames) != 0) {
        sysinfo__first_own_site = sysinfo__sites;
        if (sysinfo__first_repeated_site == 0) {
            sysinfo__first_repeated_site = sysinfo__sites;
        }
        if (!claim_places(&sysinfo__sites, 1, SYSINFO__SITES_MOST, &other_site)) {
            other_site = SYSINFO__SITE_OTHERS;
        }
        epoch += 2;
    }
}

void sysinfo__forget_code(void) {
    if (LOAD(sysinfo__frames) != 0) {
        sysinfo__forget_modules();
        sysinfo__forget_rules();
        __atomic_fetch_add(&epoch, 2, __ATOMIC_RELAXED);
    }
}

/* Another library may be loaded where one was. */
__attribute__((visibility("default"))) int dlclose(void *handle) {
    static int (*next)(void *);
    int (*function)(void *) = LOAD(next);
    if (function == NULL) {
        void *symbol = dlsym(RTLD_NEXT, "dlclose");
        memcpy(&function, &symbol, sizeof function);
        STORE(next, function);
    }
    int result = function(handle);
    sysinfo__forget_code();
    return result;
}

#else

bool sysinfo__keep_sites(uint32_t frames) {
    (void)frames;
    return false;
}

void sysinfo__keep_sites_if_asked(void) {
}

uint64_t sysinfo__begin_sites(node_t *node) {
    (void)node;
    return sysinfo__has_size_in_front ? 0 : SYSINFO__ALWAYS_SLOWLY;
}

void *sysinfo__malloc_noted(size_t size, node_t *node) {
    (void)node;
    return sysinfo__malloc_slowly(size);
}

void sysinfo__free_noted(void *block, node_t *node) {
    (void)node;
    sysinfo__free_slowly(block);
}

void sysinfo__begin_own_sites(void) {
}

#endif
