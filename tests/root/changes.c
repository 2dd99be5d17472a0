/* SPDX-License-Identifier: MIT */
/* Machines that change between two questions. */
#include <math.h>

#include <sysinfo/sysinfo.h>

#include "directory.h"
#include "suites.h"

static struct sysinfo_host *host;

static bool is_near(double a, double b) {
    return fabs(a - b) < 1e-9;
}

static void start(void) {
    directory_make();
    host = NULL;
    ck_assert_int_eq(sysinfo_host_open(&host, directory_root), SYSINFO_OK);
}

static void stop(void) {
    sysinfo_host_close(host);
    directory_remove();
}

START_TEST(percentages_are_those_between_two_texts) {
    double percent = 47;
    struct sysinfo_cpu_usage usage;
    directory_write("proc/stat", "cpu  100 0 100 1000 50 0 0 0 0 0\n");
    ck_assert_int_eq(sysinfo_cpu_percent(host, 0, &percent), SYSINFO_NOT_YET);
    ck_assert_int_eq(sysinfo_cpu_times_percent(host, 0, &usage, sizeof usage), SYSINFO_NOT_YET);
    ck_assert_str_eq(sysinfo_explain(host, SYSINFO_NOT_YET),
                     "this is the first call: there is no earlier sample to compare with");
    ck_assert_int_eq(sysinfo_cpu_percent(host, 0, &percent), SYSINFO_NOT_YET);
    ck_assert_str_eq(sysinfo_explain(host, SYSINFO_NOT_YET), "no CPU time has passed between the two samples");
    ck_assert(percent == 47);
    directory_write("proc/stat", "cpu  120 0 110 1050 70 0 0 0 0 0\n"); /* The empty interval kept the first sample. */
    ck_assert_int_eq(sysinfo_cpu_percent(host, 0, &percent), SYSINFO_OK);
    ck_assert(is_near(percent, 30));
    directory_write("proc/stat", "cpu  140 0 120 1050 130 0 0 0 0 0\n");
    ck_assert_int_eq(sysinfo_cpu_times_percent(host, 0, &usage, sizeof usage),
                     SYSINFO_OK); /* Its own past: since the first text. */
    ck_assert(is_near(usage.user, 40.0 / 190 * 100) && is_near(usage.idle, 50.0 / 190 * 100));
    ck_assert_int_eq(sysinfo_cpu_percent(host, 0, &percent), SYSINFO_OK);
    ck_assert(is_near(percent, 30.0 / 90 * 100));
}
END_TEST

START_TEST(a_resume_from_suspend_is_not_yet_and_then_goes_on) {
    double percent = 47;
    directory_write("proc/stat", "cpu  100 0 100 90000\n");
    ck_assert_int_eq(sysinfo_cpu_percent(host, 0, &percent), SYSINFO_NOT_YET);
    directory_write("proc/stat", "cpu  110 0 100 1000\n");
    ck_assert_int_eq(sysinfo_cpu_percent(host, 0, &percent), SYSINFO_NOT_YET);
    ck_assert_str_eq(sysinfo_explain(host, SYSINFO_NOT_YET), "idle time ran backwards between the two samples");
    directory_write("proc/stat", "cpu  120 0 100 1030\n");
    ck_assert_int_eq(sysinfo_cpu_percent(host, 0, &percent), SYSINFO_OK);
    ck_assert(is_near(percent, 25));
}
END_TEST

/*
 * CPU 1 goes, CPU 3 comes and CPU 1 returns; rows are matched by number. Counters move by so few ticks that they agree
 * with the clock, however fast or slow the test runs.
 */
START_TEST(cpus_come_and_go_between_two_samples) {
    struct sysinfo_cpu_usage_list *list = NULL;
    directory_write("proc/stat", "cpu  300 0 0 300\ncpu0 100 0 0 100\ncpu1 100 0 0 100\ncpu2 100 0 0 100\n");
    ck_assert_int_eq(sysinfo_cpu_usage_percpu(host, 0, &list), SYSINFO_NOT_YET);
    ck_assert_ptr_null(list);
    directory_write("proc/stat", "cpu  302 0 0 308\ncpu0 101 0 0 103\ncpu2 101 0 0 101\ncpu3 5 0 0 40\n");
    ck_assert_int_eq(sysinfo_cpu_usage_percpu(host, 0, &list), SYSINFO_OK);
    ck_assert_uint_eq(sysinfo_cpu_usage_list_count(list), 3);
    /* Only CPUs 0 and 2, which existed both times; the line for all CPUs gives 20 %. */
    ck_assert(is_near(sysinfo_cpu_usage_list_all(list)->percent, 2.0 / 6 * 100));
    const struct sysinfo_cpu_usage *row = sysinfo_cpu_usage_list_at(list, 0);
    ck_assert(row->cpu == 0 && is_near(row->percent, 25));
    row = sysinfo_cpu_usage_list_at(list, 1);
    ck_assert(row->cpu == 2 && is_near(row->percent, 50));
    row = sysinfo_cpu_usage_list_at(list, 2);
    ck_assert(row->cpu == 3 && row->present == SYSINFO_BIT(struct sysinfo_cpu_usage, cpu));
    const struct sysinfo_cpu_usage_list *before = list;
    char text[4096] = "cpu  400 0 0 400\n"; /* And more of them than the list has room for. */
    for (int cpu = 0; cpu < 100; cpu++) {
        snprintf(text + strlen(text), sizeof text - strlen(text), "cpu%d %d 0 0 %d\n", cpu, cpu == 3 ? 6 : 102,
                 cpu == 3 ? 42 : 104);
    }
    directory_write("proc/stat", text);
    ck_assert_int_eq(sysinfo_cpu_usage_percpu(host, 0, &list), SYSINFO_OK);
    ck_assert_ptr_eq(list, before);
    ck_assert_uint_eq(sysinfo_cpu_usage_list_count(list), 100);
    ck_assert(SYSINFO_HAS(sysinfo_cpu_usage_list_at(list, 3), percent) &&
              !SYSINFO_HAS(sysinfo_cpu_usage_list_at(list, 1), percent));
    directory_write("proc/stat", "cpu  1 2\n"); /* A failure leaves the list alone. */
    ck_assert_int_eq(sysinfo_cpu_usage_percpu(host, 0, &list), SYSINFO_MALFORMED);
    ck_assert_uint_eq(sysinfo_cpu_usage_list_count(list), 100);
    ck_assert_uint_eq(sysinfo_cpu_usage_list_at(list, 99)->cpu, 99);
    sysinfo_cpu_usage_list_free(list);
}
END_TEST

/* Each compares with its own previous call: the intervals overlap. */
START_TEST(percent_and_usage_of_each_cpu_have_pasts_of_their_own) {
    struct sysinfo_cpu_usage_list *percent = NULL, *usage = NULL;
    directory_write("proc/stat", "cpu  200 0 0 200\ncpu0 100 0 0 100\ncpu1 100 0 0 100\n");
    ck_assert_int_eq(sysinfo_cpu_percent_percpu(host, 0, &percent), SYSINFO_NOT_YET);
    directory_write("proc/stat", "cpu  202 0 0 206\ncpu0 101 0 0 103\ncpu1 101 0 0 103\n");
    ck_assert_int_eq(sysinfo_cpu_usage_percpu(host, 0, &usage), SYSINFO_NOT_YET);
    directory_write("proc/stat", "cpu  206 0 0 210\ncpu0 104 0 0 104\ncpu1 102 0 0 106\n");
    ck_assert_int_eq(sysinfo_cpu_percent_percpu(host, 0, &percent), SYSINFO_OK);
    ck_assert_int_eq(sysinfo_cpu_usage_percpu(host, 0, &usage), SYSINFO_OK);
    ck_assert_uint_eq(sysinfo_cpu_usage_list_count(percent), 2);
    ck_assert(is_near(sysinfo_cpu_usage_list_at(percent, 0)->percent, 50)); /* 4 of 8 ticks */
    ck_assert(is_near(sysinfo_cpu_usage_list_at(percent, 1)->percent, 25)); /* 2 of 8 */
    ck_assert(is_near(sysinfo_cpu_usage_list_at(usage, 0)->percent, 75));   /* 3 of 4 */
    ck_assert(is_near(sysinfo_cpu_usage_list_at(usage, 1)->percent, 25));   /* 1 of 4 */
    ck_assert(SYSINFO_HAS(sysinfo_cpu_usage_list_all(percent), percent));
    sysinfo_cpu_usage_list_free(percent);
    sysinfo_cpu_usage_list_free(usage);
}
END_TEST

START_TEST(a_list_that_fails_to_be_refilled_is_as_it_was) {
    struct sysinfo_cpu_sample_list *list = NULL;
    directory_write("proc/stat", "cpu  300 0 0 300\ncpu0 100 0 0 100\ncpu1 200 0 0 200\n");
    ck_assert_int_eq(sysinfo_cpu_times_percpu(host, &list), SYSINFO_OK);
    directory_write("proc/stat", "cpu  300 0 0\n");
    ck_assert_int_eq(sysinfo_cpu_times_percpu(host, &list), SYSINFO_MALFORMED);
    ck_assert_uint_eq(sysinfo_cpu_sample_list_count(list), 2);
    ck_assert(sysinfo_cpu_sample_list_all(list)->user == 3 && sysinfo_cpu_sample_list_at(list, 1)->user == 2);
    sysinfo_cpu_sample_list_free(list);
}
END_TEST

START_TEST(counts_follow_the_list_of_online_cpus) {
    char path[64];
    for (int cpu = 0; cpu < 4; cpu++) {
        snprintf(path, sizeof path, "sys/devices/system/cpu/cpu%d/topology/core_cpus_list", cpu);
        directory_write(path, cpu < 2 ? "0-1\n" : "2-3\n");
    }
    static const struct {
        const char *online;
        int logical, physical;
    } steps[] = {{"0-3\n", 4, 2}, {"0-3\n", 4, 2}, {"0,2-3\n", 3, 2}, {"0-1\n", 2, 1}, {"3\n", 1, 1}, {"0-3\n", 4, 2}};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        directory_write("sys/devices/system/cpu/online", steps[i].online);
        ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL), steps[i].logical);
        ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_PHYSICAL), steps[i].physical);
    }
}
END_TEST

/* In containers: the machine's topology with the container's own list of CPUs. */
START_TEST(cores_are_never_more_than_cpus) {
    directory_write("sys/devices/system/cpu/online", "0-1\n");
    directory_write("sys/devices/system/cpu/cpu0/topology/core_cpus_list", "0\n");
    directory_write("sys/devices/system/cpu/cpu1/topology/core_cpus_list", "1\n");
    struct sysinfo_processors counts;
    ck_assert_int_eq(sysinfo_cpu_counts(host, &counts, sizeof counts), SYSINFO_OK);
    ck_assert(counts.count == 2 && counts.cores == 2 && counts.estimated == 0);
}
END_TEST

START_TEST(a_longer_and_a_shorter_text_are_read_whole) {
    struct sysinfo_memory memory;
    char *text = malloc(40000);
    ck_assert_ptr_nonnull(text);
    for (size_t lines = 0; lines < 1200; lines += 97) { /* Up to four times the first buffer, and back. */
        for (int way = 0; way < 2; way++) {
            size_t count = way == 0 ? lines : 1200 - lines, length = 0;
            for (size_t i = 0; i < count; i++) {
                length += (size_t)snprintf(text + length, 40000 - length, "Filler%05zu:    %5zu kB\n", i, i);
            }
            snprintf(text + length, 40000 - length, "MemTotal: %zu kB\nMemAvailable: %zu kB\n", count + 2, count + 1);
            directory_write("proc/meminfo", text);
            ck_assert_int_eq(sysinfo_virtual_memory(host, &memory, sizeof memory), SYSINFO_OK);
            ck_assert_uint_eq(memory.total, (count + 2) * 1024);
            ck_assert_uint_eq(memory.used, 1024);
        }
    }
    free(text);
}
END_TEST

TCase *change_tests(void) {
    TCase *tests = tcase_create("changes");
    tcase_add_checked_fixture(tests, start, stop);
    tcase_add_test(tests, percentages_are_those_between_two_texts);
    tcase_add_test(tests, a_resume_from_suspend_is_not_yet_and_then_goes_on);
    tcase_add_test(tests, cpus_come_and_go_between_two_samples);
    tcase_add_test(tests, percent_and_usage_of_each_cpu_have_pasts_of_their_own);
    tcase_add_test(tests, a_list_that_fails_to_be_refilled_is_as_it_was);
    tcase_add_test(tests, counts_follow_the_list_of_online_cpus);
    tcase_add_test(tests, cores_are_never_more_than_cpus);
    tcase_add_test(tests, a_longer_and_a_shorter_text_are_read_whole);
    return tests;
}
