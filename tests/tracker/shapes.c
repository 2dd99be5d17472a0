/* SPDX-License-Identifier: MIT */
/*
 * One way in which blocks are held or not, then an exit: for testing leak detectors. Without an argument, prints the
 * names, and how many blocks nothing points to.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined __clang__
#define APART __attribute__((noinline))
#else
#define APART __attribute__((noinline, noclone))
#endif

struct node {
    struct node *volatile next[4];
};

static struct node *volatile global, *volatile second_global;
static __thread struct node *volatile thread_local_node;
static volatile uintptr_t number;
static struct {
    char byte;
    struct node *volatile pointer;
} __attribute__((packed)) packed_words;

APART static struct node *node(void) {
    struct node *made = calloc(1, sizeof *made);
    if (made == NULL) {
        abort();
    }
    __asm__ volatile("" : "+r"(made));
    return made;
}

APART static void clear_stack(void) {
    volatile char bytes[32768];
    memset((void *)(uintptr_t)bytes, 0, sizeof bytes);
    __asm__ volatile("" ::"r"(bytes) : "memory");
}

/* ---- Held ---- */

APART static void in_global(void) {
    global = node();
}

APART static void in_static(void) {
    static struct node *volatile kept;
    kept = node();
    (void)kept;
}

APART static void in_thread_local(void) {
    thread_local_node = node();
}

APART static void in_chain(void) {
    struct node *one = node(), *two = node();
    one->next[1] = two;
    two->next[3] = node();
    global = one;
}

APART static void in_ring(void) {
    struct node *one = node(), *two = node();
    one->next[0] = two;
    two->next[0] = one;
    global = two;
}

APART static void by_its_middle(void) {
    global = (struct node *)(void *)((char *)node() + 16);
}

APART static void by_its_last_byte(void) {
    global = (struct node *)(void *)((char *)node() + sizeof(struct node) - 1);
}

APART static void in_large_block(void) {
    struct node **large = malloc(1 << 20);
    if (large == NULL) {
        abort();
    }
    memset(large, 0, 1 << 20);
    large[100000] = node();
    global = (struct node *)(void *)large;
}

static void in_mapping(int flags) {
    struct node *volatile *mapped = mmap(NULL, 4096, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
    if ((void *)(uintptr_t)mapped == MAP_FAILED) {
        abort();
    }
    mapped[17] = node();
}

APART static void in_private_mapping(void) {
    in_mapping(MAP_PRIVATE);
}

APART static void in_shared_mapping(void) {
    in_mapping(MAP_SHARED);
}

static pthread_key_t key;
APART static void in_thread_specific(void) {
    pthread_key_create(&key, NULL);
    pthread_setspecific(key, node());
}

static pthread_barrier_t all_hold;

static void *hold_in_stack(void *unused) {
    struct node *volatile kept = node();
    pthread_barrier_wait(&all_hold);
    for (;;) {
        pause();
    }
    return kept != NULL ? unused : NULL;
}

static void *hold_in_thread_local(void *unused) {
    in_thread_local();
    clear_stack();
    pthread_barrier_wait(&all_hold);
    for (;;) {
        pause();
    }
    return unused;
}

static void *hold_in_register(void *unused) {
#if defined(__x86_64__)
    register uintptr_t kept __asm__("r15");
#else
    register uintptr_t kept __asm__("x27");
#endif
    kept = (uintptr_t)node();
    __asm__ volatile("" : "+r"(kept));
    number = 1;
    while (number != 0) {
        __asm__ volatile("" : "+r"(kept));
    }
    return unused;
}

static void in_other_thread(void *(*hold)(void *)) {
    pthread_t thread;
    pthread_barrier_init(&all_hold, NULL, 2);
    pthread_create(&thread, NULL, hold, NULL);
    pthread_barrier_wait(&all_hold);
}

APART static void in_other_stack(void) {
    in_other_thread(hold_in_stack);
}

APART static void in_other_thread_local(void) {
    in_other_thread(hold_in_thread_local);
}

APART static void in_other_register(void) {
    pthread_t thread;
    pthread_create(&thread, NULL, hold_in_register, NULL);
    while (number == 0) {
        usleep(1000);
    }
}

APART static void in_own_stack(void) {
    struct node *volatile kept = node();
    clear_stack();
    exit(kept != NULL ? 0 : 1);
}

/* ---- Not held ---- */

APART static void one(void) {
    (void)node();
}

APART static void large(void) {
    char *volatile block = malloc(200000);
    (void)block;
}

APART static void aligned(void) {
    void *block = NULL;
    if (posix_memalign(&block, 4096, 100) != 0) {
        abort();
    }
    __asm__ volatile("" : "+r"(block));
}

APART static void chain(void) {
    struct node *volatile first = node();
    first->next[0] = node();
    first->next[0]->next[2] = node();
}

APART static void tree(void) {
    struct node *volatile first = node();
    for (int i = 0; i < 4; i++) {
        first->next[i] = node();
        first->next[i]->next[0] = node();
    }
}

APART static void shared_tail(void) {
    struct node *volatile first = node(), *volatile other = node();
    first->next[0] = other->next[1] = node();
}

APART static void ring(void) {
    struct node *volatile first = node();
    first->next[0] = node();
    first->next[0]->next[1] = first;
}

APART static void ring_with_tail(void) {
    struct node *volatile first = node();
    first->next[0] = node();
    first->next[0]->next[1] = first;
    first->next[2] = node();
    first->next[2]->next[2] = node();
}

APART static void itself(void) {
    struct node *volatile first = node();
    first->next[3] = first;
}

APART static void long_ring(void) {
    struct node *volatile first = node();
    struct node *volatile last = first;
    for (int i = 1; i < 1000; i++) {
        last->next[0] = node();
        last = last->next[0];
    }
    last->next[0] = first;
}

/* The allocator overwrites the beginning of a freed block, and the rest stays. */
APART static void by_freed_block(void) {
    struct node *volatile block = malloc(5000);
    if (block == NULL) {
        abort();
    }
    block->next[3] = node();
    second_global = malloc(100);
    free(block);
}

static void *leave(void *unused) {
    struct node *volatile kept = node();
    thread_local_node = node();
    return kept != NULL ? unused : NULL;
}

APART static void by_ended_thread(void) {
    pthread_t thread;
    pthread_create(&thread, NULL, leave, NULL);
    pthread_join(thread, NULL);
}

/* ---- Hidden: a program may recover them ---- */

APART static void tagged_high(void) {
    number = (uintptr_t)node() | (uintptr_t)0x5 << 56;
}

APART static void combined(void) {
    number = (uintptr_t)node() ^ (uintptr_t)0x123456789ABCDEF0;
}

APART static void unaligned(void) {
    packed_words.pointer = node();
}

APART static void in_kernel(void) {
    int ends[2], fd = epoll_create1(0);
    if (pipe(ends) != 0) {
        abort();
    }
    struct epoll_event event = {.events = EPOLLIN};
    event.data.ptr = node();
    epoll_ctl(fd, EPOLL_CTL_ADD, ends[0], &event);
    event.data.ptr = NULL;
    __asm__ volatile("" ::"r"(&event) : "memory");
}

static const struct {
    const char *name;
    void (*make)(void);
    int lost;
} shapes[] = {
    {"global", in_global, 0},
    {"static in a function", in_static, 0},
    {"thread-local", in_thread_local, 0},
    {"chain from a global", in_chain, 0},
    {"ring with a global", in_ring, 0},
    {"pointer to the middle", by_its_middle, 0},
    {"pointer to the last byte", by_its_last_byte, 0},
    {"in a block of 1 MiB", in_large_block, 0},
    {"private mapping", in_private_mapping, 0},
    {"shared mapping", in_shared_mapping, 0},
    {"pthread_setspecific()", in_thread_specific, 0},
    {"other thread's stack", in_other_stack, 0},
    {"other thread's thread-local", in_other_thread_local, 0},
    {"other thread's register", in_other_register, 0},
    {"own stack", in_own_stack, 0},
    {"one block", one, 1},
    {"200,000 bytes", large, 1},
    {"aligned block", aligned, 1},
    {"chain of 3", chain, 3},
    {"tree of 9", tree, 9},
    {"two with a shared tail", shared_tail, 3},
    {"ring of 2", ring, 2},
    {"ring of 2 with a tail of 2", ring_with_tail, 4},
    {"one that points to itself", itself, 1},
    {"ring of 1,000", long_ring, 1000},
    {"held by a freed block", by_freed_block, 1},
    {"held by an ended thread", by_ended_thread, 2},
    {"hidden: tag in the high bits", tagged_high, 0},
    {"hidden: combined by XOR", combined, 0},
    {"hidden: unaligned", unaligned, 0},
    {"hidden: known to epoll alone", in_kernel, 0},
};

int main(int count, char **arguments) {
    enum { SHAPES = sizeof shapes / sizeof shapes[0] };
    unsigned long chosen = count > 1 ? strtoul(arguments[1], NULL, 10) : SHAPES;
    if (chosen < SHAPES) {
        shapes[chosen].make();
        clear_stack();
        return 0;
    }
    for (int i = 0; i < SHAPES; i++) {
        printf("%d\t%d\t%s\n", i, shapes[i].lost, shapes[i].name);
    }
    return 0;
}
