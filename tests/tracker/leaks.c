/* SPDX-License-Identifier: MIT */
/*
 * Blocks that nothing points to. In generated graphs: exactly those that the generator dropped, with each cycle named.
 * In single shapes: what is reached and what is not. Runs with SYSINFO_HEAP_SITES=8.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run.h"
#include "sites.h"

struct node {
    struct node *volatile next[4]; /* Compilers remove stores that are never read. */
    uint64_t pad[2];
};

struct found {
    uint64_t lost, cycles, cycle_blocks, singles, kept;
    bool is_estimated;
    uint64_t globals, mappings, stacks, own_stack;
    uint64_t perhaps, inherited;
};

/* Stale values of earlier calls must not count as pointers. */
__attribute__((noinline)) static void clear_stack(void) {
    volatile char bytes[65536];
    memset((void *)(uintptr_t)bytes, 0, sizeof bytes);
    __asm__ volatile("" ::"r"(bytes) : "memory"); /* Otherwise clang removes it. */
}

__attribute__((noinline)) static struct found look(void) {
    struct sysinfo_heap_snapshot *snapshot;
    struct sysinfo_heap_moment moment;
    struct found found = {0};
    take_freed_blocks();
    clear_stack();
    MUST(sysinfo_heap_snapshot_open(&snapshot, SYSINFO_HEAP_LEAKS) == SYSINFO_OK);
    MUST(sysinfo_heap_snapshot_moment(snapshot, &moment, sizeof moment, NULL, NULL) == SYSINFO_OK);
    for (size_t i = 0; i < sysinfo_heap_snapshot_leaks(snapshot); i++) {
        struct sysinfo_heap_leak leak;
        const struct sysinfo_heap_member *member;
        MUST(sysinfo_heap_snapshot_leak(snapshot, i, &leak, sizeof leak, &member) == SYSINFO_OK);
        MUST(leak.members == leak.blocks && leak.blocks > 0);
        found.cycles += leak.is_cycle;
        found.cycle_blocks += leak.is_cycle != 0 ? leak.blocks : 0;
        found.singles += leak.is_cycle != 0 ? 0 : 1;
        found.kept += leak.kept_blocks;
    }
    found.lost = moment.lost_blocks;
    found.is_estimated = SYSINFO_IS_ESTIMATED(&moment, lost_blocks);
    found.globals = moment.held_by_globals;
    found.mappings = moment.held_by_mappings;
    found.stacks = moment.held_by_stacks;
    found.own_stack = moment.held_by_own_stack;
    found.perhaps = moment.perhaps_blocks;
    found.inherited = moment.inherited_blocks;
    sysinfo_heap_snapshot_close(snapshot);
    return found;
}

/* So deep that whatever it leaves on the stack lies below the frames of look(), and is cleared. */
__attribute__((noinline)) static void deeply(void (*function)(void *), void *argument) {
    volatile char bytes[8192];
    __asm__ volatile("" ::"r"(bytes) : "memory"); /* Otherwise clang keeps less of it. */
    take_freed_blocks();
    function(argument);
    __asm__ volatile("" ::: "memory");
}

static struct found since_before(struct found now, struct found before) {
    now.lost -= before.lost;
    now.cycles -= before.cycles;
    now.cycle_blocks -= before.cycle_blocks;
    now.singles -= before.singles;
    now.kept -= before.kept;
    now.globals -= before.globals;
    now.mappings -= before.mappings;
    now.stacks -= before.stacks;
    now.own_stack -= before.own_stack;
    now.perhaps -= before.perhaps;
    now.inherited -= before.inherited;
    return now;
}

__attribute__((noinline)) static struct node *new_node(void) {
    struct node *node = calloc(1, sizeof *node);
    MUST(node != NULL);
    __asm__ volatile("" : "+r"(node)); /* Otherwise clang removes a call whose result is unused. */
    return node;
}

/* ---- Generated graphs ---- */

enum { NODES = 100000 };
static struct node *volatile roots[64];
static struct node *volatile newest;

/* Makes nodes that each point to the previous one. Returns the last; *end is the first. */
static struct node *make_chain(int length, struct node **end) {
    struct node *node = new_node();
    *end = node;
    for (int i = 1; i < length; i++) {
        struct node *next = new_node();
        next->next[i % 4] = node;
        node = next;
    }
    return node;
}

/* Reachable: trees with edges across. */
static int grow_tree(uint64_t *random) {
    struct node *volatile *place = &roots[next_random(random) % 64];
    int added = 0;
    while (*place != NULL && added < 40) {
        place = &(*place)->next[next_random(random) % 4];
        added++;
    }
    if (*place == NULL) {
        *place = new_node();
        return 1;
    }
    return 0;
}

/* Drops one structure and adds it to the expected result. Returns its number of blocks. */
static int let_go(uint64_t *random, struct found *expected) {
    struct node *end, *other;
    int length = 2 + (int)(next_random(random) % 6);
    switch (next_random(random) % 5) {
    case 0: /* A cycle. */
        other = make_chain(length, &end);
        end->next[3] = other;
        expected->cycles++;
        expected->cycle_blocks += (uint64_t)length;
        return length;
    case 1: /* A chain: the first is lost, and holds the rest. */
        (void)make_chain(length, &end);
        expected->singles++;
        expected->kept += (uint64_t)length - 1;
        return length;
    case 2: { /* A cycle with a tail. */
        struct node *cycle = make_chain(2, &end);
        end->next[3] = cycle;
        end->next[2] = make_chain(length, &other);
        expected->cycles++;
        expected->cycle_blocks += 2;
        expected->kept += (uint64_t)length;
        return length + 2;
    }
    case 3: { /* Two that share a tail: it is lost, but neither holds it. */
        struct node *tail = make_chain(length, &end), *one = new_node(), *two = new_node();
        one->next[0] = two->next[1] = tail;
        expected->singles += 2;
        return length + 2;
    }
    default: /* One that points to itself. */
        end = new_node();
        end->next[1] = end;
        expected->cycles++;
        expected->cycle_blocks++;
        return 1;
    }
}

struct generation {
    uint64_t random;
    struct found expected;
};

static void generate(void *argument) {
    struct generation *generation = argument;
    struct found expected = {0};
    uint64_t random = generation->random;
    for (int nodes = 0, tries = 0; nodes < NODES; tries++) {
        if (next_random(&random) % 3 == 0) {
            int lost = let_go(&random, &expected);
            expected.lost += (uint64_t)lost;
            nodes += lost;
        } else {
            nodes += grow_tree(&random) + (tries % 8 == 0 ? 1 : 0);
        }
    }
    generation->expected = expected;
    newest = new_node(); /* So that nothing lost is what was allocated last: a register may still hold that. */
}

START_TEST(generated_graphs_are_exact) {
    struct found before = look();
    struct generation generation = {.random = 4711 + (uint64_t)_i * 7919};
    deeply(generate, &generation);
    struct found expected = generation.expected;
    struct found found = since_before(look(), before);
    ck_assert_uint_gt(expected.cycles, 1000);
    ck_assert(!found.is_estimated);
    ck_assert_uint_eq(found.lost, expected.lost);
    ck_assert_uint_eq(found.cycles, expected.cycles);
    ck_assert_uint_eq(found.cycle_blocks, expected.cycle_blocks);
    ck_assert_uint_eq(found.singles, expected.singles);
    ck_assert_uint_eq(found.kept, expected.kept);
}
END_TEST

/* ---- Shapes ---- */

static struct node *volatile global;
static __thread struct node *volatile thread_local_node;
static struct node *volatile *mapped;

static void hold_in_global(void *unused) {
    (void)unused;
    global = new_node();
}

static void hold_in_thread_local(void *unused) {
    (void)unused;
    thread_local_node = new_node();
}

static void hold_in_mapping(void *unused) {
    (void)unused;
    mapped = (struct node *volatile *)mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST((void *)(uintptr_t)mapped != MAP_FAILED);
    mapped[17] = new_node();
}

static void hold_in_the_middle(void *unused) {
    (void)unused;
    global = (struct node *)(void *)((char *)new_node() + 24);
}

static void hold_in_large_block(void *unused) {
    (void)unused;
    struct node **large = malloc(1 << 20);
    MUST(large != NULL);
    memset(large, 0, 1 << 20);
    large[(1 << 17) - 3] = new_node();
    global = (struct node *)large;
}

static void hold_nowhere(void *unused) {
    (void)unused;
    (void)new_node();
}

/* A freed block does not hold what it pointed to. */
static void hold_in_freed(void *unused) {
    (void)unused;
    struct node *node = malloc(5000);
    MUST(node != NULL);
    node->next[3] = new_node();
    struct node *volatile guard = malloc(100);
    free(node);
    global = guard;
}

static void let_go_of_large_block(void *unused) {
    (void)unused;
    struct node *volatile node = malloc(200000);
    (void)node;
}

static const struct {
    void (*hold)(void *unused);
    uint64_t lost;
} shapes[] = {
    {hold_in_global, 0},      {hold_in_thread_local, 0}, {hold_in_mapping, 0}, {hold_in_the_middle, 0},
    {hold_in_large_block, 0}, {hold_nowhere, 1},         {hold_in_freed, 1},   {let_go_of_large_block, 1},
};

START_TEST(what_holds_a_block_and_what_does_not) {
    struct found before = look();
    deeply(shapes[_i].hold, NULL);
    struct found found = since_before(look(), before);
    ck_assert(thread_local_node == NULL || thread_local_node->next[0] == NULL);
    ck_assert_uint_eq(found.lost, shapes[_i].lost);
}
END_TEST

/* ---- What only the second look finds ---- */

static struct {
    char byte;
    struct node *volatile pointer;
} __attribute__((packed)) packed_words;
static volatile uintptr_t tagged;

static void hold_unaligned(void *unused) {
    (void)unused;
    packed_words.pointer = new_node();
}

static void hold_with_tag(void *unused) {
    (void)unused;
    tagged = (uintptr_t)new_node() | (uintptr_t)0xFFFA << 48;
}

static void hold_at_each_place(void *unused) {
    (void)unused;
    char *bytes = malloc(128);
    MUST(bytes != NULL);
    memset(bytes, 0xFF, 128);
    for (int i = 1; i < 8; i++) {
        struct node *node = new_node();
        memcpy(bytes + i * 9, &node, sizeof node); /* Each at another place of its word. */
    }
    global = (struct node *)(void *)bytes;
}

/* Across two pages. */
static void hold_across(void *unused) {
    (void)unused;
    char *bytes = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(bytes != MAP_FAILED);
    struct node *node = new_node();
    memcpy(bytes + 4096 - 3, &node, sizeof node);
}

/* What such a block points to is not lost, either; and a block that points to it is. */
static void hold_chain_unaligned(void *unused) {
    (void)unused;
    struct node *first = new_node(), *other = new_node();
    first->next[2] = new_node();
    first->next[2]->next[0] = new_node();
    other->next[1] = first;
    packed_words.pointer = first;
}

static const struct {
    void (*hold)(void *unused);
    uint64_t perhaps, lost, kept;
} hidden[] = {
    {hold_unaligned, 1, 0, 0}, {hold_with_tag, 1, 0, 0},        {hold_at_each_place, 7, 0, 0},
    {hold_across, 1, 0, 0},    {hold_chain_unaligned, 3, 1, 0},
};

START_TEST(hidden_pointers_are_no_leaks) {
    struct found before = look();
    deeply(hidden[_i].hold, NULL);
    struct found found = since_before(look(), before);
    ck_assert_uint_eq(found.perhaps, hidden[_i].perhaps);
    ck_assert_uint_eq(found.lost, hidden[_i].lost);
    ck_assert_uint_eq(found.kept, hidden[_i].kept);
}
END_TEST

/*
 * A large chunk that glibc has kept in a list has its own address in it, and still has it when it is a block again.
 * That address is in the last word of the block before.
 */
static void let_go_before_large_block(void *text) {
    enum { TRIES = 100 };
    static void *volatile kept[4 * TRIES];
    for (int i = 0; i < TRIES; i++) {
        char *volatile before = calloc(1, 2000), *volatile large = malloc(5000);
        MUST(before != NULL && large != NULL);
        kept[4 * i] = malloc(100); /* Or it would become part of what is free behind it. */
        const char *was = large;
        bool is_next = large == before + size_of(before) + 8;
        free(large);
        kept[4 * i + 1] = malloc(50000); /* Puts what is free into lists. */
        kept[4 * i + 2] = large = malloc(5000);
        MUST(kept[4 * i] != NULL && kept[4 * i + 1] != NULL && kept[4 * i + 2] != NULL);
        const uintptr_t *word = (const uintptr_t *)(void *)large;
        if (is_next && large == was && word[2] == (uintptr_t)large - 16) {
            memcpy((void *)(uintptr_t)large, text, strlen(text));
            return;
        }
        kept[4 * i + 3] = before;
    }
    MUST(false); /* No blocks lie side by side. */
}

START_TEST(what_the_allocator_leaves_holds_nothing) {
    static char text[] = "The first two words.\n"; /* And a part of the third, or not. */
    text[_i == 0 ? 17 : 0] = '\0';
    struct found before = look();
    deeply(let_go_before_large_block, text);
    struct found found = since_before(look(), before);
    ck_assert_uint_eq(found.lost, 1);
}
END_TEST

START_TEST(own_stack_comes_last) {
    struct found before = look();
    struct node *volatile node = new_node();
    struct found found = since_before(look(), before);
    ck_assert_uint_eq(found.lost, 0);
    ck_assert_uint_eq(found.own_stack, (uint64_t)size_of(node));
    global = node;
    found = since_before(look(), before);
    ck_assert_uint_eq(found.own_stack, 0);
    ck_assert_uint_eq(found.globals, (uint64_t)size_of(node));
}
END_TEST

/* ---- Threads ---- */

static pthread_barrier_t all_hold, may_end;

static void *hold_in_thread(void *unused) {
    struct node *volatile on_stack = new_node();
    thread_local_node = new_node();
    register uintptr_t in_register __asm__(
#if defined(__x86_64__)
        "r15"
#else
        "x27"
#endif
    );
    in_register = (uintptr_t)new_node();
    __asm__ volatile("" : "+r"(in_register));
    pthread_barrier_wait(&all_hold);
    pthread_barrier_wait(&may_end);
    __asm__ volatile("" : "+r"(in_register));
    MUST(on_stack != NULL && thread_local_node != NULL && in_register != 0);
    return unused;
}

/* A thread's blocks are held while it runs, and dropped when it ends. */
START_TEST(threads_hold_until_they_end) {
    enum { THREADS = 8 };
    pthread_t thread[THREADS];
    MUST(pthread_barrier_init(&all_hold, NULL, THREADS + 1) == 0);
    MUST(pthread_barrier_init(&may_end, NULL, THREADS + 1) == 0);
    struct found before = look();
    for (int i = 0; i < THREADS; i++) {
        MUST(pthread_create(&thread[i], NULL, hold_in_thread, NULL) == 0);
    }
    pthread_barrier_wait(&all_hold);
    struct found meanwhile = since_before(look(), before);
    pthread_barrier_wait(&may_end);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(thread[i], NULL);
    }
    struct found after = since_before(look(), before);
    ck_assert(!meanwhile.is_estimated);
    ck_assert_uint_eq(meanwhile.lost, 0);
    ck_assert_uint_eq(after.lost, 3 * THREADS);
}
END_TEST

/* ---- Without tracing of threads ---- */

static void deny_ptrace(void) {
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ptrace, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
    MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    MUST(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0);
}

static void forbid_open(uint32_t result) {
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, result),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
    MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    MUST(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0);
}

static const struct {
    uint32_t result;
    int status;
} filters[] = {
    {SECCOMP_RET_KILL_PROCESS, SYSINFO_DENIED},
    {SECCOMP_RET_KILL_THREAD, SYSINFO_DENIED},
    {SECCOMP_RET_TRAP, SYSINFO_DENIED},
    {SECCOMP_RET_TRACE, SYSINFO_DENIED},
    {SECCOMP_RET_LOG, SYSINFO_OK},
};

START_TEST(no_call_of_the_tracker_kills_a_program) {
    struct sysinfo_heap_snapshot *snapshot;
    forbid_open(filters[_i].result);
    ck_assert_int_eq(sysinfo_heap_snapshot_open(&snapshot, SYSINFO_HEAP_LEAKS), filters[_i].status);
    sysinfo_heap_snapshot_close(snapshot);
    _exit(EXIT_SUCCESS); /* What a build for coverage does at exit is forbidden. */
}
END_TEST

static void *hold_on_stack(void *unused) {
    struct node *volatile node = new_node();
    pthread_barrier_wait(&all_hold);
    pthread_barrier_wait(&may_end);
    MUST(node != NULL);
    return unused;
}

START_TEST(denied_tracing_is_an_estimate) {
    pthread_t thread;
    MUST(pthread_barrier_init(&all_hold, NULL, 2) == 0 && pthread_barrier_init(&may_end, NULL, 2) == 0);
    struct found before = look();
    MUST(pthread_create(&thread, NULL, hold_on_stack, NULL) == 0);
    pthread_barrier_wait(&all_hold);
    deny_ptrace();
    deeply(hold_nowhere, NULL);
    struct found found = since_before(look(), before);
    pthread_barrier_wait(&may_end);
    pthread_join(thread, NULL);
    ck_assert(found.is_estimated);
    ck_assert_uint_eq(found.lost, 1);
}
END_TEST

/* ---- The helper is killed ---- */

/* A descriptor that reports when ptrace() is called for this; -1: the kernel cannot do that. */
static int watch_tracing(int operation) {
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ptrace, 0, 3),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)operation, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
    MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

/* Kills the process that calls it, in the call. */
static pid_t begin_killer(int watch) {
    pid_t killer = fork();
    if (killer == 0) {
        union {
            struct seccomp_notif call;
            char room[256]; /* Kernels may know more of it. */
        } notification = {.room = {0}};
        alarm(60);
        bool is_good = ioctl(watch, SECCOMP_IOCTL_NOTIF_RECV, &notification) == 0 &&
                       kill((pid_t)notification.call.pid, SIGKILL) == 0;
        _exit(is_good ? 0 : 1);
    }
    return killer;
}

static const struct {
    int operation;
    bool is_estimated;
} moments[] = {
    {PTRACE_SEIZE, true},
    {PTRACE_INTERRUPT, true},
    {PTRACE_GETREGSET, true},
    {PTRACE_DETACH, false}, /* The copy has been made. */
};

START_TEST(helper_may_be_killed) {
    pthread_t thread[2];
    MUST(pthread_barrier_init(&all_hold, NULL, 3) == 0 && pthread_barrier_init(&may_end, NULL, 3) == 0);
    struct found before = look();
    for (int i = 0; i < 2; i++) {
        MUST(pthread_create(&thread[i], NULL, hold_on_stack, NULL) == 0);
    }
    pthread_barrier_wait(&all_hold);
    int watch = watch_tracing(moments[_i].operation), status = 1;
    if (watch < 0 && (errno == EINVAL || errno == EBUSY)) {
        return; /* Linux before 5.0, or there is one already. */
    }
    MUST(watch >= 0);
    pid_t killer = begin_killer(watch);
    MUST(killer > 0);
    deeply(hold_nowhere, NULL);
    int lowest = dup(0);
    close(lowest);
    struct found found = since_before(look(), before);
    int lowest_after = dup(0);
    pthread_barrier_wait(&may_end); /* They go on. */
    for (int i = 0; i < 2; i++) {
        pthread_join(thread[i], NULL);
    }
    MUST(waitpid(killer, &status, 0) == killer);
    ck_assert_int_eq(status, 0);
    ck_assert_uint_eq(found.lost, 1);
    ck_assert(found.is_estimated == moments[_i].is_estimated);
    ck_assert_int_eq(lowest_after, lowest);
}
END_TEST

/* ---- Many threads, and threads that fork ---- */

START_TEST(five_hundred_threads) {
    enum { THREADS = 512 };
    static pthread_t thread[THREADS];
    pthread_attr_t attributes;
    MUST(pthread_attr_init(&attributes) == 0 && pthread_attr_setstacksize(&attributes, 256 << 10) == 0);
    MUST(pthread_barrier_init(&all_hold, NULL, THREADS + 1) == 0);
    MUST(pthread_barrier_init(&may_end, NULL, THREADS + 1) == 0);
    struct found before = look();
    for (int i = 0; i < THREADS; i++) {
        MUST(pthread_create(&thread[i], &attributes, hold_in_thread, NULL) == 0);
    }
    pthread_barrier_wait(&all_hold);
    deeply(hold_nowhere, NULL);
    struct found meanwhile = since_before(look(), before);
    pthread_barrier_wait(&may_end);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(thread[i], NULL);
    }
    pthread_attr_destroy(&attributes);
    struct found after = since_before(look(), before);
    ck_assert(!meanwhile.is_estimated);
    ck_assert_uint_eq(meanwhile.lost, 1);
    ck_assert_uint_eq(after.lost, 1 + 3 * THREADS);
}
END_TEST

static int is_over;

static void *fork_on(void *count) {
    do {
        pid_t child = fork();
        if (child == 0) {
            MUST(new_node() != NULL);
            _exit(7);
        }
        int status;
        MUST(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 7);
        (*(int *)count)++;
    } while (__atomic_load_n(&is_over, __ATOMIC_RELAXED) == 0);
    return NULL;
}

START_TEST(threads_may_fork_meanwhile) {
    enum { THREADS = 4, LOOKS = 30 };
    pthread_t thread[THREADS];
    int forks[THREADS] = {0}, good = 0;
    deeply(hold_nowhere, NULL);
    struct found before = look();
    for (int i = 0; i < THREADS; i++) {
        MUST(pthread_create(&thread[i], NULL, fork_on, &forks[i]) == 0);
    }
    for (int i = 0; i < LOOKS; i++) {
        struct found found = look();
        good += found.lost == before.lost && !found.is_estimated ? 1 : 0;
    }
    __atomic_store_n(&is_over, 1, __ATOMIC_RELAXED);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(thread[i], NULL);
        ck_assert_int_gt(forks[i], 0);
    }
    ck_assert_int_eq(good, LOOKS);
}
END_TEST

START_TEST(alone_nothing_is_estimated) {
    deny_ptrace();
    struct found before = look();
    deeply(hold_nowhere, NULL);
    struct found found = since_before(look(), before);
    ck_assert(!found.is_estimated);
    ck_assert_uint_eq(found.lost, 1);
}
END_TEST

__attribute__((noinline)) static int look_in_parent_and_child(void) {
    deeply(hold_nowhere, NULL);
    struct found before = look();
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        struct found mine = look();
        MUST(mine.lost == 0 && mine.inherited == before.lost);
        deeply(hold_nowhere, NULL);
        MUST(look().lost == 1 && look().inherited == before.lost);
        _exit(0);
    }
    int status;
    MUST(waitpid(child, &status, 0) == child);
    return status;
}

START_TEST(child_may_look_too) {
    clear_stack(); /* The child writes to its frame, unlike the parent: stale values there would differ. */
    ck_assert_int_eq(look_in_parent_and_child(), 0);
}
END_TEST

/* ---- What a child inherits ---- */

static void leave_in_parent(void *unused) {
    (void)unused;
    struct node *end, *ring = make_chain(3, &end);
    end->next[3] = ring;
    global = make_chain(2, &end);
    (void)new_node();
}

static void leave_in_child(void *unused) {
    struct node *end, *mine;
    (void)unused;
    global->next[0] = new_node(); /* Held by one that it inherited. */
    mine = new_node();            /* Lost. It keeps two over one that it inherited. */
    mine->next[0] = global->next[1];
    mine->next[0]->next[0] = new_node();
    mine->next[0]->next[2] = new_node();
    global->next[1] = NULL;
    mine = make_chain(4, &end); /* A ring. */
    end->next[0] = mine;
}

static void leave_in_grandchild(void *unused) {
    (void)unused;
    (void)new_node();
    global = NULL;
}

static void wait_for(pid_t child) {
    int status;
    MUST(child > 0 && waitpid(child, &status, 0) == child && status == 0);
}

static void be_grandchild(struct found in_child) {
    struct found found = look();
    MUST(found.lost == 0 && found.inherited == in_child.lost + in_child.inherited);
    deeply(leave_in_grandchild, NULL);
    found = look();
    MUST(found.lost == 1 && found.singles == 1);
    MUST(found.inherited == in_child.lost + in_child.inherited + 2); /* With what `global` held. */
    _exit(0);
}

static void be_child(struct found in_parent) {
    MUST(look().lost == 0);
    deeply(leave_in_child, NULL);
    struct found found = look();
    MUST(found.lost == 3 + 4 && found.inherited == in_parent.lost + 1);
    MUST(found.singles == 1 && found.kept == 2 && found.cycles == 1 && found.cycle_blocks == 4);
    pid_t child = fork();
    if (child == 0) {
        be_grandchild(found);
    }
    wait_for(child);
    _exit(0);
}

START_TEST(what_a_child_inherits_is_no_leak_of_its_own) {
    struct found before = look();
    deeply(leave_in_parent, NULL);
    struct found found = look();
    ck_assert_uint_eq(found.lost - before.lost, 4);
    fflush(NULL);
    clear_stack();
    pid_t child = fork();
    if (child == 0) {
        be_child(found);
    }
    wait_for(child);
    struct found after = look(); /* What children do is nothing to their parent. */
    ck_assert_uint_eq(after.lost, found.lost);
    ck_assert_uint_eq(after.inherited, found.inherited);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("leaks");
    TCase *tests = tcase_create("leaks");
    tcase_add_loop_test(tests, generated_graphs_are_exact, 0, 20);
    tcase_add_loop_test(tests, what_holds_a_block_and_what_does_not, 0, sizeof shapes / sizeof shapes[0]);
    tcase_add_loop_test(tests, hidden_pointers_are_no_leaks, 0, sizeof hidden / sizeof hidden[0]);
    tcase_add_loop_test(tests, what_the_allocator_leaves_holds_nothing, 0, 2);
    tcase_add_test(tests, own_stack_comes_last);
    tcase_add_test(tests, threads_hold_until_they_end);
    tcase_add_test(tests, denied_tracing_is_an_estimate);
    tcase_add_loop_test(tests, no_call_of_the_tracker_kills_a_program, 0, sizeof filters / sizeof filters[0]);
    tcase_add_loop_test(tests, helper_may_be_killed, 0, sizeof moments / sizeof moments[0]);
    tcase_add_test(tests, five_hundred_threads);
    tcase_add_test(tests, threads_may_fork_meanwhile);
    tcase_add_test(tests, alone_nothing_is_estimated);
    tcase_add_test(tests, child_may_look_too);
    tcase_add_test(tests, what_a_child_inherits_is_no_leak_of_its_own);
    suite_add_tcase(suite, tests);
    return run(suite);
}
