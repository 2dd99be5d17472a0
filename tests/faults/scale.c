/* SPDX-License-Identifier: MIT */
/* Synthetic machines of 1 to 8192 CPUs, and a million calls, without depending on the clock. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sysinfo/sysinfo.h>

#include "directory.h"
#include "faults.h"
#include "run.h"

/* ---- The synthetic machine ---- */

/* Every figure of a CPU is derived from its number. */
static void make_stat(uint64_t cpus) {
    char *text = malloc((size_t)(cpus + 2) * 96);
    ck_assert_ptr_nonnull(text);
    uint64_t sum = cpus * (cpus - 1) / 2;
    size_t length = (size_t)sprintf(text, "cpu  %llu %llu 0 %llu 0 0 0 0 0 0\n", (unsigned long long)(100 * sum),
                                    (unsigned long long)(100 * cpus), (unsigned long long)(700 * cpus));
    for (uint64_t cpu = 0; cpu < cpus; cpu++) {
        length += (size_t)sprintf(text + length, "cpu%llu %llu 100 0 700 0 0 0 0 0 0\n", (unsigned long long)cpu,
                                  (unsigned long long)(100 * cpu));
    }
    memcpy(text + length, "ctxt 12\n", 9);
    directory_write("proc/stat", text);
    free(text);
}

/* Two CPUs per core. */
static void make_machine(int cpus) {
    char list[32], path[96];
    make_stat((uint64_t)cpus);
    snprintf(list, sizeof list, cpus > 1 ? "0-%d\n" : "%d\n", cpus - 1);
    directory_write("sys/devices/system/cpu/online", list);
    for (int cpu = 0; cpu < cpus; cpu++) {
        int first = cpu & ~1;
        snprintf(list, sizeof list, first + 1 < cpus ? "%d-%d\n" : "%d\n", first, first + 1);
        snprintf(path, sizeof path, "sys/devices/system/cpu/cpu%d/topology/core_cpus_list", cpu);
        directory_write(path, list);
    }
    directory_write(
        "proc/meminfo",
        "MemTotal:  8000 kB\nMemFree:  1000 kB\nMemAvailable:  4000 kB\nSwapTotal:  2000 kB\nSwapFree:  500 kB\n");
    directory_write("proc/vmstat", "nr_free_pages 250\npswpin 3\npswpout 4\n");
}

static struct sysinfo_host *host;
static struct sysinfo_cpu_sample_list *list;

static void start(void) {
    directory_make();
    host = NULL;
    list = NULL;
    ck_assert_int_eq(sysinfo_host_open(&host, directory_root), SYSINFO_OK);
}

static void stop(void) {
    sysinfo_cpu_sample_list_free(list);
    sysinfo_host_close(host);
    directory_remove();
}

/* ---- The tests ---- */

static const int sizes[] = {1, 2, 3, 64, 1025, 8192};
enum { SIZES = sizeof sizes / sizeof sizes[0] };

START_TEST(a_machine_of_any_size_is_read_whole_and_then_for_free) {
    int cpus = sizes[_i];
    make_machine(cpus);
    faults.time = 1000; /* It stands still: if a read took long, the library would read again. */
    for (int round = 0; round < 3; round++) {
        faults_begin(FAULT_MEMORY, -1, 0);
        int status = sysinfo_cpu_times_percpu(host, &list);
        int logical = sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL);
        int cores = sysinfo_cpu_count(host, SYSINFO_CPU_PHYSICAL);
        faults_end();
        ck_assert_int_eq(status, SYSINFO_OK);
        ck_assert_int_eq(logical, cpus);
        ck_assert_int_eq(cores, (cpus + 1) / 2);
        ck_assert_uint_eq(sysinfo_cpu_sample_list_count(list), (size_t)cpus);
        for (int cpu = 0; cpu < cpus; cpu++) {
            const struct sysinfo_cpu_sample *row = sysinfo_cpu_sample_list_at(list, (size_t)cpu);
            ck_assert(row->cpu == (uint64_t)cpu && row->user == cpu && row->nice == 1 && row->idle == 7);
        }
        /*
         * The text is read to its end, with two reads once the buffer is large enough; each count also reads its list
         * with two.
         */
        ck_assert(round == 0 ||
                  (faults.calls[FAULT_MEMORY] == 0 && faults.calls[FAULT_OPEN] == 0 && faults.calls[FAULT_READ] == 6));
    }
    faults.time = 0; /* libcheck measures the test by the same clock. */
}
END_TEST

START_TEST(a_million_calls_leave_memory_and_descriptors_as_they_were) {
    enum { ROUNDS = 200000, CALLS_OF_A_ROUND = 5 };
    struct sysinfo_cpu_sample times;
    struct sysinfo_memory memory;
    struct sysinfo_swap swap;
    int failures = 0, before = 0;
    make_machine(4);
    for (int round = -2; round < ROUNDS; round++) {
        if (round == 0) { /* Warm from here on. */
            before = open_descriptors();
            faults_begin(FAULT_MEMORY, -1, 0);
        }
        failures += sysinfo_cpu_times(host, &times, sizeof times) != SYSINFO_OK;
        failures += sysinfo_cpu_times_percpu(host, &list) != SYSINFO_OK;
        failures += sysinfo_virtual_memory(host, &memory, sizeof memory) != SYSINFO_OK;
        failures += sysinfo_swap_memory(host, &swap, sizeof swap) != SYSINFO_OK;
        failures += sysinfo_cpu_count(host, SYSINFO_CPU_PHYSICAL) != 2;
    }
    faults_end();
    ck_assert_int_eq(ROUNDS * CALLS_OF_A_ROUND, 1000000);
    ck_assert_int_eq(failures, 0);
    ck_assert_int_eq(faults.calls[FAULT_MEMORY], 0);
    ck_assert_int_eq(faults.calls[FAULT_OPEN], 0);
    ck_assert_int_eq(open_descriptors(), before);
    ck_assert(memory.available == 4000 * 1024 && swap.used == 1500 * 1024 && times.nice == 4);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("scale");
    TCase *tests = tcase_create("scale");
    tcase_add_checked_fixture(tests, start, stop);
    tcase_set_timeout(tests, 0); /* A million calls take seconds, or many seconds on a busy machine. */
    tcase_add_loop_test(tests, a_machine_of_any_size_is_read_whole_and_then_for_free, 0, SIZES);
    tcase_add_test(tests, a_million_calls_leave_memory_and_descriptors_as_they_were);
    suite_add_tcase(suite, tests);
    return run(suite);
}
