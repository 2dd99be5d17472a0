/* SPDX-License-Identifier: MIT */
/*
 * The callers of a call, without frame pointers: for each return address a rule is
 * read once from its module's tables and kept. Where there is no rule, the stack ends.
 */
#include "sites.h"

#if SYSINFO__KEEPS_SITES

/* Insert-only. An entry belongs to its address once that is there, and holds once `is_ready` is set. */
struct entry {
    uintptr_t address;
    struct sysinfo__rule rule;
    uint16_t module;
    uint16_t is_ready;
    uint32_t unused;
};
_Static_assert(sizeof(struct entry) == 32, "two in a cache line");

/* Each is used once the one before it is full: entries lie anywhere in a table, so a large one soon is all memory. */
enum { TABLES = 3 };
static struct table {
    struct entry *entry;
    uint32_t size, used;
} table[TABLES] = {{NULL, 1 << 11, 0}, {NULL, 1 << 13, 0}, {NULL, 1 << 16, 0}};
static int last_table; /* That has entries, or will have the next. */

/* From the linker, for the section of that name. */
/* NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): the linker chooses the names. */
extern const char __start_sysinfo_heap_between[] __attribute__((visibility("hidden")));
extern const char __stop_sysinfo_heap_between[] __attribute__((visibility("hidden")));
/* NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming) */

bool sysinfo__unwind_begin(void) {
    for (int i = 0; i < TABLES; i++) {
        if (table[i].entry == NULL) {
            table[i].entry = sysinfo__reserve(table[i].size * sizeof(struct entry));
        }
        if (table[i].entry == NULL) {
            return false;
        }
    }
    return true;
}

/* Another library may come to the same addresses. */
static void empty(struct table *of) {
    for (uint32_t i = 0; i < of->size; i++) {
        if (LOAD(of->entry[i].address) != 0) {
            STORE(of->entry[i].is_ready, 0);
            STORE(of->entry[i].address, 0);
        }
    }
    STORE(of->used, 0);
}

void sysinfo__forget_rules(void) {
    for (int i = 0; i < TABLES; i++) {
        empty(&table[i]);
    }
    STORE(last_table, 0);
}

static bool is_full(const struct table *of) {
    return LOAD(of->used) >= of->size / 2;
}

static void look_up(uintptr_t address, struct entry *entry) {
    *entry = (struct entry){.address = address, .module = (uint16_t)sysinfo__find_module(address - 1)};
    if (entry->module != 0) {
        const struct sysinfo__module *module = &sysinfo__module[entry->module];
        if (!sysinfo__decode_rule(module->unwind_table, address, module->start, module->end, &entry->rule)) {
            entry->rule = (struct sysinfo__rule){0};
        }
    }
    entry->rule.is_inside = address - (uintptr_t)__start_sysinfo_heap_between <
                            (uintptr_t)(__stop_sysinfo_heap_between - __start_sysinfo_heap_between);
}

/* `place` in a table; NULL: there is none. `spare` holds the rule where it cannot be kept. */
__attribute__((noinline)) static const struct entry *add_entry(uintptr_t address, struct entry *place, struct table *of,
                                                               struct entry *spare) {
    look_up(address, spare);
    uintptr_t nobody = 0;
    if (spare->module != 0 && place != NULL &&
        __atomic_compare_exchange_n(&place->address, &nobody, address, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
        __atomic_fetch_add(&of->used, 1, __ATOMIC_RELAXED);
        place->rule = spare->rule;
        place->module = spare->module;
        __atomic_store_n(&place->is_ready, 1, __ATOMIC_RELEASE);
    }
    return spare;
}

/* The address's entry, or the free place where it would be. NULL: none is near. */
static inline struct entry *find_place(const struct table *in, uintptr_t address) {
    uint64_t hash = (address * UINT64_C(0x9E3779B97F4A7C15)) >> 40;
    for (uint32_t i = 0; i < 64; i++) {
        struct entry *entry = &in->entry[(hash + i) & (in->size - 1)];
        uintptr_t there = LOAD(entry->address);
        if (there == address || there == 0) {
            return entry;
        }
    }
    return NULL;
}

__attribute__((noinline)) static const struct entry *add_to_last(uintptr_t address, struct entry *spare) {
    int last = LOAD(last_table);
    if (is_full(&table[last]) && last < TABLES - 1) {
        STORE(last_table, ++last);
    }
    struct table *of = &table[last];
    return add_entry(address, is_full(of) ? NULL : find_place(of, address), of, spare);
}

static inline const struct entry *find_entry(uintptr_t address, struct entry *spare) {
    for (int i = LOAD(last_table); i >= 0; i--) {
        const struct entry *entry = find_place(&table[i], address);
        if (entry != NULL && LOAD(entry->address) == address) {
            return __atomic_load_n(&entry->is_ready, __ATOMIC_ACQUIRE) != 0 ? entry
                                                                            : add_entry(address, NULL, NULL, spare);
        }
    }
    return add_to_last(address, spare);
}

/* ---- The stack ---- */

struct stack {
    uintptr_t low, high;
    struct sysinfo__reads *reads;
};

/* 0: it is outside the stack. */
static inline uintptr_t read_word(struct stack *stack, uintptr_t place) {
    if (place < stack->low || place > stack->high - sizeof(uintptr_t) || place % sizeof(uintptr_t) != 0) {
        return 0;
    }
    uintptr_t value = *(const uintptr_t *)place;
    struct sysinfo__reads *reads = stack->reads;
    if (reads->count < SYSINFO__READS_MOST && place - stack->low <= UINT32_MAX) {
        reads->place[reads->count] = (uint32_t)(place - stack->low);
        reads->value[reads->count] = value;
        reads->count++;
    } else {
        reads->count = SYSINFO__READS_MOST + 1;
    }
    return value;
}

/* A frame pointer is read only when a frame is computed from it: most never are. */
struct frame_pointer {
    uintptr_t value, place; /* `place` is not 0 while the value is still there. */
    bool is_lost, is_first; /* Is the one that the unwinding began with. */
};

static bool read_frame_pointer(struct stack *stack, struct frame_pointer *fp) {
    if (fp->place != 0) {
        fp->value = read_word(stack, fp->place);
        fp->place = 0;
    }
    stack->reads->needs_fp = stack->reads->needs_fp || fp->is_first;
    return !fp->is_lost;
}

static uintptr_t find_cfa(struct stack *stack, const struct sysinfo__rule *rule, uintptr_t sp,
                          struct frame_pointer *fp) {
    if (rule->cfa_kind == SYSINFO__CFA_SP) {
        return sp + (uintptr_t)(intptr_t)rule->cfa;
    }
    if (rule->cfa_kind == SYSINFO__CFA_NONE || !read_frame_pointer(stack, fp)) {
        return 0;
    }
    uintptr_t place = fp->value + (uintptr_t)(intptr_t)rule->cfa;
    return rule->cfa_kind == SYSINFO__CFA_FP ? place : read_word(stack, place);
}

static void restore_frame_pointer(struct stack *stack, const struct sysinfo__rule *rule, uintptr_t cfa,
                                  struct frame_pointer *fp) {
    switch (rule->fp_kind) {
    case SYSINFO__AT_CFA:
        *fp = (struct frame_pointer){0, cfa + (uintptr_t)(intptr_t)rule->fp, false, false};
        break;
    case SYSINFO__AT_FP:
        if (read_frame_pointer(stack, fp)) {
            *fp = (struct frame_pointer){0, fp->value + (uintptr_t)(intptr_t)rule->fp, false, false};
        }
        break;
    case SYSINFO__LOST:
        *fp = (struct frame_pointer){0, 0, true, false};
        break;
    default:
        break;
    }
}

#if defined(__aarch64__)
/* The signature of a return address is in the bits that no address has. */
static uintptr_t strip(uintptr_t address) {
    register uintptr_t x30 __asm__("x30") = address;
    __asm__("hint #7" : "+r"(x30)); /* xpaclri */
    return x30;
}
#else
static uintptr_t strip(uintptr_t address) {
    return address;
}
#endif

uint32_t sysinfo__unwind(struct sysinfo__registers registers, uintptr_t high, uint64_t *frame, uint32_t most,
                         struct sysinfo__reads *reads) {
    enum { STEPS_MOST = SYSINFO__FRAMES_MOST + 8 };
    struct stack stack = {registers.sp, high, reads};
    struct frame_pointer fp = {registers.fp, 0, false, true};
    uintptr_t pc = registers.pc, sp = registers.sp, lr = registers.lr;
    uint32_t count = 0;
    reads->count = 0;
    reads->needs_fp = false;
    for (int step = 0; step < STEPS_MOST && pc != 0; step++) {
        struct entry spare;
        const struct entry *entry = find_entry(pc, &spare);
        if (!entry->rule.is_inside) {
            uintptr_t bias = entry->module != 0 ? sysinfo__module[entry->module].bias : 0;
            frame[count++] = SYSINFO__FRAME(entry->module, pc - bias);
        }
        if (count == most) {
            break;
        }
        uintptr_t cfa = find_cfa(&stack, &entry->rule, sp, &fp);
        if (cfa < sp || cfa > high || (cfa == sp && lr == 0)) {
            break;
        }
        if (entry->rule.ra_kind == SYSINFO__AT_CFA) {
            pc = strip(read_word(&stack, cfa + (uintptr_t)(intptr_t)entry->rule.ra));
        } else if (entry->rule.ra_kind == SYSINFO__SAME && lr != 0) {
            pc = strip(lr);
        } else {
            break;
        }
        lr = 0;
        restore_frame_pointer(&stack, &entry->rule, cfa, &fp);
        sp = cfa;
    }
    return count;
}

#endif
