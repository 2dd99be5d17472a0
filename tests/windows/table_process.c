/* SPDX-License-Identifier: MIT */
/* This process, what the CPUs are, and what the kernel has counted, on a machine in a table. */
#include <check.h>

#include <math.h>
#include <string.h>

#include <sysinfo/sysinfo.h>

#include "machine.h"
#include "table.h"

static struct sysinfo_host *host;

static void open_host(void) {
    machine_reset(1, 20, 8); /* 8 cores of two threads and 4 of one. */
    ck_assert_int_eq(sysinfo_host_open(&host, NULL), SYSINFO_OK);
}

static void close_host(void) {
    sysinfo_host_close(host);
    host = NULL;
}

/* ---- This process ---- */

START_TEST(a_process_is_reported_in_two_parts) {
    struct sysinfo_process process;
    ck_assert_int_eq(sysinfo_process_info(host, &process, sizeof process), SYSINFO_OK);
    ck_assert_uint_eq(process.rss, UINT64_C(50) << 20);
    ck_assert_uint_eq(process.peak_rss, UINT64_C(60) << 20);
    ck_assert_uint_eq(process.vms, UINT64_C(5) << 30);
    ck_assert(process.cpu_user == 1.5 && process.cpu_system == 0.25);
    ck_assert(!SYSINFO_HAS(&process, threads) && !SYSINFO_HAS(&process, uss) && !SYSINFO_HAS(&process, minor_faults));
    ck_assert_int_eq(sysinfo_process_detail(host, &process, sizeof process), SYSINFO_OK);
    ck_assert_uint_eq(process.rss, UINT64_C(50) << 20);
    ck_assert_uint_eq(process.uss, UINT64_C(40) << 20);
    ck_assert(SYSINFO_IS_ESTIMATED(&process, uss));
    ck_assert_uint_eq(process.threads, 12);
    ck_assert_uint_eq(process.minor_faults, 19700);
    ck_assert_uint_eq(process.major_faults, 300);
    ck_assert(!SYSINFO_HAS(&process, pss) && !SYSINFO_HAS(&process, swap) && !SYSINFO_HAS(&process, descriptors));
    uint64_t rss = 0;
    ck_assert_int_eq(sysinfo_process_memory(host, &rss), SYSINFO_OK);
    ck_assert_uint_eq(rss, UINT64_C(50) << 20);
}
END_TEST

START_TEST(a_process_is_found_in_a_long_list) {
    machine.processes = 399;
    struct sysinfo_process process;
    ck_assert_int_eq(sysinfo_process_detail(host, &process, sizeof process), SYSINFO_OK);
    ck_assert_uint_eq(process.threads, 12);
}
END_TEST

START_TEST(what_is_not_counted_is_not_known) {
    machine.faults = 0; /* As under wine. */
    machine.private_set = 0;
    struct sysinfo_process process;
    ck_assert_int_eq(sysinfo_process_detail(host, &process, sizeof process), SYSINFO_OK);
    ck_assert(SYSINFO_HAS(&process, threads) && !SYSINFO_HAS(&process, uss));
    ck_assert(!SYSINFO_HAS(&process, minor_faults) && !SYSINFO_HAS(&process, major_faults));
    machine.has_no_query = true;
    close_host();
    ck_assert_int_eq(sysinfo_host_open(&host, NULL), SYSINFO_OK);
    ck_assert_int_eq(sysinfo_process_detail(host, &process, sizeof process), SYSINFO_OK);
    ck_assert(SYSINFO_HAS(&process, rss) && !SYSINFO_HAS(&process, vms) && !SYSINFO_HAS(&process, threads));
}
END_TEST

/* ---- The kernel's counters ---- */

START_TEST(the_machine_started_before_its_uptime) {
    machine.time = INT64_C(116444736000000000) + INT64_C(1700000000) * 10000000; /* 2023-11-14. */
    struct sysinfo_stats stats;
    ck_assert_int_eq(sysinfo_cpu_stats(host, &stats, sizeof stats), SYSINFO_OK);
    ck_assert(fabs(stats.uptime - 86400.5) < 1e-3);
    ck_assert(stats.boot_time == 1700000000 - 86400);
    ck_assert(!SYSINFO_HAS(&stats, forks) && !SYSINFO_HAS(&stats, running));
}
END_TEST

START_TEST(pages_that_moved_are_counted_in_bytes) {
    struct sysinfo_paging paging;
    ck_assert_int_eq(sysinfo_page_stats(host, &paging, sizeof paging), SYSINFO_OK);
    ck_assert_uint_eq(paging.faults, 5000000);
    ck_assert_uint_eq(paging.major_faults, 30000);
    ck_assert_uint_eq(paging.paged_in, UINT64_C(400000) * 4096);
    ck_assert_uint_eq(paging.paged_out, UINT64_C(1500) * 4096);
    machine.pages_read = machine.dirty_written = machine.mapped_written = UINT32_MAX;
    machine.page_size = 65536;
    ck_assert_int_eq(sysinfo_page_stats(host, &paging, sizeof paging), SYSINFO_OK);
    ck_assert_uint_eq(paging.paged_in, UINT64_C(0xFFFFFFFF) << 16);
    ck_assert_uint_eq(paging.paged_out, UINT64_C(0x1FFFFFFFE) << 16);
    machine.page_faults = 0;
    ck_assert_int_eq(sysinfo_page_stats(host, &paging, sizeof paging), SYSINFO_UNKNOWN);
}
END_TEST

/* ---- What the CPUs are ---- */

START_TEST(megahertz_become_hertz) {
    struct sysinfo_cpu_frequency_list *list = NULL;
    ck_assert_int_eq(sysinfo_cpu_freq_percpu(host, &list), SYSINFO_OK);
    ck_assert_uint_eq(sysinfo_cpu_frequency_list_count(list), 20);
    const struct sysinfo_cpu_frequency *row = sysinfo_cpu_frequency_list_at(list, 19);
    ck_assert_uint_eq(row->current, UINT64_C(1919000000));
    ck_assert_uint_eq(row->base, UINT64_C(3400000000));
    ck_assert(SYSINFO_IS_ESTIMATED(row, current) && !SYSINFO_HAS(row, min) && !SYSINFO_HAS(row, max));
    sysinfo_cpu_frequency_list_free(list);
    struct sysinfo_cpu_frequency all;
    ck_assert_int_eq(sysinfo_cpu_freq(host, &all, sizeof all), SYSINFO_OK);
    ck_assert_uint_eq(all.base, UINT64_C(3400000000));
    machine.max_mhz = machine.current_mhz = 0;
    ck_assert_int_eq(sysinfo_cpu_freq(host, &all, sizeof all), SYSINFO_UNKNOWN);
}
END_TEST

START_TEST(frequencies_of_several_groups_would_be_those_of_one) {
    machine_reset(2, 64, 32);
    struct sysinfo_cpu_frequency all;
    ck_assert_int_eq(sysinfo_cpu_freq(host, &all, sizeof all), SYSINFO_NOT_SUPPORTED);
    ck_assert_ptr_nonnull(strstr(sysinfo_explain(host, SYSINFO_NOT_SUPPORTED), "covers one processor group only"));
}
END_TEST

START_TEST(cores_are_of_two_kinds) {
    struct sysinfo_cpu_description description;
    ck_assert_int_eq(sysinfo_cpu_info(host, &description, sizeof description), SYSINFO_OK);
    ck_assert_str_eq(description.vendor, "GenuineIntel");
    ck_assert_str_eq(description.model, "12th Gen Intel(R) Core(TM) i7-12700K");
    ck_assert_str_eq(description.architecture, "AMD64");
    ck_assert_uint_eq(description.packages, 1);
    ck_assert_uint_eq(description.cores_performance, 8); /* As Intel describes it: 8 and 4. */
    ck_assert_uint_eq(description.cores_efficiency, 4);
    machine.most_class = 0;
    machine.vendor = machine.model = NULL;
    machine.native_machine = 0xAA64;
    ck_assert_int_eq(sysinfo_cpu_info(host, &description, sizeof description), SYSINFO_OK);
    ck_assert(!SYSINFO_HAS(&description, vendor) && !SYSINFO_HAS(&description, model));
    ck_assert(!SYSINFO_HAS(&description, cores_performance) && !SYSINFO_HAS(&description, cores_efficiency));
    ck_assert_str_eq(description.architecture, "ARM64");
}
END_TEST

TCase *process_cases(void) {
    TCase *cases = tcase_create("process");
    tcase_add_checked_fixture(cases, open_host, close_host);
    tcase_add_test(cases, a_process_is_reported_in_two_parts);
    tcase_add_test(cases, a_process_is_found_in_a_long_list);
    tcase_add_test(cases, what_is_not_counted_is_not_known);
    tcase_add_test(cases, the_machine_started_before_its_uptime);
    tcase_add_test(cases, pages_that_moved_are_counted_in_bytes);
    tcase_add_test(cases, megahertz_become_hertz);
    tcase_add_test(cases, frequencies_of_several_groups_would_be_those_of_one);
    tcase_add_test(cases, cores_are_of_two_kinds);
    return cases;
}
