/* SPDX-License-Identifier: MIT */
/* Decoders of cgroup files, mounts, pressure and nodes, and the arithmetic of usable figures. */
#include <math.h>
#include <stdbool.h>

#include <sysinfo/sysinfo.h>

#include "backend.h"
#include "run.h"
#include "text.h"

/* ---- /proc/self/cgroup ---- */

static bool is_group(const char *string, const char *controller, const char *expected) {
    struct sysinfo__part path;
    char *text = text_copy(string, strlen(string));
    bool is_found = sysinfo__decode_group(text, strlen(string), controller, &path);
    bool is_right = expected == NULL
                        ? !is_found
                        : is_found && path.length == strlen(expected) && memcmp(path.at, expected, path.length) == 0;
    free(text);
    return is_right;
}

START_TEST(groups_are_found_by_controller_and_version) {
    static const char text[] =
        "12:cpuset:/set\n5:cpu,cpuacct:/a:b/c d\n4:memory:/\n1:name=systemd:/user.slice\n0::/unified/x";
    ck_assert(is_group(text, "cpuset", "/set"));
    ck_assert(is_group(text, "cpu", "/a:b/c d"));
    ck_assert(is_group(text, "cpuacct", "/a:b/c d"));
    ck_assert(is_group(text, "memory", "/"));
    ck_assert(is_group(text, "", "/unified/x"));
    ck_assert(is_group(text, "mem", NULL));
    ck_assert(is_group(text, "systemd", NULL));
    ck_assert(is_group(text, "io", NULL));
    ck_assert(is_group("0::/../other\n", "", "/../other"));
    ck_assert(is_group("10::/x\n", "", NULL)); /* Version 2 is hierarchy 0. */
    ck_assert(is_group("1::/x\n", "", NULL));
    ck_assert(is_group("0::relative\n:::\n0:\n0\n\n", "", NULL));
    ck_assert(is_group("0::\n", "", NULL));
    ck_assert(is_group("", "", NULL));
}
END_TEST

/* ---- Files with one value ---- */

static bool limit_of(const char *string, uint64_t *limit) {
    char *text = text_copy(string, strlen(string));
    bool is_limit = sysinfo__decode_limit(text, strlen(string), limit);
    free(text);
    return is_limit;
}

START_TEST(limits_are_numbers_or_max) {
    uint64_t limit = 47;
    ck_assert(limit_of("0\n", &limit) && limit == 0);
    ck_assert(limit_of("1073741824\n", &limit) && limit == 1073741824);
    ck_assert(limit_of("1073741824", &limit) && limit == 1073741824); /* A capture without the last line end. */
    ck_assert(limit_of("max\n", &limit) && limit == SYSINFO_UNLIMITED);
    ck_assert(limit_of("max", &limit) && limit == SYSINFO_UNLIMITED);
    ck_assert(limit_of("9223372036854771712\n", &limit) && limit == UINT64_C(9223372036854771712));
    ck_assert(limit_of("9223372036854710272 \n", &limit) && limit == UINT64_C(9223372036854710272));
    limit = 47;
    static const char *const bad[] = {
        "", "\n", "-1\n", "maximum\n", "ma", "12x\n", "12\t\n", "0x10\n", "18446744073709551616\n", " 5\n"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ck_assert_msg(!limit_of(bad[i], &limit) && limit == 47, "'%s'", bad[i]);
    }
}
END_TEST

START_TEST(version_1_has_large_numbers_for_no_limit) {
    ck_assert(sysinfo__is_no_limit_v1(UINT64_C(9223372036854771712)));  /* 4 KiB pages */
    ck_assert(sysinfo__is_no_limit_v1(UINT64_C(9223372036854710272)));  /* 64 KiB pages */
    ck_assert(sysinfo__is_no_limit_v1(UINT64_C(9223372036854775807)));  /* before 3.19 */
    ck_assert(sysinfo__is_no_limit_v1(UINT64_C(18446744073709551615))); /* for certain */
    ck_assert(sysinfo__is_no_limit_v1(UINT64_C(8796093018112)));        /* 32 bits */
    ck_assert(!sysinfo__is_no_limit_v1(UINT64_C(1) << 60));
    ck_assert(!sysinfo__is_no_limit_v1(UINT64_C(8796093022208)));
    ck_assert(!sysinfo__is_no_limit_v1(0));
}
END_TEST

static bool quota_of(const char *string, double *cpus) {
    char *text = text_copy(string, strlen(string));
    bool is_quota = sysinfo__decode_cpu_max(text, strlen(string), cpus);
    free(text);
    return is_quota;
}

START_TEST(a_quota_is_a_part_of_its_period) {
    double cpus = 47;
    ck_assert(quota_of("150000 100000\n", &cpus) && cpus == 1.5);
    ck_assert(quota_of("1000 1000000", &cpus) && cpus == 0.001);
    ck_assert(quota_of("max 100000\n", &cpus) && isinf(cpus));
    cpus = 47;
    static const char *const bad[] = {"",       "100000\n", "100000 0\n", "1 x\n", "-1 100000\n", "150000100000\n",
                                      "1,5 1\n"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ck_assert_msg(!quota_of(bad[i], &cpus) && cpus == 47, "'%s'", bad[i]);
    }
    uint64_t microseconds;
    char *text = text_copy("-1\n", 3);
    ck_assert(sysinfo__decode_quota_v1(text, 3, &microseconds) && microseconds == SYSINFO_UNLIMITED);
    free(text);
    text = text_copy("-17\n", 4); /* Begins with the same number as "none". */
    ck_assert(!sysinfo__decode_quota_v1(text, 4, &microseconds));
    free(text);
    text = text_copy("250000\n", 7);
    ck_assert(sysinfo__decode_quota_v1(text, 7, &microseconds) && microseconds == 250000);
    free(text);
    text = text_copy("", 0);
    ck_assert(!sysinfo__decode_quota_v1(text, 0, &microseconds));
    free(text);
}
END_TEST

START_TEST(memory_stat_counts_what_would_be_given_up) {
    static const char v2[] =
        "anon 5\nfile 9\nshmem 4\ninactive_anon 1\ninactive_file 100\nactive_file 20\nslab_reclaimable 3\nslab 7\n";
    static const char v1[] =
        "inactive_file 1\nactive_file 2\nhierarchical_memory_limit 4096\nhierarchical_memsw_limit 9223372036854771712\n"
        "total_inactive_file 1000\ntotal_active_file 200\n";
    struct sysinfo__memory_stat stat;
    char *text = text_copy(v2, sizeof v2 - 1);
    sysinfo__decode_memory_stat(text, sizeof v2 - 1, true, &stat);
    ck_assert(stat.reclaimable == 123 && stat.limit == SYSINFO_UNLIMITED && stat.memory_and_swap == SYSINFO_UNLIMITED);
    free(text);
    text = text_copy(v1, sizeof v1 - 1);
    sysinfo__decode_memory_stat(text, sizeof v1 - 1, false, &stat);
    ck_assert(stat.reclaimable == 1200 && stat.limit == 4096 && stat.memory_and_swap == SYSINFO_UNLIMITED);
    free(text);
    static const char too_large[] = "active_file 18446744073709551615\ninactive_file 4096\n";
    text = text_copy(too_large, sizeof too_large - 1);
    sysinfo__decode_memory_stat(text, sizeof too_large - 1, true, &stat);
    ck_assert(stat.reclaimable == UINT64_MAX);
    free(text);
    text = text_copy("", 0);
    sysinfo__decode_memory_stat(text, 0, false, &stat);
    ck_assert(stat.reclaimable == 0 && stat.limit == SYSINFO_UNLIMITED);
    free(text);
}
END_TEST

/* ---- Mounts ---- */

static bool is_part(struct sysinfo__part part, const char *expected) {
    return part.length == strlen(expected) && memcmp(part.at, expected, part.length) == 0;
}

START_TEST(mountinfo_has_any_number_of_optional_fields) {
    static const char *const lines[] = {
        "36 35 98:0 /mnt1 /mnt2 rw,noatime - cgroup2 none rw,nsdelegate\n",
        "36 35 98:0 /mnt1 /mnt2 rw,noatime shared:1 - cgroup2 none rw,nsdelegate\n",
        ("36 35 98:0 /mnt1 /mnt2 rw,noatime shared:1 master:2 propagate_from:3 unbindable - cgroup2 none "
         "rw,nsdelegate\n"),
    };
    struct sysinfo__mount mount;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        ck_assert(sysinfo__decode_mountinfo(lines[i], lines[i] + strlen(lines[i]), &mount));
        ck_assert(is_part(mount.root, "/mnt1") && is_part(mount.point, "/mnt2") && is_part(mount.type, "cgroup2") &&
                  is_part(mount.options, "rw,nsdelegate"));
    }
    static const char *const bad[] = {"",
                                      "\n",
                                      "36",
                                      "36 35 98:0 / /mnt rw shared:1",
                                      "36 35 98:0 / /mnt rw -\n",
                                      "36 35 98:0 x y rw - cgroup2 none rw\n"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ck_assert_msg(!sysinfo__decode_mountinfo(bad[i], bad[i] + strlen(bad[i]), &mount), "'%s'", bad[i]);
    }
    static const char line[] = "cgroup /sys/fs/cgroup/cpuset cgroup rw,cpuset,noprefix 0 0\n";
    ck_assert(sysinfo__decode_mounts(line, line + sizeof line - 1, &mount));
    ck_assert(mount.root.at == NULL && is_part(mount.point, "/sys/fs/cgroup/cpuset") && is_part(mount.type, "cgroup") &&
              is_part(mount.options, "rw,cpuset,noprefix"));
    ck_assert(!sysinfo__decode_mounts("proc\n", line, &mount));
}
END_TEST

START_TEST(words_are_whole) {
    struct sysinfo__part list = {"rw,cpuset,cpu", 13};
    ck_assert(sysinfo__has_word(list, "cpu") && sysinfo__has_word(list, "cpuset") && sysinfo__has_word(list, "rw"));
    ck_assert(!sysinfo__has_word(list, "cpus") && !sysinfo__has_word(list, "set") && !sysinfo__has_word(list, ""));
    list.length = 9;
    ck_assert(!sysinfo__has_word(list, "cpu"));
    ck_assert(!sysinfo__has_word((struct sysinfo__part){"", 0}, "cpu"));
}
END_TEST

START_TEST(escapes_of_a_mount_are_resolved) {
    static const char text[] = "/a\\040b\\134\\011c\\04\\400\\181\\118\\x00\\",
                      expected[] = "/a b\\\tc\\04\\400\\181\\118\\x00\\";
    char out[sizeof text];
    ck_assert_uint_eq(sysinfo__unescape((struct sysinfo__part){text, sizeof text - 1}, out), sizeof expected - 1);
    ck_assert_str_eq(out, expected);
}
END_TEST

START_TEST(a_mount_lies_below_a_directory_or_not) {
    static const char point[] = "/a\\040b/c";
    const struct sysinfo__part part = {point, sizeof point - 1};
    ck_assert(sysinfo__is_below(part, "/a b/c") && sysinfo__is_below(part, "/a b"));
    ck_assert(!sysinfo__is_below(part, "/a") && !sysinfo__is_below(part, "/a b/c/d") &&
              !sysinfo__is_below(part, "/a\\040b"));
}
END_TEST

static bool is_below(const char *path, const char *root, const char *expected) {
    struct sysinfo__part below;
    bool answer = sysinfo__group_is_below((struct sysinfo__part){path, strlen(path)}, root, &below);
    return expected == NULL ? !answer : answer && is_part(below, expected);
}

START_TEST(a_group_lies_below_the_root_of_a_mount_or_not) {
    ck_assert(is_below("/a/b", "/", "/a/b"));
    ck_assert(is_below("/", "/", ""));
    ck_assert(is_below("/a/b", "/a", "/b"));
    ck_assert(is_below("/a", "/a", ""));
    ck_assert(is_below("/ab", "/a", NULL));
    ck_assert(is_below("/", "/a", NULL));
    ck_assert(is_below("/", "/..", NULL));
    ck_assert(is_below("/../b/c", "/..", "/b/c"));
    ck_assert(is_below("/..", "/", NULL));
    ck_assert(is_below("/../b", "/", NULL));
    ck_assert(is_below("/../../b", "/..", NULL));
    ck_assert(is_below("/..b", "/", "/..b"));
}
END_TEST

/* ---- Pressure and nodes ---- */

static bool decode_pressure(const char *string, struct sysinfo_pressure *pressure) {
    char *text = text_copy(string, strlen(string));
    *pressure = (struct sysinfo_pressure){0};
    bool is_pressure = sysinfo__decode_pressure(text, strlen(string), pressure);
    free(text);
    return is_pressure;
}

START_TEST(pressure_is_some_and_full) {
    struct sysinfo_pressure p;
    ck_assert(decode_pressure("some avg10=12.34 avg60=0.00 avg300=100.00 total=18446744073709551\nfull avg10=1.00 "
                              "avg60=2.00 avg300=3.00 total=4000000\n",
                              &p));
    ck_assert(p.some_avg10 == 12.34 && p.some_avg60 == 0 && p.some_avg300 == 100 &&
              p.some_total == 18446744073709551.0 / 1e6);
    ck_assert(p.full_avg10 == 1 && p.full_avg60 == 2 && p.full_avg300 == 3 && p.full_total == 4);
    ck_assert(SYSINFO_HAS(&p, some_avg60) && p.estimated == 0);
    ck_assert(decode_pressure("full avg10=1.00 avg60=2.00 avg300=3.00 total=4\n", &p));
    ck_assert(SYSINFO_HAS(&p, full_total) && !SYSINFO_HAS(&p, some_total));
    ck_assert(
        decode_pressure("some avg10=1.00 avg60=2.00 avg300=3.00 total=4\nfull avg10=1.00 avg60=2.00 total=4\n", &p));
    ck_assert(SYSINFO_HAS(&p, some_total) && !SYSINFO_HAS(&p, full_avg10));
    ck_assert(!decode_pressure("some avg10=1.00 avg60=2.00 avg300=3.00 total=4", &p)); /* Cut. */
    ck_assert(!decode_pressure("some avg10=x avg60=2.00 avg300=3.00 total=4\n", &p));
    ck_assert(!decode_pressure("", &p));
}
END_TEST

START_TEST(node_memory_is_read_whatever_the_number) {
    static const char string[] = "\nNode 123 MemTotal:       16384 kB\nNode 123 MemFreeX: 1 kB\nNode 123 MemFree:      "
                                 "    256 kB\nNode 123 MemUsed: 1 kB\n";
    struct sysinfo_numa_node node = {0};
    char *text = text_copy(string, sizeof string - 1);
    sysinfo__decode_node_meminfo(text, sizeof string - 1, &node);
    ck_assert(SYSINFO_HAS(&node, total) && node.total == 16384 * 1024 && SYSINFO_HAS(&node, free) &&
              node.free == 256 * 1024);
    free(text);
    node = (struct sysinfo_numa_node){0};
    static const char *const broken[] = {"Node 0 MemTotal:  5", "Node x MemTotal: 5 kB\nNode 0 MemFree: x kB\n"};
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        text = text_copy(broken[i], strlen(broken[i]));
        sysinfo__decode_node_meminfo(text, strlen(broken[i]), &node);
        ck_assert_uint_eq(node.present, 0);
        free(text);
    }
}
END_TEST

START_TEST(the_mask_of_a_status_is_found) {
    static const char string[] = "Name:\tx\nCpus_allowed_list:\t0-3\nCpus_allowed:\tff,0000000f\nMems_allowed:\t1\n";
    struct sysinfo__part mask;
    char *text = text_copy(string, sizeof string - 1);
    ck_assert(sysinfo__decode_cpus_allowed(text, sizeof string - 1, &mask));
    ck_assert(is_part(mask, "ff,0000000f\n"));
    ck_assert(!sysinfo__decode_cpus_allowed(text, 8, &mask));
    free(text);
    text = text_copy("Cpus_allowed:", 13);
    ck_assert(!sysinfo__decode_cpus_allowed(text, 13, &mask));
    free(text);
}
END_TEST

START_TEST(sets_keep_what_both_have) {
    struct sysinfo__cpu_set a = {NULL, 0}, b = {NULL, 0};
    ck_assert(sysinfo__cpu_set_add(&a, 1) && sysinfo__cpu_set_add(&a, 64) && sysinfo__cpu_set_add(&a, 200));
    ck_assert(sysinfo__cpu_set_add(&b, 64) && sysinfo__cpu_set_add(&b, 2));
    sysinfo__cpu_set_keep(&a, &b);
    ck_assert_uint_eq(sysinfo__cpu_set_count(&a), 1);
    ck_assert(sysinfo__cpu_set_has(&a, 64));
    sysinfo__cpu_set_free(&a);
    sysinfo__cpu_set_free(&b);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("unit_limits");
    TCase *tests = tcase_create("limits");
    tcase_add_test(tests, groups_are_found_by_controller_and_version);
    tcase_add_test(tests, limits_are_numbers_or_max);
    tcase_add_test(tests, version_1_has_large_numbers_for_no_limit);
    tcase_add_test(tests, a_quota_is_a_part_of_its_period);
    tcase_add_test(tests, memory_stat_counts_what_would_be_given_up);
    tcase_add_test(tests, mountinfo_has_any_number_of_optional_fields);
    tcase_add_test(tests, words_are_whole);
    tcase_add_test(tests, escapes_of_a_mount_are_resolved);
    tcase_add_test(tests, a_mount_lies_below_a_directory_or_not);
    tcase_add_test(tests, a_group_lies_below_the_root_of_a_mount_or_not);
    tcase_add_test(tests, pressure_is_some_and_full);
    tcase_add_test(tests, node_memory_is_read_whatever_the_number);
    tcase_add_test(tests, the_mask_of_a_status_is_found);
    tcase_add_test(tests, sets_keep_what_both_have);
    suite_add_tcase(suite, tests);
    return run(suite);
}
