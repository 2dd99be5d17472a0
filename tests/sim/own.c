/* SPDX-License-Identifier: MIT */
/* This process on other systems: what it uses, what it may use, and the machine's times and counters. */
#include "cases.h"

#include <math.h>
#include <string.h>

/* ---- Usage ---- */

static const uint64_t cheap = BIT(process, rss) | BIT(process, peak_rss) | BIT(process, vms) | BIT(process, threads) |
                              BIT(process, cpu_user) | BIT(process, cpu_system) | BIT(process, minor_faults) |
                              BIT(process, major_faults) | BIT(process, voluntary_switches) |
                              BIT(process, involuntary_switches);

START_TEST(a_process_is_reported_as_its_system_counts) {
    struct sysinfo_process reported;
    sim.page_size = 8192;
    ck_assert_int_eq(sysinfo_process_info(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.present, cheap);
    ck_assert_uint_eq(reported.estimated, 0);
    ck_assert_uint_eq(reported.rss, 1500 * 8192);
    ck_assert_uint_eq(reported.vms, 9000 * 8192);
    ck_assert_uint_eq(reported.peak_rss, 8192 * IS(1024, 1024, 1024, 1)); /* macOS reports bytes, the others KiB. */
    ck_assert_uint_eq(reported.threads, 3);
    ck_assert_double_eq(reported.cpu_user, 2.5);
    ck_assert_double_eq(reported.cpu_system, 1.25);
    ck_assert_uint_eq(reported.minor_faults, 700);
    ck_assert_uint_eq(reported.major_faults, 8);
    ck_assert_uint_eq(reported.voluntary_switches, 90);
    ck_assert_uint_eq(reported.involuntary_switches, 12);
    uint64_t rss = 0;
    ck_assert_int_eq(sysinfo_process_memory(host, &rss), SYSINFO_OK);
    ck_assert_uint_eq(rss, 1500 * 8192);
}
END_TEST

#if !SIM_DRAGONFLY /* Which does not count them. */
START_TEST(descriptors_are_counted_in_detail) {
    struct sysinfo_process reported;
    ck_assert_int_eq(sysinfo_process_detail(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.present, cheap | BIT(process, descriptors));
    ck_assert_uint_eq(reported.descriptors, 11);
    sim.process.descriptors = 500;
    ck_assert_int_eq(sysinfo_process_detail(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.descriptors, 500);
}
END_TEST
#endif

START_TEST(what_is_not_counted_is_absent) {
    struct sysinfo_process reported;
    sim.process.peak = 0;
    sim.process.threads = 0;
    ck_assert_int_eq(sysinfo_process_info(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.present, cheap & ~(BIT(process, peak_rss) | BIT(process, threads)));
    sim_fault = (struct sim_fault){.name = "getrusage", .error = SIM_EINVAL, .is_set = true};
    ck_assert_int_eq(sysinfo_process_info(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.present, BIT(process, rss) | BIT(process, vms));
}
END_TEST

#if !SIM_OPENBSD && !SIM_DRAGONFLY /* There, reading the number of descriptors cannot fail, or there is none. */
START_TEST(descriptors_that_may_not_be_counted_are_absent) {
    static const char key[] = IS("kern.proc.nfds", "kern.file2", "", "proc_pidinfo");
    struct sysinfo_process reported;
    sim_fault = (struct sim_fault){.name = key, .at = IS(1, 1, 1, 3), .error = SIM_EPERM, .is_set = true};
    ck_assert_int_eq(sysinfo_process_detail(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.present, cheap);
}
END_TEST
#endif

#if SIM_NETBSD
/* More files than the first buffer holds. */
START_TEST(many_descriptors_are_counted) {
    struct sysinfo_process reported;
    sim.process.descriptors = 333;
    sysinfo_host_close(host);
    ck_assert_int_eq(sysinfo_host_open(&host, NULL), SYSINFO_OK);
    ck_assert_int_eq(sysinfo_process_detail(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.descriptors, 333);
}
END_TEST
#endif

/* ---- The machine's times and pages ---- */

START_TEST(boot_time_and_the_time_since_are_reported) {
    struct sysinfo_stats reported;
    ck_assert_int_eq(sysinfo_cpu_stats(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_double_eq(reported.boot_time, 1699990000.25);
    ck_assert_double_eq(reported.uptime, 10000);
    sim.now = sim.boot_seconds - 1; /* A clock that was set back. */
    ck_assert_int_eq(sysinfo_cpu_stats(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert(SYSINFO_HAS(&reported, boot_time) && !SYSINFO_HAS(&reported, uptime));
    sim.boot_seconds = 0;
    ck_assert_int_eq(sysinfo_cpu_stats(host, &reported, sizeof reported),
                     IS(SYSINFO_OK, SYSINFO_OK, SYSINFO_OK, SYSINFO_UNKNOWN));
    ck_assert(IS(0, 0, 0, 1) || !SYSINFO_HAS(&reported, boot_time));
}
END_TEST

START_TEST(faults_and_pages_moved_are_reported) {
    struct sysinfo_paging reported;
    const uint64_t page = sim.page_size;
    ck_assert_int_eq(sysinfo_page_stats(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(
        reported.present,
        IS(BIT(paging, paged_in) | BIT(paging, paged_out), 0, 0, BIT(paging, paged_in) | BIT(paging, paged_out)) |
            BIT(paging, faults) |
            DRAGONFLY(0, IS(BIT(paging, major_faults), BIT(paging, major_faults), BIT(paging, major_faults), 0)));
    ck_assert_uint_eq(reported.estimated, IS(0, BIT(paging, major_faults), BIT(paging, major_faults),
                                             BIT(paging, paged_in) | BIT(paging, paged_out)));
    ck_assert_uint_eq(reported.faults, 9876543);
    ck_assert_uint_eq(reported.major_faults, DRAGONFLY(0, IS(4321, 4321, 4321, 0)));
    ck_assert_uint_eq(reported.paged_in, IS(1077, 0, 0, 1077) * page); /* For files and swap. */
    ck_assert_uint_eq(reported.paged_out, IS(2099, 0, 0, 2099) * page);
}
END_TEST

#if SIM_FREEBSD || SIM_DRAGONFLY
START_TEST(a_release_without_page_counters_says_so) {
    struct sysinfo_paging reported;
    sim_fault = (struct sim_fault){.error = SIM_NO_SUCH_KEY, .is_set = true};
    ck_assert_int_eq(sysinfo_page_stats(host, &reported, sizeof reported), SYSINFO_NOT_FOUND);
    ck_assert_str_eq(sysinfo_explain(host, SYSINFO_NOT_FOUND), "vm.stats.vm has none of the counters");
}
END_TEST
#endif

/* ---- Limits ---- */

static struct sysinfo_allowance usable_memory(void) {
    struct sysinfo_allowance reported;
    ck_assert_int_eq(sysinfo_usable_memory(host, &reported, sizeof reported), SYSINFO_OK);
    return reported;
}

static struct sysinfo_cpu_allowance usable_cpus(void) {
    struct sysinfo_cpu_allowance reported;
    ck_assert_int_eq(sysinfo_usable_cpus(host, &reported, sizeof reported), SYSINFO_OK);
    return reported;
}

START_TEST(without_a_limit_all_of_the_machine_is_usable_for_certain) {
    struct sysinfo_memory memory;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &memory, sizeof memory), SYSINFO_OK);
    struct sysinfo_allowance reported = usable_memory();
    ck_assert_uint_eq(reported.present, BIT(allowance, limit) | BIT(allowance, usable));
    ck_assert_uint_eq(reported.estimated, 0);
    ck_assert_uint_eq(reported.limit, SYSINFO_UNLIMITED);
    ck_assert_uint_eq(reported.usable, memory.available);
    struct sysinfo_cpu_allowance cpus = usable_cpus();
    ck_assert_uint_eq(cpus.usable, 4);
    ck_assert_uint_eq(cpus.estimated, 0);
    ck_assert_int_eq(SYSINFO_HAS(&cpus, quota), IS(1, 1, 0, 0));
}
END_TEST

/*
 * A limit of 64 MiB: FreeBSD, NetBSD and macOS apply it to the address space, OpenBSD to data. macOS compares the same
 * figure with its data limit; FreeBSD's and NetBSD's data limit applies only to brk().
 */
START_TEST(a_limit_of_this_process_is_asked_for) {
    const uint64_t limit = UINT64_C(64) << 20, used = IS(9000, 9000, 2200, 9000) * sim.page_size;
    uint64_t *own =
        IS(&sim.process.address_limit, &sim.process.address_limit, &sim.process.data_limit, &sim.process.address_limit);
    *own = limit;
    struct sysinfo_allowance reported = usable_memory();
    ck_assert_uint_eq(reported.estimated, 0);
    ck_assert_uint_eq(reported.limit, limit);
    ck_assert_uint_eq(reported.usable, limit - used);
    *own = used / 2; /* Lowered below the usage. */
    ck_assert_uint_eq(usable_memory().usable, 0);
    *own = UINT64_C(1) << 50;
    reported = usable_memory();
    ck_assert_uint_eq(reported.limit, UINT64_C(1) << 50);
    struct sysinfo_memory memory;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &memory, sizeof memory), SYSINFO_OK);
    ck_assert_uint_eq(reported.usable, memory.available);
    *own = SIM_UNLIMITED;
    sim.process.data_limit = limit;
    reported = usable_memory();
    ck_assert_uint_eq(reported.limit, IS(SYSINFO_UNLIMITED, SYSINFO_UNLIMITED, limit, limit));
    ck_assert_uint_eq(reported.usable,
                      IS(memory.available, memory.available, limit - used, limit - 9000 * sim.page_size));
}
END_TEST

START_TEST(a_limit_whose_use_or_self_cannot_be_seen_is_estimated) {
    static const char self[] = IS("kern.proc.pid", "kern.proc2", "kern.proc", "proc_pidinfo");
    const uint64_t limit = UINT64_C(64) << 20;
    sim.process.address_limit = sim.process.data_limit = limit;
    sim_fault = (struct sim_fault){.name = self, .error = SIM_EPERM, .is_set = true};
    struct sysinfo_allowance reported = usable_memory();
    ck_assert_uint_eq(reported.limit, limit);
    ck_assert_uint_eq(reported.usable, limit);
    ck_assert_uint_eq(reported.estimated, BIT(allowance, usable));
    sim_fault = (struct sim_fault){.name = "getrlimit", .error = SIM_EPERM, .is_set = true};
    reported = usable_memory();
    ck_assert(!SYSINFO_HAS(&reported, limit));
    ck_assert_uint_eq(reported.estimated, BIT(allowance, usable));
#if SIM_MACOS /* One of the two limits is visible. */
    sim_fault.at = 2;
    sim_fault.seen = 0;
    reported = usable_memory();
    ck_assert_uint_eq(reported.limit, limit);
    ck_assert_uint_eq(reported.estimated, BIT(allowance, limit) | BIT(allowance, usable));
#endif
}
END_TEST

START_TEST(limits_have_rows) {
    struct sysinfo_limit_level_list *list = NULL;
    sim.process.address_limit = UINT64_C(128) << 20;
    sim.process.data_limit = UINT64_C(64) << 20;
    ck_assert_int_eq(sysinfo_limit_levels(host, &list), SYSINFO_OK);
    ck_assert_uint_eq(sysinfo_limit_level_list_count(list), IS(3, 3, 2, 3));
    ck_assert_str_eq(sysinfo_limit_level_list_name(list, 1), IS("RLIMIT_AS", "RLIMIT_AS", "RLIMIT_DATA", "RLIMIT_AS"));
    const struct sysinfo_limit_level *level = sysinfo_limit_level_list_at(list, 1);
    ck_assert_uint_eq(level->kind, SYSINFO_LIMIT_PROCESS);
    ck_assert_uint_eq(level->memory_limit, UINT64_C(1048576) * IS(128, 128, 64, 128));
    ck_assert_uint_eq(level->memory_used, IS(9000, 9000, 2200, 9000) * sim.page_size);
    ck_assert_uint_eq(level->memory_usable, level->memory_limit - level->memory_used);
    ck_assert_uint_eq(level->tightest, IS(1, 1, 1, 0) * SYSINFO_TIGHTEST_MEMORY);
#if SIM_MACOS
    ck_assert_str_eq(sysinfo_limit_level_list_name(list, 2), "RLIMIT_DATA");
#elif !SIM_OPENBSD
    ck_assert_str_eq(sysinfo_limit_level_list_name(list, 2), "affinity");
    ck_assert_double_eq(sysinfo_limit_level_list_at(list, 2)->cpus, 4);
#endif
    sysinfo_limit_level_list_free(list);
}
END_TEST

START_TEST(limits_that_cannot_be_read_have_rows_without_their_use) {
    static const char self[] = IS("kern.proc.pid", "kern.proc2", "kern.proc", "proc_pidinfo");
    struct sysinfo_limit_level_list *list = NULL;
    sim.process.address_limit = sim.process.data_limit = UINT64_C(64) << 20;
    sim_fault = (struct sim_fault){.name = self, .error = SIM_EPERM, .is_set = true};
    ck_assert_int_eq(sysinfo_limit_levels(host, &list), SYSINFO_OK);
    const struct sysinfo_limit_level *level = sysinfo_limit_level_list_at(list, 1);
    ck_assert_uint_eq(level->memory_limit, UINT64_C(64) << 20);
    ck_assert(!SYSINFO_HAS(level, memory_used) && !SYSINFO_HAS(level, memory_usable));
    sysinfo_limit_level_list_free(list);
}
END_TEST

#if SIM_FREEBSD || SIM_NETBSD || SIM_DRAGONFLY
START_TEST(cpus_that_this_thread_may_not_use_are_not_usable) {
    sim.is_bound = true;
    sim.cpu[0].is_forbidden = sim.cpu[2].is_forbidden = sim.cpu[3].is_forbidden = true;
    struct sysinfo_cpu_allowance reported = usable_cpus();
    ck_assert_uint_eq(reported.usable, 1);
    ck_assert_uint_eq(reported.estimated, 0);
    sim_fault = (struct sim_fault){
        .name = DRAGONFLY("sched_getaffinity", IS("cpuset_getaffinity", "_sched_getaffinity", "", "")),
        .error = SIM_EPERM,
        .is_set = true};
    reported = usable_cpus();
    ck_assert_uint_eq(reported.usable, 4);
    ck_assert_uint_eq(reported.estimated, BIT(cpu_allowance, usable));
    struct sysinfo_limit_level_list *list = NULL;
    ck_assert_int_eq(sysinfo_limit_levels(host, &list), SYSINFO_OK);
    ck_assert_uint_eq(sysinfo_limit_level_list_count(list), 1);
    sysinfo_limit_level_list_free(list);
}
END_TEST
#endif

#if SIM_FREEBSD
/* The kernel supports more CPUs than this library's set holds. */
START_TEST(a_set_that_is_too_small_is_not_a_failure) {
    sim_fault = (struct sim_fault){.name = "cpuset_getaffinity", .error = SIM_ERANGE, .is_set = true};
    struct sysinfo_cpu_allowance reported = usable_cpus();
    ck_assert_uint_eq(reported.usable, 4);
    ck_assert_uint_eq(reported.estimated, BIT(cpu_allowance, usable));
}
END_TEST

static void set_rules(const char *rules) {
    sim.counts_racct = 1;
    sim.rules = rules;
    sim.account[0].subject = "process:4321:";
    sim.account[0].use = "cputime=3,memoryuse=6291456,vmemoryuse=50000000,pcpu=12";
    sim.account[1].subject = "jail:www:";
    sim.account[1].use = "cputime=4000,memoryuse=900000000,swapuse=0";
    sim.account[2].subject = "user:1001:";
    sim.account[2].use = "cputime=1";
}

START_TEST(rules_of_a_jail_and_of_a_user_are_limits) {
    set_rules("jail:www:memoryuse:deny=1073741824,process:4321:vmemoryuse:sigkill=2147483648,jail:www:maxproc:deny=10,"
              "user:1001:memoryuse:log=1,jail:www:pcpu:deny=150");
    struct sysinfo_allowance reported = usable_memory();
    ck_assert_uint_eq(reported.estimated, 0);
    ck_assert_uint_eq(reported.limit, 1073741824);
    ck_assert_uint_eq(reported.usable, 1073741824 - 900000000);
    struct sysinfo_cpu_allowance cpus = usable_cpus();
    ck_assert_double_eq(cpus.quota, 1.5);
    ck_assert_uint_eq(cpus.usable, 2);
    ck_assert_uint_eq(cpus.estimated, 0);
    struct sysinfo_limit_level_list *list = NULL;
    ck_assert_int_eq(sysinfo_limit_levels(host, &list), SYSINFO_OK);
    ck_assert_uint_eq(sysinfo_limit_level_list_count(list), 4);
    ck_assert_str_eq(sysinfo_limit_level_list_name(list, 1), "jail:www:memoryuse");
    ck_assert_uint_eq(sysinfo_limit_level_list_at(list, 1)->memory_used, 900000000);
    ck_assert_uint_eq(sysinfo_limit_level_list_at(list, 1)->tightest, SYSINFO_TIGHTEST_MEMORY);
    ck_assert_str_eq(sysinfo_limit_level_list_name(list, 2), "process:4321:vmemoryuse");
    ck_assert_uint_eq(sysinfo_limit_level_list_at(list, 2)->memory_usable, UINT64_C(2147483648) - 50000000);
    sysinfo_limit_level_list_free(list);
}
END_TEST

static struct sysinfo_allowance usable_swap(void) {
    struct sysinfo_allowance reported;
    ck_assert_int_eq(sysinfo_usable_swap(host, &reported, sizeof reported), SYSINFO_OK);
    return reported;
}

/* What anonymous memory reserves counts against the rule, so it bounds memory as well. */
START_TEST(a_rule_on_swap_bounds_swap_and_memory) {
    struct sysinfo_swap swap;
    ck_assert_int_eq(sysinfo_swap_memory(host, &swap, sizeof swap), SYSINFO_OK);
    set_rules("jail:www:swapuse:deny=536870912,jail:www:memoryuse:deny=1073741824");
    sim.account[1].use = "memoryuse=900000000,swapuse=500000000";
    struct sysinfo_allowance reported = usable_swap();
    ck_assert_uint_eq(reported.limit, 536870912);
    ck_assert_uint_eq(reported.usable, 536870912 - 500000000);
    ck_assert_uint_eq(reported.estimated, 0);
    reported = usable_memory();
    ck_assert_uint_eq(reported.limit, 536870912);
    ck_assert_uint_eq(reported.usable, 536870912 - 500000000);
    struct sysinfo_limit_level_list *list = NULL;
    ck_assert_int_eq(sysinfo_limit_levels(host, &list), SYSINFO_OK);
    const struct sysinfo_limit_level *level = sysinfo_limit_level_list_at(list, 1);
    ck_assert_str_eq(sysinfo_limit_level_list_name(list, 1), "jail:www:swapuse");
    ck_assert_uint_eq(level->swap_limit, 536870912);
    ck_assert_uint_eq(level->swap_usable, 536870912 - 500000000);
    ck_assert_uint_eq(level->tightest, SYSINFO_TIGHTEST_SWAP | SYSINFO_TIGHTEST_MEMORY);
    ck_assert(!SYSINFO_HAS(sysinfo_limit_level_list_at(list, 2), swap_limit));
    sysinfo_limit_level_list_free(list);
    sim.account[1].use = "memoryuse=900000000"; /* What is used of it is not known. */
    reported = usable_swap();
    ck_assert_uint_eq(reported.usable, 536870912);
    ck_assert_uint_eq(reported.estimated, BIT(allowance, usable));
    sim.rules = "jail:www:memoryuse:deny=1073741824"; /* No rule on swap. */
    reported = usable_swap();
    ck_assert_uint_eq(reported.limit, SYSINFO_UNLIMITED);
    ck_assert_uint_eq(reported.usable, swap.free);
    ck_assert_uint_eq(reported.estimated, 0);
    sim.rules = NULL; /* Rules that only root may see. */
    reported = usable_swap();
    ck_assert(!SYSINFO_HAS(&reported, limit));
    ck_assert_uint_eq(reported.usable, swap.free);
    ck_assert_uint_eq(reported.estimated, BIT(allowance, usable));
}
END_TEST

/* "/process": each process of that user may use this much. "/user": the usage of all users is unknown here. */
START_TEST(an_amount_may_be_for_each_process_of_its_subject) {
    set_rules("user:1001:memoryuse:deny=10485760/process");
    struct sysinfo_allowance reported = usable_memory();
    ck_assert_uint_eq(reported.limit, 10485760);
    ck_assert_uint_eq(reported.usable, 10485760 - 6291456);
    ck_assert_uint_eq(reported.estimated, 0);
    sim.rules = "jail:www:memoryuse:deny=10485760/user,";
    reported = usable_memory();
    ck_assert_uint_eq(reported.usable, 10485760);
    ck_assert_uint_eq(reported.estimated, BIT(allowance, usable));
    sim.rules = "user:1001:memoryuse:deny=10485760"; /* Its usage is not in the list. */
    reported = usable_memory();
    ck_assert_uint_eq(reported.usable, 10485760);
    ck_assert_uint_eq(reported.estimated, BIT(allowance, usable));
    sim.rules = "loginclass:daemon:memoryuse:deny=10485760"; /* Its usage is unknown. */
    ck_assert_uint_eq(usable_memory().estimated, BIT(allowance, usable));
}
END_TEST

/* Only root can read rules, and a rule that cannot be parsed may be a limit. */
START_TEST(rules_that_cannot_be_seen_leave_an_estimate) {
    static const char *const texts[] = {
        NULL,
        "what",
        "jail:www",
        "jail:www:memoryuse=7",
        "jail=www:memoryuse:deny",
        "jail:www:memoryuse:deny=many",
        "jail:www:memoryuse:deny=99999999999999999999",
        "jail:a-name-of-a-jail-that-is-much-longer-than-any-that-this-library-has-room-for-"
        "in-its-struct:memoryuse:deny=7"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        set_rules(texts[i]);
        struct sysinfo_allowance reported = usable_memory();
        ck_assert(!SYSINFO_HAS(&reported, limit));
        ck_assert_uint_eq(reported.estimated, BIT(allowance, usable));
        struct sysinfo_cpu_allowance cpus = usable_cpus();
        ck_assert(!SYSINFO_HAS(&cpus, quota));
        ck_assert_uint_eq(cpus.estimated, BIT(cpu_allowance, usable));
    }
    sim.process.address_limit = UINT64_C(64) << 20; /* This one is visible. */
    struct sysinfo_allowance reported = usable_memory();
    ck_assert_uint_eq(reported.limit, UINT64_C(64) << 20);
    ck_assert_uint_eq(reported.estimated, BIT(allowance, limit) | BIT(allowance, usable));
    set_rules("what,process:4321:pcpu:deny=50,process:4321:pcpu:deny=80");
    struct sysinfo_cpu_allowance cpus = usable_cpus();
    ck_assert_double_eq(cpus.quota, 0.5);
    ck_assert_uint_eq(cpus.usable, 1);
    ck_assert_uint_eq(cpus.estimated, BIT(cpu_allowance, quota) | BIT(cpu_allowance, usable));
}
END_TEST

START_TEST(more_rules_than_there_is_room_for_leave_an_estimate) {
    char rules[1024] = "";
    for (int i = 0; i < 20; i++) {
        strcat(rules, "process:4321:memoryuse:deny=1073741824,");
    }
    set_rules(rules);
    struct sysinfo_allowance reported = usable_memory();
    ck_assert_uint_eq(reported.limit, 1073741824);
    ck_assert_uint_eq(reported.estimated, BIT(allowance, limit) | BIT(allowance, usable));
    sim.counts_racct = 0; /* There are rules, but this kernel does not count. */
    reported = usable_memory();
    ck_assert_uint_eq(reported.limit, SYSINFO_UNLIMITED);
    ck_assert_uint_eq(reported.estimated, 0);
}
END_TEST
#endif

#if SIM_MACOS
START_TEST(pressure_is_as_its_own_tool_shows_it) {
    struct sysinfo_memory reported;
    sim.pressure = 4;
    sim.pressure_free = 7;
    sim.compressor = 250000;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.pressure_level, 4);
    ck_assert_double_eq(reported.pressure_free, 7);
    ck_assert_uint_eq(reported.compressed, 250000 * sim.page_size);
    sim.pressure_free = 101; /* Not a percentage. */
    ck_assert_int_eq(sysinfo_virtual_memory(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert(!SYSINFO_HAS(&reported, pressure_free));
}
END_TEST
#endif

#if SIM_NETBSD
START_TEST(the_cache_of_zfs_is_available_but_for_its_least_size) {
    struct sysinfo_memory without, with;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &without, sizeof without), SYSINFO_OK);
    ck_assert(!SYSINFO_HAS(&without, arc) && !SYSINFO_IS_ESTIMATED(&without, available));
    sim.arc = UINT64_C(3) << 30;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &with, sizeof with), SYSINFO_OK);
    ck_assert_uint_eq(with.arc, UINT64_C(3) << 30);
    ck_assert_uint_eq(with.available, without.available + (UINT64_C(3) << 30) - sim.arc_least);
    ck_assert(SYSINFO_IS_ESTIMATED(&with, available));
    sim_fault = (struct sim_fault){.name = "kstat.zfs.misc.arcstats.c_min", .error = SIM_NO_SUCH_KEY, .is_set = true};
    ck_assert_int_eq(sysinfo_virtual_memory(host, &with, sizeof with), SYSINFO_OK);
    ck_assert_uint_eq(with.available, without.available);
}
END_TEST
#endif

/* ---- What the CPUs are ---- */

#if !SIM_DRAGONFLY /* Which is not asked for them. */
START_TEST(frequencies_are_hertz) {
    struct sysinfo_cpu_frequency reported;
    ck_assert_int_eq(sysinfo_cpu_freq(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_uint_eq(reported.current, UINT64_C(2400000000));
    ck_assert_uint_eq(reported.min, IS(UINT64_C(800000000), UINT64_C(800000000), 0, UINT64_C(1200000000)));
    ck_assert_uint_eq(reported.max, IS(UINT64_C(2401000000), UINT64_C(2401000000), 0, UINT64_C(2400000000)));
    ck_assert_uint_eq(reported.base, IS(UINT64_C(2300000000), 0, 0, 0));
    struct sysinfo_cpu_frequency_list *list = NULL;
    ck_assert_int_eq(sysinfo_cpu_freq_percpu(host, &list), SYSINFO_OK);
    ck_assert_uint_eq(sysinfo_cpu_frequency_list_count(list), IS(2, 0, 0, 0)); /* Some CPUs have no driver. */
    sysinfo_cpu_frequency_list_free(list);
    sim.levels = "none of them";
    ck_assert_int_eq(sysinfo_cpu_freq(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert(IS(1, 1, 1, 0) == !SYSINFO_HAS(&reported, max));
}
END_TEST

START_TEST(a_machine_without_frequencies_is_unknown) {
    struct sysinfo_cpu_frequency reported;
    sim.megahertz = 0;
    ck_assert_int_eq(sysinfo_cpu_freq(host, &reported, sizeof reported),
                     IS(SYSINFO_OK, SYSINFO_UNKNOWN, SYSINFO_UNKNOWN, SYSINFO_UNKNOWN));
    ck_assert(IS(reported.base == UINT64_C(2300000000) && !SYSINFO_HAS(&reported, current), 1, 1, 1));
}
END_TEST
#endif

START_TEST(cpus_are_named) {
    struct sysinfo_cpu_description reported;
    ck_assert_int_eq(sysinfo_cpu_info(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_str_eq(reported.model, "Wonder CPU @ 2.40GHz");
    ck_assert_str_eq(reported.architecture, DRAGONFLY("x86_64", IS("amd64", "amd64", "amd64", "x86_64")));
    ck_assert_str_eq(reported.vendor, IS("", "", "", "GenuineIntel"));
    ck_assert_uint_eq(reported.packages, IS(0, 0, 0, 1));
    ck_assert_uint_eq(reported.cores_efficiency, IS(0, 0, 0, 1));
    ck_assert_uint_eq(reported.cores_performance, IS(0, 0, 0, 1)); /* Two cores in total. */
    sim.brand = NULL;
    sim.levels_of_cores = 1;
    ck_assert_int_eq(sysinfo_cpu_info(host, &reported, sizeof reported), SYSINFO_OK);
    ck_assert_str_eq(reported.model, IS("", "Generic", "", ""));
    ck_assert(!SYSINFO_HAS(&reported, cores_efficiency) && !SYSINFO_HAS(&reported, cores_performance));
}
END_TEST

void add_own(TCase *cases) {
#if !SIM_DRAGONFLY
    tcase_add_test(cases, frequencies_are_hertz);
    tcase_add_test(cases, a_machine_without_frequencies_is_unknown);
    tcase_add_test(cases, descriptors_are_counted_in_detail);
#endif
    tcase_add_test(cases, cpus_are_named);
    tcase_add_test(cases, a_process_is_reported_as_its_system_counts);
    tcase_add_test(cases, what_is_not_counted_is_absent);
    tcase_add_test(cases, boot_time_and_the_time_since_are_reported);
    tcase_add_test(cases, faults_and_pages_moved_are_reported);
    tcase_add_test(cases, without_a_limit_all_of_the_machine_is_usable_for_certain);
    tcase_add_test(cases, a_limit_of_this_process_is_asked_for);
    tcase_add_test(cases, a_limit_whose_use_or_self_cannot_be_seen_is_estimated);
    tcase_add_test(cases, limits_have_rows);
    tcase_add_test(cases, limits_that_cannot_be_read_have_rows_without_their_use);
#if !SIM_OPENBSD && !SIM_DRAGONFLY
    tcase_add_test(cases, descriptors_that_may_not_be_counted_are_absent);
#endif
#if SIM_FREEBSD || SIM_NETBSD || SIM_DRAGONFLY
    tcase_add_test(cases, cpus_that_this_thread_may_not_use_are_not_usable);
#endif
#if SIM_FREEBSD || SIM_DRAGONFLY
    tcase_add_test(cases, a_release_without_page_counters_says_so);
#endif
#if SIM_FREEBSD
    tcase_add_test(cases, a_set_that_is_too_small_is_not_a_failure);
    tcase_add_test(cases, rules_of_a_jail_and_of_a_user_are_limits);
    tcase_add_test(cases, a_rule_on_swap_bounds_swap_and_memory);
    tcase_add_test(cases, an_amount_may_be_for_each_process_of_its_subject);
    tcase_add_test(cases, rules_that_cannot_be_seen_leave_an_estimate);
    tcase_add_test(cases, more_rules_than_there_is_room_for_leave_an_estimate);
#elif SIM_NETBSD
    tcase_add_test(cases, many_descriptors_are_counted);
    tcase_add_test(cases, the_cache_of_zfs_is_available_but_for_its_least_size);
#elif SIM_MACOS
    tcase_add_test(cases, pressure_is_as_its_own_tool_shows_it);
#endif
}
