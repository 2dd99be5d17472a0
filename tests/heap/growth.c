/* SPDX-License-Identifier: MIT */
/* The leak test: it must report each leak to the byte, and not mistake a cache for one. */
#include "heap.h"

#include <malloc.h>

#include "run.h"

static double growth_over(uint32_t times, void (*function)(void *), void *argument) {
    double growth = -1;
    must(sysinfo_heap_growth(host, function, argument, times, &growth));
    return growth;
}

static double growth_of(void (*function)(void *), void *argument) {
    return growth_over(1000, function, argument);
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
        if (allocator_is("glibc") && sizeof(void *) == 4) { /* A remainder of 8 bytes is too small to be split off. */
            ck_assert_double_ge(growth, (double)glibc_chunk(sizes[i]));
            ck_assert_double_le(growth, (double)glibc_chunk(sizes[i]) + 0.01);
        } else if (allocator_is("glibc")) {
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
        0.5); /* 48 bytes in 10 calls under glibc, 40 where the size class is counted; more under a sanitizer. */
    if (allocator_is("glibc")) {
        ck_assert_double_eq_tol(growth, 4.8, 0.5); /* The thread's cache may hold a few blocks more or less. */
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

/* Caches the answer to each of a number of questions. */
struct memory {
    size_t next, room;
    void *answer[30000];
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

/* A cache that is full after so many calls. */
static void fill(void *argument) {
    struct memory *memory = argument;
    if (memory->next < memory->room) {
        memory->next++;
        memory->answer[0] = malloc(64);
        *(void **)memory->answer[0] = memory->answer[1]; /* All of them are reachable. */
        memory->answer[1] = memory->answer[0];
    }
}

static const uint32_t fillings[] = {1, 2, 7, 64, 100, 333, 1000, 2500};

START_TEST(cache_that_fills_up_is_not_a_leak) {
    uint32_t times = fillings[_i];
    static struct memory cache;
    cache = (struct memory){.room = (size_t)times * 14};
    ck_assert_double_eq(growth_over(times, fill, &cache), 0);
    cache = (struct memory){.room = (size_t)times * 64}; /* An array may have grown fourfold since. */
    ck_assert_double_gt(growth_over(times, fill, &cache), 0);
    ck_assert_double_eq(growth_over(times, fill, &cache), 0); /* It is full. */
}
END_TEST

START_TEST(cache_is_not_a_leak) {
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

/* An array that is appended to forever, and grows by a factor when full. */
struct array {
    size_t used, room, numerator, denominator;
    uint64_t *entry;
};
static void append(void *argument) {
    struct array *array = argument;
    if (array->used == array->room) {
        array->room = array->room * array->numerator / array->denominator + 1;
        array->entry = realloc(array->entry, array->room * sizeof *array->entry);
        if (array->entry == NULL) {
            ck_abort_msg("no memory");
        }
    }
    array->entry[array->used] = array->used;
    array->used++;
}

static const uint32_t numbers_of_calls[] = {4,   5,   7,   10,  13,   16,   20,   25,   32,   50,
                                            64,  75,  100, 128, 150,  200,  256,  300,  333,  400,
                                            500, 512, 750, 800, 1000, 1024, 1500, 2000, 3000, 5000};
enum { NUMBERS_OF_CALLS = sizeof numbers_of_calls / sizeof numbers_of_calls[0] };
_Static_assert(NUMBERS_OF_CALLS == 30, "as many as were tried");

/* Whatever the number of calls, a doubling falls between measurements; the same for growth by half, or by four. */
START_TEST(array_that_grows_for_ever_is_a_leak) {
    static const size_t factors[][2] = {{2, 1}, {3, 2}, {4, 1}};
    for (size_t i = 0; i < sizeof factors / sizeof factors[0]; i++) {
        struct array array = {.numerator = factors[i][0], .denominator = factors[i][1]};
        array.used = array.room = _i % 2 == 0 ? 0 : numbers_of_calls[_i]; /* Empty, or used before. */
        array.entry = touched((array.room + 1) * sizeof *array.entry);
        double growth = growth_over(numbers_of_calls[_i], append, &array);
        free(array.entry);
        ck_assert_msg(growth > 0, "%u calls, factor %zu/%zu", numbers_of_calls[_i], factors[i][0], factors[i][1]);
        ck_assert_double_lt(growth, 200); /* 8 bytes per entry, and at most four times as much room. */
    }
}
END_TEST

static void leak_very_rarely(void *argument) {
    size_t *calls = argument;
    kept = malloc(1000);
    if (++*calls % 10000 != 0) {
        free(kept);
    }
}

START_TEST(one_block_in_ten_thousand_calls_is_a_leak) {
    size_t calls = 0;
    double growth = growth_of(leak_very_rarely, &calls);
    ck_assert_double_gt(growth, 0);
    ck_assert_double_lt(growth, 0.3); /* 1008 bytes or slightly more, at most 2 in 14,000 calls. */
}
END_TEST

/* Fills a buffer, and starts over when it is full: a measurement may come anywhere within a round. */
static void fill_and_drop(void *argument) {
    struct memory *memory = argument;
    if (memory->next == memory->room) {
        for (size_t i = 0; i < memory->room; i++) {
            free(memory->answer[i]);
        }
        memory->next = 0;
    }
    memory->answer[memory->next++] = malloc(50);
}

START_TEST(rise_and_fall_is_not_a_leak) {
    static struct memory memory;
    static const size_t rooms[] = {7, 100, 333, 1000, 2048, 777, 5000, 30000};
    memory.room = rooms[_i];
    ck_assert_double_eq(growth_of(fill_and_drop, &memory), 0);
}
END_TEST

/* The allocator keeps some freed blocks of each size, and more of them over time. */
struct ring {
    void *block[50];
    size_t blocks, next;
    uint64_t state;
};

static void renew_one_of_any_size(void *argument) {
    struct ring *ring = argument;
    ring->state = ring->state * 6364136223846793005U + 1442695040888963407U;
    void **block = &ring->block[ring->next++ % ring->blocks];
    free(*block);
    *block = malloc(600 + (size_t)(ring->state >> 33) % 400);
}

START_TEST(blocks_of_any_size_that_come_and_go_are_no_leak) {
    struct ring ring = {.blocks = _i % 2 == 0 ? 5 : 20, .state = (unsigned long)_i};
    ck_assert_double_eq(growth_over(100, renew_one_of_any_size, &ring), 0);
}
END_TEST

START_TEST(leak_behind_a_cache_is_seen) {
    static struct memory memory = {.room = 9000};
    for (int i = 0; i < 9000; i++) {
        remember(&memory);
    }
    memset(memory.answer, 0, sizeof memory.answer); /* Drops everything, so that it leaks from now on. */
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
        return RUN_SKIPPED; /* This allocator does not report it. */
    }
    Suite *suite = suite_create("heap growth");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, open_host, close_host);
    tcase_add_test(all, one_block_a_call_is_its_size);
    tcase_add_test(all, one_block_in_ten_calls_is_a_tenth);
    tcase_add_loop_test(all, cache_is_not_a_leak, 0, 6);
    tcase_add_loop_test(all, cache_that_fills_up_is_not_a_leak, 0, (int)(sizeof fillings / sizeof fillings[0]));
    tcase_add_loop_test(all, array_that_grows_for_ever_is_a_leak, 0, NUMBERS_OF_CALLS);
    tcase_add_test(all, one_block_in_ten_thousand_calls_is_a_leak);
    tcase_add_loop_test(all, rise_and_fall_is_not_a_leak, 0, 8);
    tcase_add_loop_test(all, blocks_of_any_size_that_come_and_go_are_no_leak, 0, 10);
    tcase_add_test(all, leak_behind_a_cache_is_seen);
    tcase_add_test(all, wrong_arguments_are_invalid);
    suite_add_tcase(suite, all);
    return run(suite);
}
