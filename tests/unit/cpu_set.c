/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "suites.h"
#include "text.h"

typedef enum sysinfo__cpu_set_outcome decoder(const char *text, size_t length, struct sysinfo__cpu_set *set);

/* The set as "0 1 2 9 ", or "malformed". */
static void describe(decoder *decode, const char *string, char *out, size_t size) {
    struct sysinfo__cpu_set set = {NULL, 0};
    size_t length = strlen(string), used = 0, count = 0;
    char *text = text_copy(string, length);
    out[0] = '\0';
    if (decode(text, length, &set) != SYSINFO__CPU_SET_OK) {
        snprintf(out, size, "malformed");
    } else {
        for (uint64_t cpu = 0; cpu < SYSINFO__MOST_CPUS; cpu++) {
            if (sysinfo__cpu_set_has(&set, cpu)) {
                used += (size_t)snprintf(out + used, size - used, "%u ", (unsigned)cpu);
                count++;
            }
        }
        ck_assert_uint_eq(sysinfo__cpu_set_count(&set), count);
    }
    sysinfo__cpu_set_free(&set);
    free(text);
}

static const struct {
    const char *text, *cpus;
} lists[] = {
    {"0\n", "0 "},
    {"0-3,8\n", "0 1 2 3 8 "},
    {"0-3,8-11", "0 1 2 3 8 9 10 11 "},
    {"63-65\n", "63 64 65 "},
    {"127,255,1024\n", "127 255 1024 "},
    {"3,1\n", "malformed"}, /* The kernel writes them in order. */
    {"0-5,3-8\n", "malformed"},
    {"5-5\n", "5 "},
    {"1048575\n", "1048575 "},
    {"\n", ""},
    {"", ""},
    {" \n", ""},
    {"3-1\n", "malformed"},
    {"0-\n", "malformed"},
    {"-3\n", "malformed"},
    {"0,\n", "malformed"},
    {",0\n", "malformed"},
    {"0,,1\n", "malformed"},
    {"0 1\n", "malformed"},
    {"0-1-2\n", "malformed"},
    {"a\n", "malformed"},
    {"0x1\n", "malformed"},
    {"0\n1\n", "malformed"},
    {"1048576\n", "malformed"},
    {"0-4294967295\n", "malformed"},
    {"18446744073709551616\n", "malformed"},
    {"99999999999999999999999999\n", "malformed"},
};

START_TEST(a_list_is_numbers_and_ranges) {
    char cpus[128];
    describe(sysinfo__decode_cpu_list, lists[_i].text, cpus, sizeof cpus);
    ck_assert_msg(strcmp(cpus, lists[_i].cpus) == 0, "%s: %s", lists[_i].text, cpus);
}
END_TEST

static const struct {
    const char *text, *cpus;
} cpu_masks[] = {
    {"1\n", "0 "},
    {"f\n", "0 1 2 3 "},
    {"10F\n", "0 1 2 3 8 "},
    {"00000000,0000010f\n", "0 1 2 3 8 "},
    {"00000001,00000000,80000000\n", "31 64 "},
    {"80000000,00000000,00000000,00000000\n", "127 "},
    {"0\n", ""},
    {"\n", ""},
    {"g\n", "malformed"},
    {"1,1\n", "malformed"},
    {",00000001\n", "malformed"},
    {"0x1\n", "malformed"},
    {"-1\n", "malformed"},
};

START_TEST(a_mask_is_hexadecimal_words_the_last_one_first) {
    char cpus[128];
    describe(sysinfo__decode_cpu_mask, cpu_masks[_i].text, cpus, sizeof cpus);
    ck_assert_msg(strcmp(cpus, cpu_masks[_i].cpus) == 0, "%s: %s", cpu_masks[_i].text, cpus);
}
END_TEST

START_TEST(a_mask_with_a_bit_beyond_all_cpus_is_malformed) {
    enum { DIGITS = (1 << 20) / 4 + 1 };
    char *text = malloc(DIGITS + SYSINFO__TEXT_PADDING);
    ck_assert_ptr_nonnull(text);
    memset(text, '0', DIGITS);
    memset(text + DIGITS, 0, SYSINFO__TEXT_PADDING);
    struct sysinfo__cpu_set set = {NULL, 0};
    ck_assert_int_eq(sysinfo__decode_cpu_mask(text, DIGITS, &set), SYSINFO__CPU_SET_OK);
    ck_assert_uint_eq(sysinfo__cpu_set_count(&set), 0);
    text[0] = '1';
    ck_assert_int_eq(sysinfo__decode_cpu_mask(text, DIGITS, &set), SYSINFO__CPU_SET_MALFORMED);
    sysinfo__cpu_set_free(&set);
    free(text);
}
END_TEST

START_TEST(decoding_replaces_what_the_set_held) {
    struct sysinfo__cpu_set set = {NULL, 0};
    char *text = text_copy("900\n", 4), *other = text_copy("2\n", 2);
    ck_assert_int_eq(sysinfo__decode_cpu_list(text, 4, &set), SYSINFO__CPU_SET_OK);
    ck_assert_int_eq(sysinfo__decode_cpu_list(other, 2, &set), SYSINFO__CPU_SET_OK);
    ck_assert_uint_eq(sysinfo__cpu_set_count(&set), 1);
    ck_assert(sysinfo__cpu_set_has(&set, 2) && !sysinfo__cpu_set_has(&set, 900) &&
              !sysinfo__cpu_set_has(&set, UINT64_MAX));
    ck_assert(!sysinfo__cpu_set_add(&set, SYSINFO__MOST_CPUS));
    sysinfo__cpu_set_free(&set);
    free(text);
    free(other);
}
END_TEST

TCase *cpu_set_tests(void) {
    TCase *tests = tcase_create("cpu_set");
    tcase_add_loop_test(tests, a_list_is_numbers_and_ranges, 0, (int)(sizeof lists / sizeof lists[0]));
    tcase_add_loop_test(tests, a_mask_is_hexadecimal_words_the_last_one_first, 0,
                        (int)(sizeof cpu_masks / sizeof cpu_masks[0]));
    tcase_add_test(tests, a_mask_with_a_bit_beyond_all_cpus_is_malformed);
    tcase_add_test(tests, decoding_replaces_what_the_set_held);
    return tests;
}
