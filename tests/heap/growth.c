/* SPDX-License-Identifier: MIT */
/* The leak test: it must name each leak to the byte, and not take a cache for one. */
#include "heap.h"

#include <malloc.h>

#include "run.h"

static double growth_of(void (*function)(void *), void *argument) {
    double growth = -1;
    must(sysinfo_heap_growth(host, function, argument, 1000, &growth));
    return growth;
}

static void *volatile kept;

static double cost_of(size_t size) {
    struct sysinfo_heap before = info();
    void *block = malloc(size);
    struct sysinfo_heap after = info();
    free(block);
    (void)trims(host);
    return (double)(after.used - before.used);
}

static void leak_one(void *argument) {
    kept = malloc(*(size_t *)argument);
}

START_TEST(one_block_a_call_is_its_size) {
    static size_t sizes[] = {1, 24, 100, 2000, 5000};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        double growth = growth_of(leak_one, &sizes[i]);
        if (allocator_is("glibc")) {
            ck_assert_double_eq(growth, (double)glibc_chunk(sizes[i]));
        } else {
            ck_assert_double_eq(growth, cost_of(sizes[i]));
        }
    }
}
END_TEST

static void leak_rarely(void *argument) {
    int *calls = argument;
    kept = malloc(40);
    if (++*calls % 10 != 0) {
        free(kept);
    }
}

START_TEST(one_block_in_ten_calls_is_a_tenth) {
    int calls = 0;
    double growth = growth_of(leak_rarely, &calls);
    ck_assert_double_ge_tol(
        growth, 4.0,
        0.5); /* 48 bytes in 10 calls under glibc, 40 where the class of the size is counted; more under a sanitizer. */
    if (allocator_is("glibc")) {
        ck_assert_double_eq_tol(growth, 4.8, 0.5); /* The thread's cache may hold some blocks more or less. */
    }
}
END_TEST

static void tidy(void *argument) {
    (void)argument;
    void *block[20];
    for (size_t i = 0; i < 20; i++) {
        block[i] = malloc(10 + i * 333);
    }
    for (size_t i = 0; i < 20; i++) {
        free(block[i]);
    }
}

static void fill_on_first_call(void *argument) {
    void **cache = argument;
    if (*cache == NULL) {
        *cache = malloc(100000);
    }
}

/* Remembers what it made for each of so many questions. */
struct memory {
    size_t next, room;
    void *answer[9000];
};
static void remember(void *argument) {
    struct memory *memory = argument;
    void **answer = &memory->answer[memory->next++ % memory->room];
    if (*answer == NULL) {
        *answer = malloc(64);
    }
}

static void replace(void *argument) {
    struct memory *memory = argument;
    void **answer = &memory->answer[memory->next++ % memory->room];
    free(*answer);
    *answer = malloc(100);
}

static void grow_buffer(void *argument) {
    struct memory *memory = argument;
    if (memory->next < 3000000) {
        memory->next = memory->next * 2 + 1000;
        memory->answer[0] = realloc(memory->answer[0], memory->next);
    }
}

START_TEST(cache_is_no_leak) {
    static void *cache;
    static struct memory small = {.room = 64}, large = {.room = 9000}, ring = {.room = 500}, buffer = {.room = 1};
    static const struct {
        void (*function)(void *);
        void *argument;
    } caches[] = {{tidy, NULL},     {fill_on_first_call, &cache}, {remember, &small}, {remember, &large},
                  {replace, &ring}, {grow_buffer, &buffer}};
    ck_assert_double_eq(growth_of(caches[_i].function, caches[_i].argument), 0);
}
END_TEST

START_TEST(leak_behind_a_cache_is_seen) {
    static struct memory memory = {.room = 9000};
    for (int i = 0; i < 9000; i++) {
        remember(&memory);
    }
    memset(memory.answer, 0, sizeof memory.answer); /* Forgets all that it has: now it leaks on. */
    static size_t size = 24;
    double growth = growth_of(leak_one, &size);
    ck_assert_double_gt(growth, 23);
}
END_TEST

START_TEST(wrong_arguments_are_invalid) {
    double growth = 77;
    ck_assert_int_eq(sysinfo_heap_growth(host, NULL, NULL, 10, &growth), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_heap_growth(host, tidy, NULL, 0, &growth), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_heap_growth(host, tidy, NULL, 10, NULL), SYSINFO_INVALID);
    ck_assert_double_eq(growth, 77);
    ck_assert_int_eq(sysinfo_heap_growth(NULL, tidy, NULL, 10, &growth), SYSINFO_OK);
    ck_assert_double_eq(growth, 0);
}
END_TEST

int main(void) {
    double growth;
    if (sysinfo_heap_growth(NULL, tidy, NULL, 1, &growth) != SYSINFO_OK) {
        return RUN_SKIPPED; /* This allocator does not tell. */
    }
    Suite *suite = suite_create("heap growth");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, open_host, close_host);
    tcase_add_test(all, one_block_a_call_is_its_size);
    tcase_add_test(all, one_block_in_ten_calls_is_a_tenth);
    tcase_add_loop_test(all, cache_is_no_leak, 0, 6);
    tcase_add_test(all, leak_behind_a_cache_is_seen);
    tcase_add_test(all, wrong_arguments_are_invalid);
    suite_add_tcase(suite, all);
    return run(suite);
}
