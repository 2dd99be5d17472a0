/* SPDX-License-Identifier: MIT */
/* What a process may use of a machine in a table: affinity, processor groups, CPU sets, jobs. */
#include <check.h>

#include <math.h>
#include <string.h>

#include <sysinfo/sysinfo.h>

#include "machine.h"
#include "table.h"

#define GIB (UINT64_C(1) << 30)

static struct sysinfo_host *host;

static void open_host(void) {
    machine_reset(1, 16, 8);
    ck_assert_int_eq(sysinfo_host_open(&host, NULL), SYSINFO_OK);
}

static void close_host(void) {
    sysinfo_host_close(host);
    host = NULL;
}

static struct sysinfo_cpu_allowance usable_cpus(void) {
    struct sysinfo_cpu_allowance allowance;
    int status = sysinfo_usable_cpus(host, &allowance, sizeof allowance);
    ck_assert_msg(status == SYSINFO_OK, "%s", sysinfo_explain(host, status));
    return allowance;
}

static struct sysinfo_allowance usable_memory(void) {
    struct sysinfo_allowance allowance;
    int status = sysinfo_usable_memory(host, &allowance, sizeof allowance);
    ck_assert_msg(status == SYSINFO_OK, "%s", sysinfo_explain(host, status));
    return allowance;
}

static void expect_cpus(uint64_t usable, bool is_certain) {
    struct sysinfo_cpu_allowance allowance = usable_cpus();
    ck_assert_uint_eq(allowance.usable, usable);
    ck_assert_int_eq(!SYSINFO_IS_ESTIMATED(&allowance, usable), is_certain);
}

/* ---- CPUs ---- */

START_TEST(an_affinity_mask_bounds_the_cpus_and_their_cores) {
    struct sysinfo_cpu_allowance allowance = usable_cpus();
    ck_assert_uint_eq(allowance.usable, 16);
    ck_assert(allowance.estimated == 0 && SYSINFO_HAS(&allowance, quota) && isinf(allowance.quota));
    machine.mask = 0x00F1; /* One CPU of the first core, both of the third and the fourth. */
    expect_cpus(5, true);
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_USABLE_CORES), 3);
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL), 16);
}
END_TEST

START_TEST(a_process_of_one_group_may_not_use_the_other) {
    machine_reset(2, 64, 32);
    expect_cpus(64, true);
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_USABLE_CORES), 32);
    machine.own_groups = 2; /* As all processes of Windows 11 that were given no mask: then there is none. */
    expect_cpus(128, true);
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_USABLE_CORES), 64);
}
END_TEST

START_TEST(cpu_sets_bound_the_cpus) {
    machine.cpu_sets = 6;
    expect_cpus(6, true);
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_USABLE_CORES), SYSINFO_UNKNOWN);
    machine.mask = 0x3; /* The affinity is stronger. */
    expect_cpus(2, true);
    machine.is_before_10 = true;
    close_host();
    ck_assert_int_eq(sysinfo_host_open(&host, NULL), SYSINFO_OK);
    machine.mask = 0xFF;
    expect_cpus(8, true);
}
END_TEST

/* What the job's rate says, what the quota is (0: not known), and how many CPUs may be used. */
static const struct {
    uint32_t flags, rate;
    double quota;
    uint64_t usable;
    bool is_certain;
} rates[] = {
    {0, 0, 0, 16, false},                    /* No rate here; perhaps in a job around it. */
    {1 | 4, 1250, 2, 2, true},               /* docker run --cpus 2 */
    {1 | 4, 1000, 1.6, 2, true},             /* Rounded up. */
    {1 | 4, 5, 0.008, 1, true},              /* One at least. */
    {1 | 4, 10000, 16, 16, true},            /* All of them. */
    {1 | 4, 20000, 16, 16, true},            /* More than there are. */
    {1 | 16, 2500u << 16 | 100, 4, 4, true}, /* From 1 to 25 percent. */
    {1 | 2, 9, 0, 16, false},                /* A weight. */
    {1, 1250, 0, 16, false},                 /* Only while others want to run. */
    {4, 1250, 0, 16, false},                 /* Not enabled. */
    {1 | 4 | 8, 2500, 4, 4, true},           /* With messages. */
};
enum { RATES = sizeof rates / sizeof rates[0] };

START_TEST(a_hard_cap_of_the_job_is_a_quota) {
    machine.job.is_member = true;
    machine.job.rate_flags = rates[_i].flags;
    machine.job.rate = rates[_i].rate;
    struct sysinfo_cpu_allowance allowance = usable_cpus();
    ck_assert_int_eq(SYSINFO_HAS(&allowance, quota), rates[_i].quota > 0);
    ck_assert_msg(fabs(allowance.quota - rates[_i].quota) < 1e-9, "%g", allowance.quota);
    expect_cpus(rates[_i].usable, rates[_i].is_certain);
}
END_TEST

/* ---- Two machines that were written about: what their own tools show ---- */

#define MIB (UINT64_C(1) << 20)

/*
 * github.com/lowleveldesign/process-governor issue 82: Process Governor on one package of 86 cores, Windows 11 or
 * Server 2022 by its date.
 */
START_TEST(a_machine_of_86_cores_is_what_process_governor_shows) {
    machine_reset(2, 64, 0);
    machine.cpus[1] = 22;
    machine.own_groups = 2;
    machine.total = 261727 * MIB >> 12;
    machine.available = 252472 * MIB >> 12;
    machine.committed = 9460 * MIB >> 12;
    machine.commit_limit = 300639 * MIB >> 12;
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL), 86); /* "CPUs: 0-85" */
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_PHYSICAL), 86);
    expect_cpus(86, true);
    struct sysinfo_memory memory;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &memory, sizeof memory), SYSINFO_OK);
    ck_assert_uint_eq(memory.total, 261727 * MIB);     /* "Total Physical Memory (MB)" */
    ck_assert_uint_eq(memory.available, 252472 * MIB); /* "Available Physical Memory (MB)" */
    ck_assert_uint_eq(memory.committed, 9460 * MIB);   /* "Total Committed Memory (MB)" */
    ck_assert_uint_eq(memory.commit_limit, 300639 * MIB);
    struct sysinfo_allowance allowance = usable_memory(); /* More can be committed than is available. */
    ck_assert(allowance.usable == 252472 * MIB && allowance.estimated == 0);
}
END_TEST

/*
 * github.com/oshi/oshi issue 785: two Xeon Gold 6138, Windows Server 2016. The Task Manager shows 2 sockets, 40
 * cores and 80 logical processors; a program there may use 40, as Java's availableProcessors() says.
 */
START_TEST(two_sockets_of_windows_server_2016_are_what_the_task_manager_shows) {
    machine_reset(2, 40, 20);
    machine.packages = 2;
    machine.most_class = 0;
    machine.model = L"Intel(R) Xeon(R) Gold 6138 CPU @ 2.00GHz";
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL), 80);
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_PHYSICAL), 40);
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_USABLE_CORES), 20);
    expect_cpus(40, true);
    struct sysinfo_cpu_description description;
    ck_assert_int_eq(sysinfo_cpu_info(host, &description, sizeof description), SYSINFO_OK);
    ck_assert_uint_eq(description.packages, 2);
    ck_assert_str_eq(description.model, "Intel(R) Xeon(R) Gold 6138 CPU @ 2.00GHz");
    ck_assert(!SYSINFO_HAS(&description, cores_performance) && !SYSINFO_HAS(&description, cores_efficiency));
}
END_TEST

/* ---- Memory ---- */

START_TEST(without_a_job_the_machine_is_all_there_is) {
    struct sysinfo_allowance allowance = usable_memory();
    ck_assert(allowance.limit == SYSINFO_UNLIMITED && allowance.usable == 8 * GIB && allowance.estimated == 0);
    ck_assert_int_eq(sysinfo_usable_swap(host, &allowance, sizeof allowance), SYSINFO_OK);
    ck_assert(allowance.limit == SYSINFO_UNLIMITED && allowance.usable == GIB - 1024 * 4096);
    ck_assert_uint_eq(allowance.estimated, 0);
}
END_TEST

START_TEST(a_limit_of_the_job_leaves_what_its_processes_have_not_committed) {
    machine.job.is_member = machine.job.has_job_limit = true;
    machine.job.job_limit = 2 * GIB;
    machine.job.used = GIB / 2;
    struct sysinfo_allowance allowance = usable_memory();
    ck_assert_uint_eq(allowance.limit, 2 * GIB);
    ck_assert_uint_eq(allowance.usable, 2 * GIB - GIB / 2);
    ck_assert_uint_eq(allowance.estimated, 0);
    ck_assert_int_eq(sysinfo_usable_swap(host, &allowance, sizeof allowance), SYSINFO_OK);
    ck_assert(!SYSINFO_HAS(&allowance, limit) && allowance.usable == GIB - 1024 * 4096);
    machine.job.used = 3 * GIB; /* Above its limit, which was lowered. */
    ck_assert_uint_eq(usable_memory().usable, 0);
    machine.is_before_10 = true; /* What others of the job use is not reported: this one's 100 MiB are the least. */
    allowance = usable_memory();
    ck_assert_uint_eq(allowance.usable, 2 * GIB - (UINT64_C(100) << 20));
    ck_assert(SYSINFO_IS_ESTIMATED(&allowance, usable) && !SYSINFO_IS_ESTIMATED(&allowance, limit));
}
END_TEST

START_TEST(a_limit_for_each_process_counts_what_this_one_has_committed) {
    machine.job.is_member = machine.job.has_process_limit = machine.job.has_job_limit = true;
    machine.job.process_limit = GIB;
    machine.job.job_limit = 4 * GIB;
    machine.job.used = 2 * GIB;
    struct sysinfo_allowance allowance = usable_memory();
    ck_assert_uint_eq(allowance.limit, GIB);
    ck_assert_uint_eq(allowance.usable, GIB - (UINT64_C(100) << 20));
    ck_assert_uint_eq(allowance.estimated, 0);
    machine.job.used = 4 * GIB - 1; /* Now the job is the tighter. */
    ck_assert_uint_eq(usable_memory().usable, 1);
}
END_TEST

START_TEST(a_job_without_a_limit_leaves_open_whether_there_is_one) {
    machine.job.is_member = true;
    struct sysinfo_allowance allowance = usable_memory();
    ck_assert(!SYSINFO_HAS(&allowance, limit) && allowance.usable == 8 * GIB);
    ck_assert(SYSINFO_IS_ESTIMATED(&allowance, usable));
    machine.job.is_hidden = true;
    allowance = usable_memory();
    ck_assert(!SYSINFO_HAS(&allowance, limit) && SYSINFO_IS_ESTIMATED(&allowance, usable));
    expect_cpus(16, false);
}
END_TEST

START_TEST(what_may_still_be_committed_bounds_a_machine_without_a_page_file) {
    machine.commit_limit = machine.total;
    machine.committed = machine.total - (3 * GIB >> 12); /* Much was promised that nobody touched: 8 GiB are free. */
    struct sysinfo_allowance allowance = usable_memory();
    ck_assert_uint_eq(allowance.usable, 3 * GIB);
    ck_assert(SYSINFO_IS_ESTIMATED(&allowance, usable)); /* A page file may yet grow. */
    ck_assert(allowance.limit == SYSINFO_UNLIMITED);
}
END_TEST

/* ---- Levels ---- */

START_TEST(each_limit_is_a_level) {
    struct sysinfo_limit_level_list *list = NULL;
    machine.mask = 0xFF;
    machine.job.is_member = machine.job.has_process_limit = machine.job.has_job_limit = true;
    machine.job.process_limit = 3 * GIB;
    machine.job.job_limit = 2 * GIB;
    machine.job.used = GIB;
    machine.job.rate_flags = 1 | 4;
    machine.job.rate = 2500;
    ck_assert_int_eq(sysinfo_limit_levels(host, &list), SYSINFO_OK);
    static const struct {
        const char *name;
        uint64_t kind, limit, usable;
        double cpus;
        uint64_t tightest;
    } levels[] = {
        {"machine", SYSINFO_LIMIT_MACHINE, 16 * GIB, 8 * GIB, 16, SYSINFO_TIGHTEST_SWAP},
        {"job", SYSINFO_LIMIT_JOB, 2 * GIB, GIB, 4, SYSINFO_TIGHTEST_MEMORY | SYSINFO_TIGHTEST_CPUS},
        {"ProcessMemoryLimit", SYSINFO_LIMIT_PROCESS, 3 * GIB, 3 * GIB - (UINT64_C(100) << 20), 0, 0},
        {"affinity", SYSINFO_LIMIT_AFFINITY, 0, 0, 8, 0},
    };
    ck_assert_uint_eq(sysinfo_limit_level_list_count(list), 4);
    for (size_t i = 0; i < 4; i++) {
        const struct sysinfo_limit_level *level = sysinfo_limit_level_list_at(list, i);
        ck_assert_str_eq(sysinfo_limit_level_list_name(list, i), levels[i].name);
        ck_assert_uint_eq(level->kind, levels[i].kind);
        ck_assert_uint_eq(level->memory_limit, levels[i].limit);
        ck_assert_uint_eq(level->memory_usable, levels[i].usable);
        ck_assert(level->cpus == levels[i].cpus);
        ck_assert_uint_eq(level->tightest, levels[i].tightest);
    }
    sysinfo_limit_level_list_free(list);
}
END_TEST

TCase *limits_cases(void) {
    TCase *cases = tcase_create("limits");
    tcase_add_checked_fixture(cases, open_host, close_host);
    tcase_add_test(cases, an_affinity_mask_bounds_the_cpus_and_their_cores);
    tcase_add_test(cases, a_process_of_one_group_may_not_use_the_other);
    tcase_add_test(cases, cpu_sets_bound_the_cpus);
    tcase_add_loop_test(cases, a_hard_cap_of_the_job_is_a_quota, 0, RATES);
    tcase_add_test(cases, a_machine_of_86_cores_is_what_process_governor_shows);
    tcase_add_test(cases, two_sockets_of_windows_server_2016_are_what_the_task_manager_shows);
    tcase_add_test(cases, without_a_job_the_machine_is_all_there_is);
    tcase_add_test(cases, a_limit_of_the_job_leaves_what_its_processes_have_not_committed);
    tcase_add_test(cases, a_limit_for_each_process_counts_what_this_one_has_committed);
    tcase_add_test(cases, a_job_without_a_limit_leaves_open_whether_there_is_one);
    tcase_add_test(cases, what_may_still_be_committed_bounds_a_machine_without_a_page_file);
    tcase_add_test(cases, each_limit_is_a_level);
    return cases;
}
