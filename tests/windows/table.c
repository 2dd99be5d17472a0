/* SPDX-License-Identifier: MIT */
/* The library's Windows object code against machines that are not at hand: tests/windows/machine.h. */
#include <check.h>

#include <string.h>

#include <sysinfo/sysinfo.h>

#include "machine.h"
#include "run.h"
#include "table.h"

enum { SECOND = 10000000 }; /* In units of 100 ns. */

static struct sysinfo_host *host;

static void open_host(void) {
    machine_reset(1, 4, 2);
    ck_assert_int_eq(sysinfo_host_open(&host, NULL), SYSINFO_OK);
}

static void close_host(void) {
    sysinfo_host_close(host);
    host = NULL;
}

static struct sysinfo_cpu_sample_list *samples(void) {
    struct sysinfo_cpu_sample_list *list = NULL;
    int status = sysinfo_cpu_times_percpu(host, &list);
    ck_assert_msg(status == SYSINFO_OK, "%s", sysinfo_explain(host, status));
    return list;
}

static void expect_near(double value, double expected) {
    double off = value > expected ? value - expected : expected - value;
    ck_assert_msg(off < 1e-4, "%.9f is not %.9f", value, expected);
}

/* ---- Many CPUs ---- */

START_TEST(two_groups_of_64_are_128_cpus) {
    machine_reset(2, 64, 32);
    machine.cpu[0][63].user = INT64_C(63) * SECOND;
    machine.cpu[1][0].user = INT64_C(64) * SECOND;
    machine.cpu[1][63].user = INT64_C(127) * SECOND;
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL), 128);
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_PHYSICAL), 64);
    struct sysinfo_cpu_sample_list *list = samples();
    ck_assert_uint_eq(sysinfo_cpu_sample_list_count(list), 128);
    double user = 0;
    for (size_t i = 0; i < 128; i++) {
        const struct sysinfo_cpu_sample *row = sysinfo_cpu_sample_list_at(list, i);
        ck_assert_uint_eq(row->cpu, i);
        user += row->user;
    }
    expect_near(sysinfo_cpu_sample_list_at(list, 63)->user, 63);
    expect_near(sysinfo_cpu_sample_list_at(list, 64)->user, 64);
    expect_near(sysinfo_cpu_sample_list_at(list, 127)->user, 127);
    expect_near(user, 125.0 * 4000 + 63 + 64 + 127);
    expect_near(sysinfo_cpu_sample_list_all(list)->user, user);
    struct sysinfo_cpu_sample all;
    ck_assert_int_eq(sysinfo_cpu_times(host, &all, sizeof all), SYSINFO_OK);
    expect_near(all.user, user);
    expect_near(all.idle, 128.0 * 5000);
    sysinfo_cpu_sample_list_free(list);
}
END_TEST

START_TEST(cpus_are_numbered_through_groups_of_different_sizes) {
    machine_reset(3, 0, 0);
    machine.cpus[0] = 48;
    machine.cpus[1] = 16;
    machine.cpus[2] = 1;
    machine.cpu[1][0].idle = INT64_C(48) * SECOND;
    machine.cpu[2][0].idle = INT64_C(64) * SECOND;
    struct sysinfo_cpu_sample_list *list = samples();
    ck_assert_uint_eq(sysinfo_cpu_sample_list_count(list), 65);
    for (size_t i = 0; i < 65; i++) {
        ck_assert_uint_eq(sysinfo_cpu_sample_list_at(list, i)->cpu, i);
    }
    expect_near(sysinfo_cpu_sample_list_at(list, 48)->idle, 48);
    expect_near(sysinfo_cpu_sample_list_at(list, 64)->idle, 64);
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL), 65);
    sysinfo_cpu_sample_list_free(list);
}
END_TEST

START_TEST(efficiency_cores_are_cores) {
    machine_reset(1, 24, 8); /* 8 performance cores of two threads, 8 efficiency cores of one. */
    struct sysinfo_processors counts;
    ck_assert_int_eq(sysinfo_cpu_counts(host, &counts, sizeof counts), SYSINFO_OK);
    ck_assert_uint_eq(counts.count, 24);
    ck_assert_uint_eq(counts.cores, 16);
    ck_assert_uint_eq(counts.estimated, 0);
}
END_TEST

START_TEST(cpus_are_counted_from_cores_without_a_count) {
    machine_reset(2, 64, 32);
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL), 128);
    uint64_t calls = machine.calls; /* The count is the last call of the question. */
    machine.failing_call = 2 * calls;
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL), 128);
    ck_assert_uint_eq(machine.calls, 2 * calls);
}
END_TEST

/* ---- Percentages ---- */

START_TEST(interrupt_and_dpc_time_are_parts_of_kernel_time_and_counted_once) {
    for (unsigned i = 0; i < 4; i++) {
        struct machine_cpu *cpu = &machine.cpu[0][i];
        cpu->rate.idle = SECOND * 40 / 100;
        cpu->rate.interrupt = SECOND * 15 / 100;
        cpu->rate.dpc = SECOND * 10 / 100;
        cpu->rate.kernel = SECOND * 70 / 100;
        cpu->rate.user = SECOND * 30 / 100;
    }
    struct sysinfo_cpu_usage usage;
    ck_assert_int_eq(sysinfo_cpu_times_percent(host, 1, &usage, sizeof usage), SYSINFO_OK);
    expect_near(usage.idle, 40);
    expect_near(usage.irq, 15);
    expect_near(usage.softirq, 10);
    expect_near(usage.system, 5);
    expect_near(usage.user, 30);
    expect_near(usage.percent, 60);
    ck_assert_uint_eq(usage.estimated, 0);
    ck_assert(!SYSINFO_HAS(&usage, nice) && !SYSINFO_HAS(&usage, iowait) && !SYSINFO_HAS(&usage, steal) &&
              !SYSINFO_HAS(&usage, guest));
}
END_TEST

START_TEST(an_interval_is_slept_on_the_counter_however_often_sleep_returns_early) {
    machine.early_wakeups = 5;
    struct sysinfo_cpu_usage usage;
    ck_assert_int_eq(sysinfo_cpu_times_percent(host, 2.5, &usage, sizeof usage), SYSINFO_OK);
    ck_assert(usage.interval >= 2.5 && usage.interval < 2.51);
    expect_near(usage.interval, machine.slept);
    expect_near(usage.percent, 50);
}
END_TEST

START_TEST(cpus_of_the_second_group_are_measured_as_those_of_the_first) {
    machine_reset(2, 64, 32);
    machine.cpu[1][63].rate.idle = 0;
    machine.cpu[1][63].rate.kernel = 0;
    machine.cpu[1][63].rate.user = SECOND;
    struct sysinfo_cpu_usage_list *list = NULL;
    ck_assert_int_eq(sysinfo_cpu_usage_percpu(host, 0.5, &list), SYSINFO_OK);
    ck_assert_uint_eq(sysinfo_cpu_usage_list_count(list), 128);
    expect_near(sysinfo_cpu_usage_list_at(list, 126)->percent, 50);
    expect_near(sysinfo_cpu_usage_list_at(list, 127)->percent, 100);
    expect_near(sysinfo_cpu_usage_list_all(list)->percent, (127 * 50.0 + 100) / 128);
    sysinfo_cpu_usage_list_free(list);
}
END_TEST

/* ---- Odd counters ---- */

START_TEST(idle_time_that_runs_backwards_gives_no_percentage_once) {
    double percent;
    ck_assert_int_eq(sysinfo_cpu_percent(host, 0, &percent), SYSINFO_NOT_YET);
    machine_pass(1);
    for (unsigned i = 0; i < 4; i++) {
        machine.cpu[0][i].idle -= INT64_C(100) * SECOND;
        machine.cpu[0][i].kernel -= INT64_C(100) * SECOND;
    }
    ck_assert_int_eq(sysinfo_cpu_percent(host, 0, &percent), SYSINFO_NOT_YET);
    machine_pass(1);
    ck_assert_int_eq(sysinfo_cpu_percent(host, 0, &percent), SYSINFO_OK);
    expect_near(percent, 50);
}
END_TEST

START_TEST(user_time_that_runs_backwards_counts_as_none_and_is_marked) {
    struct sysinfo_cpu_usage usage;
    ck_assert_int_eq(sysinfo_cpu_times_percent(host, 0, &usage, sizeof usage), SYSINFO_NOT_YET);
    machine_pass(1);
    machine.cpu[0][0].user -= INT64_C(1000) * SECOND;
    ck_assert_int_eq(sysinfo_cpu_times_percent(host, 0, &usage, sizeof usage), SYSINFO_OK);
    expect_near(usage.user, 0);
    expect_near(usage.idle, 100);
    ck_assert(SYSINFO_IS_ESTIMATED(&usage, percent));
}
END_TEST

START_TEST(kernel_time_below_its_parts_is_zero_system_time_and_marked) {
    machine.cpu[0][2].kernel = machine.cpu[0][2].idle - 7;
    struct sysinfo_cpu_sample_list *list = samples();
    const struct sysinfo_cpu_sample *row = sysinfo_cpu_sample_list_at(list, 2),
                                    *all = sysinfo_cpu_sample_list_all(list);
    ck_assert(row->system == 0 && SYSINFO_IS_ESTIMATED(row, system));
    expect_near(row->idle, 5000);
    expect_near(all->system, 3.0 * 700);
    ck_assert(SYSINFO_IS_ESTIMATED(all, system));
    ck_assert(!SYSINFO_IS_ESTIMATED(sysinfo_cpu_sample_list_at(list, 1), system));
    sysinfo_cpu_sample_list_free(list);
}
END_TEST

START_TEST(negative_counters_are_nothing) {
    machine.cpu[0][0] = (struct machine_cpu){.idle = -1, .kernel = INT64_MIN, .user = -5, .dpc = -6, .interrupt = -7};
    struct sysinfo_cpu_sample_list *list = samples();
    const struct sysinfo_cpu_sample *row = sysinfo_cpu_sample_list_at(list, 0);
    ck_assert(row->idle == 0 && row->system == 0 && row->user == 0 && row->irq == 0 && row->softirq == 0);
    ck_assert(SYSINFO_IS_ESTIMATED(row, system));
    expect_near(sysinfo_cpu_sample_list_all(list)->user, 3.0 * 4000);
    sysinfo_cpu_sample_list_free(list);
}
END_TEST

/* ---- Groups that come and go ---- */

START_TEST(a_group_that_vanishes_after_it_was_counted_is_left_out) {
    machine_reset(2, 64, 32);
    machine.vanishing_group = 1;
    struct sysinfo_cpu_sample_list *list = samples();
    ck_assert_uint_eq(sysinfo_cpu_sample_list_count(list), 64);
    expect_near(sysinfo_cpu_sample_list_all(list)->idle, 64.0 * 5000);
    sysinfo_cpu_sample_list_free(list);
}
END_TEST

START_TEST(a_group_that_vanishes_between_two_samples_costs_the_line_of_all_one_window) {
    machine_reset(2, 64, 32);
    double percent;
    struct sysinfo_cpu_usage_list *list = NULL;
    ck_assert_int_eq(sysinfo_cpu_percent(host, 0, &percent), SYSINFO_NOT_YET);
    ck_assert_int_eq(sysinfo_cpu_usage_percpu(host, 0, &list), SYSINFO_NOT_YET);
    machine_pass(1);
    machine.groups = 1;
    ck_assert_int_eq(sysinfo_cpu_percent(host, 0, &percent), SYSINFO_NOT_YET);
    machine_pass(1);
    ck_assert_int_eq(sysinfo_cpu_percent(host, 0, &percent), SYSINFO_OK);
    expect_near(percent, 50);
    /* Row by row, the CPUs that are in both samples are compared. */
    ck_assert_int_eq(sysinfo_cpu_usage_percpu(host, 0, &list), SYSINFO_OK);
    ck_assert_uint_eq(sysinfo_cpu_usage_list_count(list), 64);
    expect_near(sysinfo_cpu_usage_list_all(list)->percent, 50);
    sysinfo_cpu_usage_list_free(list);
}
END_TEST

START_TEST(a_cpu_that_is_added_has_no_percentage_at_first) {
    struct sysinfo_cpu_usage_list *list = NULL;
    ck_assert_int_eq(sysinfo_cpu_usage_percpu(host, 0, &list), SYSINFO_NOT_YET);
    machine_pass(1);
    machine.cpus[0] = 5;
    machine.cpu[0][4] = (struct machine_cpu){.idle = 0}; /* It has done nothing yet. */
    ck_assert_int_eq(sysinfo_cpu_usage_percpu(host, 0, &list), SYSINFO_OK);
    ck_assert_uint_eq(sysinfo_cpu_usage_list_count(list), 5);
    expect_near(sysinfo_cpu_usage_list_at(list, 3)->percent, 50);
    ck_assert(!SYSINFO_HAS(sysinfo_cpu_usage_list_at(list, 4), percent));
    expect_near(sysinfo_cpu_usage_list_all(list)->percent, 50);
    sysinfo_cpu_usage_list_free(list);
}
END_TEST

/* ---- Systems that lack the question for a group ---- */

START_TEST(one_group_can_be_asked_the_old_way) {
    machine.has_no_query_ex = _i == 0;
    machine.query_ex_status = _i == 0   ? 0
                              : _i == 1 ? 0xC0000002
                                        : 0xC0000003; /* Not implemented; not a class of this system. */
    struct sysinfo_cpu_sample_list *list = samples();
    ck_assert_uint_eq(sysinfo_cpu_sample_list_count(list), 4);
    expect_near(sysinfo_cpu_sample_list_all(list)->user, 4.0 * 4000);
    sysinfo_cpu_sample_list_free(list);
}
END_TEST

START_TEST(several_groups_asked_the_old_way_would_be_a_lie) {
    machine_reset(2, 64, 32);
    machine.has_no_query_ex = _i == 0;
    machine.query_ex_status = _i == 0 ? 0 : 0xC0000002;
    struct sysinfo_cpu_sample all;
    ck_assert_int_eq(sysinfo_cpu_times(host, &all, sizeof all), SYSINFO_NOT_SUPPORTED);
    ck_assert_ptr_nonnull(strstr(sysinfo_explain(host, SYSINFO_NOT_SUPPORTED), "more than one processor group"));
}
END_TEST

START_TEST(a_refusal_is_reported_with_its_number) {
    machine.query_ex_status = 0xC0000022;
    struct sysinfo_cpu_sample all;
    ck_assert_int_eq(sysinfo_cpu_times(host, &all, sizeof all), SYSINFO_DENIED);
    ck_assert_int_eq(sysinfo_system_error(host), 0xC0000022);
    ck_assert_str_eq(sysinfo_explain(host, SYSINFO_DENIED),
                     "NtQuerySystemInformation(SystemProcessorPerformanceInformation): Access is denied");
    machine.query_ex_status = 0xC0001234;
    ck_assert_int_eq(sysinfo_cpu_times(host, &all, sizeof all), SYSINFO_SYSTEM);
    ck_assert_ptr_nonnull(strstr(sysinfo_explain(host, SYSINFO_SYSTEM), "(system error 3221230132)"));
}
END_TEST

START_TEST(a_system_without_native_calls_still_has_memory_and_counts) {
    machine.has_no_query = machine.has_no_query_ex = true;
    struct sysinfo_cpu_sample all;
    struct sysinfo_stats stats;
    struct sysinfo_swap swap;
    struct sysinfo_memory memory;
    ck_assert_int_eq(sysinfo_cpu_times(host, &all, sizeof all), SYSINFO_NOT_SUPPORTED);
    ck_assert_int_eq(sysinfo_cpu_stats(host, &stats, sizeof stats), SYSINFO_OK);
    ck_assert_uint_eq(stats.present,
                      SYSINFO_BIT(struct sysinfo_stats, boot_time) | SYSINFO_BIT(struct sysinfo_stats, uptime));
    ck_assert_int_eq(sysinfo_virtual_memory(host, &memory, sizeof memory), SYSINFO_OK);
    ck_assert_uint_eq(memory.available, UINT64_C(8) << 30);
    ck_assert(!SYSINFO_HAS(&memory, free));
    ck_assert_int_eq(sysinfo_swap_memory(host, &swap, sizeof swap), SYSINFO_OK);
    ck_assert(swap.total == UINT64_C(1) << 30 && SYSINFO_IS_ESTIMATED(&swap, total) && !SYSINFO_HAS(&swap, used));
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL), 4);
}
END_TEST

/* ---- Memory and swap ---- */

START_TEST(four_terabytes_are_counted_in_bytes) {
    machine.total = UINT64_C(4) << 40 >> 12;
    machine.available = UINT64_C(3) << 40 >> 12;
    machine.commit_limit = UINT64_C(5) << 40 >> 12;
    machine.free = UINT64_C(2) << 40 >> 12;
    struct sysinfo_memory memory;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &memory, sizeof memory), SYSINFO_OK);
    ck_assert_uint_eq(memory.total, UINT64_C(4) << 40);
    ck_assert_uint_eq(memory.available, UINT64_C(3) << 40);
    ck_assert_uint_eq(memory.used, UINT64_C(1) << 40);
    expect_near(memory.percent, 25);
    ck_assert_uint_eq(memory.free, (UINT64_C(2) << 40) + 1000 * 4096);
    ck_assert_uint_eq(memory.commit_limit, UINT64_C(5) << 40);
    ck_assert_uint_eq(memory.cached, UINT64_C(4) << 30);
    ck_assert_uint_eq(memory.wired, 50000 * 4096);
    ck_assert_uint_eq(memory.laundry, 300 * 4096);
    ck_assert_uint_eq(memory.committed, UINT64_C(8) << 30);
    ck_assert_uint_eq(memory.estimated, 0);
}
END_TEST

START_TEST(the_size_of_a_page_is_asked) {
    machine.page_size = 65536;
    struct sysinfo_memory memory;
    struct sysinfo_swap swap;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &memory, sizeof memory), SYSINFO_OK);
    ck_assert_uint_eq(memory.total, UINT64_C(16) << 34);
    ck_assert_int_eq(sysinfo_swap_memory(host, &swap, sizeof swap), SYSINFO_OK);
    ck_assert_uint_eq(swap.total, UINT64_C(1) << 34);
}
END_TEST

START_TEST(more_available_than_there_is_is_all_of_it) {
    machine.available = machine.total + 5;
    machine.memory_list_status = 0xC0000061; /* A privilege is not held. */
    struct sysinfo_memory memory;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &memory, sizeof memory), SYSINFO_OK);
    ck_assert(!SYSINFO_HAS(&memory, free));
    ck_assert_uint_eq(memory.available, memory.total);
    ck_assert(SYSINFO_IS_ESTIMATED(&memory, available));
    ck_assert(memory.percent == 0);
}
END_TEST

/* 21 numbers before Windows 8, 22 since; a later Windows may have more. It is asked until it fits, and once. */
START_TEST(lists_of_pages_of_any_length_are_read) {
    static const unsigned numbers[] = {21, 22, 23, 30, 64, 3};
    machine.page_list_numbers = numbers[_i / 2];
    machine.reports_no_size = _i % 2 == 1;
    struct sysinfo_memory memory;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &memory, sizeof memory), SYSINFO_OK);
    ck_assert(SYSINFO_HAS(&memory, free) && memory.free == 3000 * 4096 && memory.laundry == 300 * 4096);
    uint64_t calls = machine.calls;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &memory, sizeof memory), SYSINFO_OK);
    ck_assert_uint_eq(machine.calls - calls, 2); /* The other is GetPerformanceInfo(). */
    ck_assert_uint_eq(memory.free, 3000 * 4096);
}
END_TEST

START_TEST(lists_of_pages_of_no_known_length_are_not_asked_again) {
    machine.page_list_numbers = 70;
    struct sysinfo_memory memory;
    for (int i = 0; i < 2; i++) {
        machine.calls = 0;
        ck_assert_int_eq(sysinfo_virtual_memory(host, &memory, sizeof memory), SYSINFO_OK);
        ck_assert(SYSINFO_HAS(&memory, available) && !SYSINFO_HAS(&memory, free) && !SYSINFO_HAS(&memory, laundry));
        ck_assert(i == 0 ? machine.calls > 60 : machine.calls == 1);
    }
}
END_TEST

START_TEST(a_machine_without_memory_is_not_believed) {
    struct sysinfo_memory memory = {.present = 47};
    machine.total = 0;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &memory, sizeof memory), SYSINFO_MALFORMED);
    machine.total = UINT64_MAX / 4096 + 1;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &memory, sizeof memory), SYSINFO_MALFORMED);
    ck_assert_uint_eq(memory.present, 47);
}
END_TEST

START_TEST(what_reads_0_on_a_running_kernel_is_not_known) {
    struct sysinfo_memory memory;
    machine.cache = machine.nonpaged = machine.committed = machine.commit_limit = 0;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &memory, sizeof memory), SYSINFO_OK);
    ck_assert(!SYSINFO_HAS(&memory, cached) && !SYSINFO_HAS(&memory, wired) && !SYSINFO_HAS(&memory, committed) &&
              !SYSINFO_HAS(&memory, commit_limit));
    struct sysinfo_stats stats;
    machine.context_switches = machine.system_calls = 0;
    for (unsigned i = 0; i < 4; i++) {
        machine.cpu[0][i].interrupts = 0;
    }
    ck_assert_int_eq(sysinfo_cpu_stats(host, &stats, sizeof stats), SYSINFO_OK);
    ck_assert_uint_eq(stats.present,
                      SYSINFO_BIT(struct sysinfo_stats, boot_time) | SYSINFO_BIT(struct sysinfo_stats, uptime));
}
END_TEST

START_TEST(page_files_add_up) {
    machine.page_files = 2;
    machine.page_file[0].pages = UINT32_MAX;
    machine.page_file[0].in_use = 3;
    machine.page_file[1].pages = 1;
    machine.page_file[1].in_use = 1;
    struct sysinfo_swap swap;
    ck_assert_int_eq(sysinfo_swap_memory(host, &swap, sizeof swap), SYSINFO_OK);
    ck_assert_uint_eq(swap.total, UINT64_C(1) << 44);
    ck_assert_uint_eq(swap.used, 4 * 4096);
    ck_assert_uint_eq(swap.free, (UINT64_C(1) << 44) - 4 * 4096);
    ck_assert_uint_eq(swap.estimated, 0);
    ck_assert(!SYSINFO_HAS(&swap, sin) && !SYSINFO_HAS(&swap, sout));
}
END_TEST

START_TEST(no_page_file_is_known_to_be_none) {
    machine.page_files = 0;
    struct sysinfo_swap swap;
    ck_assert_int_eq(sysinfo_swap_memory(host, &swap, sizeof swap), SYSINFO_OK);
    ck_assert(SYSINFO_HAS(&swap, total) && SYSINFO_HAS(&swap, used) && SYSINFO_HAS(&swap, percent));
    ck_assert(swap.total == 0 && swap.used == 0 && swap.free == 0 && swap.percent == 0 && swap.estimated == 0);
}
END_TEST

START_TEST(without_the_list_of_page_files_swap_is_estimated) {
    static const uint32_t refusals[] = {0xC0000003, 0xC0000002, 0xC0000022, 0xC0000061};
    machine.page_file_status = refusals[_i];
    struct sysinfo_swap swap;
    ck_assert_int_eq(sysinfo_swap_memory(host, &swap, sizeof swap), SYSINFO_OK);
    ck_assert_uint_eq(swap.total, UINT64_C(1) << 30);
    ck_assert(SYSINFO_IS_ESTIMATED(&swap, total));
    ck_assert(!SYSINFO_HAS(&swap, used) && !SYSINFO_HAS(&swap, free) && !SYSINFO_HAS(&swap, percent));
    machine.commit_limit = machine.total - 1; /* No page file, and the kernel keeps some memory to itself. */
    ck_assert_int_eq(sysinfo_swap_memory(host, &swap, sizeof swap), SYSINFO_OK);
    ck_assert(swap.total == 0 && SYSINFO_HAS(&swap, used) && swap.used == 0 && SYSINFO_IS_ESTIMATED(&swap, total));
}
END_TEST

START_TEST(counters_of_32_bits_are_not_cut_when_added) {
    for (unsigned i = 0; i < 4; i++) {
        machine.cpu[0][i].interrupts = UINT32_MAX;
    }
    machine.context_switches = UINT32_MAX;
    struct sysinfo_stats stats;
    ck_assert_int_eq(sysinfo_cpu_stats(host, &stats, sizeof stats), SYSINFO_OK);
    ck_assert_uint_eq(stats.interrupts, 4 * (uint64_t)UINT32_MAX);
    ck_assert_uint_eq(stats.ctx_switches, UINT32_MAX);
    ck_assert_uint_eq(stats.syscalls, 654321);
    ck_assert(!SYSINFO_HAS(&stats, soft_interrupts));
}
END_TEST

/* ---- Buffers ---- */

START_TEST(buffers_grow_to_what_is_wanted) {
    machine.reports_no_size = _i == 1;
    machine_reset(8, 64, 32); /* 256 cores: 12 KiB. */
    machine.page_files = 200; /* 14 KiB. */
    machine.reports_no_size = _i == 1;
    for (unsigned i = 0; i < 200; i++) {
        machine.page_file[i].pages = 1;
    }
    struct sysinfo_swap swap;
    ck_assert_int_eq(sysinfo_swap_memory(host, &swap, sizeof swap), SYSINFO_OK);
    ck_assert_uint_eq(swap.total, 200 * 4096);
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL), 512);
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_PHYSICAL), 256);
}
END_TEST

START_TEST(an_answer_that_grows_meanwhile_is_asked_for_again) {
    struct sysinfo_cpu_sample all;
    struct sysinfo_processors counts;
    machine.grows = 3;
    ck_assert_int_eq(sysinfo_cpu_times(host, &all, sizeof all), SYSINFO_OK);
    expect_near(all.idle, 4.0 * 5000);
    machine.grows = 3;
    ck_assert_int_eq(sysinfo_cpu_counts(host, &counts, sizeof counts), SYSINFO_OK);
    ck_assert_uint_eq(counts.cores, 2);
}
END_TEST

START_TEST(an_answer_that_grows_without_end_is_given_up) {
    struct sysinfo_cpu_sample all;
    struct sysinfo_swap swap;
    machine.grows = 1000000;
    ck_assert_int_eq(sysinfo_cpu_times(host, &all, sizeof all), SYSINFO_NO_MEMORY);
    ck_assert_int_eq(sysinfo_swap_memory(host, &swap, sizeof swap), SYSINFO_NO_MEMORY);
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_PHYSICAL), SYSINFO_UNKNOWN);
    ck_assert_int_lt(machine.allocations, 100);
}
END_TEST

START_TEST(after_the_first_call_nothing_is_allocated) {
    machine_reset(8, 64, 32);
    struct sysinfo_cpu_sample_list *list = samples();
    struct sysinfo_processors counts;
    struct sysinfo_swap swap;
    ck_assert_int_eq(sysinfo_cpu_counts(host, &counts, sizeof counts), SYSINFO_OK);
    int64_t allocations = machine.allocations;
    uint64_t calls = machine.calls;
    ck_assert_int_eq(sysinfo_cpu_times_percpu(host, &list), SYSINFO_OK);
    ck_assert_uint_eq(machine.calls - calls,
                      2 * 2 + 1 + 8 * 2); /* The clock, before and after; how many groups; for each, how many CPUs and
                                             their times. */
    ck_assert_int_eq(sysinfo_cpu_counts(host, &counts, sizeof counts), SYSINFO_OK);
    ck_assert_int_eq(sysinfo_swap_memory(host, &swap, sizeof swap), SYSINFO_OK);
    ck_assert_int_eq(machine.allocations, allocations);
    sysinfo_cpu_sample_list_free(list);
}
END_TEST

/* ---- Failures ---- */

static int ask_times(void *out) {
    return sysinfo_cpu_times(host, out, sizeof(struct sysinfo_cpu_sample));
}
static int ask_usage(void *out) {
    return sysinfo_cpu_times_percent(host, 0.1, out, sizeof(struct sysinfo_cpu_usage));
}
static int ask_counts(void *out) {
    return sysinfo_cpu_counts(host, out, sizeof(struct sysinfo_processors));
}
static int ask_memory(void *out) {
    return sysinfo_virtual_memory(host, out, sizeof(struct sysinfo_memory));
}
static int ask_swap(void *out) {
    return sysinfo_swap_memory(host, out, sizeof(struct sysinfo_swap));
}
static int ask_stats(void *out) {
    return sysinfo_cpu_stats(host, out, sizeof(struct sysinfo_stats));
}
static int ask_usable_memory(void *out) {
    return sysinfo_usable_memory(host, out, sizeof(struct sysinfo_allowance));
}
static int ask_usable_swap(void *out) {
    return sysinfo_usable_swap(host, out, sizeof(struct sysinfo_allowance));
}
static int ask_usable_cpus(void *out) {
    return sysinfo_usable_cpus(host, out, sizeof(struct sysinfo_cpu_allowance));
}
static int ask_process(void *out) {
    return sysinfo_process_detail(host, out, sizeof(struct sysinfo_process));
}
static int ask_paging(void *out) {
    return sysinfo_page_stats(host, out, sizeof(struct sysinfo_paging));
}
static int ask_frequency(void *out) {
    return sysinfo_cpu_freq(host, out, sizeof(struct sysinfo_cpu_frequency));
}
static int ask_description(void *out) {
    return sysinfo_cpu_info(host, out, sizeof(struct sysinfo_cpu_description));
}
static int (*const questions[])(void *out) = {
    ask_times,       ask_usage,       ask_counts,  ask_memory, ask_swap,      ask_stats,      ask_usable_memory,
    ask_usable_swap, ask_usable_cpus, ask_process, ask_paging, ask_frequency, ask_description};
enum { QUESTIONS = sizeof questions / sizeof questions[0] };

/*
 * An answer in spite of a failure may know less, but nothing else; but for a window, whose length
 * the clock decides.
 */
static void expect_no_other(int (*question)(void *out), const uint64_t *out, const uint64_t *whole) {
    const uint64_t time = SYSINFO_BIT(struct sysinfo_cpu_sample, time);
    for (size_t slot = 2; question != ask_usage && slot < SYSINFO_SLOTS; slot++) {
        bool is_known = (out[0] & ~out[1] & ~time) >> slot & 1;
        ck_assert_msg(!is_known || out[slot] == whole[slot], "slot %zu is not what it is without the failure", slot);
    }
}

/*
 * Asks on a new host of a machine with large answers; a failure must be a known one, explained, and
 * leave no trace.
 */
static bool ask_anew(int (*question)(void *out), uint64_t failing_call, int64_t failing_allocation) {
    uint64_t out[SYSINFO_SLOTS], untouched[SYSINFO_SLOTS];
    close_host();
    machine_reset(question == ask_frequency ? 1 : 4, 64, 32); /* Which is of one group. */
    machine.page_files = 200;
    machine.grows = 2;
    ck_assert_int_eq(sysinfo_host_open(&host, NULL), SYSINFO_OK);
    machine.failing_call = failing_call;
    machine.failing_allocation = failing_allocation;
    memset(out, 0x5A, sizeof out);
    memcpy(untouched, out, sizeof out);
    machine_set_last_error(4711);
    int status = question(out);
    ck_assert_uint_eq(machine_last_error(), 4711);
    bool has_failed = failing_call != 0 ? machine.calls >= failing_call : machine.allocations >= failing_allocation;
    if (status != SYSINFO_OK) {
        ck_assert_int_ne(status, SYSINFO_INVALID);
        ck_assert_str_ne(sysinfo_status_name(status), "SYSINFO_?");
        ck_assert_str_ne(sysinfo_explain(host, status), sysinfo_status_meaning(status));
        ck_assert_mem_eq(out, untouched, sizeof out);
        ck_assert(has_failed);
    }
    machine.failing_call = 0;
    machine.failing_allocation = 0;
    uint64_t whole[SYSINFO_SLOTS];
    ck_assert_int_eq(question(whole), SYSINFO_OK); /* The host is as good as new. */
    if (status == SYSINFO_OK) {
        expect_no_other(question, out, whole);
    }
    close_host();
    ck_assert_int_eq(machine.allocations - (failing_allocation != 0 && has_failed), machine.frees);
    open_host();
    return has_failed;
}

START_TEST(every_call_may_fail) {
    uint64_t call = 1;
    while (ask_anew(questions[_i], call, 0)) {
        call++;
        ck_assert_uint_lt(call, 100);
    }
    ck_assert_uint_gt(call, 1);
}
END_TEST

START_TEST(every_allocation_may_fail) {
    int64_t allocation = 1;
    while (ask_anew(questions[_i], 0, allocation)) {
        allocation++;
        ck_assert_int_lt(allocation, 100);
    }
}
END_TEST

int main(void) {
    Suite *suite = suite_create("windows_table");
    TCase *cases = tcase_create("table");
    tcase_add_checked_fixture(cases, open_host, close_host);
    tcase_add_test(cases, two_groups_of_64_are_128_cpus);
    tcase_add_test(cases, cpus_are_numbered_through_groups_of_different_sizes);
    tcase_add_test(cases, efficiency_cores_are_cores);
    tcase_add_test(cases, cpus_are_counted_from_cores_without_a_count);
    tcase_add_test(cases, interrupt_and_dpc_time_are_parts_of_kernel_time_and_counted_once);
    tcase_add_test(cases, an_interval_is_slept_on_the_counter_however_often_sleep_returns_early);
    tcase_add_test(cases, cpus_of_the_second_group_are_measured_as_those_of_the_first);
    tcase_add_test(cases, idle_time_that_runs_backwards_gives_no_percentage_once);
    tcase_add_test(cases, user_time_that_runs_backwards_counts_as_none_and_is_marked);
    tcase_add_test(cases, kernel_time_below_its_parts_is_zero_system_time_and_marked);
    tcase_add_test(cases, negative_counters_are_nothing);
    tcase_add_test(cases, a_group_that_vanishes_after_it_was_counted_is_left_out);
    tcase_add_test(cases, a_group_that_vanishes_between_two_samples_costs_the_line_of_all_one_window);
    tcase_add_test(cases, a_cpu_that_is_added_has_no_percentage_at_first);
    tcase_add_loop_test(cases, one_group_can_be_asked_the_old_way, 0, 3);
    tcase_add_loop_test(cases, several_groups_asked_the_old_way_would_be_a_lie, 0, 2);
    tcase_add_test(cases, a_refusal_is_reported_with_its_number);
    tcase_add_test(cases, a_system_without_native_calls_still_has_memory_and_counts);
    tcase_add_test(cases, four_terabytes_are_counted_in_bytes);
    tcase_add_test(cases, the_size_of_a_page_is_asked);
    tcase_add_test(cases, more_available_than_there_is_is_all_of_it);
    tcase_add_loop_test(cases, lists_of_pages_of_any_length_are_read, 0, 12);
    tcase_add_test(cases, lists_of_pages_of_no_known_length_are_not_asked_again);
    tcase_add_test(cases, a_machine_without_memory_is_not_believed);
    tcase_add_test(cases, what_reads_0_on_a_running_kernel_is_not_known);
    tcase_add_test(cases, page_files_add_up);
    tcase_add_test(cases, no_page_file_is_known_to_be_none);
    tcase_add_loop_test(cases, without_the_list_of_page_files_swap_is_estimated, 0, 4);
    tcase_add_test(cases, counters_of_32_bits_are_not_cut_when_added);
    tcase_add_loop_test(cases, buffers_grow_to_what_is_wanted, 0, 2);
    tcase_add_test(cases, an_answer_that_grows_meanwhile_is_asked_for_again);
    tcase_add_test(cases, an_answer_that_grows_without_end_is_given_up);
    tcase_add_test(cases, after_the_first_call_nothing_is_allocated);
    tcase_add_loop_test(cases, every_call_may_fail, 0, QUESTIONS);
    tcase_add_loop_test(cases, every_allocation_may_fail, 0, QUESTIONS);
    suite_add_tcase(suite, cases);
    suite_add_tcase(suite, limits_cases());
    suite_add_tcase(suite, process_cases());
    return run(suite);
}
