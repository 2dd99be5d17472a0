/* SPDX-License-Identifier: MIT */
/*
 * Under glibc: figures are exact, and estimates come true.
 *
 * CTest runs this twice. A thread's cache of freed blocks counts as in use. With the cache disabled from outside
 * (GLIBC_TUNABLES), every sum must be exact; with it, sums may be off by what the caches hold.
 */
#include "heap.h"

#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "run.h"

/* 7 blocks of each size up to 1032 bytes. */
enum { MOST_IN_CACHE = 240096 };
#define MiB (UINT64_C(1) << 20)

static uint64_t slack(void) {
    const char *tunables = getenv("GLIBC_TUNABLES");
    return tunables != NULL && strstr(tunables, "tcache_count=0") != NULL ? 0 : MOST_IN_CACHE;
}

static uint64_t distance(uint64_t a, uint64_t b) {
    return a > b ? a - b : b - a;
}

/* ---- Memory in use ---- */

static const size_t small_sizes[] = {1, 24, 25, 40, 100, 1000, 1032, 1033, 4096, 65536, 131000};

START_TEST(used_is_the_sum_of_the_blocks) {
    enum { BLOCKS = 100 };
    void *block[BLOCKS];
    uint64_t sum = 0, before = info().used;
    for (int i = 0; i < BLOCKS; i++) {
        block[i] = malloc(small_sizes[_i]);
        sum += malloc_usable_size(block[i]) + sizeof(size_t);
    }
    struct sysinfo_heap full = info();
    for (int i = 0; i < BLOCKS; i++) {
        free(block[i]);
    }
    uint64_t after = info().used;
    ck_assert_uint_le(distance(full.used - before, sum), slack());
    ck_assert_uint_le(distance(after, before), slack());
    ck_assert_int_eq(SYSINFO_IS_ESTIMATED(&full, used), 0);
}
END_TEST

START_TEST(large_blocks_have_mappings_of_their_own) {
    static const size_t sizes[] = {(128 << 10) - sizeof(size_t), 200000, 1000000, 64 << 20};
    enum { SIZES = sizeof sizes / sizeof sizes[0] };
    void *block[SIZES];
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    for (int i = 0; i < SIZES; i++) {
        struct sysinfo_heap before = info();
        block[i] = malloc(sizes[i]);
        struct sysinfo_heap after = info();
        uint64_t mapping = (glibc_chunk(sizes[i]) + sizeof(size_t) + page - 1) / page * page;
        ck_assert_uint_eq(after.used_mapped - before.used_mapped, mapping);
        ck_assert_uint_eq(after.used - before.used, mapping);
        ck_assert_uint_eq(after.footprint - before.footprint, mapping);
    }
    for (int i = 0; i < SIZES; i++) {
        free(block[i]);
    }
}
END_TEST

struct crowd {
    pthread_barrier_t barrier;
    size_t blocks;
};

static void *hold_blocks(void *context) {
    enum { MOST = 500 };
    struct crowd *crowd = context;
    void *block[MOST];
    free(touched(1200)); /* Attaches an arena, with or without blocks. */
    pthread_barrier_wait(&crowd->barrier);
    for (size_t i = 0; i < crowd->blocks; i++) {
        block[i] = malloc(1200);
    }
    pthread_barrier_wait(&crowd->barrier);
    pthread_barrier_wait(&crowd->barrier); /* Meanwhile they are counted. */
    for (size_t i = 0; i < crowd->blocks; i++) {
        free(block[i]);
    }
    return NULL;
}

/* The memory in use while `threads` threads hold `blocks` blocks each. */
static struct sysinfo_heap count_crowd(unsigned threads, size_t blocks) {
    pthread_t thread[64];
    struct crowd crowd = {.blocks = blocks};
    pthread_barrier_init(&crowd.barrier, NULL, threads + 1);
    for (unsigned i = 0; i < threads; i++) {
        ck_assert_int_eq(pthread_create(&thread[i], NULL, hold_blocks, &crowd), 0);
    }
    pthread_barrier_wait(&crowd.barrier);
    pthread_barrier_wait(&crowd.barrier);
    struct sysinfo_heap heap = detail();
    pthread_barrier_wait(&crowd.barrier);
    for (unsigned i = 0; i < threads; i++) {
        pthread_join(thread[i], NULL);
    }
    return heap;
}

START_TEST(all_arenas_are_summed) {
    static const unsigned threads[] = {1, 8, 64};
    mallopt(M_ARENA_MAX, 100);
    struct sysinfo_heap without = count_crowd(threads[_i], 0), with = count_crowd(threads[_i], 500);
    ck_assert_uint_le(distance(with.used - without.used, threads[_i] * UINT64_C(500) * glibc_chunk(1200)),
                      slack() * threads[_i]);
    ck_assert_uint_eq(with.arenas, threads[_i] + 1);
}
END_TEST

START_TEST(own_mappings_of_the_program_are_not_in_it) {
    struct sysinfo_heap before = info();
    void *mapping = mmap(NULL, 10 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct sysinfo_heap after = info();
    munmap(mapping, 10 << 20);
    ck_assert_mem_eq(&before, &after, sizeof before);
}
END_TEST

START_TEST(more_than_4_GiB_do_not_wrap) {
    enum { BLOCKS = 5 };
    if (SIZE_MAX / BLOCKS < 1 << 30) {
        printf("skipped: more than 4 GiB do not fit the address space\n");
        return;
    }
    void *block[BLOCKS];
    uint64_t before = info().used;
    int got = 0;
    for (; got < BLOCKS && (block[got] = malloc(1 << 30)) != NULL; got++) { /* Untouched, so only addresses are used. */
    }
    struct sysinfo_heap heap = detail();
    if (got < BLOCKS) { /* By default the kernel refuses a block larger than its memory and swap. */
        for (int i = 0; i < got; i++) {
            free(block[i]);
        }
        printf("skipped: this machine has no memory for blocks of 1 GiB\n");
        return;
    }
    for (int i = 0; i < BLOCKS; i++) {
        free(block[i]);
    }
    ck_assert_uint_eq(heap.used - before, BLOCKS * ((UINT64_C(1) << 30) + (uint64_t)sysconf(_SC_PAGESIZE)));
    ck_assert_uint_eq(heap.used + heap.free, heap.footprint);
}
END_TEST

START_TEST(parts_add_up) {
    void *block[2000];
    for (size_t i = 0; i < 2000; i++) {
        block[i] = malloc(1 + i * 149);
    }
    for (size_t i = 0; i < 2000; i += 3) {
        free(block[i]);
        block[i] = NULL;
    }
    struct sysinfo_heap heap = info(), more = detail();
    ck_assert_uint_eq(heap.used + heap.free, heap.footprint);
    ck_assert_uint_le(heap.used_mapped, heap.used);
    ck_assert_uint_gt(heap.used_mapped, 0);
    ck_assert_uint_le(more.reclaimable, more.free);
    ck_assert_int_eq(SYSINFO_IS_ESTIMATED(&more, reclaimable), 1);
    ck_assert_int_eq(SYSINFO_HAS(&heap, reclaimable) || SYSINFO_HAS(&heap, arenas), 0);
    more.present = heap.present; /* Everything else is equal. */
    more.estimated = heap.estimated;
    more.reclaimable = more.arenas = 0;
    ck_assert_mem_eq(&heap, &more, sizeof heap);
    for (size_t i = 0; i < 2000; i++) {
        free(block[i]);
    }
}
END_TEST

/* ---- Reclaimable memory ---- */

struct pattern {
    const char *name;
    size_t blocks, size, most; /* Sizes from `size` to `most`. */
    int (*is_freed)(size_t i);
};

static unsigned noise(size_t i) {
    uint64_t x = (i + 1) * UINT64_C(0x9E3779B97F4A7C15);
    return (unsigned)((x ^ x >> 29) * UINT64_C(0xBF58476D1CE4E5B9) >> 40);
}
static int all(size_t i) {
    (void)i;
    return 1;
}
static int every_other(size_t i) {
    return i % 2 == 0;
}
static int two_of_three(size_t i) {
    return noise(i) % 3 < 2;
}
static int half(size_t i) {
    return noise(i) % 2 == 0;
}
static int runs_of_100(size_t i) {
    return i / 100 % 2 == 0;
}

static const struct pattern patterns[] = {
    {"200 bytes, all freed but the last", 150000, 200, 200, all},
    {"200 bytes, every other", 150000, 200, 200, every_other},
    {"5000 bytes, every other", 10000, 5000, 5000, every_other},
    {"40000 bytes, every other", 1500, 40000, 40000, every_other},
    {"16 to 6000 bytes, two of three", 15000, 16, 6000, two_of_three},
    {"16 to 20000 bytes, half", 6000, 16, 20000, half},
    {"24 bytes, all freed but the last", 500000, 24, 24, all},
    {"150 bytes, alternating runs of 100", 200000, 150, 150, runs_of_100},
};
enum { PATTERNS = sizeof patterns / sizeof patterns[0] };

static void leave_pattern(const struct pattern *pattern) {
    void **block = touched(pattern->blocks * sizeof *block);
    for (size_t i = 0; i < pattern->blocks; i++) {
        block[i] = touched(pattern->size + noise(i * 7) % (pattern->most - pattern->size + 1));
    }
    for (size_t i = 0; i + 1 < pattern->blocks; i++) {
        if (pattern->is_freed(i)) {
            free(block[i]);
        }
    }
}

START_TEST(reclaimable_is_what_a_trim_releases) {
    leave_pattern(&patterns[_i]);
    uint64_t predicted = detail().reclaimable, released = trim();
    uint64_t allowed = released * 12 / 100 > MiB / 2 ? released * 12 / 100 : MiB / 2;
    ck_assert_msg(distance(predicted, released) <= allowed, "%s: predicted %ju, released %ju", patterns[_i].name,
                  (uintmax_t)predicted, (uintmax_t)released);
}
END_TEST

START_TEST(trim_releases_what_a_last_block_pins) {
    uint64_t before = info().used;
    leave_pattern(&patterns[6]);
    uint64_t kept = patterns[6].blocks * sizeof(void *), peak = patterns[6].blocks * 32;
    uint64_t released = trim();
    ck_assert_uint_ge(released, peak / 100 * 99);
    ck_assert_uint_le(info().used - before, kept + MiB);
}
END_TEST

START_TEST(trim_cannot_release_around_every_second_block) {
    leave_pattern(&patterns[1]);
    ck_assert_uint_gt(info().free, 14 * MiB);
    ck_assert_uint_le(trim(), MiB / 2);
}
END_TEST

/* The library's own reading of it. */
int sysinfo__linux_resident(struct sysinfo_host *host, bool is_exact, uint64_t *bytes);

static void *free_in_thread(void *context) {
    enum { BLOCKS = 1000000 };
    void **block = mmap(NULL, BLOCKS * sizeof *block, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < BLOCKS; i++) {
        block[i] = touched(24);
    }
    for (int i = 0; i < BLOCKS; i++) {
        free(block[i]);
    }
    munmap(block, BLOCKS * sizeof *block);
    *(uint64_t *)context = trim();
    return NULL;
}

START_TEST(trim_reaches_the_arena_of_its_own_thread) {
    uint64_t before, after, released;
    ck_assert_int_eq(sysinfo__linux_resident(host, true, &before), SYSINFO_OK);
    pthread_t thread;
    ck_assert_int_eq(pthread_create(&thread, NULL, free_in_thread, &released), 0);
    pthread_join(thread, NULL);
    ck_assert_int_eq(sysinfo__linux_resident(host, true, &after), SYSINFO_OK);
    ck_assert_uint_ge(released, 26 * MiB);
    ck_assert_uint_le(after, before + 4 * MiB);
}
END_TEST

/* The counters lag by up to 64 pages per thread before Linux 6.2; what a trim relies on does not. */
START_TEST(resident_memory_is_exact_to_the_page) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    unsigned char *memory = mmap(NULL, 200 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint64_t before, after;
    (void)madvise(memory, 200 * page, MADV_NOHUGEPAGE);
    (void)sysinfo__linux_resident(host, true, &before); /* Allocates what it needs itself. */
    int status = sysinfo__linux_resident(host, true, &before);
    for (size_t i = 0; i < 33; i++) {
        memory[i * 5 * page] = 1;
    }
    int again = sysinfo__linux_resident(host, true, &after);
    munmap(memory, 200 * page);
    ck_assert_int_eq(status, SYSINFO_OK);
    ck_assert_int_eq(again, SYSINFO_OK);
    ck_assert_uint_eq(after - before, 33 * page);
}
END_TEST

START_TEST(second_trim_releases_nothing) {
    leave_pattern(&patterns[0]);
    ck_assert_uint_gt(trim(), 25 * MiB);
    ck_assert_uint_le(trim(), MiB / 2); /* malloc_trim() itself would report success again. */
}
END_TEST

int main(void) {
    if (!allocator_is("glibc")) {
        return RUN_SKIPPED;
    }
    Suite *suite = suite_create("heap, glibc");
    TCase *used = tcase_create("used");
    tcase_add_checked_fixture(used, open_host, close_host);
    tcase_add_loop_test(used, used_is_the_sum_of_the_blocks, 0, sizeof small_sizes / sizeof small_sizes[0]);
    tcase_add_test(used, large_blocks_have_mappings_of_their_own);
    tcase_add_loop_test(used, all_arenas_are_summed, 0, 3);
    tcase_add_test(used, own_mappings_of_the_program_are_not_in_it);
    tcase_add_test(used, more_than_4_GiB_do_not_wrap);
    tcase_add_test(used, parts_add_up);
    suite_add_tcase(suite, used);
    TCase *given = tcase_create("given back");
    tcase_add_checked_fixture(given, open_host, close_host);
    tcase_add_loop_test(given, reclaimable_is_what_a_trim_releases, 0, PATTERNS);
    tcase_add_test(given, trim_releases_what_a_last_block_pins);
    tcase_add_test(given, trim_cannot_release_around_every_second_block);
    tcase_add_test(given, trim_reaches_the_arena_of_its_own_thread);
    tcase_add_test(given, resident_memory_is_exact_to_the_page);
    tcase_add_test(given, second_trim_releases_nothing);
    suite_add_tcase(suite, given);
    return run(suite);
}
