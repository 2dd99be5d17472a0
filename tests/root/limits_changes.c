/* SPDX-License-Identifier: MIT */
/* Groups that change between two questions, and machines seen through a root. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <sysinfo/sysinfo.h>

#include "directory.h"
#include "limits_suites.h"

#define MIB(n) ((uint64_t)1048576 * (n))

static struct sysinfo_host *host;

static void mount_at(const char *point) {
    char line[2 * DIRECTORY_PATH];
    snprintf(line, sizeof line, "31 24 0:27 / %s rw shared:9 - cgroup2 cgroup2 rw\n", point);
    directory_write("proc/self/mountinfo", line);
}

static void start(void) {
    directory_make();
    host = NULL;
    ck_assert_int_eq(sysinfo_host_open(&host, directory_root), SYSINFO_OK);
    directory_write(
        "proc/meminfo",
        "MemTotal: 8388608 kB\nMemFree: 1048576 kB\nMemAvailable: 6291456 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n");
    directory_write("sys/devices/system/cpu/online", "0-15\n");
    directory_write("proc/self/cgroup", "0::/a\n");
    mount_at("/sys/fs/cgroup");
    directory_write("sys/fs/cgroup/cgroup.controllers", "cpu memory\n");
}

static void stop(void) {
    sysinfo_host_close(host);
    directory_remove();
}

/* Writes a group with a limit of `mib` MiB, half of it used. */
static void write_group(const char *name, int mib) {
    char path[DIRECTORY_PATH], text[32];
    snprintf(path, sizeof path, "sys/fs/cgroup/%s/memory.max", name);
    snprintf(text, sizeof text, "%llu\n", (unsigned long long)MIB((uint64_t)mib));
    directory_write(path, text);
    snprintf(path, sizeof path, "sys/fs/cgroup/%s/memory.current", name);
    snprintf(text, sizeof text, "%llu\n", (unsigned long long)MIB((uint64_t)mib) / 2);
    directory_write(path, text);
}

static struct sysinfo_allowance allowance(void) {
    struct sysinfo_allowance memory;
    int status = sysinfo_usable_memory(host, &memory, sizeof memory);
    ck_assert_msg(status == SYSINFO_OK, "%s", sysinfo_explain(host, status));
    return memory;
}

START_TEST(a_limit_that_was_changed_is_read_anew) {
    write_group("a", 100);
    ck_assert_uint_eq(allowance().limit, MIB(100));
    write_group("a", 300);
    struct sysinfo_allowance memory = allowance();
    ck_assert_uint_eq(memory.limit, MIB(300));
    ck_assert_uint_eq(memory.usable, MIB(150));
    directory_write("sys/fs/cgroup/a/memory.max", "max\n");
    ck_assert_uint_eq(allowance().limit, SYSINFO_UNLIMITED);
}
END_TEST

START_TEST(a_process_that_moved_is_followed_in_the_same_call) {
    write_group("a", 100);
    write_group("b", 200);
    const char *path;
    ck_assert_uint_eq(allowance().limit, MIB(100));
    directory_write("proc/self/cgroup", "0::/b\n");
    ck_assert_uint_eq(allowance().limit, MIB(200));
    ck_assert_int_eq(sysinfo_cgroup_path(host, &path), SYSINFO_OK);
    ck_assert_str_eq(path, "/b");
    directory_write("proc/self/cgroup", "0::/a\n");
    ck_assert_uint_eq(allowance().limit, MIB(100));
    directory_write("proc/self/cgroup", "0::/gone (deleted)\n");
    struct sysinfo_allowance memory = allowance();
    ck_assert(!SYSINFO_HAS(&memory, limit) && SYSINFO_IS_ESTIMATED(&memory, usable));
}
END_TEST

START_TEST(a_cpuset_that_appears_is_seen) {
    directory_write("sys/fs/cgroup/a/cgroup.controllers", "cpu memory\n");
    struct sysinfo_cpu_allowance cpus;
    for (int round = 0; round < 2; round++) {
        ck_assert_int_eq(sysinfo_usable_cpus(host, &cpus, sizeof cpus), SYSINFO_OK);
        ck_assert_uint_eq(cpus.usable, 16);
    }
    directory_write("sys/fs/cgroup/a/cgroup.controllers", "cpuset cpu memory\n");
    directory_write("sys/fs/cgroup/a/cpuset.cpus.effective", "4-7\n");
    ck_assert_int_eq(sysinfo_usable_cpus(host, &cpus, sizeof cpus), SYSINFO_OK);
    ck_assert_uint_eq(cpus.usable, 4);
}
END_TEST

/* Enabling a controller creates its files in groups that had none. */
START_TEST(a_limit_that_appears_is_seen) {
    directory_write("sys/fs/cgroup/a/cgroup.controllers", "\n");
    directory_write("sys/fs/cgroup/a/b/cgroup.controllers", "\n");
    directory_write("proc/self/cgroup", "0::/a/b\n");
    struct sysinfo_cpu_allowance cpus;
    for (int round = 0; round < 2; round++) {
        ck_assert_uint_eq(allowance().limit, SYSINFO_UNLIMITED);
        ck_assert_int_eq(sysinfo_usable_cpus(host, &cpus, sizeof cpus), SYSINFO_OK);
        ck_assert_uint_eq(cpus.usable, 16);
    }
    directory_write("sys/fs/cgroup/a/cgroup.controllers", "cpu memory\n");
    write_group("a", 100);
    directory_write("sys/fs/cgroup/a/cpu.max", "300000 100000\n");
    ck_assert_uint_eq(allowance().limit, MIB(100));
    ck_assert_int_eq(sysinfo_usable_cpus(host, &cpus, sizeof cpus), SYSINFO_OK);
    ck_assert_uint_eq(cpus.usable, 3);
    directory_write("sys/fs/cgroup/a/b/cgroup.controllers", "memory\n");
    write_group("a/b", 40);
    ck_assert_uint_eq(allowance().limit, MIB(40));
}
END_TEST

START_TEST(cpu_use_is_a_share_of_the_quota) {
    directory_write("sys/fs/cgroup/a/cpu.max", "200000 100000\n");
    directory_write("sys/fs/cgroup/a/cpu.stat", "usage_usec 1000000\n");
    struct sysinfo_cgroup first, second;
    ck_assert_int_eq(sysinfo_cgroup_usage(host, &first, sizeof first), SYSINFO_OK);
    ck_assert(!SYSINFO_HAS(&first, cpu_percent) && !SYSINFO_HAS(&first, interval));
    struct timespec pause = {0, 20000000};
    nanosleep(&pause, NULL);
    directory_write("sys/fs/cgroup/a/cpu.stat", "usage_usec 1010000\n"); /* 10 ms of CPU time. */
    ck_assert_int_eq(sysinfo_cgroup_usage(host, &second, sizeof second), SYSINFO_OK);
    ck_assert(SYSINFO_HAS(&second, cpu_percent) && !SYSINFO_IS_ESTIMATED(&second, cpu_percent));
    ck_assert(second.interval == second.time - first.time && second.interval >= 0.02);
    double expected = 0.01 / (second.interval * 2) * 100;
    ck_assert_msg(second.cpu_percent > expected * 0.999 && second.cpu_percent < expected * 1.001, "%f, not %f",
                  second.cpu_percent, expected);
    directory_write("sys/fs/cgroup/a/cpu.stat", "usage_usec 900000000\n"); /* More than possible. */
    nanosleep(&pause, NULL);
    ck_assert_int_eq(sysinfo_cgroup_usage(host, &second, sizeof second), SYSINFO_OK);
    ck_assert(second.cpu_percent == 100 && SYSINFO_IS_ESTIMATED(&second, cpu_percent));
    directory_write("sys/fs/cgroup/a/cpu.stat", "usage_usec 1000000\n"); /* And less than before. */
    nanosleep(&pause, NULL);
    ck_assert_int_eq(sysinfo_cgroup_usage(host, &second, sizeof second), SYSINFO_OK);
    ck_assert(SYSINFO_HAS(&second, cpu_percent) && second.cpu_percent == 0 &&
              SYSINFO_IS_ESTIMATED(&second, cpu_percent));
    directory_write("sys/fs/cgroup/b/cpu.stat", "usage_usec 1000000\n");
    directory_write("proc/self/cgroup", "0::/b\n");
    nanosleep(&pause, NULL);
    ck_assert_int_eq(sysinfo_cgroup_usage(host, &second, sizeof second), SYSINFO_OK);
    ck_assert(!SYSINFO_HAS(&second, cpu_percent));
}
END_TEST

/* In a namespace without a quota, a group above it may have one. */
START_TEST(cpu_use_without_a_known_quota_is_marked) {
    directory_write("proc/self/cgroup", "0::/\n");
    directory_write("sys/fs/cgroup/cgroup.type", "domain\n");
    directory_write("sys/fs/cgroup/cpu.stat", "usage_usec 1000000\n");
    struct sysinfo_cgroup usage;
    struct timespec pause = {0, 20000000};
    ck_assert_int_eq(sysinfo_cgroup_usage(host, &usage, sizeof usage), SYSINFO_OK);
    nanosleep(&pause, NULL);
    directory_write("sys/fs/cgroup/cpu.stat", "usage_usec 1010000\n");
    ck_assert_int_eq(sysinfo_cgroup_usage(host, &usage, sizeof usage), SYSINFO_OK);
    ck_assert(SYSINFO_HAS(&usage, cpu_percent) && SYSINFO_IS_ESTIMATED(&usage, cpu_percent));
}
END_TEST

START_TEST(no_quota_leaves_less_than_one_cpu) {
    struct sysinfo_cpu_allowance cpus;
    directory_write("proc/self/cgroup", "4:cpu:/a\n");
    directory_write("proc/self/mountinfo", "31 24 0:27 / /sys/fs/cgroup rw shared:9 - cgroup cgroup rw,cpu\n");
    directory_write("sys/fs/cgroup/a/cpu.cfs_period_us", "100000\n");
    directory_write("sys/fs/cgroup/a/cpu.cfs_quota_us", "0\n");
    ck_assert_int_eq(sysinfo_usable_cpus(host, &cpus, sizeof cpus), SYSINFO_OK);
    ck_assert(cpus.usable == 1 && cpus.quota == 0);
}
END_TEST

START_TEST(a_limit_is_reported_without_the_machines_available_memory) {
    struct sysinfo_allowance allowance;
    directory_write("proc/meminfo", "MemTotal: 8388608 kB\n");
    ck_assert_int_eq(sysinfo_usable_memory(host, &allowance, sizeof allowance), SYSINFO_UNKNOWN);
    ck_assert_str_eq(sysinfo_explain(host, SYSINFO_UNKNOWN),
                     "this machine does not report how much memory is available");
    directory_write("sys/fs/cgroup/a/memory.max", "104857600\n");
    directory_write("sys/fs/cgroup/a/memory.current", "0\n");
    ck_assert_int_eq(sysinfo_usable_memory(host, &allowance, sizeof allowance), SYSINFO_OK);
    ck_assert(allowance.limit == MIB(100) && !SYSINFO_HAS(&allowance, usable));
}
END_TEST

/*
 * Before 5.11, a v1 group could be set not to limit its children. A failure to read that setting must not be forgotten.
 */
START_TEST(a_level_that_does_not_count_is_left_out_after_a_failure) {
    struct sysinfo_allowance memory;
    char point[DIRECTORY_PATH];
    directory_write("proc/self/cgroup", "4:memory:/a/b\n");
    directory_write("proc/self/mountinfo", "31 24 0:27 / /sys/fs/cgroup rw shared:9 - cgroup cgroup rw,memory\n");
    directory_write("sys/fs/cgroup/a/memory.limit_in_bytes", "104857600\n");
    directory_write("sys/fs/cgroup/a/b/memory.limit_in_bytes", "314572800\n");
    directory_write("sys/fs/cgroup/a/memory.use_hierarchy/file", ""); /* Reading a directory fails. */
    ck_assert_int_eq(sysinfo_usable_memory(host, &memory, sizeof memory), SYSINFO_SYSTEM);
    directory_path(point, "sys/fs/cgroup/a/memory.use_hierarchy/file");
    ck_assert_int_eq(remove(point), 0);
    directory_path(point, "sys/fs/cgroup/a/memory.use_hierarchy");
    ck_assert_int_eq(remove(point), 0);
    directory_write("sys/fs/cgroup/a/memory.use_hierarchy", "0\n");
    ck_assert_uint_eq(allowance().limit, MIB(300));
}
END_TEST

/*
 * Inside a namespace, a group beside or above its root is shown as "/..": its directory cannot be seen, and the one
 * that ".." leads to is another.
 */
START_TEST(a_group_outside_the_namespace_is_not_seen) {
    directory_write("proc/self/cgroup", "0::/..\n");
    struct sysinfo_allowance memory = allowance();
    ck_assert(!SYSINFO_HAS(&memory, limit) && SYSINFO_IS_ESTIMATED(&memory, usable));
}
END_TEST

/* The mount table of a running system seen through /host prefixes its mounts with that root. */
START_TEST(mounts_seen_through_the_root_lose_its_name) {
    char point[DIRECTORY_PATH], lines[2 * DIRECTORY_PATH];
    write_group("a", 100);
    directory_write("elsewhere/a/memory.max", "1\n");
    directory_path(point, "sys/fs/cgroup");
    snprintf(lines, sizeof lines,
             "31 24 0:27 / %s rw - cgroup2 cgroup2 rw\n32 24 0:27 / /elsewhere rw - cgroup2 cgroup2 rw\n", point);
    directory_write("proc/self/mountinfo", lines);
    struct sysinfo_allowance memory = allowance();
    ck_assert(SYSINFO_HAS(&memory, limit) && memory.limit == MIB(100));
}
END_TEST

/* Of two mounts, the one that shows more levels above the group is used. */
START_TEST(the_mount_that_shows_more_levels_is_taken) {
    static const char *const order[] = {
        "31 24 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n32 24 0:27 /a /mnt rw - cgroup2 cgroup2 rw\n",
        "32 24 0:27 /a /mnt rw - cgroup2 cgroup2 rw\n31 24 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"};
    directory_write("proc/self/cgroup", "0::/a/b\n");
    directory_write("proc/self/mountinfo", order[_i]);
    directory_write("mnt/memory.max", "209715200\n"); /* The same directories seen twice, except for this file. */
    directory_write("mnt/b/memory.max", "209715200\n");
    write_group("a", 100);
    write_group("a/b", 150);
    ck_assert_uint_eq(allowance().limit, MIB(100));
}
END_TEST

/* Only /proc/mounts, which does not report roots. */
/* Reaching the last of 300,000 mounts would take seconds. */
START_TEST(a_thousand_mounts_are_tried_and_no_more) {
    enum { TRIED = 1000 };
    write_group("a", 100);
    for (int missing = TRIED - 1; missing <= TRIED; missing++) {
        char *text = malloc(128 * (TRIED + 1));
        size_t length = 0;
        ck_assert_ptr_nonnull(text);
        for (int i = 0; i < missing; i++) {
            length +=
                (size_t)snprintf(text + length, 128, "%d 24 0:27 / /missing/%d rw - cgroup2 cgroup2 rw\n", 32 + i, i);
        }
        snprintf(text + length, 128, "31 24 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
        directory_write("proc/self/mountinfo", text);
        free(text);
        sysinfo_host_close(host);
        ck_assert_int_eq(sysinfo_host_open(&host, directory_root), SYSINFO_OK);
        struct sysinfo_allowance memory = allowance();
        ck_assert_int_eq(SYSINFO_HAS(&memory, limit), missing < TRIED);
    }
}
END_TEST

START_TEST(a_group_outside_the_namespace_is_not_seen_in_mounts_either) {
    char path[DIRECTORY_PATH];
    directory_path(path, "proc/self/mountinfo");
    ck_assert_int_eq(remove(path), 0);
    directory_write("proc/mounts", "cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n");
    directory_write("proc/self/cgroup", "0::/../a\n");
    directory_write("sys/fs/cgroup/memory.max", "1\n");
    write_group("a", 100);
    struct sysinfo_allowance memory = allowance();
    ck_assert(!SYSINFO_HAS(&memory, limit) && SYSINFO_IS_ESTIMATED(&memory, usable));
}
END_TEST

static struct sysinfo_cpu_allowance cpu_allowance(void) {
    struct sysinfo_cpu_allowance cpus;
    int status = sysinfo_usable_cpus(host, &cpus, sizeof cpus);
    ck_assert_msg(status == SYSINFO_OK, "%s", sysinfo_explain(host, status));
    return cpus;
}

START_TEST(a_mask_that_names_no_cpu_takes_none_away) {
    directory_write("sys/fs/cgroup/cpuset.cpus.effective", "2-4\n");
    directory_write("sys/fs/cgroup/a/cpuset.cpus.effective", "garbage\n");
    directory_write("proc/self/status", "Name:\tx\nCpus_allowed:\tgarbage\n");
    ck_assert_uint_eq(cpu_allowance().usable, 16);
    directory_write("proc/self/status", "Name:\tx\nCpus_allowed:\t0000\n");
    ck_assert_uint_eq(cpu_allowance().usable, 16);
    directory_write("proc/self/status", "Name:\tx\n");
    ck_assert_uint_eq(cpu_allowance().usable, 16);
    directory_write("proc/self/status", "Name:\tx\nCpus_allowed:\t00ff\n");
    ck_assert_uint_eq(cpu_allowance().usable, 8);
    directory_write("sys/fs/cgroup/a/cpuset.cpus.effective", "\n"); /* Those of the group above apply. */
    ck_assert_uint_eq(cpu_allowance().usable, 3);
}
END_TEST

/* Before 2.6.24 only /proc/self/cpuset names a group; if it names none, there is none. */
START_TEST(an_old_cpuset_without_a_path_is_none) {
    char path[DIRECTORY_PATH];
    static const char *const texts[] = {"", "\n", "a\n"};
    directory_path(path, "proc/self/cgroup");
    ck_assert_int_eq(remove(path), 0);
    directory_write("proc/self/mountinfo", "31 24 0:27 / /dev/cpuset rw - cpuset cpuset rw\n");
    directory_write("dev/cpuset/cpus", "0\n");
    directory_write("dev/cpuset/a/cpus", "0-1\n");
    directory_write("proc/self/cpuset", texts[_i]);
    ck_assert_uint_eq(cpu_allowance().usable, 16);
}
END_TEST

START_TEST(a_version_1_quota_that_is_not_a_number_is_unknown) {
    directory_write("proc/self/cgroup", "4:cpu:/a\n");
    directory_write(
        "proc/self/mountinfo",
        "31 24 0:27 / /sys/fs/cgroup rw - cgroup cgroup rw,cpu\n32 24 0:28 / /dev/cpuset rw - cpuset cpuset rw\n");
    directory_write("sys/fs/cgroup/a/cpu.cfs_quota_us", "garbage\n");
    directory_write("sys/fs/cgroup/a/cpu.cfs_period_us", "100000\n");
    struct sysinfo_cpu_allowance cpus = cpu_allowance();
    ck_assert(!SYSINFO_HAS(&cpus, quota) && cpus.usable == 16);
    directory_write("sys/fs/cgroup/a/cpu.cfs_quota_us", "300000\n");
    directory_write("sys/fs/cgroup/a/cpu.cfs_period_us", "0\n");
    cpus = cpu_allowance();
    ck_assert(!SYSINFO_HAS(&cpus, quota) && cpus.usable == 16);
    directory_write("sys/fs/cgroup/a/cpu.cfs_period_us", "100000\n");
    ck_assert_uint_eq(cpu_allowance().usable, 3);
}
END_TEST

/* Before 4.13, memory.oom_control has no count. */
START_TEST(an_oom_control_without_its_count_leaves_it_unknown) {
    directory_write("proc/self/cgroup", "4:memory:/a\n");
    directory_write("proc/self/mountinfo", "31 24 0:27 / /sys/fs/cgroup rw - cgroup cgroup rw,memory\n");
    directory_write("sys/fs/cgroup/a/memory.failcnt", "7\n");
    directory_write("sys/fs/cgroup/a/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\n");
    struct sysinfo_cgroup usage;
    ck_assert_int_eq(sysinfo_cgroup_usage(host, &usage, sizeof usage), SYSINFO_OK);
    ck_assert(usage.events_max == 7 && !SYSINFO_HAS(&usage, events_oom_kill));
    directory_write("sys/fs/cgroup/a/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
    ck_assert_int_eq(sysinfo_cgroup_usage(host, &usage, sizeof usage), SYSINFO_OK);
    ck_assert_uint_eq(usage.events_oom_kill, 2);
}
END_TEST

/*
 * Version 1 repeats in memory.stat the tightest limit of all groups above. It is needed only where the mount
 * may hide some of them: the file release_agent stands in the highest group alone.
 */
START_TEST(limits_above_a_version_1_mount_count_unless_it_shows_the_highest_group) {
    bool is_highest = _i == 1;
    directory_write("proc/self/cgroup", "4:memory:/a\n");
    directory_write("proc/self/mountinfo", "31 24 0:27 / /sys/fs/cgroup rw shared:9 - cgroup cgroup rw,memory\n");
    directory_write("sys/fs/cgroup/cgroup.clone_children", "0\n");
    if (is_highest) {
        directory_write("sys/fs/cgroup/release_agent", "\n");
    }
    directory_write("sys/fs/cgroup/a/memory.limit_in_bytes", "314572800\n");
    directory_write("sys/fs/cgroup/a/memory.usage_in_bytes", "104857600\n");
    directory_write("sys/fs/cgroup/a/memory.stat", "hierarchical_memory_limit 209715200\ntotal_active_file 0\n");
    ck_assert_uint_eq(allowance().limit, is_highest ? MIB(300) : MIB(200));
    struct sysinfo_cgroup usage;
    ck_assert_int_eq(sysinfo_cgroup_usage(host, &usage, sizeof usage), SYSINFO_OK);
    ck_assert_uint_eq(usage.limit, is_highest ? MIB(300) : MIB(200));
    ck_assert_uint_eq(usage.limit_level, is_highest ? 0 : 2);
    ck_assert_int_eq(SYSINFO_HAS(&usage, limit_current), is_highest);
}
END_TEST

/* The kernel's word for no limit, and numbers that begin like it. */
START_TEST(a_version_1_limit_has_up_to_twenty_digits) {
    static const struct {
        const char *text;
        uint64_t limit;
    } cases[] = {
        {"9223372036854771712\n", SYSINFO_UNLIMITED},  {"9223372036854771712", SYSINFO_UNLIMITED},
        {"922337203685477171\n", 922337203685477171},  {"9223372036854775807\n", SYSINFO_UNLIMITED},
        {"18446744073709551615\n", SYSINFO_UNLIMITED}, {"1000000000000000\n", 1000000000000000},
        {"999999999999999\n", 999999999999999},        {"00000000000000000001048576\n", MIB(1)},
    };
    directory_write("proc/self/cgroup", "4:memory:/a\n");
    directory_write("proc/self/mountinfo", "31 24 0:27 / /sys/fs/cgroup rw shared:9 - cgroup cgroup rw,memory\n");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        directory_write("sys/fs/cgroup/a/memory.limit_in_bytes", cases[i].text);
        struct sysinfo_allowance memory = allowance();
        ck_assert_msg(memory.limit == cases[i].limit, "'%s'", cases[i].text);
    }
    static const char *const malformed[] = {"18446744073709551616\n", "123\tx\n", "12a\n", "\n"};
    for (size_t i = 0; i < sizeof malformed / sizeof malformed[0]; i++) {
        directory_write("sys/fs/cgroup/a/memory.limit_in_bytes", malformed[i]);
        struct sysinfo_allowance memory = allowance();
        ck_assert_msg(!SYSINFO_HAS(&memory, limit), "'%s'", malformed[i]);
    }
}
END_TEST

/* Of the lines of a file the first with a key counts, as it always did, wherever the others stand. */
START_TEST(the_first_line_of_a_key_counts) {
    directory_write("sys/fs/cgroup/a/cpu.stat", "nr_throttled 3\nusage_usec x\nusage_usec 5000000\nuser_usec 1000000\n"
                                                "nr_throttled 4\nnr_periods 7");
    struct sysinfo_cgroup usage;
    ck_assert_int_eq(sysinfo_cgroup_usage(host, &usage, sizeof usage), SYSINFO_OK);
    ck_assert_uint_eq(usage.throttled_periods, 3);
    ck_assert(!SYSINFO_HAS(&usage, cpu_time) && usage.cpu_user == 1);
}
END_TEST

START_TEST(a_group_of_other_controllers_only_has_no_path) {
    const char *path;
    directory_write("proc/self/cgroup", "5:freezer:/a\n");
    ck_assert_int_eq(sysinfo_cgroup_path(host, &path), SYSINFO_UNKNOWN);
}
END_TEST

START_TEST(a_groups_pressure_without_its_lines_is_malformed) {
    struct sysinfo_pressure pressure;
    directory_write("sys/fs/cgroup/a/memory.pressure", "none\n");
    ck_assert_int_eq(sysinfo_cgroup_memory_pressure(host, &pressure, sizeof pressure), SYSINFO_MALFORMED);
    ck_assert_ptr_nonnull(strstr(sysinfo_explain(host, SYSINFO_MALFORMED),
                                 "/sys/fs/cgroup/a/memory.pressure has neither of the lines some and full"));
}
END_TEST

START_TEST(a_new_host_closes_what_it_opened) {
    write_group("a", 100);
    directory_write("sys/fs/cgroup/a/cpu.max", "300000 100000\n");
    int before = dup(0);
    close(before);
    for (int round = 0; round < 3; round++) {
        struct sysinfo_host *other = NULL;
        struct sysinfo_allowance memory;
        struct sysinfo_cgroup cgroup;
        ck_assert_int_eq(sysinfo_host_open(&other, directory_root), SYSINFO_OK);
        ck_assert_int_eq(sysinfo_usable_memory(other, &memory, sizeof memory), SYSINFO_OK);
        ck_assert_int_eq(sysinfo_cgroup_usage(other, &cgroup, sizeof cgroup), SYSINFO_OK);
        sysinfo_host_close(other);
    }
    int after = dup(0);
    close(after);
    ck_assert_int_eq(before, after);
}
END_TEST

TCase *limit_change_tests(void) {
    TCase *tests = tcase_create("changes");
    tcase_add_checked_fixture(tests, start, stop);
    tcase_add_test(tests, a_limit_that_was_changed_is_read_anew);
    tcase_add_test(tests, a_process_that_moved_is_followed_in_the_same_call);
    tcase_add_test(tests, a_limit_that_appears_is_seen);
    tcase_add_test(tests, a_cpuset_that_appears_is_seen);
    tcase_add_test(tests, cpu_use_is_a_share_of_the_quota);
    tcase_add_test(tests, cpu_use_without_a_known_quota_is_marked);
    tcase_add_test(tests, no_quota_leaves_less_than_one_cpu);
    tcase_add_test(tests, a_limit_is_reported_without_the_machines_available_memory);
    tcase_add_test(tests, a_level_that_does_not_count_is_left_out_after_a_failure);
    tcase_add_test(tests, a_group_outside_the_namespace_is_not_seen);
    tcase_add_test(tests, mounts_seen_through_the_root_lose_its_name);
    tcase_add_loop_test(tests, the_mount_that_shows_more_levels_is_taken, 0, 2);
    tcase_add_test(tests, a_thousand_mounts_are_tried_and_no_more);
    tcase_add_test(tests, a_group_outside_the_namespace_is_not_seen_in_mounts_either);
    tcase_add_test(tests, a_mask_that_names_no_cpu_takes_none_away);
    tcase_add_loop_test(tests, an_old_cpuset_without_a_path_is_none, 0, 3);
    tcase_add_test(tests, a_version_1_quota_that_is_not_a_number_is_unknown);
    tcase_add_loop_test(tests, limits_above_a_version_1_mount_count_unless_it_shows_the_highest_group, 0, 2);
    tcase_add_test(tests, a_version_1_limit_has_up_to_twenty_digits);
    tcase_add_test(tests, the_first_line_of_a_key_counts);
    tcase_add_test(tests, an_oom_control_without_its_count_leaves_it_unknown);
    tcase_add_test(tests, a_group_of_other_controllers_only_has_no_path);
    tcase_add_test(tests, a_groups_pressure_without_its_lines_is_malformed);
    tcase_add_test(tests, a_new_host_closes_what_it_opened);
    return tests;
}

/* ---- NUMA nodes ---- */

static void check_node(const struct sysinfo_numa_node_list *list, size_t index, uint64_t number, uint64_t kib,
                       uint64_t free_kib, const char *cpus, uint64_t count) {
    const struct sysinfo_numa_node *node = sysinfo_numa_node_list_at(list, index);
    ck_assert_ptr_nonnull(node);
    ck_assert_uint_eq(node->number, number);
    ck_assert_uint_eq(node->total, kib * 1024);
    ck_assert_uint_eq(node->free, free_kib * 1024);
    ck_assert_uint_eq(node->used, (kib - free_kib) * 1024);
    ck_assert_str_eq(sysinfo_numa_node_list_cpus(list, index), cpus);
    ck_assert_uint_eq(node->cpus, count);
}

/* Numbers have gaps; one node has no CPUs, one no memory; the kernel writes masks for node 10. */
START_TEST(nodes_are_listed_by_number) {
    struct sysinfo_numa_node_list *list = NULL;
    directory_write("sys/devices/system/node/online", "0,2,10\n");
    directory_write("sys/devices/system/node/node10/cpumap", "00000000,0000ff00\n");
    directory_write("sys/devices/system/node/node10/meminfo",
                    "Node 10 MemTotal:        0 kB\nNode 10 MemFree:         0 kB\n");
    directory_write("sys/devices/system/node/node2/cpulist", "\n");
    directory_write("sys/devices/system/node/node2/meminfo",
                    "\nNode 2 MemTotal:  900 kB\nNode 2 MemFree:   800 kB\nNode 2 MemUsed: 100 kB\n");
    directory_write("sys/devices/system/node/node0/cpulist", "0-3,6,7\n");
    directory_write("sys/devices/system/node/node0/meminfo", "Node 0 MemTotal:  5000 kB\nNode 0 MemFree:   1000 kB\n");
    directory_write("sys/devices/system/node/nodelist", "0\n");
    for (int round = 0; round < 2; round++) {
        int status = sysinfo_numa_nodes(host, &list);
        ck_assert_msg(status == SYSINFO_OK, "%s", sysinfo_explain(host, status));
        ck_assert_uint_eq(sysinfo_numa_node_list_count(list), 3);
        check_node(list, 0, 0, 5000, 1000, "0-3,6-7", 6);
        check_node(list, 1, 2, 900, 800, "", 0);
        check_node(list, 2, 10, 0, 0, "8-15", 8);
        ck_assert_ptr_null(sysinfo_numa_node_list_at(list, 3));
        ck_assert_ptr_null(sysinfo_numa_node_list_cpus(list, 3));
    }
    directory_write("sys/devices/system/node/online", "0,2-3,10\n");
    directory_write("sys/devices/system/node/node3/meminfo", "Node 3 MemTotal:  7 kB\nNode 3 MemFree:   9 kB\n");
    ck_assert_int_eq(sysinfo_numa_nodes(host, &list), SYSINFO_OK);
    ck_assert_uint_eq(sysinfo_numa_node_list_count(list), 4);
    const struct sysinfo_numa_node *node = sysinfo_numa_node_list_at(list, 2);
    ck_assert_uint_eq(node->number, 3);
    ck_assert(node->free == 7 * 1024 && SYSINFO_IS_ESTIMATED(node, free) &&
              !SYSINFO_HAS(node, cpus)); /* More free than there is. */
    ck_assert_str_eq(sysinfo_numa_node_list_cpus(list, 2), "");
    sysinfo_numa_node_list_free(list);
}
END_TEST

/*
 * More nodes than there is room for at first; then a node that no longer reports its CPUs or free memory, in a list
 * where it did.
 */
START_TEST(many_nodes_fit_and_nothing_old_stays) {
    struct sysinfo_numa_node_list *list = NULL;
    char path[DIRECTORY_PATH], name[64], text[128];
    directory_write("sys/devices/system/node/online", "0-19\n");
    for (unsigned node = 0; node < 20; node++) {
        snprintf(name, sizeof name, "sys/devices/system/node/node%u/cpulist", node);
        snprintf(text, sizeof text, "%u\n", node);
        directory_write(name, text);
        snprintf(name, sizeof name, "sys/devices/system/node/node%u/meminfo", node);
        snprintf(text, sizeof text, "Node %u MemTotal: %u kB\nNode %u MemFree: %u kB\n", node, 100 + node, node, node);
        directory_write(name, text);
    }
    ck_assert_int_eq(sysinfo_numa_nodes(host, &list), SYSINFO_OK);
    ck_assert_uint_eq(sysinfo_numa_node_list_count(list), 20);
    for (unsigned node = 0; node < 20; node++) {
        snprintf(text, sizeof text, "%u", node);
        check_node(list, node, node, 100 + node, node, text, 1);
    }
    directory_path(path, "sys/devices/system/node/node0/cpulist");
    ck_assert_int_eq(unlink(path), 0);
    directory_write("sys/devices/system/node/node0/meminfo", "Node 0 MemTotal: 100 kB\n");
    directory_write("sys/devices/system/node/online", "0-18\n"); /* The list of online nodes is reopened. */
    struct sysinfo_host *other = NULL;
    ck_assert_int_eq(sysinfo_host_open(&other, directory_root), SYSINFO_OK);
    struct sysinfo_host *const askers[] = {other, host}; /* The other host's rows never had CPUs for this node. */
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(sysinfo_numa_nodes(askers[i], &list), SYSINFO_OK);
        const struct sysinfo_numa_node *node = sysinfo_numa_node_list_at(list, 0);
        ck_assert_uint_eq(node->present,
                          SYSINFO_BIT(struct sysinfo_numa_node, number) | SYSINFO_BIT(struct sysinfo_numa_node, total));
        ck_assert_str_eq(sysinfo_numa_node_list_cpus(list, 0), "");
        check_node(list, 1, 1, 101, 1, "1", 1);
    }
    sysinfo_numa_node_list_free(list);
    list = NULL;
    ck_assert_int_eq(sysinfo_numa_nodes(other, &list), SYSINFO_OK);
    ck_assert_str_eq(sysinfo_numa_node_list_cpus(list, 0), "");
    sysinfo_numa_node_list_free(list);
    sysinfo_host_close(other);
}
END_TEST

START_TEST(a_machine_without_nodes_is_reported_as_such) {
    struct sysinfo_numa_node_list *list = NULL;
    ck_assert_int_eq(sysinfo_numa_nodes(host, &list), SYSINFO_NOT_FOUND);
    ck_assert_ptr_null(list);
    ck_assert_uint_eq(sysinfo_numa_node_list_count(list), 0);
    sysinfo_numa_node_list_free(list);
    ck_assert_int_eq(sysinfo_numa_nodes(host, NULL), SYSINFO_INVALID);
    directory_make_parents("sys/devices/system/node/node/x"); /* The directory exists, but no node in it. */
    ck_assert_int_eq(sysinfo_numa_nodes(host, &list), SYSINFO_NOT_FOUND);
    ck_assert_ptr_nonnull(
        strstr(sysinfo_explain(host, SYSINFO_NOT_FOUND), "/sys/devices/system/node has no directory of a node"));
}
END_TEST

START_TEST(more_nodes_than_ever_and_one_with_an_odd_list) {
    struct sysinfo_numa_node_list *list = NULL;
    char path[64];
    for (int node = 0; node < 20; node++) {
        snprintf(path, sizeof path, "sys/devices/system/node/node%d/cpulist", node);
        directory_write(path, node == 7 ? "garbage\n" : "1\n");
    }
    ck_assert_int_eq(sysinfo_numa_nodes(host, &list), SYSINFO_OK);
    ck_assert_uint_eq(sysinfo_numa_node_list_count(list), 20);
    for (size_t i = 0; i < 20; i++) {
        ck_assert_uint_eq(sysinfo_numa_node_list_at(list, i)->number, i);
        ck_assert_int_eq(SYSINFO_HAS(sysinfo_numa_node_list_at(list, i), cpus), i != 7);
        ck_assert_str_eq(sysinfo_numa_node_list_cpus(list, i), i == 7 ? "" : "1");
    }
    sysinfo_numa_node_list_free(list);
}
END_TEST

TCase *numa_tests(void) {
    TCase *tests = tcase_create("numa");
    tcase_add_checked_fixture(tests, start, stop);
    tcase_add_test(tests, nodes_are_listed_by_number);
    tcase_add_test(tests, many_nodes_fit_and_nothing_old_stays);
    tcase_add_test(tests, a_machine_without_nodes_is_reported_as_such);
    tcase_add_test(tests, more_nodes_than_ever_and_one_with_an_odd_list);
    return tests;
}
