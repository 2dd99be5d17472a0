/* SPDX-License-Identifier: MIT */
/* sysinfo_get(): single values by name, compared with the files of captured machines. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <sysinfo/sysinfo.h>

#include "suites.h"

static struct sysinfo_host *host;

static void open_server(void) {
    ck_assert_int_eq(sysinfo_host_open(&host, ROOTS "/server"), SYSINFO_OK);
}

static void close_server(void) {
    sysinfo_host_close(host);
}

/* The number on the line of /proc/meminfo below the root, in bytes. */
static uint64_t meminfo(const char *key) {
    FILE *file = fopen(ROOTS "/server/proc/meminfo", "r");
    ck_assert_ptr_nonnull(file);
    char line[256];
    uint64_t kib = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, key, strlen(key)) == 0 && sscanf(line + strlen(key), ": %" SCNu64 " kB", &kib) == 1) {
            break;
        }
    }
    fclose(file);
    ck_assert_uint_gt(kib, 0);
    return kib * 1024;
}

START_TEST(bytes_are_those_of_the_file) {
    uint64_t bytes = 0;
    double value = 0;
    ck_assert_int_eq(sysinfo_get_uint64(host, "mem.total", &bytes), SYSINFO_OK);
    ck_assert_uint_eq(bytes, meminfo("MemTotal"));
    ck_assert_int_eq(sysinfo_get(host, "mem.available", &value), SYSINFO_OK);
    ck_assert(value == (double)meminfo("MemAvailable"));
}
END_TEST

START_TEST(a_percentage_is_a_double_and_no_whole_number) {
    double percent = -1;
    uint64_t whole = 7;
    ck_assert_int_eq(sysinfo_get(host, "mem.percent", &percent), SYSINFO_OK);
    double total = (double)meminfo("MemTotal");
    ck_assert_double_eq_tol(percent, (total - (double)meminfo("MemAvailable")) / total * 100, 1e-9);
    ck_assert_int_eq(sysinfo_get_uint64(host, "mem.percent", &whole), SYSINFO_INVALID);
    ck_assert_str_eq(sysinfo_explain(host, SYSINFO_INVALID), "mem.percent is not a whole number: use sysinfo_get()");
    ck_assert_uint_eq(whole, 7);
}
END_TEST

START_TEST(a_group_may_have_a_dot) {
    double user = 0;
    struct sysinfo_cpu_sample times;
    ck_assert_int_eq(sysinfo_get(host, "cpu.times.user", &user), SYSINFO_OK);
    ck_assert_int_eq(sysinfo_cpu_times(host, &times, sizeof times), SYSINFO_OK);
    ck_assert_double_eq(user, times.user);
    ck_assert_double_gt(user, 0);
}
END_TEST

START_TEST(no_limit_is_infinity) {
    struct sysinfo_host *old = NULL;
    double limit = 0;
    uint64_t bytes = 0;
    ck_assert_int_eq(sysinfo_host_open(&old, FIXTURES "/../limits/v2-unlimited"), SYSINFO_OK);
    ck_assert_int_eq(sysinfo_get(old, "mem.limit", &limit), SYSINFO_OK);
    ck_assert(isinf(limit));
    ck_assert_int_eq(sysinfo_get_uint64(old, "mem.limit", &bytes), SYSINFO_OK);
    ck_assert_uint_eq(bytes, SYSINFO_UNLIMITED);
    sysinfo_host_close(old);
}
END_TEST

START_TEST(what_is_not_known_is_a_status_and_leaves_the_value_alone) {
    double value = 42;
    struct sysinfo_host *old = NULL; /* Its kernel reports no slab. */
    ck_assert_int_eq(sysinfo_host_open(&old, FIXTURES "/linux-2.4"), SYSINFO_OK);
    ck_assert_int_eq(sysinfo_get(old, "mem.slab", &value), SYSINFO_UNKNOWN);
    ck_assert_str_eq(sysinfo_explain(old, SYSINFO_UNKNOWN), "mem.slab is not reported by this machine");
    sysinfo_host_close(old);
    ck_assert_int_eq(sysinfo_get(host, "mem.laundry", &value), SYSINFO_NOT_SUPPORTED);
    ck_assert_str_eq(sysinfo_explain(host, SYSINFO_NOT_SUPPORTED), "mem.laundry is not supported on this system");
    ck_assert_int_eq(sysinfo_get(host, "cpu.percent", &value), SYSINFO_NOT_YET);
    ck_assert_double_eq(value, 42);
}
END_TEST

START_TEST(page_faults_are_counted_and_what_vmstat_lacks_is_unknown) {
    uint64_t value = 0;
    ck_assert_int_eq(sysinfo_get_uint64(host, "stats.faults", &value), SYSINFO_OK);
    ck_assert_uint_eq(value, 123);
    ck_assert_int_eq(sysinfo_get_uint64(host, "stats.paged_in", &value), SYSINFO_UNKNOWN);
    ck_assert_int_eq(sysinfo_get_uint64(host, "stats.major_faults", &value), SYSINFO_UNKNOWN);
    ck_assert_uint_eq(value, 123);
}
END_TEST

START_TEST(names_that_are_no_field_are_refused_by_name) {
    static const char *const names[] = {"", ".", "mem", "mem.", ".total", "mem.avail", "MEM.total", "mem.total "};
    double value = 42;
    char long_name[300];
    memset(long_name, 'x', sizeof long_name);
    memcpy(long_name + sizeof long_name - 7, ".total", 7);
    ck_assert_int_eq(sysinfo_get(host, long_name, &value), SYSINFO_INVALID);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char expected[64];
        ck_assert_int_eq(sysinfo_get(host, names[i], &value), SYSINFO_INVALID);
        snprintf(expected, sizeof expected, "%s%sis not a field", names[i], *names[i] != '\0' ? " " : "");
        ck_assert_str_eq(sysinfo_explain(host, SYSINFO_INVALID), expected);
        ck_assert_int_eq(sysinfo_get_uint64(NULL, names[i], &(uint64_t){0}), SYSINFO_INVALID);
    }
    ck_assert_int_eq(sysinfo_get(host, NULL, &value), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_get(host, "mem.total", NULL), SYSINFO_INVALID);
    ck_assert_int_eq(sysinfo_get_uint64(host, "mem.total", NULL), SYSINFO_INVALID);
    ck_assert_double_eq(value, 42);
}
END_TEST

TCase *get_tests(void) {
    TCase *tests = tcase_create("get");
    tcase_add_checked_fixture(tests, open_server, close_server);
    tcase_add_test(tests, bytes_are_those_of_the_file);
    tcase_add_test(tests, a_percentage_is_a_double_and_no_whole_number);
    tcase_add_test(tests, a_group_may_have_a_dot);
    tcase_add_test(tests, no_limit_is_infinity);
    tcase_add_test(tests, what_is_not_known_is_a_status_and_leaves_the_value_alone);
    tcase_add_test(tests, page_faults_are_counted_and_what_vmstat_lacks_is_unknown);
    tcase_add_test(tests, names_that_are_no_field_are_refused_by_name);
    return tests;
}
