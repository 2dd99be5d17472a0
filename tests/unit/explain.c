/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "suites.h"

enum { NO_SUCH_ERROR = 987654321 };

/* Makes a call fail in a given way, and returns its host's explanation. */
static const char *explain(struct sysinfo_host *host, int status, int64_t error, const char *source,
                           const char *complaint) {
    struct sysinfo__call call;
    host = sysinfo__begin(&call, host);
    ck_assert_int_eq(sysinfo__end(&call, sysinfo__failed(host, status, error, source, complaint)), status);
    return sysinfo_explain(host, status);
}

static struct sysinfo_host *open_host(void) {
    struct sysinfo_host *host = NULL;
    ck_assert_int_eq(sysinfo_host_open(&host, "/"), SYSINFO_OK);
    return host;
}

START_TEST(source_and_complaint_make_a_sentence) {
    struct sysinfo_host *host = open_host();
    ck_assert_str_eq(explain(host, SYSINFO_MALFORMED, 0, "/proc/meminfo", "has no MemTotal line"),
                     "/proc/meminfo has no MemTotal line");
    ck_assert_str_eq(explain(host, SYSINFO_INVALID, 0, "", "the result is NULL"), "the result is NULL");
    ck_assert_str_eq(explain(host, SYSINFO_DENIED, 0, "kern.cp_time", NULL), "kern.cp_time: access was denied");
    ck_assert_str_eq(explain(host, SYSINFO_SYSTEM, NO_SUCH_ERROR, "/x", NULL),
                     "/x: the system reported an error (system error 987654321)");
    ck_assert_int_eq(sysinfo_system_error(host), NO_SUCH_ERROR);
    ck_assert_str_eq(explain(host, SYSINFO_SYSTEM, -NO_SUCH_ERROR, "/x", NULL),
                     "/x: the system reported an error (system error -987654321)");
    ck_assert_str_eq(explain(host, SYSINFO_SYSTEM, INT64_MIN, "/x", NULL),
                     "/x: the system reported an error (system error -9223372036854775808)");
    ck_assert_str_eq(explain(host, SYSINFO_UNKNOWN, 0, "", NULL), sysinfo_status_meaning(SYSINFO_UNKNOWN));
    sysinfo_host_close(host);
}
END_TEST

START_TEST(a_failure_is_not_shown_for_another_status_or_after_a_success) {
    struct sysinfo_host *host = open_host();
    explain(host, SYSINFO_MALFORMED, 5, "/proc/meminfo", "has no MemTotal line");
    ck_assert_str_eq(sysinfo_explain(host, SYSINFO_DENIED), sysinfo_status_meaning(SYSINFO_DENIED));
    ck_assert_str_eq(sysinfo_explain(host, SYSINFO_OK), sysinfo_status_meaning(SYSINFO_OK));
    struct sysinfo__call call;
    sysinfo__begin(&call, host);
    ck_assert_int_eq(sysinfo__end(&call, SYSINFO_OK), SYSINFO_OK);
    ck_assert_str_eq(sysinfo_explain(host, SYSINFO_MALFORMED), sysinfo_status_meaning(SYSINFO_MALFORMED));
    ck_assert_int_eq(sysinfo_system_error(host), 0);
    sysinfo_host_close(host);
}
END_TEST

/* Optional files may fail before a success, or before another failure. */
START_TEST(a_failure_that_the_call_recovered_from_is_forgotten) {
    struct sysinfo_host *host = open_host();
    struct sysinfo__call call;
    sysinfo__begin(&call, host);
    sysinfo__failed(host, SYSINFO_NOT_FOUND, 2, "/proc/vmstat", NULL);
    ck_assert_int_eq(sysinfo__end(&call, SYSINFO_OK), SYSINFO_OK);
    ck_assert_str_eq(sysinfo_explain(host, SYSINFO_NOT_FOUND), sysinfo_status_meaning(SYSINFO_NOT_FOUND));
    ck_assert_int_eq(sysinfo_system_error(host), 0);
    sysinfo_host_close(host);
}
END_TEST

START_TEST(texts_that_are_too_long_are_cut) {
    struct sysinfo_host *host = open_host();
    char long_source[4096];
    memset(long_source, 'x', sizeof long_source - 1);
    long_source[sizeof long_source - 1] = '\0';
    const char *text = explain(host, SYSINFO_MALFORMED, 0, long_source, "is too long");
    ck_assert_uint_lt(strlen(text), 512);
    ck_assert_ptr_nonnull(strstr(text, "xxx is too long"));
    ck_assert_uint_lt(strlen(explain(host, SYSINFO_MALFORMED, 0, "/x", long_source)), 512);
    sysinfo_host_close(host);
}
END_TEST

START_TEST(a_long_root_is_shown_whole) {
    if (!sysinfo__backend.has_roots) {
        return;
    }
    char root[2048], expected[2200];
    memset(root, 'r', sizeof root - 1);
    root[0] = '/';
    root[sizeof root - 1] = '\0';
    snprintf(expected, sizeof expected, "%s/proc/stat has no cpu line", root);
    struct sysinfo_host *host = NULL;
    ck_assert_int_eq(sysinfo_host_open(&host, root), SYSINFO_OK);
    ck_assert_str_eq(explain(host, SYSINFO_MALFORMED, 0, "/proc/stat", "has no cpu line"), expected);
    ck_assert_str_eq(explain(host, SYSINFO_MALFORMED, 0, "/", "is odd") + strlen(root), " is odd");
    ck_assert_str_eq(explain(host, SYSINFO_MALFORMED, 0, "topology", "is odd"), "topology is odd");
    sysinfo_host_close(host);
}
END_TEST

/* As while another thread is in a call of the same host. */
START_TEST(a_host_in_use_is_refused) {
    struct sysinfo_host *host = open_host();
    ck_assert(!atomic_flag_test_and_set(&host->is_in_use));
    struct sysinfo_limit_level_list *levels = NULL;
    struct sysinfo_memory memory;
    uint64_t number = 47;
    ck_assert_int_eq(sysinfo_limit_levels(host, &levels), SYSINFO_INVALID);
    ck_assert_ptr_null(levels);
    ck_assert_int_eq(sysinfo_limit_levels(host, NULL), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_process_memory(host, &number), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_get_uint64(host, "mem.no_such_field", &number), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_read(host, SYSINFO_RESULT_MEMORY, &memory, sizeof memory), SYSINFO_INVALID);
    ck_assert_uint_eq(number, 47);
    atomic_flag_clear(&host->is_in_use);
    sysinfo_host_close(host);
}
END_TEST

TCase *explain_tests(void) {
    TCase *tests = tcase_create("explain");
    tcase_add_test(tests, source_and_complaint_make_a_sentence);
    tcase_add_test(tests, a_failure_is_not_shown_for_another_status_or_after_a_success);
    tcase_add_test(tests, a_failure_that_the_call_recovered_from_is_forgotten);
    tcase_add_test(tests, texts_that_are_too_long_are_cut);
    tcase_add_test(tests, a_long_root_is_shown_whole);
    tcase_add_test(tests, a_host_in_use_is_refused);
    return tests;
}
