/* SPDX-License-Identifier: MIT */
/* The watch fires when the heap has grown, and only then. */
#include <errno.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run.h"
#include "tracker.h"

enum { MIB = 1 << 20 };

static volatile int fired;
static pthread_t fired_in;
static struct sysinfo_heap_tally at_firing;

static void count(void *argument) {
    MUST(argument == &fired);
    fired++;
    fired_in = pthread_self();
    at_firing = process_counts();
    errno = 1;
}

static void watch(uint64_t bytes, uint64_t blocks) {
    fired = 0;
    MUST(sysinfo_heap_watch(bytes, blocks, count, (void *)(uintptr_t)&fired) == SYSINFO_OK);
}

static void off(void) {
    MUST(sysinfo_heap_watch(0, 0, NULL, NULL) == SYSINFO_OK);
}

/* In blocks of 1000 bytes. */
static void grow(void **block, size_t bytes) {
    size_t grown = 0;
    for (size_t i = 0; grown < bytes; i++) {
        block[i] = malloc(1000);
        grown += malloc_usable_size(block[i]);
    }
}

static void shrink(void **block) {
    for (size_t i = 0; block[i] != NULL; i++) {
        free(block[i]);
        block[i] = NULL;
    }
}

static void *block[20000];

START_TEST(ten_mebibytes_fire_ten_times) {
    watch(MIB, 0);
    grow(block, 10 * MIB);
    int times = fired;
    off();
    shrink(block);
    ck_assert_int_ge(times, 9);
    ck_assert_int_le(times, 10);
}
END_TEST

START_TEST(large_blocks_fire_at_once_after_the_allocation) {
    watch(MIB, 0);
    int64_t before = process_counts().live;
    for (int i = 0; i < 10; i++) {
        block[i] = malloc(MIB);
        MUST(fired == i + 1);
        MUST(at_firing.live >= before + (i + 1) * MIB);
    }
    off();
    shrink(block);
}
END_TEST

START_TEST(what_was_freed_must_grow_again) {
    watch(MIB, 0);
    for (int i = 0; i < 20; i++) { /* Up and down below the threshold, never above it. */
        grow(block, MIB * 3 / 4);
        shrink(block);
    }
    int below = fired;
    grow(block, MIB * 3 / 2);
    int above = fired;
    shrink(block);
    grow(block, MIB * 3 / 2); /* From the bottom again. */
    int again = fired;
    off();
    shrink(block);
    ck_assert_int_eq(below, 0);
    ck_assert_int_eq(above, 1);
    ck_assert_int_eq(again, 2);
}
END_TEST

START_TEST(blocks_fire_too) {
    watch(0, 5000);
    for (int i = 0; i < 19999; i++) {
        block[i] = malloc(1);
    }
    int times = fired;
    off();
    shrink(block);
    ck_assert_int_ge(times, 2); /* At least 20,000 / (5000 + 1024). */
    ck_assert_int_le(times, 4);
}
END_TEST

static void *inner[4000];

static void allocate_inside(void *argument) {
    (void)argument;
    fired++;
    grow(inner, 3 * MIB);
    shrink(inner);
}

START_TEST(allocating_inside_does_not_call_it_again) {
    fired = 0;
    MUST(sysinfo_heap_watch(MIB, 0, allocate_inside, NULL) == SYSINFO_OK);
    grow(block, 5 * MIB);
    int times = fired;
    off();
    shrink(block);
    ck_assert_int_ge(times, 4);
    ck_assert_int_le(times, 5);
}
END_TEST

START_TEST(off_is_off) {
    watch(MIB, 0);
    off();
    grow(block, 5 * MIB);
    shrink(block);
    ck_assert_int_eq(fired, 0);
}
END_TEST

static void change_watch(void *argument) {
    (void)argument;
    fired++;
    off();
}

START_TEST(watch_may_be_changed_inside) {
    fired = 0;
    MUST(sysinfo_heap_watch(MIB, 0, change_watch, NULL) == SYSINFO_OK);
    grow(block, 5 * MIB);
    shrink(block);
    ck_assert_int_eq(fired, 1);
}
END_TEST

START_TEST(errno_stays) {
    watch(MIB, 0);
    errno = 4711;
    void *volatile large = malloc(2 * MIB);
    int error = errno;
    free(large);
    off();
    ck_assert_int_eq(fired, 1);
    ck_assert_int_eq(error, 4711);
}
END_TEST

static void *grow_in_thread(void *unused) {
    (void)unused;
    void *volatile large = malloc(2 * MIB);
    free(large);
    return NULL;
}

START_TEST(fires_in_the_thread_that_allocates) {
    pthread_t thread;
    watch(MIB, 0);
    MUST(pthread_create(&thread, NULL, grow_in_thread, NULL) == 0);
    pthread_join(thread, NULL);
    off();
    ck_assert_int_eq(fired, 1);
    ck_assert(pthread_equal(fired_in, thread));
}
END_TEST

static void count_together(void *argument) {
    (void)argument;
    __atomic_fetch_add(&fired, 1, __ATOMIC_RELAXED);
}

static pthread_barrier_t started;

static void *grow_together(void *blocks) {
    pthread_barrier_wait(&started);
    grow(blocks, 5 * MIB);
    return NULL;
}

START_TEST(growth_of_threads_adds_up) {
    enum { THREADS = 4 };
    pthread_t thread[THREADS];
    static void *own[THREADS][6000];
    MUST(pthread_barrier_init(&started, NULL, THREADS) == 0);
    fired = 0;
    MUST(sysinfo_heap_watch(2 * MIB, 0, count_together, NULL) == SYSINFO_OK);
    for (int i = 0; i < THREADS; i++) {
        MUST(pthread_create(&thread[i], NULL, grow_together, own[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(thread[i], NULL);
    }
    int times = fired;
    off();
    for (int i = 0; i < THREADS; i++) {
        shrink(own[i]);
    }
    ck_assert_int_ge(times, 8); /* 20 MiB, minus what each thread has not reported. */
    ck_assert_int_le(times, 10);
}
END_TEST

static volatile int stop;

static void *change_often(void *unused) {
    while (!stop) {
        watch(MIB, 0);
        off();
    }
    return unused;
}

START_TEST(may_be_changed_while_others_allocate) {
    pthread_t thread;
    MUST(pthread_create(&thread, NULL, change_often, NULL) == 0);
    for (int i = 0; i < 2000; i++) {
        void *volatile large = malloc(2 * MIB);
        free(large);
    }
    stop = 1;
    pthread_join(thread, NULL);
    off();
}
END_TEST

START_TEST(child_keeps_the_watch) {
    watch(MIB, 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        void *volatile large = malloc(2 * MIB);
        free(large);
        _exit(fired);
    }
    int status;
    MUST(waitpid(child, &status, 0) == child);
    off();
    ck_assert_int_eq(WEXITSTATUS(status), 1);
    ck_assert_int_eq(fired, 0);
}
END_TEST

START_TEST(threshold_without_a_function_is_invalid) {
    ck_assert_int_eq(sysinfo_heap_watch(1, 0, NULL, NULL), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_heap_watch(0, 1, NULL, NULL), SYSINFO_INVALID);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("watch");
    TCase *tests = tcase_create("watch");
    tcase_add_test(tests, ten_mebibytes_fire_ten_times);
    tcase_add_test(tests, large_blocks_fire_at_once_after_the_allocation);
    tcase_add_test(tests, what_was_freed_must_grow_again);
    tcase_add_test(tests, blocks_fire_too);
    tcase_add_test(tests, allocating_inside_does_not_call_it_again);
    tcase_add_test(tests, off_is_off);
    tcase_add_test(tests, watch_may_be_changed_inside);
    tcase_add_test(tests, errno_stays);
    tcase_add_test(tests, fires_in_the_thread_that_allocates);
    tcase_add_test(tests, growth_of_threads_adds_up);
    tcase_add_test(tests, may_be_changed_while_others_allocate);
    tcase_add_test(tests, child_keeps_the_watch);
    tcase_add_test(tests, threshold_without_a_function_is_invalid);
    suite_add_tcase(suite, tests);
    return run(suite);
}
