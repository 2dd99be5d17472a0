/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "internal.h"
#include "suites.h"

static const uint64_t guard = UINT64_C(0xFEEDFACECAFEBEEF);

START_TEST(a_result_is_given_as_far_as_it_fits) {
    uint64_t full[6] = {0x3C, 0x24, 10, 20, 30, 40}; /* Slots 2 to 5 are known, 2 and 5 estimated. */
    for (size_t slots = 3; slots <= SYSINFO_SLOTS; slots++) {
        uint64_t out[SYSINFO_SLOTS + 1];
        for (size_t i = 0; i <= SYSINFO_SLOTS; i++) {
            out[i] = guard;
        }
        sysinfo__give(out, slots * 8, full, sizeof full);
        uint64_t within = slots < 6 ? (UINT64_C(1) << slots) - 1 : 0x3F;
        ck_assert_uint_eq(out[0], 0x3C & within);
        ck_assert_uint_eq(out[1], 0x24 & within);
        for (size_t i = 2; i < slots; i++) {
            ck_assert_uint_eq(out[i], i < 6 ? full[i] : 0);
        }
        for (size_t i = slots; i <= SYSINFO_SLOTS; i++) {
            ck_assert_uint_eq(out[i], guard);
        }
    }
}
END_TEST

START_TEST(a_full_row_of_slots_keeps_all_its_bits) {
    uint64_t full[SYSINFO_SLOTS], out[SYSINFO_SLOTS + 1];
    memset(full, 0xFF, sizeof full);
    for (size_t size = sizeof full; size <= sizeof out; size += 8) { /* The same size, and one of a later version. */
        memset(out, 0, sizeof out);
        sysinfo__give(out, size, full, sizeof full);
        ck_assert_uint_eq(out[0], UINT64_MAX);
        ck_assert_uint_eq(out[SYSINFO_SLOTS - 1], UINT64_MAX);
    }
}
END_TEST

START_TEST(facts_and_guesses_set_their_bits) {
    struct sysinfo_memory memory = {.present = 0};
    FACT(&memory, free, 12);
    GUESS(&memory, available, 34);
    ck_assert_uint_eq(memory.free, 12);
    ck_assert_uint_eq(memory.available, 34);
    ck_assert_uint_eq(memory.present,
                      SYSINFO_BIT(struct sysinfo_memory, free) | SYSINFO_BIT(struct sysinfo_memory, available));
    ck_assert_uint_eq(memory.estimated, SYSINFO_BIT(struct sysinfo_memory, available));
    ck_assert(SYSINFO_HAS(&memory, free) && !SYSINFO_IS_ESTIMATED(&memory, free) &&
              SYSINFO_IS_ESTIMATED(&memory, available));
    ck_assert(!SYSINFO_HAS(&memory, total) && !SYSINFO_IS_ESTIMATED(&memory, total));
}
END_TEST

/* Compiled programs rely on these numbers. */
START_TEST(statuses_have_their_numbers_and_names) {
    static const struct {
        int status, number;
        const char *name;
    } rows[] = {{SYSINFO_OK, 0, "SYSINFO_OK"},
                {SYSINFO_NOT_SUPPORTED, -1, "SYSINFO_NOT_SUPPORTED"},
                {SYSINFO_NOT_FOUND, -2, "SYSINFO_NOT_FOUND"},
                {SYSINFO_DENIED, -3, "SYSINFO_DENIED"},
                {SYSINFO_GONE, -4, "SYSINFO_GONE"},
                {SYSINFO_MALFORMED, -5, "SYSINFO_MALFORMED"},
                {SYSINFO_NO_MEMORY, -6, "SYSINFO_NO_MEMORY"},
                {SYSINFO_INVALID, -7, "SYSINFO_INVALID"},
                {SYSINFO_NOT_YET, -8, "SYSINFO_NOT_YET"},
                {SYSINFO_NO_DESCRIPTOR, -9, "SYSINFO_NO_DESCRIPTOR"},
                {SYSINFO_SYSTEM, -10, "SYSINFO_SYSTEM"},
                {SYSINFO_UNKNOWN, -11, "SYSINFO_UNKNOWN"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ck_assert_int_eq(rows[i].status, rows[i].number);
        ck_assert_str_eq(sysinfo_status_name(rows[i].number), rows[i].name);
        const char *meaning = sysinfo_status_meaning(rows[i].number);
        ck_assert(strlen(meaning) > 0 && meaning[strlen(meaning) - 1] != '.');
    }
}
END_TEST

TCase *result_tests(void) {
    TCase *tests = tcase_create("result");
    tcase_add_test(tests, a_result_is_given_as_far_as_it_fits);
    tcase_add_test(tests, a_full_row_of_slots_keeps_all_its_bits);
    tcase_add_test(tests, facts_and_guesses_set_their_bits);
    tcase_add_test(tests, statuses_have_their_numbers_and_names);
    return tests;
}
