/* SPDX-License-Identifier: MIT */
/* /proc/self/status, smaps_rollup and statm, as written by kernels of several ages. */
#include <string.h>

#include "backend.h"
#include "decode.h"
#include "suites.h"

/* A text in the form that readers leave it: followed by zero bytes. */
static const char *padded(const char *text) {
    static char buffer[4096];
    memset(buffer, 0, sizeof buffer);
    ck_assert_uint_lt(strlen(text) + SYSINFO__TEXT_PADDING, sizeof buffer);
    return strcpy(buffer, text);
}

static struct sysinfo_process status_of(const char *text) {
    struct sysinfo_process process = {0};
    sysinfo__decode_process_status(padded(text), strlen(text), &process);
    return process;
}

static struct sysinfo_process rollup_of(const char *text) {
    struct sysinfo_process process = {0};
    sysinfo__decode_smaps_rollup(padded(text), strlen(text), &process);
    return process;
}

START_TEST(status_is_in_kib_and_threads_are_a_count) {
    struct sysinfo_process process =
        status_of("Name:\tjob\nVmPeak:\t   99999 kB\nVmSize:\t  232552 kB\nVmLck:\t       0 kB\nVmHWM:\t   20480 kB\n"
                  "VmRSS:\t   10240 kB\nRssAnon:\t    4096 kB\nVmSwap:\t     512 kB\nThreads:\t12\n");
    ck_assert_uint_eq(process.vms, UINT64_C(232552) * 1024);
    ck_assert_uint_eq(process.peak_rss, UINT64_C(20480) * 1024);
    ck_assert_uint_eq(process.rss, UINT64_C(10240) * 1024);
    ck_assert_uint_eq(process.swap, UINT64_C(512) * 1024);
    ck_assert_uint_eq(process.threads, 12);
}
END_TEST

START_TEST(a_kernel_thread_has_no_memory_lines) {
    struct sysinfo_process process = status_of("Name:\tkthreadd\nState:\tS (sleeping)\nThreads:\t1\n");
    ck_assert_uint_eq(process.present, SYSINFO_BIT(struct sysinfo_process, threads));
}
END_TEST

START_TEST(a_program_named_like_a_key_is_not_a_line) {
    struct sysinfo_process process = status_of("Name:\tVmRSS:\t  7 kB\nVmRSS:\t 8 kB\n");
    ck_assert_uint_eq(process.rss, 8 * 1024);
}
END_TEST

START_TEST(a_line_without_a_number_is_unknown) {
    struct sysinfo_process process = status_of("VmRSS:\t      kB\nVmSize:\t12345");
    ck_assert_uint_eq(process.present, 0); /* The last number was cut: its end is unknown. */
}
END_TEST

START_TEST(uss_is_what_is_private_huge_pages_included) {
    struct sysinfo_process process =
        rollup_of("55d-7ff ---p 00000000 00:00 0                          [rollup]\nRss:            9000 kB\n"
                  "Pss:            3000 kB\nPss_Dirty:      1000 kB\nShared_Clean:   6000 kB\nShared_Dirty:      0 kB\n"
                  "Private_Clean:   100 kB\nPrivate_Dirty:  2900 kB\nPrivate_Hugetlb: 2048 kB\nSwap:  7 kB\n");
    ck_assert_uint_eq(process.pss, 3000 * 1024);
    ck_assert_uint_eq(process.uss, (100 + 2900 + 2048) * 1024);
}
END_TEST

START_TEST(uss_is_unknown_unless_both_parts_are_known) {
    struct sysinfo_process process = rollup_of("Pss: 10 kB\nPrivate_Dirty: 5 kB\n");
    ck_assert_uint_eq(process.present, SYSINFO_BIT(struct sysinfo_process, pss));
}
END_TEST

START_TEST(statm_needs_three_numbers) {
    uint64_t pages[3];
    ck_assert(sysinfo__decode_statm(padded("727 389 350 12 0 90 0\n"), pages));
    ck_assert_uint_eq(pages[1], 389);
    ck_assert(!sysinfo__decode_statm(padded("727 389\n"), pages));
    ck_assert(!sysinfo__decode_statm(padded(""), pages));
}
END_TEST

TCase *process_tests(void) {
    TCase *tests = tcase_create("process");
    tcase_add_test(tests, status_is_in_kib_and_threads_are_a_count);
    tcase_add_test(tests, a_kernel_thread_has_no_memory_lines);
    tcase_add_test(tests, a_program_named_like_a_key_is_not_a_line);
    tcase_add_test(tests, a_line_without_a_number_is_unknown);
    tcase_add_test(tests, uss_is_what_is_private_huge_pages_included);
    tcase_add_test(tests, uss_is_unknown_unless_both_parts_are_known);
    tcase_add_test(tests, statm_needs_three_numbers);
    return tests;
}
