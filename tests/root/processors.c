/* SPDX-License-Identifier: MIT */
/* Frequencies and descriptions of CPUs, on machines that consist of a few files. */
#include <sysinfo/sysinfo.h>

#include "directory.h"
#include "suites.h"

#define CPUS "sys/devices/system/cpu"
#define MHZ UINT64_C(1000000)

static struct sysinfo_host *host;
static struct sysinfo_cpu_frequency_list *list;

static void write_cpu(int cpu, const char *file, const char *text) {
    char path[128];
    snprintf(path, sizeof path, CPUS "/cpu%d/%s", cpu, file);
    directory_write(path, text);
}

static void make(void) {
    host = NULL;
    list = NULL;
    directory_make();
    directory_write(CPUS "/online", "0-1\n");
}

static void destroy(void) {
    sysinfo_cpu_frequency_list_free(list);
    sysinfo_host_close(host);
    directory_remove();
}

static void open_directory(void) {
    ck_assert_int_eq(sysinfo_host_open(&host, directory_root), SYSINFO_OK);
}

/* ---- Frequencies ---- */

static int read_all(struct sysinfo_cpu_frequency *all) {
    if (host == NULL) {
        open_directory();
    }
    int status = sysinfo_cpu_freq(host, all, sizeof *all);
    ck_assert_int_eq(sysinfo_cpu_freq_percpu(host, &list), status);
    if (status == SYSINFO_OK) {
        ck_assert_mem_eq(all, sysinfo_cpu_frequency_list_all(list), sizeof *all);
        ck_assert(!SYSINFO_HAS(all, cpu));
    }
    return status;
}

/* The row at `index` has these figures in MHz; 0: unknown. */
static void check_row(size_t index, uint64_t cpu, uint64_t current, uint64_t min, uint64_t max, uint64_t base) {
    const struct sysinfo_cpu_frequency *row = sysinfo_cpu_frequency_list_at(list, index);
    ck_assert_ptr_nonnull(row);
    ck_assert_uint_eq(row->cpu, cpu);
    ck_assert_uint_eq(row->current, current * MHZ);
    ck_assert_uint_eq(row->min, min * MHZ);
    ck_assert_uint_eq(row->max, max * MHZ);
    ck_assert_uint_eq(row->base, base * MHZ);
    uint64_t known = (current > 0 ? SYSINFO_BIT(struct sysinfo_cpu_frequency, current) : 0) |
                     (min > 0 ? SYSINFO_BIT(struct sysinfo_cpu_frequency, min) : 0) |
                     (max > 0 ? SYSINFO_BIT(struct sysinfo_cpu_frequency, max) : 0) |
                     (base > 0 ? SYSINFO_BIT(struct sysinfo_cpu_frequency, base) : 0);
    ck_assert_uint_eq(row->present, known | SYSINFO_BIT(struct sysinfo_cpu_frequency, cpu));
}

static void write_policy(int cpu, const char *current, const char *min, const char *max) {
    write_cpu(cpu, "cpufreq/scaling_cur_freq", current);
    write_cpu(cpu, "cpufreq/cpuinfo_min_freq", min);
    write_cpu(cpu, "cpufreq/cpuinfo_max_freq", max);
}

START_TEST(cpufreq_is_in_kilohertz_and_the_sum_of_rows_is_an_average_between_extremes) {
    write_policy(0, "1000000\n", "400000\n", "3000000\n");
    write_policy(1, "1500001\n", "800000\n", "2000000\n");
    write_cpu(0, "cpufreq/base_frequency", "1900000\n");
    write_cpu(1, "acpi_cppc/nominal_freq", "1400\n"); /* In MHz, unlike the others. */
    struct sysinfo_cpu_frequency all;
    ck_assert_int_eq(read_all(&all), SYSINFO_OK);
    check_row(0, 0, 1000, 400, 3000, 1900);
    ck_assert_uint_eq(sysinfo_cpu_frequency_list_at(list, 1)->current, 1500001000);
    ck_assert_uint_eq(sysinfo_cpu_frequency_list_at(list, 1)->base, 1400 * MHZ);
    ck_assert_uint_eq(all.current, 1250000500);
    ck_assert_uint_eq(all.min, 400 * MHZ);
    ck_assert_uint_eq(all.max, 3000 * MHZ);
    ck_assert_uint_eq(all.base, 1900 * MHZ);
    ck_assert_uint_eq(sysinfo_cpu_frequency_list_count(list), 2);
    ck_assert_ptr_null(sysinfo_cpu_frequency_list_at(list, 2));
    write_cpu(0, "cpufreq/cpuinfo_max_freq", "1900000\n"); /* Turbo was switched off. */
    ck_assert_int_eq(read_all(&all), SYSINFO_OK);
    ck_assert_uint_eq(all.max, 2000 * MHZ);
}
END_TEST

START_TEST(without_cpufreq_it_is_that_of_cpuinfo) {
    directory_write("proc/cpuinfo",
                    "processor\t: 0\ncpu MHz\t\t: 500.000\n\nprocessor\t: 1\ncpu MHz\t\t: 1500.000\n\n");
    struct sysinfo_cpu_frequency all;
    ck_assert_int_eq(read_all(&all), SYSINFO_OK);
    check_row(0, 0, 500, 0, 0, 0);
    check_row(1, 1, 1500, 0, 0, 0);
    ck_assert_uint_eq(all.current, 1000 * MHZ);
    ck_assert_uint_eq(all.present, SYSINFO_BIT(struct sysinfo_cpu_frequency, current));
}
END_TEST

START_TEST(a_driver_of_cpufreq_may_come_and_go) {
    char path[DIRECTORY_PATH], aside[DIRECTORY_PATH + 8];
    directory_path(path, CPUS "/cpu0/cpufreq");
    directory_write("proc/cpuinfo", "processor\t: 0\ncpu MHz\t\t: 500.000\n\n");
    directory_write(CPUS "/online", "0\n");
    struct sysinfo_cpu_frequency all;
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(read_all(&all), SYSINFO_OK);
        check_row(0, 0, 500, 0, 0, 0);
        ck_assert_int_eq(read_all(&all), SYSINFO_OK);
        check_row(0, 0, 500, 0, 0, 0);
        write_policy(0, "700000\n", "400000\n", "900000\n");
        ck_assert_int_eq(read_all(&all), SYSINFO_OK);
        check_row(0, 0, 500, 400, 900, 0);
        snprintf(aside, sizeof aside, "%s.%d", path, i);
        ck_assert_int_eq(rename(path, aside), 0);
    }
}
END_TEST

/*
 * The file of a large machine is longer than a page and than any first buffer. Each row is 1200 bytes, so that pages
 * end at different places in it.
 */
enum { LONG_CPUS = 300, LONG_ROW = 1200 };

static void write_long_cpuinfo(int shift) {
    char *text = malloc((size_t)(LONG_CPUS + 1) * (LONG_ROW + 64)), *at = text;
    ck_assert_ptr_nonnull(text);
    at += sprintf(at, "%*s\n", shift, "");
    for (int cpu = 0; cpu < LONG_CPUS; cpu++) {
        char *row = at;
        at += sprintf(at, "processor\t: %d\nvendor_id\t: GenuineIntel\nmodel name\t: Xeon of many\n", cpu);
        at += sprintf(at, "physical id\t: %d\ncore id\t\t: %d\ncpu MHz\t\t: %d.000\nflags\t\t:", cpu / 100, cpu % 100,
                      1000 + cpu);
        while (at - row < LONG_ROW - 4) {
            at += sprintf(at, " f");
        }
        at += sprintf(at, "\n\n");
    }
    directory_write("proc/cpuinfo", text);
    free(text);
}

START_TEST(a_cpuinfo_longer_than_a_page_is_read_to_its_end) {
    static const int shifts[] = {0, 1, 17, 100, 511, 1023};
    struct sysinfo_cpu_frequency all;
    struct sysinfo_cpu_description description;
    directory_write(CPUS "/online", "0-299\n");
    write_long_cpuinfo(shifts[_i]);
    ck_assert_int_eq(read_all(&all), SYSINFO_OK);
    ck_assert_uint_eq(sysinfo_cpu_frequency_list_count(list), LONG_CPUS);
    for (size_t cpu = 0; cpu < LONG_CPUS; cpu++) {
        check_row(cpu, cpu, 1000 + cpu, 0, 0, 0);
    }
    ck_assert_uint_eq(all.current, (1000 * 2 + LONG_CPUS - 1) * MHZ / 2); /* The mean of 1000 to 1299. */
    ck_assert_int_eq(sysinfo_cpu_info(host, &description, sizeof description), SYSINFO_OK);
    ck_assert_str_eq(description.vendor, "GenuineIntel");
    ck_assert_str_eq(description.model, "Xeon of many");
    ck_assert_uint_eq(description.packages, 3);
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_PHYSICAL), LONG_CPUS);
}
END_TEST

START_TEST(a_file_without_a_value_is_replaced_by_the_next) {
    static const char *const silent[] = {"<unknown>\n", "0\n", "", "<unsupported>\n", "4294967295\n"};
    struct sysinfo_cpu_frequency all;
    for (size_t i = 0; i <= sizeof silent / sizeof silent[0]; i++) {
        if (i > 0) { /* At first it is missing. */
            write_cpu(0, "cpufreq/scaling_cur_freq", silent[i - 1]);
            write_cpu(0, "cpufreq/cpuinfo_max_freq", silent[i - 1]);
            write_cpu(0, "cpufreq/cpuinfo_min_freq", silent[i - 1]);
        }
        write_cpu(0, "cpufreq/cpuinfo_cur_freq", "200000\n");
        write_cpu(0, "cpufreq/scaling_max_freq", "300000\n");
        write_cpu(0, "cpufreq/scaling_min_freq", "100000\n");
        ck_assert_int_eq(read_all(&all), SYSINFO_OK);
        check_row(0, 0, 200, 100, 300, 0);
        check_row(1, 1, 0, 0, 0, 0); /* Only its number is known. */
        ck_assert_uint_eq(all.current, 200 * MHZ);
    }
}
END_TEST

START_TEST(cpuinfo_comes_first_and_cpufreq_fills_what_it_lacks) {
    directory_write("proc/cpuinfo", "processor\t: 0\ncpu MHz\t\t: 1203.514\n\nprocessor\t: 1\n");
    write_policy(0, "1170889\n", "400000\n", "5000000\n");
    write_policy(1, "600000\n", "400000\n", "5200000\n");
    struct sysinfo_cpu_frequency all;
    ck_assert_int_eq(read_all(&all), SYSINFO_OK);
    ck_assert_uint_eq(sysinfo_cpu_frequency_list_at(list, 0)->current, 1203514000);
    check_row(1, 1, 600, 400, 5200, 0);
}
END_TEST

START_TEST(a_cpu_that_is_offline_has_no_row) {
    directory_write(CPUS "/online", "0,2\n");
    directory_write("proc/cpuinfo", "processor\t: 1\ncpu MHz\t\t: 900.000\n"); /* It disappeared meanwhile. */
    for (int cpu = 0; cpu < 3; cpu++) {
        write_policy(cpu, "600000\n", "400000\n", "800000\n");
    }
    struct sysinfo_cpu_frequency all;
    ck_assert_int_eq(read_all(&all), SYSINFO_OK);
    check_row(0, 0, 600, 400, 800, 0);
    check_row(1, 2, 600, 400, 800, 0);
    ck_assert_uint_eq(sysinfo_cpu_frequency_list_count(list), 2);
}
END_TEST

START_TEST(a_policy_serves_the_cpus_that_it_names) {
    directory_write(CPUS "/online", "0-3\n");
    directory_write(CPUS "/cpufreq/policy0/affected_cpus", "0 2 \n");
    directory_write(CPUS "/cpufreq/policy0/scaling_cur_freq", "600000\n");
    directory_write(CPUS "/cpufreq/policy0/cpuinfo_max_freq", "1800000\n");
    directory_write(CPUS "/cpufreq/policy1/affected_cpus", "1\n");
    directory_write(CPUS "/cpufreq/policy1/scaling_cur_freq", "2400000\n");
    directory_write(CPUS "/cpufreq/policy1/cpuinfo_max_freq", "2400000\n");
    directory_write(CPUS "/cpufreq/policy3/affected_cpus", "none\n");
    directory_write(CPUS "/cpufreq/policy3/scaling_cur_freq", "1\n");
    directory_write(CPUS "/cpufreq/ondemand/up_threshold", "95\n");
    write_cpu(1, "cpufreq/scaling_cur_freq", "2300000\n"); /* Its own file has a value, */
    struct sysinfo_cpu_frequency all;
    ck_assert_int_eq(read_all(&all), SYSINFO_OK);
    check_row(0, 0, 600, 0, 1800, 0);
    check_row(1, 1, 2300, 0, 2400, 0); /* the others are missing. */
    check_row(2, 2, 600, 0, 1800, 0);
    check_row(3, 3, 0, 0, 0, 0);
}
END_TEST

START_TEST(rows_of_any_order_come_sorted_and_once) {
    directory_write(CPUS "/online", "0-3\n");
    directory_write("proc/cpuinfo",
                    "processor\t: 3\ncpu MHz\t: 3.0\n\nprocessor\t: 1\ncpu MHz\t: 1.0\n\nprocessor\t: 3\n");
    struct sysinfo_cpu_frequency all;
    ck_assert_int_eq(read_all(&all), SYSINFO_OK);
    ck_assert_uint_eq(sysinfo_cpu_frequency_list_count(list), 4);
    for (size_t i = 0; i < 4; i++) {
        ck_assert_uint_eq(sysinfo_cpu_frequency_list_at(list, i)->cpu, i);
    }
    ck_assert_uint_eq(sysinfo_cpu_frequency_list_at(list, 1)->current, 1 * MHZ);
}
END_TEST

START_TEST(a_machine_that_does_not_report_is_unknown) {
    directory_write("proc/cpuinfo", "processor\t: 0\nBogoMIPS\t: 48.00\n\nprocessor\t: 1\nBogoMIPS\t: 48.00\n");
    struct sysinfo_cpu_frequency all = {.present = 47};
    ck_assert_int_eq(read_all(&all), SYSINFO_UNKNOWN);
    ck_assert_uint_eq(all.present, 47); /* Unchanged. */
    ck_assert_ptr_null(list);
    ck_assert_ptr_nonnull(strstr(sysinfo_explain(host, SYSINFO_UNKNOWN), "how fast"));
    ck_assert_int_eq(sysinfo_cpu_freq_percpu(host, NULL), SYSINFO_INVALID);
    ck_assert_ptr_null(sysinfo_cpu_frequency_list_all(NULL));
    ck_assert_ptr_null(sysinfo_cpu_frequency_list_at(NULL, 0));
    ck_assert_uint_eq(sysinfo_cpu_frequency_list_count(NULL), 0);
}
END_TEST

/* ---- Descriptions ---- */

static void describe(struct sysinfo_cpu_description *description) {
    if (host == NULL) {
        open_directory();
    }
    ck_assert_int_eq(sysinfo_cpu_info(host, description, sizeof *description), SYSINFO_OK);
}

/* Each CPU is a core. */
static void write_cores(int cpus, const char *package) {
    char text[16];
    for (int cpu = 0; cpu < cpus; cpu++) {
        snprintf(text, sizeof text, "%d\n", cpu);
        write_cpu(cpu, "topology/core_cpus_list", text);
        write_cpu(cpu, "topology/core_id", text);
        write_cpu(cpu, "topology/physical_package_id", package);
    }
}

START_TEST(texts_and_packages_are_kept_until_a_cpu_comes) {
    struct sysinfo_cpu_description description;
    directory_write("proc/cpuinfo", "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Xeon  \"X\"\n");
    directory_write("proc/sys/kernel/arch", "x86_64\n");
    write_cores(2, "4097\n");
    write_cpu(1, "topology/physical_package_id", "7\n");
    describe(&description);
    ck_assert_str_eq(description.vendor, "GenuineIntel");
    ck_assert_str_eq(description.model, "Xeon \"X\"");
    ck_assert_str_eq(description.architecture, "x86_64");
    ck_assert_uint_eq(description.packages, 2);
    ck_assert(!SYSINFO_HAS(&description, cores_performance) && !SYSINFO_HAS(&description, cores_efficiency));
    write_cpu(1, "topology/physical_package_id", "4097\n");
    describe(&description);
    ck_assert_uint_eq(description.packages, 2); /* Not read again, */
    directory_write(CPUS "/online", "0\n");
    describe(&description);
    ck_assert_uint_eq(description.packages, 1); /* until the set of CPUs changes. */
}
END_TEST

START_TEST(packages_that_the_kernel_does_not_know_are_unknown) {
    struct sysinfo_cpu_description description;
    directory_write("proc/cpuinfo", "vendor_id       : IBM/S390\n");
    write_cores(2, "-1\n");
    describe(&description);
    ck_assert(!SYSINFO_HAS(&description, packages));
    directory_write(CPUS "/online", "0-2\n");
    directory_write("proc/cpuinfo", "physical id\t: 0\nphysical id\t: 3\nphysical id\t: 0\n");
    describe(&description);
    ck_assert_uint_eq(description.packages, 2);
}
END_TEST

static void check_kinds(uint64_t performance, uint64_t efficiency) {
    struct sysinfo_cpu_description description;
    describe(&description);
    ck_assert_uint_eq(description.cores_performance, performance);
    ck_assert_uint_eq(description.cores_efficiency, efficiency);
    ck_assert_int_eq(SYSINFO_HAS(&description, cores_performance), performance > 0);
    ck_assert_int_eq(SYSINFO_HAS(&description, cores_efficiency), efficiency > 0);
}

/* Two cores of two threads, and three of one. */
START_TEST(kinds_of_intel_are_devices) {
    directory_write("proc/sys/kernel/arch", "x86_64\n");
    write_cores(7, "0\n");
    write_cpu(0, "topology/core_cpus_list", "0-1\n");
    write_cpu(1, "topology/core_cpus_list", "0-1\n");
    write_cpu(2, "topology/core_cpus_list", "2-3\n");
    write_cpu(3, "topology/core_cpus_list", "2-3\n");
    directory_write("sys/devices/cpu_core/cpus", "0-3\n");
    directory_write("sys/devices/cpu_atom/cpus", "4-6\n");
    directory_write(CPUS "/online", "0-6\n");
    check_kinds(2, 3);
    directory_write(CPUS "/online", "0,4-5\n"); /* One thread of one, and two. */
    check_kinds(1, 2);
    directory_write(CPUS "/online", "0-3\n"); /* No others are left. */
    check_kinds(0, 0);
    directory_write(CPUS "/online", "4-6\n");
    check_kinds(0, 0);
}
END_TEST

static void write_capacities(const char *const *capacity, int cpus) {
    char online[16];
    directory_write("proc/sys/kernel/arch", "aarch64\n");
    write_cores(cpus, "0\n");
    for (int cpu = 0; cpu < cpus; cpu++) {
        write_cpu(cpu, "cpu_capacity", capacity[cpu]);
    }
    snprintf(online, sizeof online, "0-%d\n", cpus - 1);
    directory_write(CPUS "/online", online);
}

static const struct {
    const char *capacity[8];
    int cpus;
    uint64_t performance, efficiency;
} capacities[] = {
    {{"446\n", "446\n", "446\n", "446\n", "1024\n", "1024\n", "1024\n", "1024\n"}, 8, 4, 4},
    {{"250\n", "250\n", "250\n", "250\n", "620\n", "620\n", "620\n", "1024\n"}, 8, 4, 4}, /* Three kinds. */
    {{"1024\n", "530\n", "530\n", "1010\n"}, 4, 2, 2},
    {{"1024\n", "1024\n"}, 2, 0, 0},
    {{"1024\n", "966\n"}, 2, 0, 0}, /* The same kind, with another highest frequency. */
    {{"1024\n", "0\n"}, 2, 0, 0},
    {{"1024\n", "x\n", "500\n"}, 3, 0, 0},
};

START_TEST(kinds_of_arm_are_capacities) {
    write_capacities(capacities[_i].capacity, capacities[_i].cpus);
    check_kinds(capacities[_i].performance, capacities[_i].efficiency);
}
END_TEST

START_TEST(a_machine_without_any_of_these_files_is_unknown) {
    open_directory();
    struct sysinfo_cpu_description description = {.present = 47};
    ck_assert_int_eq(sysinfo_cpu_info(host, &description, sizeof description), SYSINFO_UNKNOWN);
    ck_assert_uint_eq(description.present, 47);
    double value = 5;
    ck_assert_int_eq(sysinfo_get(host, "cpu.model", &value), SYSINFO_INVALID);
    ck_assert_ptr_nonnull(strstr(sysinfo_explain(host, SYSINFO_INVALID), "is a text"));
    ck_assert(value == 5);
}
END_TEST

TCase *processor_tests(void) {
    TCase *tests = tcase_create("processors");
    tcase_add_checked_fixture(tests, make, destroy);
    tcase_add_test(tests, cpufreq_is_in_kilohertz_and_the_sum_of_rows_is_an_average_between_extremes);
    tcase_add_test(tests, without_cpufreq_it_is_that_of_cpuinfo);
    tcase_add_test(tests, a_driver_of_cpufreq_may_come_and_go);
    tcase_add_loop_test(tests, a_cpuinfo_longer_than_a_page_is_read_to_its_end, 0, 6);
    tcase_add_test(tests, a_file_without_a_value_is_replaced_by_the_next);
    tcase_add_test(tests, cpuinfo_comes_first_and_cpufreq_fills_what_it_lacks);
    tcase_add_test(tests, a_cpu_that_is_offline_has_no_row);
    tcase_add_test(tests, a_policy_serves_the_cpus_that_it_names);
    tcase_add_test(tests, rows_of_any_order_come_sorted_and_once);
    tcase_add_test(tests, a_machine_that_does_not_report_is_unknown);
    tcase_add_test(tests, texts_and_packages_are_kept_until_a_cpu_comes);
    tcase_add_test(tests, packages_that_the_kernel_does_not_know_are_unknown);
    tcase_add_test(tests, kinds_of_intel_are_devices);
    tcase_add_loop_test(tests, kinds_of_arm_are_capacities, 0, (int)(sizeof capacities / sizeof capacities[0]));
    tcase_add_test(tests, a_machine_without_any_of_these_files_is_unknown);
    return tests;
}
