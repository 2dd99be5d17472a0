/* SPDX-License-Identifier: MIT */
/* The decoders of src/win with literal input, on any machine. */
#include <check.h>

#include <string.h>

#include "run.h"
#include "win/decode.h"

/* ---- CPU time ---- */

START_TEST(modes_are_disjoint_and_add_up_to_kernel_and_user_time) {
    const struct sysinfo__processor processor = {
        .idle = 500, .kernel = 1000, .user = 250, .dpc = 70, .interrupt = 30, .interrupts = 9};
    struct sysinfo__modes modes = {0};
    sysinfo__modes_add(&modes, &processor);
    ck_assert_uint_eq(modes.system, 400);
    ck_assert_uint_eq(modes.irq, 30);
    ck_assert_uint_eq(modes.softirq, 70);
    ck_assert_uint_eq(modes.user + modes.system + modes.idle + modes.irq + modes.softirq, 1250);
    ck_assert(!modes.is_estimated);
    sysinfo__modes_add(&modes, &processor);
    ck_assert_uint_eq(modes.system, 800);
    ck_assert_uint_eq(modes.idle, 1000);
}
END_TEST

START_TEST(units_of_100_ns_become_seconds) {
    const struct sysinfo__modes modes = {
        .user = 15000000, .system = 1, .idle = UINT64_C(31536000) * 128 * 10000000, .irq = 10, .softirq = 0};
    struct sysinfo_cpu_sample sample = {0};
    sysinfo__modes_report(&modes, &sample);
    ck_assert(sample.user == 1.5);
    ck_assert(sample.system == 1e-7);
    ck_assert(sample.idle == 128.0 * 31536000); /* A year of 128 CPUs. */
    ck_assert(sample.irq == 1e-6 && sample.softirq == 0 && SYSINFO_HAS(&sample, softirq));
    ck_assert(!SYSINFO_HAS(&sample, nice) && !SYSINFO_HAS(&sample, iowait) && !SYSINFO_HAS(&sample, steal));
    ck_assert_uint_eq(sample.estimated, 0);
}
END_TEST

START_TEST(kernel_time_that_lags_is_zero_system_time) {
    static const struct sysinfo__processor lagging[] = {
        {.idle = 500, .kernel = 499},                             /* Less than idle. */
        {.idle = 500, .kernel = 600, .interrupt = 101},           /* Less than idle and interrupts. */
        {.idle = 500, .kernel = 600, .interrupt = 50, .dpc = 51}, /* And deferred work. */
        {.idle = INT64_MAX, .kernel = INT64_MAX, .interrupt = INT64_MAX, .dpc = INT64_MAX}, /* Sums would overflow. */
    };
    for (size_t i = 0; i < sizeof lagging / sizeof lagging[0]; i++) {
        struct sysinfo__modes modes = {0};
        struct sysinfo_cpu_sample sample = {0};
        sysinfo__modes_add(&modes, &lagging[i]);
        ck_assert_uint_eq(modes.system, 0);
        ck_assert_uint_eq(modes.idle, (uint64_t)lagging[i].idle);
        sysinfo__modes_report(&modes, &sample);
        ck_assert(SYSINFO_IS_ESTIMATED(&sample, system) && !SYSINFO_IS_ESTIMATED(&sample, idle));
    }
}
END_TEST

START_TEST(a_negative_counter_is_0_and_marked) {
    const struct sysinfo__processor processor = {.idle = 100, .kernel = 300, .user = -1};
    struct sysinfo__modes modes = {0};
    sysinfo__modes_add(&modes, &processor);
    ck_assert_uint_eq(modes.user, 0);
    ck_assert_uint_eq(modes.system, 200);
    ck_assert(modes.is_estimated);
}
END_TEST

/* ---- Cores ---- */

enum { MASK = sizeof(uintptr_t), CORE = 32 + MASK + 8 };

struct text {
    unsigned char byte[512];
    size_t length;
};

static void put(struct text *text, size_t at, const void *value, size_t size) {
    memcpy(text->byte + at, value, size);
}

/* An entry of `relation` for the CPUs of one group per mask, with `size` as its declared length. */
static void add_entry(struct text *text, uint32_t relation, uint32_t size, uint16_t groups, const uintptr_t *masks) {
    size_t at = text->length;
    memset(text->byte + at, 0, size);
    put(text, at, &relation, 4);
    put(text, at + 4, &size, 4);
    put(text, at + 30, &groups, 2);
    for (uint16_t i = 0; i < groups && 32u + i * (MASK + 8u) + MASK + 2 <= size; i++) {
        put(text, at + 32 + i * (MASK + 8u), &masks[i], MASK);
        put(text, at + 32 + i * (MASK + 8u) + MASK, &i, 2);
    }
    text->length += size;
}

static const uintptr_t first_core[] = {3}, second_core[] = {4}, wide_core[] = {1, UINTPTR_MAX};

START_TEST(cores_and_their_cpus_are_counted) {
    struct text text = {.length = 0};
    struct sysinfo__cores cores;
    add_entry(&text, 0, CORE, 1, first_core);
    add_entry(&text, 3, CORE, 1, first_core); /* A package: skipped. */
    add_entry(&text, 0, CORE, 1, second_core);
    add_entry(&text, 0xFFFF, 8, 0, NULL); /* From a later Windows. */
    ck_assert(sysinfo__decode_cores(text.byte, text.length, NULL, &cores));
    ck_assert_uint_eq(cores.cores, 2);
    ck_assert_uint_eq(cores.cpus, 3);
    add_entry(&text, 0, CORE + MASK + 8, 2, wide_core);
    ck_assert(sysinfo__decode_cores(text.byte, text.length, NULL, &cores));
    ck_assert_uint_eq(cores.cores, 3);
    ck_assert_uint_eq(cores.cpus, 4 + 8 * MASK);
}
END_TEST

START_TEST(the_fingerprint_distinguishes_sets_and_is_stable) {
    struct text one = {.length = 0}, other = {.length = 0};
    struct sysinfo__cores a, b;
    add_entry(&one, 0, CORE, 1, first_core);
    add_entry(&other, 0, CORE, 1, second_core);
    ck_assert(sysinfo__decode_cores(one.byte, one.length, NULL, &a) &&
              sysinfo__decode_cores(other.byte, other.length, NULL, &b));
    ck_assert(a.fingerprint != b.fingerprint && a.fingerprint != 0);
    other.length = 0;
    add_entry(&other, 0, CORE, 1, first_core);
    ck_assert(sysinfo__decode_cores(other.byte, other.length, NULL, &b));
    ck_assert_uint_eq(a.fingerprint, b.fingerprint);
    ck_assert(sysinfo__decode_cores("", 0, NULL, &b) && b.cores == 0 && b.cpus == 0 && b.fingerprint != 0);
}
END_TEST

START_TEST(entries_that_do_not_fit_their_sizes_are_refused) {
    struct sysinfo__cores cores;
    static const uint32_t sizes[] = {0, 4, 7, 31, CORE - 8, CORE + 1, 0x80000000, UINT32_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct text text = {.length = 0};
        add_entry(&text, 0, CORE, 1, first_core);
        put(&text, 4, &sizes[i], 4);
        ck_assert_msg(!sysinfo__decode_cores(text.byte, CORE, NULL, &cores), "size %u", (unsigned)sizes[i]);
    }
    for (size_t length = 1; length < CORE; length++) { /* Cut anywhere. */
        struct text text = {.length = 0};
        add_entry(&text, 0, CORE, 1, first_core);
        ck_assert(!sysinfo__decode_cores(text.byte, length, NULL, &cores));
    }
    struct text text = {.length = 0};
    const uint16_t too_many = UINT16_MAX;
    add_entry(&text, 0, CORE, 1, first_core);
    put(&text, 30, &too_many, 2);
    ck_assert(!sysinfo__decode_cores(text.byte, text.length, NULL, &cores));
}
END_TEST

/* ---- Memory ---- */

START_TEST(pages_become_bytes) {
    const struct sysinfo__pages pages = {.page_size = 4096,
                                         .total = 1 << 20,
                                         .available = 1 << 19,
                                         .cache = 5,
                                         .nonpaged = 6,
                                         .committed = 7,
                                         .commit_limit = UINT64_C(1) << 40};
    const struct sysinfo__page_lists lists = {.zeroed = 10, .free = 20, .modified = 30};
    struct sysinfo_memory memory = {0};
    ck_assert(sysinfo__decode_memory(&pages, &lists, &memory));
    ck_assert_uint_eq(memory.total, UINT64_C(4) << 30);
    ck_assert_uint_eq(memory.available, UINT64_C(2) << 30);
    ck_assert_uint_eq(memory.cached, 5 * 4096);
    ck_assert_uint_eq(memory.wired, 6 * 4096);
    ck_assert_uint_eq(memory.committed, 7 * 4096);
    ck_assert_uint_eq(memory.commit_limit, UINT64_C(1) << 52);
    ck_assert_uint_eq(memory.free, 30 * 4096);
    ck_assert_uint_eq(memory.laundry, 30 * 4096);
}
END_TEST

START_TEST(numbers_too_large_for_bytes_are_not_known) {
    const struct sysinfo__pages pages = {.page_size = 4096,
                                         .total = 1,
                                         .available = UINT64_MAX,
                                         .cache = UINT64_MAX,
                                         .nonpaged = UINT64_MAX,
                                         .committed = UINT64_MAX,
                                         .commit_limit = UINT64_MAX};
    const struct sysinfo__page_lists lists = {.zeroed = UINTPTR_MAX, .free = UINTPTR_MAX, .modified = UINTPTR_MAX};
    struct sysinfo_memory memory = {0};
    ck_assert(sysinfo__decode_memory(&pages, sizeof(uintptr_t) == 8 ? &lists : NULL, &memory));
    ck_assert_uint_eq(memory.present, SYSINFO_BIT(struct sysinfo_memory, total));
}
END_TEST

START_TEST(a_sum_too_large_for_bytes_is_not_known) {
    const struct sysinfo__pages pages = {.page_size = 4096, .total = 1};
    const struct sysinfo__page_lists lists = {.zeroed = UINTPTR_MAX - 1, .free = 1, .modified = 2};
    struct sysinfo_memory memory = {0};
    ck_assert(sysinfo__decode_memory(&pages, &lists, &memory));
    ck_assert_int_eq(SYSINFO_HAS(&memory, free), sizeof(uintptr_t) < 8);
    ck_assert_uint_eq(memory.laundry, 2 * 4096);
}
END_TEST

/* As in wine. */
START_TEST(zero_cache_pool_and_commitments_are_unknown) {
    const struct sysinfo__pages pages = {.page_size = 4096, .total = 10, .available = 3};
    struct sysinfo_memory memory = {0};
    ck_assert(sysinfo__decode_memory(&pages, NULL, &memory));
    ck_assert_uint_eq(memory.present,
                      SYSINFO_BIT(struct sysinfo_memory, total) | SYSINFO_BIT(struct sysinfo_memory, available));
}
END_TEST

START_TEST(no_memory_at_all_is_refused) {
    static const struct sysinfo__pages nothing[] = {
        {.page_size = 0, .total = 5}, {.page_size = 4096, .total = 0}, {.page_size = 4096, .total = UINT64_MAX}};
    for (size_t i = 0; i < sizeof nothing / sizeof nothing[0]; i++) {
        struct sysinfo_memory memory = {0};
        ck_assert(!sysinfo__decode_memory(&nothing[i], NULL, &memory));
        ck_assert_uint_eq(memory.present, 0);
    }
}
END_TEST

/* ---- Page files ---- */

static void add_file(struct text *text, uint32_t next, uint32_t pages, uint32_t in_use) {
    memset(text->byte + text->length, 0xEE, 32);
    put(text, text->length, &next, 4);
    put(text, text->length + 4, &pages, 4);
    put(text, text->length + 8, &in_use, 4);
    text->length += next != 0 ? next : 32;
}

START_TEST(page_files_are_followed_by_their_offsets) {
    struct text text = {.length = 0};
    struct sysinfo_swap swap = {0};
    add_file(&text, 100, 1000, 10);
    add_file(&text, 33, 200, 5); /* At any alignment. */
    add_file(&text, 0, 1, 0);
    ck_assert(sysinfo__decode_page_files(text.byte, text.length, 4096, &swap));
    ck_assert_uint_eq(swap.total, 1201 * 4096);
    ck_assert_uint_eq(swap.used, 15 * 4096);
    ck_assert_uint_eq(swap.estimated, 0);
}
END_TEST

START_TEST(no_bytes_are_no_page_file) {
    struct sysinfo_swap swap = {0};
    ck_assert(sysinfo__decode_page_files("", 0, 4096, &swap));
    ck_assert(SYSINFO_HAS(&swap, total) && SYSINFO_HAS(&swap, used) && swap.total == 0 && swap.used == 0);
}
END_TEST

START_TEST(page_files_beyond_the_end_are_refused) {
    struct sysinfo_swap swap = {0};
    for (size_t length = 1; length < 12; length++) {
        struct text text = {.length = 0};
        add_file(&text, 0, 1, 1);
        ck_assert(!sysinfo__decode_page_files(text.byte, length, 4096, &swap));
    }
    static const uint32_t offsets[] = {21, 32, 33, 0x7FFFFFFF, UINT32_MAX};
    for (size_t i = 0; i < sizeof offsets / sizeof offsets[0]; i++) {
        struct text text = {.length = 0};
        add_file(&text, 0, 1, 1);
        put(&text, 0, &offsets[i], 4);
        ck_assert_msg(!sysinfo__decode_page_files(text.byte, 32, 4096, &swap), "offset %u", (unsigned)offsets[i]);
    }
    ck_assert_uint_eq(swap.present, 0);
}
END_TEST

START_TEST(page_files_too_large_for_bytes_are_refused) {
    struct text text = {.length = 0};
    struct sysinfo_swap swap = {0};
    add_file(&text, 0, 2, 1);
    ck_assert(!sysinfo__decode_page_files(text.byte, text.length, UINT64_MAX, &swap));
    text.length = 0;
    add_file(&text, 0, 1, 2); /* More in use than exists, as a file may show while it shrinks. */
    ck_assert(!sysinfo__decode_page_files(text.byte, text.length, UINT64_MAX, &swap));
    ck_assert_uint_eq(swap.present, 0);
}
END_TEST

START_TEST(what_may_be_promised_beyond_memory_is_the_estimate_of_swap) {
    struct sysinfo__pages pages = {.page_size = 4096, .total = 1000, .commit_limit = 1500};
    struct sysinfo_swap swap = {0};
    sysinfo__estimate_page_files(&pages, &swap);
    ck_assert_uint_eq(swap.total, 500 * 4096);
    ck_assert(SYSINFO_IS_ESTIMATED(&swap, total) && !SYSINFO_HAS(&swap, used));
    pages.commit_limit = 1000;
    swap = (struct sysinfo_swap){0};
    sysinfo__estimate_page_files(&pages, &swap);
    ck_assert(swap.total == 0 && SYSINFO_IS_ESTIMATED(&swap, total) && SYSINFO_IS_ESTIMATED(&swap, used));
    pages.commit_limit = UINT64_MAX;
    swap = (struct sysinfo_swap){0};
    sysinfo__estimate_page_files(&pages, &swap);
    ck_assert_uint_eq(swap.present, 0);
}
END_TEST

/* ---- Counters ---- */

START_TEST(counters_are_at_their_offsets_in_every_version_of_the_struct) {
    static const size_t lengths[] = {312, 328, 344};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        uint32_t numbers[86];
        struct sysinfo_stats stats = {0};
        memset(numbers, 0xEE, sizeof numbers);
        numbers[296 / 4] = UINT32_MAX;
        numbers[308 / 4] = 7;
        ck_assert(sysinfo__decode_performance(numbers, lengths[i], &stats));
        ck_assert_uint_eq(stats.ctx_switches, UINT32_MAX);
        ck_assert_uint_eq(stats.syscalls, 7);
        ck_assert(!SYSINFO_HAS(&stats, interrupts) && !SYSINFO_HAS(&stats, soft_interrupts));
    }
    uint32_t numbers[78] = {0};
    struct sysinfo_stats stats = {0};
    ck_assert(!sysinfo__decode_performance(numbers, 0, &stats));
    ck_assert(!sysinfo__decode_performance(numbers, 299, &stats));
    ck_assert(!sysinfo__decode_performance(numbers, 311, &stats));
    ck_assert(sysinfo__decode_performance(numbers, 312, &stats));
    ck_assert_uint_eq(stats.present, 0);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("windows_decode");
    TCase *cases = tcase_create("decode");
    tcase_add_test(cases, modes_are_disjoint_and_add_up_to_kernel_and_user_time);
    tcase_add_test(cases, units_of_100_ns_become_seconds);
    tcase_add_test(cases, kernel_time_that_lags_is_zero_system_time);
    tcase_add_test(cases, a_negative_counter_is_0_and_marked);
    tcase_add_test(cases, cores_and_their_cpus_are_counted);
    tcase_add_test(cases, the_fingerprint_distinguishes_sets_and_is_stable);
    tcase_add_test(cases, entries_that_do_not_fit_their_sizes_are_refused);
    tcase_add_test(cases, pages_become_bytes);
    tcase_add_test(cases, numbers_too_large_for_bytes_are_not_known);
    tcase_add_test(cases, a_sum_too_large_for_bytes_is_not_known);
    tcase_add_test(cases, zero_cache_pool_and_commitments_are_unknown);
    tcase_add_test(cases, no_memory_at_all_is_refused);
    tcase_add_test(cases, page_files_are_followed_by_their_offsets);
    tcase_add_test(cases, no_bytes_are_no_page_file);
    tcase_add_test(cases, page_files_beyond_the_end_are_refused);
    tcase_add_test(cases, page_files_too_large_for_bytes_are_refused);
    tcase_add_test(cases, what_may_be_promised_beyond_memory_is_the_estimate_of_swap);
    tcase_add_test(cases, counters_are_at_their_offsets_in_every_version_of_the_struct);
    suite_add_tcase(suite, cases);
    return run(suite);
}
