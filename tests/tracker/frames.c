/* SPDX-License-Identifier: MIT */
/*
 * The frames of a site equal those that the compiler's own unwinder finds at the same call: 10,000 random stacks, with
 * this file built by each compiler at each optimization level. Prints differences, and then exits with 1. Runs with
 * SYSINFO_HEAP_SITES=32.
 */
#include <alloca.h>
#include <pthread.h>
#include <setjmp.h>
#include <sys/mman.h>
#include <unwind.h>

#include "sites.h"

enum { STACKS = 10000, FRAMES = 32, DEPTH_MOST = 24 };

struct stack {
    int count;
    uintptr_t frame[FRAMES + 2];
    bool is_found;
};
static struct stack *stacks;
static int used;
static uint64_t randomness = 4711;

static _Unwind_Reason_Code add_frame(struct _Unwind_Context *context, void *argument) {
    struct stack *stack = argument;
    uintptr_t address = _Unwind_GetIP(context);
    if (address == 0 || stack->count == FRAMES + 2) {
        return _URC_END_OF_STACK;
    }
    stack->frame[stack->count++] = address;
    return _URC_NO_REASON;
}

/* Both calls are in one function, so all frames except the first are equal. */
__attribute__((noinline)) static void allocate_here(void) {
    struct stack *stack = &stacks[used++];
    void *volatile block = malloc(20);
    _Unwind_Backtrace(add_frame, stack);
    MUST(block != NULL);
}

static void go_deeper(int depth);

__attribute__((noinline)) static void plainly(int depth) {
    go_deeper(depth);
    __asm__ volatile("" ::: "memory");
}

__attribute__((noinline)) static void with_alloca(int depth) {
    volatile char *room = alloca(16 + (size_t)(next_random(&randomness) % 3000));
    room[0] = 1;
    go_deeper(depth);
    room[1] = 2;
}

__attribute__((noinline)) static void with_realigned_stack(int depth) {
    volatile char room[256] __attribute__((aligned(64)));
    room[0] = (char)depth;
    go_deeper(depth);
    room[255] = room[0];
}

__attribute__((noinline)) static void with_many_registers(int depth) {
    volatile uint64_t seed = randomness;
    uint64_t a = seed, b = seed * 3, c = seed * 5, d = seed * 7, e = seed * 11, f = seed * 13;
    go_deeper(depth);
    seed = a ^ b ^ c ^ d ^ e ^ f;
}

__attribute__((noinline)) static void as_the_last_call(int depth) {
    go_deeper(depth);
}

static int depth_of_callback;

static int compare(const void *a, const void *b) {
    (void)a, (void)b;
    if (depth_of_callback >= 0) {
        int depth = depth_of_callback;
        depth_of_callback = -1;
        go_deeper(depth);
    }
    return 0;
}

__attribute__((noinline)) static void from_the_library(int depth) {
    int pair[2] = {1, 2};
    depth_of_callback = depth;
    qsort(pair, 2, sizeof pair[0], compare);
    __asm__ volatile("" ::: "memory");
}

__attribute__((noinline)) static void with_jump(int depth) {
    jmp_buf place;
    if (setjmp(place) == 0) {
        go_deeper(depth);
        longjmp(place, 1);
    }
    __asm__ volatile("" ::: "memory");
}

__attribute__((noinline)) static void go_deeper(int depth) {
    static void (*const ways[])(int) = {
        plainly, with_alloca, with_realigned_stack, with_many_registers, as_the_last_call, from_the_library, with_jump};
    if (depth == 0) {
        allocate_here();
    } else {
        ways[next_random(&randomness) % (sizeof ways / sizeof ways[0])](depth - 1);
    }
    __asm__ volatile("" ::: "memory");
}

static void *make_stacks(void *argument) {
    for (int i = 0; i < *(int *)argument; i++) {
        go_deeper((int)(next_random(&randomness) % DEPTH_MOST));
    }
    return NULL;
}

/* ---- Comparing ---- */

static bool is_stack_of(const struct stack *stack, const uintptr_t *frame, size_t count) {
    size_t expected = (size_t)(stack->count < FRAMES ? stack->count : FRAMES);
    return count == expected && memcmp(stack->frame + 1, frame + 1, (count - 1) * sizeof *frame) == 0;
}

/* All stacks of a site are found, as many as it has blocks. */
static int64_t find_stacks(const uintptr_t *frame, size_t count) {
    int64_t found = 0;
    for (int i = 0; i < used; i++) {
        if (is_stack_of(&stacks[i], frame, count)) {
            MUST(!stacks[i].is_found);
            stacks[i].is_found = true;
            found++;
        }
    }
    return found;
}

static void print_stack(const struct stack *stack) {
    printf("not found:");
    for (int i = 0; i < stack->count; i++) {
        printf(" %lx", (unsigned long)stack->frame[i]);
    }
    printf("\n");
}

int main(void) {
    size_t size = STACKS * sizeof *stacks;
    stacks = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    MUST(stacks != MAP_FAILED);
    int half = STACKS / 2;
    make_stacks(&half);
    pthread_t thread;
    MUST(pthread_create(&thread, NULL, make_stacks, &half) == 0);
    pthread_join(thread, NULL);
    struct modules modules;
    list_modules(&modules);
    struct sysinfo_heap_snapshot *snapshot = take_snapshot();
    int64_t blocks = 0;
    for (size_t i = 0; i < sysinfo_heap_snapshot_sites(snapshot); i++) {
        const struct sysinfo_heap_frame *frames;
        struct sysinfo_heap_site site = read_site(snapshot, i, &frames);
        uintptr_t frame[FRAMES];
        for (size_t k = 0; k < site.frames; k++) {
            frame[k] = address_of(&frames[k], &modules);
        }
        int64_t found = find_stacks(frame, site.frames);
        MUST(found == 0 || found == site.blocks);
        blocks += found;
    }
    sysinfo_heap_snapshot_close(snapshot);
    for (int i = 0, printed = 0; i < used && printed < 5; i++) {
        if (!stacks[i].is_found) {
            print_stack(&stacks[i]);
            printed++;
        }
    }
    printf("%lld of %d stacks\n", (long long)blocks, used);
    return blocks == STACKS && used == STACKS ? 0 : 1;
}
