/* SPDX-License-Identifier: MIT */
/*
 * What holds a block: the path from each kind of root, the words that point to it, and the pointers from site to site.
 * Runs with SYSINFO_HEAP_SITES=8.
 */
#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "run.h"
#include "sites.h"

struct node {
    struct node *volatile next[4];
};

static struct node *volatile global, *volatile others[16];
static __thread uint64_t in_front;
static __thread struct node *volatile thread_local_node;

#if defined __clang__
#define APART __attribute__((noinline))
#else
#define APART __attribute__((noinline, noclone))
#endif

APART static struct node *make_first(void) {
    struct node *node = calloc(1, sizeof *node);
    MUST(node != NULL);
    return node;
}

APART static struct node *make_second(void) {
    struct node *node = calloc(2, sizeof *node);
    MUST(node != NULL);
    return node;
}

/* Stale values of earlier calls must not count as pointers. */
APART static void clear_stack(void) {
    volatile char bytes[65536];
    memset((void *)(uintptr_t)bytes, 0, sizeof bytes);
    __asm__ volatile("" ::"r"(bytes) : "memory");
}

/* So deep that whatever it leaves on the stack lies below the frames of look(), and is cleared. */
APART static void deeply(void (*function)(void)) {
    volatile char bytes[8192];
    __asm__ volatile("" ::"r"(bytes) : "memory");
    take_freed_blocks();
    function();
    __asm__ volatile("" ::: "memory");
}

APART static struct sysinfo_heap_snapshot *look(void) {
    struct sysinfo_heap_snapshot *snapshot;
    clear_stack();
    MUST(sysinfo_heap_snapshot_open(&snapshot, SYSINFO_HEAP_REFERENCES) == SYSINFO_OK);
    return snapshot;
}

static struct sysinfo_heap_block read_block(const struct sysinfo_heap_snapshot *snapshot, uint64_t index) {
    struct sysinfo_heap_block block;
    MUST(sysinfo_heap_snapshot_block(snapshot, (size_t)index, &block, sizeof block) == SYSINFO_OK);
    return block;
}

static struct sysinfo_heap_block find_block(const struct sysinfo_heap_snapshot *snapshot, uintptr_t address) {
    size_t index;
    MUST(sysinfo_heap_snapshot_find(snapshot, address, &index) == SYSINFO_OK);
    struct sysinfo_heap_block block = read_block(snapshot, index);
    MUST(address - block.address < block.size);
    return block;
}

static struct sysinfo_heap_root read_root(const struct sysinfo_heap_snapshot *snapshot, uint64_t index,
                                          struct sysinfo_heap_frame *place, const char **name) {
    struct sysinfo_heap_root root;
    MUST(sysinfo_heap_snapshot_root(snapshot, (size_t)index, &root, sizeof root, place, name) == SYSINFO_OK);
    return root;
}

/* ---- From each kind of root ---- */

APART static void hold_in_chain(void) {
    struct node *first = make_first(), *second = make_second();
    first->next[2] = second;
    second->next[1] = make_first();
    second->next[3] = second->next[1];
    global = first;
}

START_TEST(global_is_found_through_two_blocks) {
    deeply(hold_in_chain);
    struct sysinfo_heap_snapshot *snapshot = look();
    const struct node *first = global, *second = first->next[2], *third = second->next[1];
    struct sysinfo_heap_block block = find_block(snapshot, (uintptr_t)third + 9);
    ck_assert_uint_eq(block.address, (uintptr_t)third);
    ck_assert_uint_eq(block.references, 2);
    ck_assert_uint_eq(block.offset, 8);
    ck_assert(SYSINFO_HAS(&block, holder));
    block = read_block(snapshot, block.holder);
    ck_assert_uint_eq(block.address, (uintptr_t)second);
    ck_assert_uint_eq(block.references, 1);
    ck_assert_uint_eq(block.offset, 16);
    block = read_block(snapshot, block.holder);
    ck_assert_uint_eq(block.address, (uintptr_t)first);
    ck_assert(!SYSINFO_HAS(&block, holder));
    ck_assert_uint_eq(block.offset, 0);
    struct sysinfo_heap_frame place;
    struct sysinfo_heap_root root = read_root(snapshot, block.root, &place, NULL);
    struct modules modules;
    list_modules(&modules);
    ck_assert_uint_eq(root.kind, SYSINFO_HEAP_ROOT_GLOBAL);
    ck_assert(!SYSINFO_HAS(&root, thread) && !SYSINFO_HAS(&root, address));
    ck_assert_uint_eq(address_of(&place, &modules), (uintptr_t)&global);
    sysinfo_heap_snapshot_close(snapshot);
}
END_TEST

/* A thread-local variable of the main thread, and one of another thread, whose name is known. */
static pthread_barrier_t all_hold, may_end;
static volatile pid_t other_thread;

APART static void hold_in_thread_local(void) {
    thread_local_node = make_first();
    in_front = 1;
}

static void *hold_in_thread(void *unused) {
    struct node *volatile on_stack = make_second();
    prctl(PR_SET_NAME, "holder", 0, 0, 0);
    other_thread = (pid_t)syscall(SYS_gettid);
    others[0] = NULL;
    deeply(hold_in_thread_local);
    pthread_barrier_wait(&all_hold);
    pthread_barrier_wait(&may_end);
    MUST(on_stack != NULL && thread_local_node != NULL && in_front == 1);
    return unused;
}

/* The first block of that site. */
static struct sysinfo_heap_block first_of(const struct sysinfo_heap_snapshot *snapshot, const void *function,
                                          uint64_t root_kind) {
    struct modules modules;
    list_modules(&modules);
    for (size_t i = 0; i < sysinfo_heap_snapshot_blocks(snapshot); i++) {
        struct sysinfo_heap_block block = read_block(snapshot, i);
        const struct sysinfo_heap_frame *frame;
        struct sysinfo_heap_site site = read_site(snapshot, (size_t)block.site, &frame);
        if (site.frames > 0 && address_of(&frame[0], &modules) - (uintptr_t)function < 64 &&
            SYSINFO_HAS(&block, root) && read_root(snapshot, block.root, NULL, NULL).kind == root_kind) {
            return block;
        }
    }
    ck_abort_msg("no block of the site is held so");
    return (struct sysinfo_heap_block){0};
}

START_TEST(thread_holds_by_its_variable_and_its_stack) {
    pthread_t thread;
    struct sysinfo_heap_frame place;
    const char *name;
    MUST(pthread_barrier_init(&all_hold, NULL, 2) == 0 && pthread_barrier_init(&may_end, NULL, 2) == 0);
    MUST(pthread_create(&thread, NULL, hold_in_thread, NULL) == 0);
    pthread_barrier_wait(&all_hold);
    struct sysinfo_heap_snapshot *snapshot = look();
    struct sysinfo_heap_moment moment;
    MUST(sysinfo_heap_snapshot_moment(snapshot, &moment, sizeof moment, NULL, NULL) == SYSINFO_OK);
    struct sysinfo_heap_block block = first_of(snapshot, (void *)(uintptr_t)make_second, SYSINFO_HEAP_ROOT_STACK);
    struct sysinfo_heap_root root = read_root(snapshot, block.root, &place, &name);
    ck_assert_uint_eq(root.thread, (uint64_t)other_thread);
    ck_assert_str_eq(name, "holder");
    ck_assert_str_eq(place.module, "");
    block = first_of(snapshot, (void *)(uintptr_t)make_first, SYSINFO_HEAP_ROOT_THREAD_LOCAL);
    root = read_root(snapshot, block.root, &place, &name);
    ck_assert_uint_eq(root.thread, (uint64_t)other_thread);
    ck_assert_ptr_nonnull(strstr(place.module, "test_tracker_holders"));
    ck_assert_uint_ge(moment.held_by_thread_locals, block.size);
    pthread_barrier_wait(&may_end);
    pthread_join(thread, NULL);
    sysinfo_heap_snapshot_close(snapshot);
}
END_TEST

START_TEST(own_thread_local_variable) {
    deeply(hold_in_thread_local);
    struct sysinfo_heap_snapshot *snapshot = look();
    struct sysinfo_heap_block block = find_block(snapshot, (uintptr_t)thread_local_node);
    struct sysinfo_heap_frame place;
    struct sysinfo_heap_root root = read_root(snapshot, block.root, &place, NULL);
    ck_assert_uint_eq(root.kind, SYSINFO_HEAP_ROOT_THREAD_LOCAL);
    ck_assert_uint_eq(root.thread, (uint64_t)getpid());
    /* Both variables are in this file, and one of them begins the segment. */
    ck_assert_uint_eq(place.offset, (uintptr_t)&thread_local_node < (uintptr_t)&in_front ? 0 : sizeof in_front);
    sysinfo_heap_snapshot_close(snapshot);
}
END_TEST

static struct node *volatile *mapped;
APART static void hold_in_mapping(void) {
    mapped[17] = make_first();
}

START_TEST(mapping_and_own_stack) {
    mapped = (struct node *volatile *)mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    MUST((void *)(uintptr_t)mapped != MAP_FAILED);
    deeply(hold_in_mapping);
    struct node *volatile on_stack = make_second();
    struct sysinfo_heap_snapshot *snapshot = look();
    struct sysinfo_heap_block block = find_block(snapshot, (uintptr_t)mapped[17]);
    struct sysinfo_heap_root root = read_root(snapshot, block.root, NULL, NULL);
    ck_assert_uint_eq(root.kind, SYSINFO_HEAP_ROOT_MAPPING);
    ck_assert_uint_eq(root.address + block.offset, (uintptr_t)(mapped + 17));
    block = find_block(snapshot, (uintptr_t)on_stack);
    root = read_root(snapshot, block.root, NULL, NULL);
    ck_assert_uint_eq(root.kind, SYSINFO_HEAP_ROOT_OWN_STACK);
    sysinfo_heap_snapshot_close(snapshot);
}
END_TEST

/* ---- Unreachable blocks ---- */

APART static void let_go_of_ring(uintptr_t *first, uintptr_t *second, uintptr_t *kept) {
    struct node *a = make_first(), *b = make_second(), *c = make_first();
    a->next[1] = b;
    b->next[0] = a;
    b->next[2] = c;
    *first = ~(uintptr_t)a;
    *second = ~(uintptr_t)b;
    *kept = ~(uintptr_t)c;
}

static uintptr_t hidden[3];
APART static void let_go(void) {
    let_go_of_ring(&hidden[0], &hidden[1], &hidden[2]);
}

APART static void look_at_ring(void) {
    deeply(let_go);
    struct sysinfo_heap_snapshot *snapshot = look();
    struct sysinfo_heap_block a = find_block(snapshot, ~hidden[0]), b = find_block(snapshot, ~hidden[1]),
                              c = find_block(snapshot, ~hidden[2]);
    ck_assert(!SYSINFO_HAS(&a, root) && !SYSINFO_HAS(&b, root) && !SYSINFO_HAS(&c, root));
    ck_assert_uint_eq(a.references, 1);
    ck_assert_uint_eq(b.references, 1);
    ck_assert_uint_eq(c.references, 1);
    ck_assert(SYSINFO_HAS(&a, holder) != SYSINFO_HAS(&b, holder)); /* The path begins at one of them. */
    ck_assert(SYSINFO_HAS(&c, holder));
    ck_assert_uint_eq(c.offset, 16);
    ck_assert_uint_eq(read_block(snapshot, c.holder).address, b.address);
    sysinfo_heap_snapshot_close(snapshot);
}

START_TEST(ring_is_held_by_itself_alone) {
    clear_stack(); /* The frame of the following call will use this stack. */
    look_at_ring();
}
END_TEST

/* ---- Pointers from site to site ---- */

enum { PAIRS = 300 };
APART static void make_pairs(void) {
    struct node *last = NULL;
    for (volatile int i = 0; i < PAIRS; i++) {
        struct node *first = make_first();
        first->next[0] = make_second();
        first->next[1] = last;
        first->next[2] = i % 3 == 0 ? first->next[0] : NULL;
        last = first;
    }
    others[3] = last;
    others[9] = last;
}

static uint64_t pointers(const struct sysinfo_heap_snapshot *snapshot, uint64_t from, bool is_root, uint64_t to) {
    uint64_t count = 0;
    for (size_t i = 0; i < sysinfo_heap_snapshot_edges(snapshot); i++) {
        struct sysinfo_heap_edge edge;
        MUST(sysinfo_heap_snapshot_edge(snapshot, i, &edge, sizeof edge) == SYSINFO_OK);
        MUST(edge.count > 0);
        if (edge.is_from_root == is_root && (is_root || edge.from == from) && edge.to == to) {
            count += edge.count;
        }
    }
    return count;
}

APART static void look_at_edges(void) {
    deeply(make_pairs);
    struct sysinfo_heap_snapshot *snapshot = look();
    struct sysinfo_heap_block first = find_block(snapshot, (uintptr_t)others[3]),
                              second = find_block(snapshot, (uintptr_t)others[3]->next[0]);
    ck_assert_uint_eq(pointers(snapshot, first.site, false, second.site), PAIRS + PAIRS / 3);
    ck_assert_uint_eq(pointers(snapshot, first.site, false, first.site), PAIRS - 1);
    ck_assert_uint_eq(pointers(snapshot, second.site, false, first.site), 0);
    ck_assert_uint_eq(pointers(snapshot, 0, true, first.site), 2);
    ck_assert_uint_eq(first.references, 2);
    struct sysinfo_heap_site site = read_site(snapshot, (size_t)second.site, NULL);
    ck_assert_uint_eq(site.references, PAIRS + PAIRS / 3);
    ck_assert_uint_eq((uint64_t)site.blocks, PAIRS);
    sysinfo_heap_snapshot_close(snapshot);
}

START_TEST(edges_count_pointers) {
    clear_stack();
    look_at_edges();
}
END_TEST

/* A long list is no deeper than its blocks, and every path ends. */
START_TEST(every_way_ends) {
    deeply(make_pairs);
    deeply(let_go);
    struct sysinfo_heap_snapshot *snapshot = look();
    size_t blocks = sysinfo_heap_snapshot_blocks(snapshot), longest = 0;
    struct sysinfo_heap_moment moment;
    MUST(sysinfo_heap_snapshot_moment(snapshot, &moment, sizeof moment, NULL, NULL) == SYSINFO_OK);
    ck_assert_uint_eq(blocks, (size_t)moment.blocks);
    uint64_t unreachable = 0;
    for (size_t i = 0; i < blocks; i++) {
        struct sysinfo_heap_block block = read_block(snapshot, i);
        unreachable += SYSINFO_HAS(&block, root) ? 0 : 1;
        size_t steps = 0;
        for (; SYSINFO_HAS(&block, holder); steps++) {
            block = read_block(snapshot, block.holder);
            ck_assert_uint_lt(steps, blocks);
        }
        longest = steps > longest ? steps : longest;
    }
    ck_assert_uint_eq(longest, PAIRS);
    ck_assert_uint_eq(unreachable, moment.lost_blocks);
    sysinfo_heap_snapshot_close(snapshot);
}
END_TEST

START_TEST(without_references_there_are_none) {
    struct sysinfo_heap_snapshot *snapshot;
    struct sysinfo_heap_block block;
    size_t index;
    MUST(sysinfo_heap_snapshot_open(&snapshot, SYSINFO_HEAP_LEAKS) == SYSINFO_OK);
    ck_assert_int_eq(sysinfo_heap_snapshot_find(snapshot, 4096, &index), SYSINFO_NOT_SUPPORTED);
    ck_assert_uint_eq(sysinfo_heap_snapshot_blocks(snapshot), 0);
    ck_assert_uint_eq(sysinfo_heap_snapshot_edges(snapshot), 0);
    ck_assert_uint_eq(sysinfo_heap_snapshot_roots(snapshot), 0);
    ck_assert_int_eq(sysinfo_heap_snapshot_block(snapshot, 0, &block, sizeof block), SYSINFO_INVALID);
    sysinfo_heap_snapshot_close(snapshot);
    snapshot = look();
    ck_assert_int_eq(sysinfo_heap_snapshot_find(snapshot, 4096, &index), SYSINFO_UNKNOWN);
    ck_assert_int_eq(sysinfo_heap_snapshot_find(snapshot, 4096, NULL), SYSINFO_INVALID);
    sysinfo_heap_snapshot_close(snapshot);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("holders");
    TCase *tests = tcase_create("holders");
    tcase_add_test(tests, global_is_found_through_two_blocks);
    tcase_add_test(tests, thread_holds_by_its_variable_and_its_stack);
    tcase_add_test(tests, own_thread_local_variable);
    tcase_add_test(tests, mapping_and_own_stack);
    tcase_add_test(tests, ring_is_held_by_itself_alone);
    tcase_add_test(tests, edges_count_pointers);
    tcase_add_test(tests, every_way_ends);
    tcase_add_test(tests, without_references_there_are_none);
    suite_add_tcase(suite, tests);
    return run(suite);
}
