/* SPDX-License-Identifier: MIT */
/* Every failure at every call of the kernel. */
#include "cases.h"

#include <string.h>

static const uint32_t results[] = {SYSINFO_RESULT_PROCESSORS,
                                   SYSINFO_RESULT_CPU_SAMPLE,
                                   SYSINFO_RESULT_MEMORY,
                                   SYSINFO_RESULT_SWAP,
                                   SYSINFO_RESULT_LOAD,
                                   SYSINFO_RESULT_STATS,
                                   SYSINFO_RESULT_PAGING,
                                   SYSINFO_RESULT_PROCESS,
                                   SYSINFO_RESULT_MEMORY_ALLOWANCE,
                                   SYSINFO_RESULT_SWAP_ALLOWANCE,
                                   SYSINFO_RESULT_CPU_ALLOWANCE,
                                   SYSINFO_RESULT_CPU_FREQUENCY,
                                   SYSINFO_RESULT_CPU_DESCRIPTION,
                                   0 /* the CPUs' rows */,
                                   99 /* their shares */,
                                   98 /* the limits' rows */,
                                   97 /* the process in detail */};
enum { RESULTS = sizeof results / sizeof results[0], PLAIN_RESULTS = RESULTS - 4 };

/* Asks for a result on a separate host; a failure must leave the caller's struct alone. */
static int ask(uint32_t result) {
    struct sysinfo_host *own = NULL;
    int status = sysinfo_host_open(&own, NULL);
    if (status != SYSINFO_OK) {
        ck_assert_ptr_null(own);
        return status;
    }
    if (result == 0) {
        struct sysinfo_cpu_sample_list *list = NULL;
        status = sysinfo_cpu_times_percpu(own, &list);
        ck_assert((status == SYSINFO_OK) == (list != NULL));
        sysinfo_cpu_sample_list_free(list);
    } else if (result == 98) {
        struct sysinfo_limit_level_list *list = NULL;
        status = sysinfo_limit_levels(own, &list);
        ck_assert((status == SYSINFO_OK) == (list != NULL));
        sysinfo_limit_level_list_free(list);
    } else if (result == 99) {
        struct sysinfo_cpu_usage_list *list = NULL;
        status = sysinfo_cpu_usage_percpu(own, 0.25, &list);
        ck_assert((status == SYSINFO_OK) == (list != NULL));
        sysinfo_cpu_usage_list_free(list);
    } else {
        uint64_t reported[SYSINFO_SLOTS], untouched[SYSINFO_SLOTS];
        memset(reported, 0x5A, sizeof reported);
        memset(untouched, 0x5A, sizeof untouched);
        status = result == 97 ? sysinfo_process_detail(own, (void *)reported, sizeof reported)
                              : sysinfo_read(own, result, reported, sizeof reported);
        ck_assert((status == SYSINFO_OK) == (memcmp(reported, untouched, sizeof reported) != 0));
    }
    ck_assert_str_ne(sysinfo_status_name(status), "SYSINFO_?");
    ck_assert(status == SYSINFO_OK || strlen(sysinfo_explain(own, status)) > 0);
    sysinfo_host_close(own);
    return status;
}

static void expect_nothing_left(void) {
    ck_assert_int_eq(sim_live_ports, 0);
    ck_assert_int_eq(sim_live_answers, 0);
    ck_assert_int_eq(sim_open_files, 0);
    ck_assert_int_eq(sim_live_allocations, 2); /* The host of the case itself. */
}

static void limit_everything(void) {
    sim.process.address_limit = UINT64_C(1) << 30;
    sim.process.data_limit = UINT64_C(1) << 29;
    sim.is_bound = true;
    sim.counts_racct = 1;
    sim.rules = "jail:www:memoryuse:deny=1073741824,process:4321:pcpu:deny=50,jail:www:swapuse:deny=7";
    sim.account[0].subject = "jail:www:";
    sim.account[0].use = "memoryuse=1000";
}

/* One CPU is off, so that finding it is among the calls. */
START_TEST(an_error_at_any_call_is_a_status_and_leaves_nothing_behind) {
    lose_cpus_1_and_3();
    limit_everything();
    ask(results[_i]);
    int calls = sim_calls;
    for (int at = 1; at <= calls; at++) {
        for (int error = SIM_EPERM; error < SIM_ERRORS; error++) {
            struct sim_machine machine = sim;
            sim_reset();
            sim = machine;
            sim_fault = (struct sim_fault){.at = at, .error = (enum sim_error)error, .is_set = true};
            ask(results[_i]);
            expect_nothing_left();
        }
    }
}
END_TEST

/* Short: rejected, or the field is unknown. Long: a struct that has grown is accepted, a number is not. */
START_TEST(an_answer_of_any_length_is_read_within_its_bounds) {
    static const size_t lengths[] = {1, 4, 7, 8, 24, 40, 100, 100000};
    limit_everything();
    ask(results[_i]);
    int calls = sim_calls;
    for (int at = 1; at <= calls; at++) {
        for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
            struct sim_machine machine = sim;
            sim_reset();
            sim = machine;
            sim_fault = (struct sim_fault){.at = at, .cut = lengths[i], .is_set = true};
            ask(results[_i]);
            expect_nothing_left();
            sim_reset();
            sim = machine;
            sim_fault = (struct sim_fault){
                .at = at, .grow = i + 1 < sizeof lengths / sizeof lengths[0] ? lengths[i] : 60000, .is_set = true};
            ask(results[_i]);
            expect_nothing_left();
        }
    }
}
END_TEST

START_TEST(no_memory_at_any_allocation_is_a_status_and_leaks_nothing) {
    int failed = 0;
    limit_everything();
    for (int at = 1;; at++) {
        struct sim_machine machine = sim;
        sim_reset();
        sim = machine;
        sim_failing_allocation = at;
        int status = ask(results[_i]);
        expect_nothing_left();
        if (sim_allocations < at) {
            break;
        }
        ck_assert_int_eq(status, SYSINFO_NO_MEMORY);
        failed++;
    }
    ck_assert_int_ge(failed, 2); /* At least the host and its texts. */
}
END_TEST

#if !SIM_MACOS && !SIM_DRAGONFLY
/* The library's part of a struct comes first; later releases append. */
START_TEST(structs_that_have_grown_are_read) {
    static const struct needed keys[] = {
        {"kern.clockrate", SYSINFO_RESULT_CPU_SAMPLE},
#if SIM_FREEBSD
        {"vm.swap_info", SYSINFO_RESULT_SWAP},
#elif SIM_NETBSD
        {"vm.uvmexp2", SYSINFO_RESULT_MEMORY},
        {"vm.uvmexp2", SYSINFO_RESULT_STATS},
#else
        {"vm.uvmexp", SYSINFO_RESULT_MEMORY},
        {"kern.cpustats", SYSINFO_RESULT_CPU_SAMPLE},
        {"vfs.generic.bcachestat", SYSINFO_RESULT_MEMORY},
#endif
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        uint64_t before[SYSINFO_SLOTS], after[SYSINFO_SLOTS];
        ck_assert_int_eq(sysinfo_read(host, keys[i].result, before, sizeof before), SYSINFO_OK);
        sim_fault = (struct sim_fault){.name = keys[i].key, .grow = 16, .is_set = true};
        sysinfo_host_close(host); /* A new host reads everything again. */
        ck_assert_int_eq(sysinfo_host_open(&host, NULL), SYSINFO_OK);
        ck_assert_int_eq(sysinfo_read(host, keys[i].result, after, sizeof after), SYSINFO_OK);
        if (keys[i].result == SYSINFO_RESULT_CPU_SAMPLE) {
            ((struct sysinfo_cpu_sample *)before)->time = ((struct sysinfo_cpu_sample *)after)->time;
        }
        ck_assert_mem_eq(before, after, sizeof before);
        sim_fault.is_set = false;
    }
}
END_TEST
#endif

START_TEST(a_warm_host_allocates_nothing) {
    struct sysinfo_cpu_sample_list *list = NULL;
    uint64_t reported[SYSINFO_SLOTS];
    int before = 0;
    for (int round = 0; round < 3; round++) {
        ck_assert_int_eq(sysinfo_cpu_times_percpu(host, &list), SYSINFO_OK);
        for (size_t i = 0; i < PLAIN_RESULTS; i++) {
            int status = sysinfo_read(host, results[i], reported, sizeof reported);
            ck_assert(status == SYSINFO_OK || status == SYSINFO_NOT_SUPPORTED);
        }
        ck_assert(round < 2 || sim_allocations == before);
        before = sim_allocations;
    }
    sysinfo_cpu_sample_list_free(list);
}
END_TEST

START_TEST(another_root_is_not_supported) {
    struct sysinfo_host *other = NULL;
    ck_assert_int_eq(sysinfo_host_open(&other, "/mnt"), SYSINFO_NOT_SUPPORTED);
    ck_assert_ptr_null(other);
}
END_TEST

START_TEST(a_sleep_that_fails_is_a_failure) {
    double percent;
    sim_fault = (struct sim_fault){.name = "nanosleep", .error = SIM_EINVAL, .is_set = true};
    ck_assert_int_eq(sysinfo_cpu_percent(host, 1, &percent), SYSINFO_SYSTEM);
}
END_TEST

START_TEST(a_sleep_goes_on_after_a_signal_and_may_last_for_days) {
    double percent;
    struct sysinfo_cpu_usage usage;
    sim_fault = (struct sim_fault){.name = "nanosleep", .error = SIM_EINTR, .at = 1, .is_set = true};
    ck_assert_int_eq(sysinfo_cpu_percent(host, 1, &percent), SYSINFO_OK);
    ck_assert_int_eq(sysinfo_cpu_times_percent(host, 200000, &usage, sizeof usage), SYSINFO_OK);
    ck_assert_double_eq_tol(usage.interval, 200000, 1e-3);
    ck_assert_double_eq_tol(usage.percent, 62.5, 1e-6);
}
END_TEST

START_TEST(a_list_without_an_end_is_left) {
    struct sysinfo_swap reported;
    struct sysinfo_cpu_sample_list *list = NULL;
    sim.swaps = IS(5000, 5000, 5000, 2);
    int status = sysinfo_swap_memory(host, &reported, sizeof reported);
    ck_assert_int_eq(status, SYSINFO_OK);
    sim_fault = (struct sim_fault){
        .name = DRAGONFLY("kern.cputime", IS("kern.cp_times", "kern.cp_time", "kern.cpustats", "host_processor_info")),
        .error = SIM_ENOMEM,
        .is_set = true};
    status = sysinfo_cpu_times_percpu(host, &list); /* Never enough room. */
    ck_assert_int_eq(status, IS(SYSINFO_MALFORMED, SYSINFO_MALFORMED, SYSINFO_MALFORMED, SYSINFO_NO_MEMORY));
    ck_assert_ptr_null(list);
}
END_TEST

START_TEST(the_library_knows_where_it_is) {
    ck_assert_str_eq(sysinfo_backend(), sim_name);
}
END_TEST

void add_faults(TCase *cases) {
    tcase_add_test(cases, the_library_knows_where_it_is);
    tcase_add_loop_test(cases, an_error_at_any_call_is_a_status_and_leaves_nothing_behind, 0, RESULTS);
    tcase_add_loop_test(cases, an_answer_of_any_length_is_read_within_its_bounds, 0, RESULTS);
    tcase_add_loop_test(cases, no_memory_at_any_allocation_is_a_status_and_leaks_nothing, 0, RESULTS);
    tcase_add_test(cases, a_warm_host_allocates_nothing);
    tcase_add_test(cases, another_root_is_not_supported);
    tcase_add_test(cases, a_sleep_that_fails_is_a_failure);
    tcase_add_test(cases, a_sleep_goes_on_after_a_signal_and_may_last_for_days);
    tcase_add_test(cases, a_list_without_an_end_is_left);
#if !SIM_MACOS && !SIM_DRAGONFLY
    tcase_add_test(cases, structs_that_have_grown_are_read);
#endif
}
