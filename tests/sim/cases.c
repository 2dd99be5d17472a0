/* SPDX-License-Identifier: MIT */
/* The results of other systems' backends, for kernels that answer correctly, unusually and wrongly. */
#include "cases.h"

#include <string.h>

#include "contract/contract.h"
#include "run.h"

static const double tick_rate = DRAGONFLY(1e6, IS(128.0, 128.0, 128.0, 100.0));

struct sysinfo_host *host;

static void set_up(void) {
    sim_reset();
    ck_assert_int_eq(sysinfo_host_open(&host, NULL), SYSINFO_OK);
}

/* Whatever a case did, nothing may be left behind. */
static void tear_down(void) {
    sysinfo_host_close(host);
    ck_assert_int_eq(sim_live_allocations, 0);
    ck_assert_int_eq(sim_live_ports, 0);
    ck_assert_int_eq(sim_live_answers, 0);
    ck_assert_int_eq(sim_open_files, 0);
}

/* ---- CPU time ---- */

static const uint64_t sample_fields =
    BIT(cpu_sample, time) | BIT(cpu_sample, user) | BIT(cpu_sample, system) | BIT(cpu_sample, idle) |
    IS(BIT(cpu_sample, nice) | BIT(cpu_sample, irq), BIT(cpu_sample, nice) | BIT(cpu_sample, irq),
       BIT(cpu_sample, nice) | BIT(cpu_sample, irq), BIT(cpu_sample, wrap));

static void expect_seconds(double seconds, uint64_t ticks) {
    ck_assert_double_eq_tol(seconds, (double)ticks / tick_rate, 1e-6);
}

/* The expected sample for one CPU's ticks, or for the sum over all. */
static void expect_sample(const struct sysinfo_cpu_sample *reported, const struct sim_cpu *cpu) {
    expect_seconds(reported->user, IS(cpu->user, cpu->user, cpu->user, cpu->user + cpu->nice));
    expect_seconds(reported->nice, IS(cpu->nice, cpu->nice, cpu->nice, 0));
    expect_seconds(reported->system, IS(cpu->system, cpu->system, cpu->system + cpu->spin, cpu->system + cpu->irq));
    expect_seconds(reported->irq, IS(cpu->irq, cpu->irq, cpu->irq, 0));
    expect_seconds(reported->idle, cpu->idle);
}

static struct sim_cpu sum_of_cpus(void) {
    struct sim_cpu sum = {0};
    for (unsigned i = 0; i < sim.cpus; i++) {
        const struct sim_cpu *cpu = &sim.cpu[i];
        if (!cpu->is_absent) {
            sum.user += cpu->user;
            sum.nice += cpu->nice;
            sum.system += cpu->system;
            sum.spin += cpu->spin;
            sum.irq += cpu->irq;
            sum.idle += cpu->idle;
        }
    }
    return sum;
}

START_TEST(cpu_time_is_the_sum_of_all_cpus_in_seconds) {
    struct sysinfo_cpu_sample reported;
    ck_assert_int_eq(sysinfo_cpu_times(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.present, sample_fields);
    ck_assert_uint_eq(reported.estimated, 0);
    struct sim_cpu sum = sum_of_cpus();
    expect_sample(&reported, &sum);
}
END_TEST

/* Ticks of decades: beyond 32 bits, except on a system with only 32. */
START_TEST(long_counters_are_reported_completely) {
    for (unsigned i = 0; i < sim.cpus; i++) {
        sim.cpu[i].idle = IS(UINT64_C(5000000000), UINT64_C(1) << 40, UINT64_C(1) << 40, UINT64_C(4294967295));
        sim.cpu[i].user += IS(UINT64_C(9000000000), UINT64_C(9000000000), UINT64_C(9000000000), UINT64_C(4294900000));
    }
    struct sysinfo_cpu_sample reported;
    struct sim_cpu sum = sum_of_cpus();
    ck_assert_int_eq(sysinfo_cpu_times(host, &reported, sizeof reported), SYSINFO_OK);
    expect_sample(&reported, &sum);
    struct sysinfo_cpu_sample_list *list = NULL;
    ck_assert_int_eq(sysinfo_cpu_times_percpu(host, &list), SYSINFO_OK);
    expect_sample(sysinfo_cpu_sample_list_all(list), &sum);
    expect_sample(sysinfo_cpu_sample_list_at(list, 3), &sim.cpu[3]);
    sysinfo_cpu_sample_list_free(list);
}
END_TEST

START_TEST(each_cpu_has_a_row_with_its_number) {
    struct sysinfo_cpu_sample_list *list = NULL;
    ck_assert_int_eq(sysinfo_cpu_times_percpu(host, &list), SYSINFO_OK);
    ck_assert_uint_eq(sysinfo_cpu_sample_list_count(list), 4);
    for (size_t i = 0; i < 4; i++) {
        const struct sysinfo_cpu_sample *row = sysinfo_cpu_sample_list_at(list, i);
        ck_assert_uint_eq(row->present, sample_fields | BIT(cpu_sample, cpu));
        ck_assert_uint_eq(row->cpu, i);
        expect_sample(row, &sim.cpu[i]);
    }
    struct sim_cpu sum = sum_of_cpus();
    expect_sample(sysinfo_cpu_sample_list_all(list), &sum);
    sysinfo_cpu_sample_list_free(list);
}
END_TEST

void lose_cpus_1_and_3(void) {
    for (unsigned i = 1; i < 4; i += 2) {
        sim.cpu[i].is_absent = IS(true, false, false, false);
        sim.cpu[i].is_offline = IS(false, true, true, true);
    }
}

#if !SIM_DRAGONFLY /* There they stay. */
START_TEST(a_cpu_that_is_off_has_no_row_and_the_others_keep_their_numbers) {
    lose_cpus_1_and_3();
    struct sysinfo_cpu_sample_list *list = NULL;
    ck_assert_int_eq(sysinfo_cpu_times_percpu(host, &list), SYSINFO_OK);
    ck_assert_uint_eq(sysinfo_cpu_sample_list_count(list), 2);
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL), 2);
    ck_assert_uint_eq(sysinfo_cpu_sample_list_at(list, 0)->cpu, 0);
    ck_assert_uint_eq(sysinfo_cpu_sample_list_at(list, 1)->cpu, 2);
    expect_sample(sysinfo_cpu_sample_list_at(list, 1), &sim.cpu[2]);
    struct sim_cpu sum = sum_of_cpus(); /* Includes what the CPUs did before they went offline: it never decreases. */
    expect_sample(sysinfo_cpu_sample_list_all(list), &sum);
    sysinfo_cpu_sample_list_free(list);
}
END_TEST
#endif

static void add_cpus(unsigned cpus) {
    for (; sim.cpus < cpus; sim.cpus++) {
        sim.cpu[sim.cpus] = (struct sim_cpu){.user = 10 + sim.cpus, .system = 20, .irq = 3, .nice = 4, .idle = 500};
    }
    sim.cores = cpus / 2;
}

START_TEST(a_large_machine_is_reported_completely) {
    add_cpus(SIM_CPUS);
    struct sysinfo_cpu_sample_list *list = NULL;
    ck_assert_int_eq(sysinfo_cpu_times_percpu(host, &list), SYSINFO_OK);
    ck_assert_uint_eq(sysinfo_cpu_sample_list_count(list), SIM_CPUS);
    expect_sample(sysinfo_cpu_sample_list_at(list, SIM_CPUS - 1), &sim.cpu[SIM_CPUS - 1]);
    struct sim_cpu sum = sum_of_cpus();
    expect_sample(sysinfo_cpu_sample_list_all(list), &sum);
    sysinfo_cpu_sample_list_free(list);
}
END_TEST

static void grow_at_the_last_moment(const char *name, int call) {
    (void)call;
    static const char *const rows[] = {"kern.cp_times", "kern.cp_time", "kern.cpustats", "host_processor_info",
                                       "kern.cputime"};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(name, rows[i]) == 0 && sim.cpus < 250) {
            add_cpus(sim.cpus < 8 ? 8 : sim.cpus < 200 ? 200 : 250);
        }
    }
}

/*
 * CPUs are counted beforehand (OpenBSD), sized beforehand, or read in two answers (macOS): every row is a correct one.
 */
START_TEST(cpus_that_appear_during_a_call_are_reported_or_not_but_never_wrong) {
    struct sysinfo_cpu_sample_list *list = NULL;
    sim_hook = grow_at_the_last_moment;
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(sysinfo_cpu_times_percpu(host, &list), SYSINFO_OK);
        size_t count = sysinfo_cpu_sample_list_count(list);
        ck_assert_uint_ge(count, 4);
        for (size_t row = 0; row < count; row++) {
            ck_assert_uint_eq(sysinfo_cpu_sample_list_at(list, row)->cpu, row);
            expect_sample(sysinfo_cpu_sample_list_at(list, row), &sim.cpu[row]);
        }
    }
    ck_assert_uint_eq(sysinfo_cpu_sample_list_count(list), 250);
    sysinfo_cpu_sample_list_free(list);
}
END_TEST

/* The simulated CPUs spend 8 ticks as 2 user, 1 nice, 1 system, 1 interrupt, 3 idle. */
START_TEST(shares_of_an_interval_are_exact) {
    struct sysinfo_cpu_usage usage;
    ck_assert_int_eq(sysinfo_cpu_times_percent(host, 1, &usage, sizeof usage), SYSINFO_OK);
    ck_assert_double_eq_tol(usage.user, IS(25, 25, 25, 37.5), 1e-9);
    ck_assert_double_eq_tol(usage.system, IS(12.5, 12.5, 12.5, 25), 1e-9);
    ck_assert_double_eq_tol(usage.nice, IS(12.5, 12.5, 12.5, 0), 1e-9);
    ck_assert_double_eq_tol(usage.irq, IS(12.5, 12.5, 12.5, 0), 1e-9);
    ck_assert_double_eq_tol(usage.idle, 37.5, 1e-9);
    ck_assert_double_eq_tol(usage.percent, 62.5, 1e-9);
    ck_assert_double_eq_tol(usage.interval, 1, 1e-3);
    ck_assert_uint_eq(usage.estimated, 0);
}
END_TEST

#if !SIM_FREEBSD && !SIM_DRAGONFLY /* There they stay. */
START_TEST(a_cpu_that_goes_leaves_the_others_shares_alone) {
    struct sysinfo_cpu_usage_list *list = NULL;
    ck_assert_int_eq(sysinfo_cpu_usage_percpu(host, 0, &list), SYSINFO_NOT_YET);
    double percent;
    ck_assert_int_eq(sysinfo_cpu_percent(host, 0.5, &percent), SYSINFO_OK);
    lose_cpus_1_and_3();
    ck_assert_int_eq(sysinfo_cpu_usage_percpu(host, 0, &list), SYSINFO_OK);
    ck_assert_uint_eq(sysinfo_cpu_usage_list_count(list), 2);
    ck_assert_uint_eq(sysinfo_cpu_usage_list_at(list, 1)->cpu, 2);
    ck_assert_double_eq_tol(sysinfo_cpu_usage_list_at(list, 1)->percent, 62.5, 1e-9);
    sysinfo_cpu_usage_list_free(list);
}
END_TEST
#endif

#if SIM_MACOS
START_TEST(ticks_that_begin_again_do_not_disturb_a_share) {
    struct sysinfo_cpu_usage_list *list = NULL;
    for (unsigned i = 0; i < sim.cpus; i++) { /* Idle time of three CPUs at once, as after 497 days of sleep. */
        sim.cpu[i].idle = i < 3 ? UINT64_C(4294967290) : 1000;
        sim.cpu[i].user = UINT64_C(4294967295);
        sim.cpu[i].nice = 0;
    }
    ck_assert_int_eq(sysinfo_cpu_usage_percpu(host, 10, &list), SYSINFO_OK);
    const struct sysinfo_cpu_usage *all = sysinfo_cpu_usage_list_all(list);
    ck_assert_double_eq_tol(all->idle, 37.5, 1e-6);
    ck_assert_double_eq_tol(all->percent, 62.5, 1e-6);
    ck_assert_uint_eq(all->estimated, 0);
    for (size_t i = 0; i < 4; i++) {
        ck_assert_double_eq_tol(sysinfo_cpu_usage_list_at(list, i)->idle, 37.5, 1e-6);
        ck_assert_uint_eq(sysinfo_cpu_usage_list_at(list, i)->estimated, 0);
    }
    sysinfo_cpu_usage_list_free(list);
}
END_TEST

/* Newer kernels answer with more words than the library's struct has; the first ones did not report swap. */
START_TEST(statistics_of_newer_and_older_kernels_are_understood) {
    struct sysinfo_memory memory;
    struct sysinfo_swap swap;
    sim_fault = (struct sim_fault){.name = "host_statistics64", .grow = 400, .is_set = true};
    ck_assert_int_eq(sysinfo_virtual_memory(host, &memory, sizeof memory), SYSINFO_OK);
    ck_assert_uint_eq(memory.active, 400000 * 4096);
    ck_assert(SYSINFO_HAS(&memory, cached) && !SYSINFO_IS_ESTIMATED(&memory, available));
    sim_fault = (struct sim_fault){.name = "host_statistics64", .cut = 4, .is_set = true};
    ck_assert_int_eq(sysinfo_virtual_memory(host, &memory, sizeof memory), SYSINFO_OK);
    ck_assert_uint_eq(memory.active, 400000 * 4096);
    ck_assert(!SYSINFO_HAS(&memory, cached));
    ck_assert_uint_eq(memory.available, UINT64_C(800000) * 4096); /* Without the pages of files, it is an estimate. */
    ck_assert(SYSINFO_IS_ESTIMATED(&memory, available));
    ck_assert_int_eq(sysinfo_swap_memory(host, &swap, sizeof swap), SYSINFO_OK);
    ck_assert(SYSINFO_HAS(&swap, used) && !SYSINFO_HAS(&swap, sin) && !SYSINFO_HAS(&swap, sout));
    sim_fault = (struct sim_fault){.name = "host_statistics64", .cut = 100, .is_set = true};
    ck_assert_int_eq(sysinfo_virtual_memory(host, &memory, sizeof memory), SYSINFO_MALFORMED);
}
END_TEST

/*
 * A loaded machine with 48 GiB: most inactive pages are anonymous and could only be compressed. And an idle one with
 * 192 GiB: most active pages are of files, which are released on demand.
 */
START_TEST(pages_of_files_are_available_and_anonymous_ones_are_not) {
    struct sysinfo_memory reported;
    sim.page_size = 16384;
    sim.physical = UINT64_C(48) << 30;
    sim.free = 40000;
    sim.speculative = 20000;
    sim.active = 1000000;
    sim.inactive = 980000;
    sim.wired = 300000;
    sim.file = 650000;
    sim.purgeable = 10000;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.available, UINT64_C(680000) * 16384);
    ck_assert_uint_eq(reported.cached, UINT64_C(660000) * 16384);
    sim.physical = UINT64_C(192) << 30;
    sim.free = 6000000;
    sim.active = 3000000;
    sim.inactive = 2500000;
    sim.file = 2900000;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.available, UINT64_C(8890000) * 16384);
    ck_assert_uint_eq(reported.used, reported.total - reported.available);
}
END_TEST

START_TEST(more_speculative_than_free_pages_leave_none) {
    struct sysinfo_memory reported;
    sim.speculative = sim.free + 1;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert(SYSINFO_HAS(&reported, free));
    ck_assert_uint_eq(reported.free, 0);
}
END_TEST

START_TEST(failures_of_mach_are_distinguished) {
    static const struct {
        enum sim_error error;
        int status, number;
    } failures[] = {{SIM_EPERM, SYSINFO_DENIED, 2},          {SIM_EACCES, SYSINFO_DENIED, 8},
                    {SIM_ENOENT, SYSINFO_NO_MEMORY, 3},      {SIM_ENOMEM, SYSINFO_NO_MEMORY, 6},
                    {SIM_EINVAL, SYSINFO_NOT_SUPPORTED, 4},  {SIM_NO_SUCH_KEY, SYSINFO_NOT_SUPPORTED, 46},
                    {SIM_EINTR, SYSINFO_SYSTEM, 0x10000007}, {SIM_EIO, SYSINFO_SYSTEM, 5}};
    static const char *const functions[] = {"host_processor_info", "host_page_size", "host_statistics64"};
    for (size_t function = 0; function < 3; function++) {
        for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
            uint64_t reported[SYSINFO_SLOTS];
            sim_fault = (struct sim_fault){.name = functions[function], .error = failures[i].error, .is_set = true};
            int status = function == 0 ? sysinfo_cpu_times(host, (void *)reported, sizeof reported)
                                       : sysinfo_virtual_memory(host, (void *)reported, sizeof reported);
            ck_assert_int_eq(status, failures[i].status);
            ck_assert_int_eq(sysinfo_system_error(host), failures[i].number);
            ck_assert_ptr_nonnull(strstr(sysinfo_explain(host, status), "was refused by the Mach kernel"));
        }
    }
}
END_TEST
#else
#if !SIM_DRAGONFLY /* Whose counters need no rate. */
START_TEST(without_a_statistics_clock_the_system_clock_counts) {
    sim.stathz = 0;
    sim.hz = 100;
    struct sysinfo_cpu_sample reported;
    ck_assert_int_eq(sysinfo_cpu_times(host, &reported, sizeof reported), SYSINFO_OK);
    struct sim_cpu sum = sum_of_cpus();
    ck_assert_double_eq_tol(reported.idle, (double)sum.idle / 100, 1e-9);
}
END_TEST

START_TEST(a_clock_that_does_not_tick_is_refused) {
    sim.stathz = sim.hz = 0;
    struct sysinfo_cpu_sample reported;
    ck_assert_int_eq(sysinfo_cpu_times(host, &reported, sizeof reported), SYSINFO_MALFORMED);
    ck_assert_str_eq(sysinfo_explain(host, SYSINFO_MALFORMED), "kern.clockrate reports a clock rate of 0");
    sim.hz = -100;
    ck_assert_int_eq(sysinfo_cpu_times(host, &reported, sizeof reported), SYSINFO_MALFORMED);
}
END_TEST
#endif

static const uint64_t times_and_forks = BIT(stats, boot_time) | BIT(stats, uptime) | BIT(stats, forks);

START_TEST(counters_are_reported) {
    struct sysinfo_stats reported;
    sim.switches = DRAGONFLY(UINT64_C(4000000000), /* It and OpenBSD count in 32 bits. */
                             IS(UINT64_C(6000000000), UINT64_C(6000000000), UINT64_C(4000000000), 0));
    ck_assert_int_eq(sysinfo_cpu_stats(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.present, BIT(stats, ctx_switches) | BIT(stats, interrupts) |
                                            BIT(stats, soft_interrupts) | BIT(stats, syscalls) | times_and_forks);
    ck_assert_uint_eq(reported.forks, IS(5670, 5000, 5000, 0)); /* FreeBSD counts three kinds separately. */
    ck_assert_uint_eq(reported.ctx_switches, sim.switches);
    ck_assert_uint_eq(reported.interrupts, sim.interrupts);
    ck_assert_uint_eq(reported.soft_interrupts, sim.soft_interrupts);
    ck_assert_uint_eq(reported.syscalls, sim.syscalls);
}
END_TEST
#endif

#if SIM_OPENBSD
START_TEST(counters_that_are_not_maintained_are_unknown) {
    struct sysinfo_stats reported;
    sim.interrupts = sim.soft_interrupts = sim.syscalls = 0;
    ck_assert_int_eq(sysinfo_cpu_stats(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.present, BIT(stats, ctx_switches) | times_and_forks);
}
END_TEST

START_TEST(without_smt_every_cpu_is_a_core) {
    struct sysinfo_processors reported;
    lose_cpus_1_and_3();
    sim.smt = 0;
    ck_assert_int_eq(sysinfo_cpu_counts(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.count, 2);
    ck_assert_uint_eq(reported.cores, 2);
    sim.smt = -1;
    ck_assert_int_eq(sysinfo_cpu_counts(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert(SYSINFO_HAS(&reported, count) && !SYSINFO_HAS(&reported, cores));
    sim.smt = 0;
    sim.cpus = 0;
    ck_assert_int_eq(sysinfo_cpu_counts(host, &reported, sizeof reported), SYSINFO_UNKNOWN);
}
END_TEST

START_TEST(a_number_without_a_cpu_is_passed_over) {
    sim.cpu[1].is_absent = true;
    struct sysinfo_cpu_sample_list *list = NULL;
    ck_assert_int_eq(sysinfo_cpu_times_percpu(host, &list), SYSINFO_OK);
    ck_assert_uint_eq(sysinfo_cpu_sample_list_count(list), 3);
    ck_assert_uint_eq(sysinfo_cpu_sample_list_at(list, 1)->cpu, 2);
    sysinfo_cpu_sample_list_free(list);
}
END_TEST
#endif

#if SIM_NETBSD
START_TEST(counters_at_0_are_known) {
    struct sysinfo_stats reported;
    sim.interrupts = sim.soft_interrupts = sim.syscalls = 0;
    ck_assert_int_eq(sysinfo_cpu_stats(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.present, BIT(stats, ctx_switches) | BIT(stats, interrupts) |
                                            BIT(stats, soft_interrupts) | BIT(stats, syscalls) | times_and_forks);
}
END_TEST

START_TEST(offline_cpus_that_cannot_be_found_out_have_rows) {
    struct sysinfo_cpu_sample_list *list = NULL;
    lose_cpus_1_and_3();
    sim_fault = (struct sim_fault){.name = "open", .error = SIM_EACCES, .is_set = true};
    ck_assert_int_eq(sysinfo_cpu_times_percpu(host, &list), SYSINFO_OK);
    ck_assert_uint_eq(sysinfo_cpu_sample_list_count(list), 4);
    sim_fault = (struct sim_fault){.name = "ioctl", .error = SIM_EIO, .at = 2, .is_set = true};
    ck_assert_int_eq(sysinfo_cpu_times_percpu(host, &list), SYSINFO_OK);
    ck_assert_uint_eq(sysinfo_cpu_sample_list_count(list), 3);
    sysinfo_cpu_sample_list_free(list);
}
END_TEST

START_TEST(one_cpu_is_not_taken_for_the_sum) {
    sim.cpus = 1;
    struct sysinfo_cpu_sample_list *list = NULL;
    ck_assert_int_eq(sysinfo_cpu_times_percpu(host, &list), SYSINFO_OK);
    ck_assert_uint_eq(sysinfo_cpu_sample_list_count(list), 1);
    expect_sample(sysinfo_cpu_sample_list_at(list, 0), &sim.cpu[0]);
    sysinfo_cpu_sample_list_free(list);
}
END_TEST

START_TEST(an_older_system_counts_configured_cpus) {
    sim_fault = (struct sim_fault){.name = "hw.ncpuonline", .error = SIM_NO_SUCH_KEY, .is_set = true};
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL), 4);
}
END_TEST

START_TEST(the_cache_is_of_files_and_programs) {
    struct sysinfo_memory reported;
    sim.exec = INT64_MIN;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.cached, 120000 * 4096);
    sim.file = -3;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.cached, 0);
    ck_assert(SYSINFO_IS_ESTIMATED(&reported, cached));
    sim.file = sim.exec = INT64_MAX;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.cached, reported.total);
}
END_TEST

/*
 * The pages of a machine with 8 GiB, https://github.com/giampaolo/psutil/pull/2805: 1.64 GiB of them belong to the
 * kernel and are in no queue. If everything except active and wired pages counted as available, as there, they would be
 * included. How the cached pages divide into those of files, of programs and anonymous ones was not published.
 */
START_TEST(memory_of_the_kernel_is_not_available) {
    struct sysinfo_memory reported;
    sim.pages = 2026715;
    sim.free = 658066;
    sim.active = 813024;
    sim.inactive = 122277;
    sim.wired = 4436;
    sim.file = 500000;
    sim.exec = 281755;
    sim.anonymous = 153546;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.available, UINT64_C(1439821) * 4096);
    ck_assert(!SYSINFO_IS_ESTIMATED(&reported, available));
    sim.anonymous = 600000; /* Wired pages may be pages of files; no more than the rest counts. */
    ck_assert_int_eq(sysinfo_virtual_memory(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.available, UINT64_C(1422279) * 4096);
    sim.anonymous = 3000000;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.available, 0);
    ck_assert(SYSINFO_HAS(&reported, available));
}
END_TEST

START_TEST(an_older_system_knows_no_dirty_pages) {
    struct sysinfo_memory reported;
    sim_fault =
        (struct sim_fault){.name = "vm.uvmexp2", .cut = 14 * 8, .is_set = true}; /* NetBSD 9 ended with colormiss. */
    ck_assert_int_eq(sysinfo_virtual_memory(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert(SYSINFO_HAS(&reported, cached) && !SYSINFO_HAS(&reported, dirty));
    sim_fault.cut = 20 * 8;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &reported, sizeof reported), SYSINFO_MALFORMED);
}
END_TEST
#endif

START_TEST(cpus_and_cores_are_counted) {
    struct sysinfo_processors reported;
    ck_assert_int_eq(sysinfo_cpu_counts(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.count, 4);
    ck_assert_int_eq(SYSINFO_HAS(&reported, cores), DRAGONFLY(0, IS(1, 0, 0, 1)));
    ck_assert_uint_eq(reported.cores, DRAGONFLY(0, IS(2, 0, 0, 2)));
    sim.cores = 0;
    ck_assert_int_eq(sysinfo_cpu_counts(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert(!SYSINFO_HAS(&reported, cores));
    sim.cpus = 1;
    ck_assert_int_eq(sysinfo_cpu_counts(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.cores, DRAGONFLY(1, IS(0, 1, 1, 0)));
    sim.cpus = 0;
    ck_assert_int_eq(sysinfo_cpu_counts(host, &reported, sizeof reported), SYSINFO_UNKNOWN);
    struct sysinfo_cpu_sample times;
    struct sysinfo_cpu_sample_list *list = NULL;
    ck_assert_int_eq(sysinfo_cpu_times_percpu(host, &list), SYSINFO_MALFORMED);
    int status = sysinfo_cpu_times(host, &times, sizeof times);
    ck_assert_int_eq(
        status, DRAGONFLY(SYSINFO_MALFORMED, IS(SYSINFO_OK, SYSINFO_MALFORMED, SYSINFO_MALFORMED, SYSINFO_MALFORMED)));
}
END_TEST

/* ---- Memory ---- */

START_TEST(memory_is_reported_in_bytes) {
    struct sysinfo_memory reported;
    const uint64_t page = sim.page_size,
                   total = IS(sim.physical, (uint64_t)sim.pages * page, sim.physical, sim.physical);
    ck_assert_int_eq(sysinfo_virtual_memory(host, &reported, sizeof reported), SYSINFO_OK);
    const uint64_t everywhere = BIT(memory, total) | BIT(memory, available) | BIT(memory, percent) | BIT(memory, used) |
                                BIT(memory, free) | BIT(memory, active) | BIT(memory, inactive) |
                                IS(BIT(memory, wired), BIT(memory, wired), 0, BIT(memory, wired));
    ck_assert_uint_eq(reported.present,
                      everywhere | IS(DRAGONFLY(BIT(memory, buffers) | BIT(memory, cached),
                                                BIT(memory, buffers) | BIT(memory, laundry) | BIT(memory, arc)),
                                      BIT(memory, buffers) | BIT(memory, cached) | BIT(memory, dirty),
                                      BIT(memory, cached) | BIT(memory, dirty),
                                      BIT(memory, cached) | BIT(memory, compressed) | BIT(memory, pressure_level) |
                                          BIT(memory, pressure_free)));
    ck_assert_uint_eq(reported.estimated,
                      IS(BIT(memory, available), 0, 0, 0)); /* FreeBSD: inactive pages may be anonymous. */
    ck_assert_uint_eq(reported.total, total);
    ck_assert_uint_eq(reported.free, IS(300000, 300000, 300000, 300000 - 11000) * page);
    ck_assert_uint_eq(reported.active, 400000 * page);
    ck_assert_uint_eq(reported.inactive, 500000 * page);
    ck_assert_uint_eq(reported.wired, IS(250000, 250000, 0, 250000) * page); /* OpenBSD counts hardly any. */
    ck_assert_uint_eq(reported.available, IS(DRAGONFLY(940000 * page, 800000 * page + 987654321 - 268435456),
                                             (300000 + 120000 + 30000) * page, (300000 + 500000 + 140000) * page,
                                             (300000 - 11000 + 120000 + 5000) * page));
    ck_assert_uint_eq(reported.used, total - reported.available);
    ck_assert_uint_eq(reported.buffers, IS(123456789, 123456789, 0, 0));
    ck_assert_uint_eq(reported.cached, IS(DRAGONFLY(140000, 0), 150000, 140000, 125000) * page);
    ck_assert_uint_eq(reported.dirty, IS(0, 900, 900, 0) * page);
    ck_assert_uint_eq(reported.laundry, IS(DRAGONFLY(0, 7000), 0, 0, 0) * page);
    ck_assert_uint_eq(reported.arc, IS(DRAGONFLY(0, 987654321), 0, 0, 0));
    ck_assert_uint_eq(reported.compressed, IS(0, 0, 0, 60000) * page);
    ck_assert_uint_eq(reported.pressure_level, IS(0, 0, 0, 1));
    ck_assert_double_eq(reported.pressure_free, IS(0, 0, 0, 63));
}
END_TEST

START_TEST(pages_may_have_another_size) {
    struct sysinfo_memory reported;
    sim.page_size = 16384;
    sim.physical *= 4;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.active, UINT64_C(400000) * 16384);
}
END_TEST

/* A count that a kernel keeps in an int may briefly be negative; if it is read as unsigned, that is a huge number. */
START_TEST(a_count_below_0_is_0_or_forced_into_the_whole_and_marked) {
    static const struct {
        int64_t *pages;
        size_t offset;
    } counts[] = {
        {&sim.free, offsetof(struct sysinfo_memory, free)},
        {&sim.active, offsetof(struct sysinfo_memory, active)},
        {&sim.inactive, offsetof(struct sysinfo_memory, inactive)},
#if !SIM_OPENBSD
        {&sim.wired, offsetof(struct sysinfo_memory, wired)},
#endif
#if SIM_NETBSD
        {&sim.dirty, offsetof(struct sysinfo_memory, dirty)},
#elif SIM_OPENBSD
        {&sim.cache, offsetof(struct sysinfo_memory, cached)},
        {&sim.dirty, offsetof(struct sysinfo_memory, dirty)},
#endif
    };
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        uint64_t reported[SYSINFO_SLOTS];
        int64_t pages = *counts[i].pages;
        *counts[i].pages = -1000000;
        ck_assert_int_eq(sysinfo_read(host, SYSINFO_RESULT_MEMORY, reported, sizeof reported), SYSINFO_OK);
        ck_assert_uint_eq(reported[counts[i].offset / 8], IS(sim.physical, 0, 0, sim.physical));
        ck_assert(reported[1] >> counts[i].offset / 8 & 1);
        *counts[i].pages = pages;
    }
}
END_TEST

START_TEST(parts_never_exceed_the_whole) {
    struct sysinfo_memory reported;
    sim.free = sim.inactive = sim.active = 3000000;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_le(reported.free, reported.total);
    ck_assert_uint_le(reported.available, reported.total);
    ck_assert(reported.percent >= 0 && reported.percent <= 100);
    ck_assert(SYSINFO_IS_ESTIMATED(&reported, free));
}
END_TEST

START_TEST(a_machine_without_memory_is_refused) {
    struct sysinfo_memory reported;
    sim.physical = 0;
    sim.pages = 0;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &reported, sizeof reported), SYSINFO_MALFORMED);
}
END_TEST

#if SIM_NETBSD || SIM_OPENBSD
START_TEST(pages_without_a_size_are_refused) {
    struct sysinfo_memory reported;
    sim.page_size = 0;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &reported, sizeof reported), SYSINFO_MALFORMED);
}
END_TEST
#endif

/* ---- Keys that only some releases have ---- */

struct optional {
    const char *key;
    uint32_t result;
    uint64_t fields; /* That depend on it. */
};
static const struct optional optional_keys[] = {
#if SIM_FREEBSD
    {"vm.stats.vm.v_laundry_count", SYSINFO_RESULT_MEMORY, BIT(memory, laundry)},
    {"vm.stats.vm.v_active_count", SYSINFO_RESULT_MEMORY, BIT(memory, active)},
    {"vm.stats.vm.v_free_count", SYSINFO_RESULT_MEMORY,
     BIT(memory, free) | BIT(memory, available) | BIT(memory, used) | BIT(memory, percent)},
    {"vfs.bufspace", SYSINFO_RESULT_MEMORY, BIT(memory, buffers)},
    {"kstat.zfs.misc.arcstats.size", SYSINFO_RESULT_MEMORY, BIT(memory, arc)},
    {"kstat.zfs.misc.arcstats.c_min", SYSINFO_RESULT_MEMORY, 0}, /* Without it, the cache is not available. */
    {"vm.stats.vm.v_swappgsin", SYSINFO_RESULT_SWAP, BIT(swap, sin)},
    {"vm.stats.vm.v_swappgsout", SYSINFO_RESULT_SWAP, BIT(swap, sout)},
    {"vm.stats.sys.v_soft", SYSINFO_RESULT_STATS, BIT(stats, soft_interrupts)},
    {"vm.stats.vm.v_forks", SYSINFO_RESULT_STATS, BIT(stats, forks)},
    {"vm.stats.vm.v_rforks", SYSINFO_RESULT_STATS, 0},
    {"kern.boottime", SYSINFO_RESULT_STATS, BIT(stats, boot_time) | BIT(stats, uptime)},
    {"vm.stats.vm.v_vm_faults", SYSINFO_RESULT_PAGING, BIT(paging, faults)},
    {"vm.stats.vm.v_io_faults", SYSINFO_RESULT_PAGING, BIT(paging, major_faults)},
    {"vm.stats.vm.v_vnodepgsin", SYSINFO_RESULT_PAGING, BIT(paging, paged_in)},
    {"vm.stats.vm.v_swappgsout", SYSINFO_RESULT_PAGING, BIT(paging, paged_out)},
    {"kern.racct.enable", SYSINFO_RESULT_MEMORY_ALLOWANCE, 0}, /* Then no rule applies. */
    {"kern.smp.cores", SYSINFO_RESULT_PROCESSORS, BIT(processors, cores)},
#elif SIM_DRAGONFLY
    {"vm.stats.vm.v_cache_count", SYSINFO_RESULT_MEMORY, BIT(memory, cached)},
    {"vm.stats.vm.v_active_count", SYSINFO_RESULT_MEMORY, BIT(memory, active)},
    {"vm.stats.vm.v_inactive_count", SYSINFO_RESULT_MEMORY,
     BIT(memory, inactive) | BIT(memory, available) | BIT(memory, used) | BIT(memory, percent)},
    {"vfs.bufspace", SYSINFO_RESULT_MEMORY, BIT(memory, buffers)},
    {"vm.stats.vm.v_swappgsin", SYSINFO_RESULT_SWAP, BIT(swap, sin)},
    {"vm.stats.sys.v_soft", SYSINFO_RESULT_STATS, BIT(stats, soft_interrupts)},
    {"vm.stats.vm.v_forks", SYSINFO_RESULT_STATS, BIT(stats, forks)},
    {"kern.boottime", SYSINFO_RESULT_STATS, BIT(stats, boot_time) | BIT(stats, uptime)},
    {"vm.stats.vm.v_vm_faults", SYSINFO_RESULT_PAGING, BIT(paging, faults)},
    {"vm.stats.vm.v_vnodepgsin", SYSINFO_RESULT_PAGING, BIT(paging, paged_in)},
#elif SIM_NETBSD
    {"vm.bufmem", SYSINFO_RESULT_MEMORY, BIT(memory, buffers)},
    {"kern.boottime", SYSINFO_RESULT_STATS, BIT(stats, boot_time) | BIT(stats, uptime)},
#elif SIM_OPENBSD
    {"vfs.generic.bcachestat", SYSINFO_RESULT_MEMORY, BIT(memory, cached) | BIT(memory, dirty)},
    {"kern.boottime", SYSINFO_RESULT_STATS, BIT(stats, boot_time) | BIT(stats, uptime)},
#else
    {"hw.physicalcpu", SYSINFO_RESULT_PROCESSORS, BIT(processors, cores)},
    {"kern.memorystatus_vm_pressure_level", SYSINFO_RESULT_MEMORY, BIT(memory, pressure_level)},
    {"kern.memorystatus_level", SYSINFO_RESULT_MEMORY, BIT(memory, pressure_free)},
#endif
};
enum { OPTIONAL_KEYS = sizeof optional_keys / sizeof optional_keys[0] };

START_TEST(a_key_that_is_missing_or_closed_takes_its_fields_with_it_and_no_others) {
    const struct optional *optional = &optional_keys[_i];
    static const enum sim_error ways[] = {SIM_NO_SUCH_KEY, SIM_ENOENT, SIM_EACCES, SIM_EPERM};
    uint64_t whole[SYSINFO_SLOTS], reported[SYSINFO_SLOTS];
    ck_assert_int_eq(sysinfo_read(host, optional->result, whole, sizeof whole), SYSINFO_OK);
    ck_assert_uint_eq(whole[0] & optional->fields, optional->fields);
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        sim_fault = (struct sim_fault){.name = optional->key, .error = ways[i], .is_set = true};
        ck_assert_int_eq(sysinfo_read(host, optional->result, reported, sizeof reported), SYSINFO_OK);
        ck_assert_uint_eq(reported[0], whole[0] & ~optional->fields);
    }
    sim_fault.error = SIM_EIO; /* This does not mean "missing". */
    ck_assert_int_eq(sysinfo_read(host, optional->result, reported, sizeof reported), SYSINFO_SYSTEM);
}
END_TEST

static const struct needed needed_keys[] = {
#if SIM_FREEBSD
    {"kern.cp_time", SYSINFO_RESULT_CPU_SAMPLE}, {"kern.clockrate", SYSINFO_RESULT_CPU_SAMPLE},
    {"hw.ncpu", SYSINFO_RESULT_PROCESSORS},      {"hw.physmem", SYSINFO_RESULT_MEMORY},
    {"vm.swap_info", SYSINFO_RESULT_SWAP},       {"sysctlnametomib", SYSINFO_RESULT_SWAP},
    {"kern.proc.pid", SYSINFO_RESULT_PROCESS},
#elif SIM_DRAGONFLY
    {"kern.cputime", SYSINFO_RESULT_CPU_SAMPLE}, {"sysctlnametomib", SYSINFO_RESULT_CPU_SAMPLE},
    {"hw.ncpu", SYSINFO_RESULT_PROCESSORS},      {"hw.physmem", SYSINFO_RESULT_MEMORY},
    {"vm.swap_info_array", SYSINFO_RESULT_SWAP}, {"kern.proc.pid", SYSINFO_RESULT_PROCESS},
#elif SIM_NETBSD
    {"kern.cp_time", SYSINFO_RESULT_CPU_SAMPLE}, {"kern.clockrate", SYSINFO_RESULT_CPU_SAMPLE},
    {"vm.uvmexp2", SYSINFO_RESULT_MEMORY},       {"vm.uvmexp2", SYSINFO_RESULT_STATS},
    {"vm.uvmexp2", SYSINFO_RESULT_SWAP},         {"vm.uvmexp2", SYSINFO_RESULT_PAGING},
    {"kern.proc2", SYSINFO_RESULT_PROCESS},
#elif SIM_OPENBSD
    {"kern.cpustats", SYSINFO_RESULT_CPU_SAMPLE}, {"kern.clockrate", SYSINFO_RESULT_CPU_SAMPLE},
    {"hw.ncpu", SYSINFO_RESULT_CPU_SAMPLE},       {"hw.ncpuonline", SYSINFO_RESULT_PROCESSORS},
    {"hw.physmem", SYSINFO_RESULT_MEMORY},        {"vm.uvmexp", SYSINFO_RESULT_MEMORY},
    {"vm.uvmexp", SYSINFO_RESULT_STATS},          {"vm.uvmexp", SYSINFO_RESULT_SWAP},
    {"vm.uvmexp", SYSINFO_RESULT_PAGING},         {"kern.proc", SYSINFO_RESULT_PROCESS},
#else
    {"hw.logicalcpu", SYSINFO_RESULT_PROCESSORS},
    {"hw.memsize", SYSINFO_RESULT_MEMORY},
    {"vm.swapusage", SYSINFO_RESULT_SWAP},
    {"proc_pidinfo", SYSINFO_RESULT_PROCESS},
#endif
};
enum { NEEDED_KEYS = sizeof needed_keys / sizeof needed_keys[0] };

START_TEST(a_key_that_is_needed_and_closed_is_denied_and_named) {
    const struct needed *needed = &needed_keys[_i];
    uint64_t reported[SYSINFO_SLOTS], untouched[SYSINFO_SLOTS];
    memset(reported, 0x5A, sizeof reported);
    memset(untouched, 0x5A, sizeof untouched);
    sim_errno = 4711;
    sim_fault = (struct sim_fault){.name = needed->key, .error = SIM_EACCES, .is_set = true};
    ck_assert_int_eq(sysinfo_read(host, needed->result, reported, sizeof reported), SYSINFO_DENIED);
    ck_assert_int_eq(memcmp(reported, untouched, sizeof reported), 0);
    ck_assert_int_eq(sysinfo_system_error(host), 13);
    const char *text = sysinfo_explain(host, SYSINFO_DENIED);
    ck_assert_msg(strstr(text, ": Permission denied") != NULL, "%s", text);
    ck_assert_msg(strncmp(needed->key, "sysctl", 6) == 0 || strstr(text, needed->key) == text, "%s", text);
    ck_assert_int_eq(sim_errno, 4711); /* The system's errno is unchanged. */
    sim_fault.error = SIM_EIO;
    ck_assert_int_eq(sysinfo_read(host, needed->result, reported, sizeof reported), SYSINFO_SYSTEM);
    ck_assert_int_eq(memcmp(reported, untouched, sizeof reported), 0);
}
END_TEST

/* ---- Swap ---- */

START_TEST(swap_is_the_sum_of_its_devices_in_bytes) {
    struct sysinfo_swap reported;
    ck_assert_int_eq(sysinfo_swap_memory(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.present, BIT(swap, total) | BIT(swap, used) | BIT(swap, free) | BIT(swap, percent) |
                                            BIT(swap, sin) | BIT(swap, sout));
    ck_assert_uint_eq(reported.estimated,
                      IS(0, 0, BIT(swap, sout), 0)); /* OpenBSD also counts written pages of files. */
    ck_assert_uint_eq(reported.total, UINT64_C(3) << 30);
    ck_assert_uint_eq(reported.used, 4096 * 1024);
    ck_assert_uint_eq(reported.free, reported.total - reported.used);
    ck_assert_uint_eq(reported.sin, 77 * 4096);
    ck_assert_uint_eq(reported.sout, 99 * 4096);
}
END_TEST

START_TEST(a_machine_without_swap_has_0_which_is_known) {
    struct sysinfo_swap reported;
    sim.swaps = 0;
    ck_assert_int_eq(sysinfo_swap_memory(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert(SYSINFO_HAS(&reported, total) && SYSINFO_HAS(&reported, used) && SYSINFO_HAS(&reported, free) &&
              SYSINFO_HAS(&reported, percent));
    ck_assert_uint_eq(reported.total + reported.used + reported.free, 0);
    ck_assert_double_eq(reported.percent, 0);
}
END_TEST

START_TEST(more_than_4_gib_of_pages_were_swapped) {
    struct sysinfo_swap reported;
    sim.pages_in = UINT64_C(3000000000); /* More than an int holds. */
    sim.pages_out = UINT64_C(4000000000);
    ck_assert_int_eq(sysinfo_swap_memory(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.sin, UINT64_C(3000000000) * 4096);
    ck_assert_uint_eq(reported.sout, UINT64_C(4000000000) * 4096);
}
END_TEST

/* A number of 512-byte blocks that does not fit 32 bits, as swapctl(2) reports it. */
START_TEST(three_tebibytes_are_not_one) {
    struct sysinfo_swap reported;
    sim.swaps = 1;
    sim.swap[0].bytes = UINT64_C(3) << 40;
    sim.swap[0].used = UINT64_C(5) << 39;
    ck_assert_int_eq(sysinfo_swap_memory(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.total, UINT64_C(3) << 40);
    ck_assert_uint_eq(reported.used, UINT64_C(5) << 39);
}
END_TEST

/* So many pages that the kernel's int is negative. */
START_TEST(a_very_large_device_is_reported) {
    struct sysinfo_swap reported;
    sim.swap[1].bytes = UINT64_C(10) << 40;
    sim.swap[1].used = sim.swap[1].bytes - 4096;
    ck_assert_int_eq(sysinfo_swap_memory(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.total, sim.swap[1].bytes + (UINT64_C(1) << 30));
    ck_assert_uint_eq(reported.used, sim.swap[1].bytes - 4096 + 4096 * 1000);
}
END_TEST

#if SIM_FREEBSD
/* An idle machine with 16 GiB and ZFS: 12 GiB of it are its cache, which releases all but half a GiB. */
START_TEST(the_cache_of_zfs_is_available_but_for_its_least_size) {
    struct sysinfo_memory reported;
    sim.physical = UINT64_C(16) << 30;
    sim.free = 131072; /* 512 MiB. */
    sim.inactive = 65536;
    sim.active = 32768;
    sim.wired = 3801088; /* 14.5 GiB, including the cache. */
    sim.laundry = 0;
    sim.arc = UINT64_C(12) << 30;
    sim.arc_least = UINT64_C(1) << 29;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.available, (UINT64_C(12) << 30) + (UINT64_C(1) << 28));
    ck_assert_double_eq_tol(reported.percent, 23.4375, 1e-9);
    sim.arc_least = sim.arc + 1; /* Smaller than its minimum. */
    ck_assert_int_eq(sysinfo_virtual_memory(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.available, UINT64_C(3) << 28);
    sim.arc = 0; /* Without ZFS. */
    ck_assert_int_eq(sysinfo_virtual_memory(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.available, UINT64_C(3) << 28);
    ck_assert(!SYSINFO_HAS(&reported, arc) && SYSINFO_IS_ESTIMATED(&reported, available));
}
END_TEST

static void lose_the_second_device(const char *name, int call) {
    (void)call;
    if (strcmp(name, "vm.swap_info") == 0 && sim_calls > 2) {
        sim.swaps = 1;
    }
}

START_TEST(a_device_that_goes_between_the_calls_is_gone) {
    struct sysinfo_swap reported;
    sim_hook = lose_the_second_device;
    ck_assert_int_eq(sysinfo_swap_memory(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.total, UINT64_C(1) << 30);
}
END_TEST

#endif

#if SIM_FREEBSD || SIM_DRAGONFLY
START_TEST(devices_of_an_unknown_version_are_refused) {
    struct sysinfo_swap reported;
    sim.swap_version = 3;
    ck_assert_int_eq(sysinfo_swap_memory(host, &reported, sizeof reported), SYSINFO_MALFORMED);
}
END_TEST

START_TEST(a_system_without_any_counter_says_so) {
    struct sysinfo_stats reported;
    sim_fault = (struct sim_fault){.error = SIM_NO_SUCH_KEY, .is_set = true};
    ck_assert_int_eq(sysinfo_cpu_stats(host, &reported, sizeof reported), SYSINFO_NOT_FOUND);
    ck_assert_str_eq(sysinfo_explain(host, SYSINFO_NOT_FOUND), "vm.stats.sys has none of the counters");
}
END_TEST
#endif

#if SIM_DRAGONFLY
/* Each row says how long it is: a later kernel has longer ones, and its last row may have come in part. */
START_TEST(rows_of_devices_are_of_the_length_that_they_say) {
    struct sysinfo_swap reported;
    sim_fault = (struct sim_fault){.name = "vm.swap_info_array", .cut = 8, .is_set = true};
    ck_assert_int_eq(sysinfo_swap_memory(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.total, UINT64_C(1) << 30);
    sim_fault.is_set = false;
    sim.swap_row = 96; /* Twice as long: every second row is not one. */
    ck_assert_int_eq(sysinfo_swap_memory(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.total, UINT64_C(1) << 30);
    static const size_t odd[] = {1, 40, 97, SIZE_MAX};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        sim.swap_row = odd[i];
        ck_assert_int_eq(sysinfo_swap_memory(host, &reported, sizeof reported), SYSINFO_MALFORMED);
    }
    sim.swap_row = 0;
    sim.swap_version = 0;
    ck_assert_int_eq(sysinfo_swap_memory(host, &reported, sizeof reported), SYSINFO_MALFORMED);
}
END_TEST
#endif

/* ---- Load ---- */

START_TEST(load_averages_are_reported_as_far_as_there_are_any) {
    struct sysinfo_load reported;
    ck_assert_int_eq(sysinfo_load_average(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.present, BIT(load, min1) | BIT(load, min5) | BIT(load, min15));
    ck_assert_double_eq(reported.min1, 0.5);
    ck_assert_double_eq(reported.min5, 1.25);
    ck_assert_double_eq(reported.min15, 2);
    sim.loads = 1;
    ck_assert_int_eq(sysinfo_load_average(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.present, BIT(load, min1));
    sim.loads = 0;
    ck_assert_int_eq(sysinfo_load_average(host, &reported, sizeof reported), SYSINFO_SYSTEM);
    ck_assert_int_eq(sysinfo_system_error(host), 0);
    sim.loads = -1;
    ck_assert_int_eq(sysinfo_load_average(host, &reported, sizeof reported), SYSINFO_SYSTEM);
    ck_assert_int_eq(sysinfo_system_error(host), 5);
}
END_TEST

/* ---- The suites ---- */

static Suite *sim_suite(void) {
    Suite *suite = suite_create("sim");
    TCase *t = tcase_create(sim_name);
    tcase_set_timeout(t, 60);
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, cpu_time_is_the_sum_of_all_cpus_in_seconds);
    tcase_add_test(t, long_counters_are_reported_completely);
    tcase_add_test(t, each_cpu_has_a_row_with_its_number);
#if !SIM_DRAGONFLY
    tcase_add_test(t, a_cpu_that_is_off_has_no_row_and_the_others_keep_their_numbers);
#endif
    tcase_add_test(t, a_large_machine_is_reported_completely);
    tcase_add_test(t, cpus_that_appear_during_a_call_are_reported_or_not_but_never_wrong);
    tcase_add_test(t, shares_of_an_interval_are_exact);
    tcase_add_test(t, cpus_and_cores_are_counted);
    tcase_add_test(t, memory_is_reported_in_bytes);
    tcase_add_test(t, pages_may_have_another_size);
    tcase_add_test(t, a_count_below_0_is_0_or_forced_into_the_whole_and_marked);
    tcase_add_test(t, parts_never_exceed_the_whole);
    tcase_add_test(t, a_machine_without_memory_is_refused);
    tcase_add_loop_test(t, a_key_that_is_missing_or_closed_takes_its_fields_with_it_and_no_others, 0, OPTIONAL_KEYS);
    tcase_add_loop_test(t, a_key_that_is_needed_and_closed_is_denied_and_named, 0, NEEDED_KEYS);
    tcase_add_test(t, swap_is_the_sum_of_its_devices_in_bytes);
    tcase_add_test(t, a_machine_without_swap_has_0_which_is_known);
    tcase_add_test(t, more_than_4_gib_of_pages_were_swapped);
    tcase_add_test(t, three_tebibytes_are_not_one);
    tcase_add_test(t, a_very_large_device_is_reported);
    tcase_add_test(t, load_averages_are_reported_as_far_as_there_are_any);
#if SIM_MACOS
    tcase_add_test(t, ticks_that_begin_again_do_not_disturb_a_share);
    tcase_add_test(t, statistics_of_newer_and_older_kernels_are_understood);
    tcase_add_test(t, pages_of_files_are_available_and_anonymous_ones_are_not);
    tcase_add_test(t, more_speculative_than_free_pages_leave_none);
    tcase_add_test(t, failures_of_mach_are_distinguished);
#else
#if !SIM_DRAGONFLY
    tcase_add_test(t, without_a_statistics_clock_the_system_clock_counts);
    tcase_add_test(t, a_clock_that_does_not_tick_is_refused);
#endif
    tcase_add_test(t, counters_are_reported);
#endif
#if SIM_FREEBSD
    tcase_add_test(t, a_device_that_goes_between_the_calls_is_gone);
    tcase_add_test(t, the_cache_of_zfs_is_available_but_for_its_least_size);
#endif
#if SIM_FREEBSD || SIM_DRAGONFLY
    tcase_add_test(t, devices_of_an_unknown_version_are_refused);
    tcase_add_test(t, a_system_without_any_counter_says_so);
#endif
#if SIM_DRAGONFLY
    tcase_add_test(t, rows_of_devices_are_of_the_length_that_they_say);
#endif
#if !SIM_FREEBSD && !SIM_DRAGONFLY
    tcase_add_test(t, a_cpu_that_goes_leaves_the_others_shares_alone);
#endif
#if SIM_NETBSD
    tcase_add_test(t, counters_at_0_are_known);
    tcase_add_test(t, offline_cpus_that_cannot_be_found_out_have_rows);
    tcase_add_test(t, one_cpu_is_not_taken_for_the_sum);
    tcase_add_test(t, an_older_system_counts_configured_cpus);
    tcase_add_test(t, the_cache_is_of_files_and_programs);
    tcase_add_test(t, memory_of_the_kernel_is_not_available);
    tcase_add_test(t, an_older_system_knows_no_dirty_pages);
#endif
#if SIM_OPENBSD
    tcase_add_test(t, counters_that_are_not_maintained_are_unknown);
    tcase_add_test(t, without_smt_every_cpu_is_a_core);
    tcase_add_test(t, a_number_without_a_cpu_is_passed_over);
#endif
#if SIM_NETBSD || SIM_OPENBSD
    tcase_add_test(t, pages_without_a_size_are_refused);
#endif
    add_own(t);
    add_heap(t);
#if !SIM_DRAGONFLY /* Of none the figures were found. */
    add_machines(t);
#endif
#if !SIM_DRAGONFLY
    add_processes(t);
#endif
    add_faults(t);
    suite_add_tcase(suite, t);
    return suite;
}

int main(void) {
    sim_reset();
    contract_require(CONTRACT_RESULT(CPU_USAGE) | CONTRACT_RESULT(PROCESSORS) | CONTRACT_RESULT(CPU_SAMPLE) |
                     CONTRACT_RESULT(MEMORY) | CONTRACT_RESULT(SWAP) | CONTRACT_RESULT(LOAD) | CONTRACT_RESULT(STATS) |
                     CONTRACT_RESULT(PAGING) | CONTRACT_RESULT(PROCESS));
    Suite *suite = contract_suite();
    suite_add_tcase(suite, support_tests());
    int failed = run(suite);
    return run(sim_suite()) != 0 || failed;
}
