/* SPDX-License-Identifier: MIT */
/* The whole library below the directories of fixtures/, each of which is a different kind of machine. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sysinfo/sysinfo.h>

#include "suites.h"

#define KIB(n) ((uint64_t)1024 * (n))
#define IS_FACT(result, field, expected) \
    (SYSINFO_HAS(result, field) && !SYSINFO_IS_ESTIMATED(result, field) && (result)->field == (expected))
#define IS_GUESS(result, field, expected) (SYSINFO_IS_ESTIMATED(result, field) && (result)->field == (expected))

static struct sysinfo_host *open_fixture(const char *name) {
    char root[1024];
    ck_assert_int_lt(snprintf(root, sizeof root, "%s/%s", FIXTURES, name), (int)sizeof root);
    struct sysinfo_host *host = NULL;
    ck_assert_int_eq(sysinfo_host_open(&host, root), SYSINFO_OK);
    return host;
}

static struct sysinfo_memory memory_of(struct sysinfo_host *host) {
    struct sysinfo_memory memory;
    int status = sysinfo_virtual_memory(host, &memory, sizeof memory);
    ck_assert_msg(status == SYSINFO_OK, "%s", sysinfo_explain(host, status));
    return memory;
}

static struct sysinfo_swap swap_of(struct sysinfo_host *host) {
    struct sysinfo_swap swap;
    int status = sysinfo_swap_memory(host, &swap, sizeof swap);
    ck_assert_msg(status == SYSINFO_OK, "%s", sysinfo_explain(host, status));
    return swap;
}

/*
 * In kB: 120000 free, minus the low watermarks, 10 + 1490 pages of 4 kB; 550000 of file cache, minus 6000 again; 8000
 * of reclaimable objects, minus half of them, which is less than the watermarks.
 */
START_TEST(a_kernel_without_memavailable_is_estimated) {
    struct sysinfo_host *host = open_fixture("old-2.6");
    for (int round = 0; round < 2; round++) {
        struct sysinfo_memory m = memory_of(host);
        ck_assert(IS_FACT(&m, total, KIB(2061404)));
        ck_assert(IS_GUESS(&m, available, KIB(120000 - 6000 + 550000 - 6000 + 8000 - 4000)));
        ck_assert(IS_FACT(&m, used, m.total - m.available));
        ck_assert(IS_FACT(&m, free, KIB(120000)) && IS_FACT(&m, buffers, KIB(55000)) &&
                  IS_FACT(&m, cached, KIB(608000)));
        ck_assert(IS_FACT(&m, active, KIB(900000)) && IS_FACT(&m, inactive, KIB(500000)) &&
                  IS_FACT(&m, shared, KIB(12000)));
        ck_assert(IS_FACT(&m, slab, KIB(30000)) && IS_FACT(&m, dirty, KIB(152)) && IS_FACT(&m, writeback, 0));
        ck_assert(IS_FACT(&m, committed, KIB(1500000)) && IS_FACT(&m, commit_limit, KIB(2079268)));
        ck_assert(IS_FACT(&m, hugepages_total, KIB(8192)) && IS_FACT(&m, hugepages_free, KIB(2048)));
        ck_assert(!SYSINFO_HAS(&m, zswap) && !SYSINFO_HAS(&m, wired) && !SYSINFO_HAS(&m, arc));
    }
    sysinfo_host_close(host);
}
END_TEST

START_TEST(an_old_kernels_other_figures_are_told) {
    struct sysinfo_host *host = open_fixture("old-2.6");
    struct sysinfo_swap s = swap_of(host);
    ck_assert(IS_FACT(&s, total, KIB(1048568)) && IS_FACT(&s, free, KIB(1000000)) && IS_FACT(&s, used, KIB(48568)));
    ck_assert(IS_FACT(&s, sin, 250 * 4096) && IS_FACT(&s, sout, 12142 * 4096));
    struct sysinfo_cpu_sample times;
    ck_assert_int_eq(sysinfo_cpu_times(host, &times, sizeof times), SYSINFO_OK);
    ck_assert(IS_FACT(&times, user, 10) && IS_FACT(&times, nice, 2) && IS_FACT(&times, system, 3) &&
              IS_FACT(&times, idle, 400));
    ck_assert(IS_FACT(&times, iowait, 5) && IS_FACT(&times, irq, 0.06) && IS_FACT(&times, softirq, 0.7) &&
              IS_FACT(&times, steal, 0.08));
    ck_assert(!SYSINFO_HAS(&times, guest) && !SYSINFO_HAS(&times, guest_nice));
    struct sysinfo_load load;
    ck_assert_int_eq(sysinfo_load_average(host, &load, sizeof load), SYSINFO_OK);
    ck_assert(IS_FACT(&load, min1, 0.20) && IS_FACT(&load, min5, 0.18) && IS_FACT(&load, min15, 0.12));
    struct sysinfo_stats stats;
    ck_assert_int_eq(sysinfo_cpu_stats(host, &stats, sizeof stats), SYSINFO_OK);
    ck_assert(IS_FACT(&stats, ctx_switches, 7777) && IS_FACT(&stats, interrupts, 29847) &&
              !SYSINFO_HAS(&stats, soft_interrupts) && !SYSINFO_HAS(&stats, uptime));
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL), 2); /* From the lines of stat: there is no sysfs. */
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_PHYSICAL), SYSINFO_UNKNOWN);
    ck_assert_str_eq(sysinfo_explain(host, SYSINFO_UNKNOWN), "this machine does not report which CPUs share a core");
    sysinfo_host_close(host);
}
END_TEST

START_TEST(linux_2_4_is_understood) {
    struct sysinfo_host *host = open_fixture("linux-2.4");
    struct sysinfo_memory m = memory_of(host);
    ck_assert(IS_FACT(&m, total, KIB(515444)) && IS_FACT(&m, free, KIB(12044)) && IS_FACT(&m, shared, 0));
    ck_assert(IS_GUESS(&m, available, KIB(312044)));
    ck_assert(IS_FACT(&m, cached, KIB(300000)) && IS_FACT(&m, inactive, KIB(125000)));
    ck_assert(!SYSINFO_HAS(&m, slab) && !SYSINFO_HAS(&m, hugepages_total) && !SYSINFO_HAS(&m, hugepages_free));
    struct sysinfo_swap s = swap_of(host);
    ck_assert(IS_FACT(&s, used, KIB(100)) && !SYSINFO_HAS(&s, sin) && !SYSINFO_HAS(&s, sout));
    struct sysinfo_cpu_sample times;
    ck_assert_int_eq(sysinfo_cpu_times(host, &times, sizeof times), SYSINFO_OK);
    ck_assert(IS_FACT(&times, idle, 9123.45) && !SYSINFO_HAS(&times, iowait));
    sysinfo_host_close(host);
}
END_TEST

START_TEST(impossible_values_of_containers_are_corrected_and_marked) {
    struct sysinfo_host *host = open_fixture("lxc");
    struct sysinfo_memory m = memory_of(host);
    ck_assert(IS_FACT(&m, total, KIB(1048576)));
    ck_assert(IS_GUESS(&m, free, m.total) && IS_GUESS(&m, available, m.total) && IS_GUESS(&m, cached, m.total) &&
              IS_GUESS(&m, shared, m.total));
    ck_assert(IS_GUESS(&m, active, 0) && IS_FACT(&m, inactive, KIB(400000)));
    ck_assert(SYSINFO_HAS(&m, used) && m.used == 0 && m.percent == 0);
    struct sysinfo_swap s = swap_of(host);
    ck_assert(IS_FACT(&s, total, KIB(524288)) && IS_GUESS(&s, free, s.total) && s.used == 0 && s.percent == 0);
    sysinfo_host_close(host);
}
END_TEST

START_TEST(offline_cpus_are_not_counted) {
    struct sysinfo_host *host = open_fixture("offline");
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL), 5);
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_PHYSICAL), 3);
    struct sysinfo_cpu_sample_list *list = NULL;
    ck_assert_int_eq(sysinfo_cpu_times_percpu(host, &list), SYSINFO_OK);
    static const uint64_t numbers[] = {0, 2, 4, 6, 7};
    ck_assert_uint_eq(sysinfo_cpu_sample_list_count(list), 5);
    for (size_t i = 0; i < 5; i++) {
        ck_assert_uint_eq(sysinfo_cpu_sample_list_at(list, i)->cpu, numbers[i]);
    }
    ck_assert(sysinfo_cpu_sample_list_all(list)->user == 9); /* The kernel's sum, including offline CPUs. */
    sysinfo_cpu_sample_list_free(list);
    sysinfo_host_close(host);
}
END_TEST

START_TEST(cpus_are_counted_by_their_directories_where_there_is_no_list) {
    struct sysinfo_host *host = open_fixture("directories");
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL), 4); /* 0, 1, 2, 10; 3 is offline. */
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_PHYSICAL), 3);
    sysinfo_host_close(host);
}
END_TEST

START_TEST(huge_pages_of_all_sizes_are_summed) {
    struct sysinfo_host *host = open_fixture("hugepages");
    for (int round = 0; round < 2; round++) {
        struct sysinfo_memory m = memory_of(host);
        ck_assert(IS_FACT(&m, hugepages_total, KIB(4399104)));
        ck_assert(IS_FACT(&m, hugepages_free, KIB(40 * 2048 + 3 * 1048576)));
    }
    sysinfo_host_close(host);
}
END_TEST

START_TEST(swapped_pages_are_as_large_as_the_kernels_pages) {
    struct sysinfo_host *host = open_fixture("pages-64k");
    struct sysinfo_swap s = swap_of(host);
    ck_assert(IS_FACT(&s, sin, 3 * 65536) && IS_FACT(&s, sout, 5 * 65536));
    ck_assert(fabs(s.percent - 100.0 * 194240 / 4194240) < 1e-9);
    sysinfo_host_close(host);
}
END_TEST

/* /proc mounted with subset=pid contains only processes. */
START_TEST(a_proc_without_its_files_is_a_clear_error) {
    struct sysinfo_host *host = open_fixture("subset-pid");
    uint64_t any[SYSINFO_SLOTS];
    static const struct {
        uint32_t result;
        const char *end;
    } cases[] = {{SYSINFO_RESULT_MEMORY, "/subset-pid/proc/meminfo: No such file or directory"},
                 {SYSINFO_RESULT_SWAP, "/subset-pid/proc/meminfo: No such file or directory"},
                 {SYSINFO_RESULT_CPU_SAMPLE, "/subset-pid/proc/stat: No such file or directory"},
                 {SYSINFO_RESULT_CPU_USAGE, "/subset-pid/proc/stat: No such file or directory"},
                 {SYSINFO_RESULT_STATS, "/subset-pid/proc/stat: No such file or directory"},
                 {SYSINFO_RESULT_LOAD, "/subset-pid/proc/loadavg: No such file or directory"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_int_eq(sysinfo_read(host, cases[i].result, any, sizeof any), SYSINFO_NOT_FOUND);
        const char *text = sysinfo_explain(host, SYSINFO_NOT_FOUND);
        ck_assert_msg(strlen(text) > strlen(cases[i].end) &&
                          strcmp(text + strlen(text) - strlen(cases[i].end), cases[i].end) == 0,
                      "%s", text);
        ck_assert_int_eq(sysinfo_system_error(host), 2);
    }
    struct sysinfo_processors counts;
    ck_assert_int_eq(sysinfo_cpu_counts(host, &counts, sizeof counts), SYSINFO_UNKNOWN);
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL), SYSINFO_UNKNOWN);
    ck_assert_ptr_nonnull(
        strstr(sysinfo_explain(host, SYSINFO_UNKNOWN), "/subset-pid/proc/stat names no CPU, and sysfs lists none"));
    sysinfo_host_close(host);
}
END_TEST

START_TEST(topology_of_another_root_is_not_supported) {
    struct sysinfo_host *host = open_fixture("offline");
    struct sysinfo_topology_object_list *list = NULL;
    ck_assert_int_eq(sysinfo_topology_objects(host, &list), SYSINFO_NOT_SUPPORTED);
    ck_assert_ptr_null(list);
    ck_assert_str_ne(sysinfo_explain(host, SYSINFO_NOT_SUPPORTED), sysinfo_status_meaning(SYSINFO_NOT_SUPPORTED));
    sysinfo_host_close(host);
}
END_TEST

TCase *fixture_tests(void) {
    TCase *tests = tcase_create("fixtures");
    tcase_add_test(tests, a_kernel_without_memavailable_is_estimated);
    tcase_add_test(tests, an_old_kernels_other_figures_are_told);
    tcase_add_test(tests, linux_2_4_is_understood);
    tcase_add_test(tests, impossible_values_of_containers_are_corrected_and_marked);
    tcase_add_test(tests, offline_cpus_are_not_counted);
    tcase_add_test(tests, cpus_are_counted_by_their_directories_where_there_is_no_list);
    tcase_add_test(tests, huge_pages_of_all_sizes_are_summed);
    tcase_add_test(tests, swapped_pages_are_as_large_as_the_kernels_pages);
    tcase_add_test(tests, a_proc_without_its_files_is_a_clear_error);
    tcase_add_test(tests, topology_of_another_root_is_not_supported);
    return tests;
}
