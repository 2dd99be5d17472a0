/* SPDX-License-Identifier: MIT */
/* Files of another machine after transfers through editors and other systems, and of machines with ZFS. */
#include <sysinfo/sysinfo.h>

#include "directory.h"
#include "suites.h"

static struct sysinfo_host *open_directory(void) {
    struct sysinfo_host *host = NULL;
    ck_assert_int_eq(sysinfo_host_open(&host, directory_root), SYSINFO_OK);
    return host;
}

static struct sysinfo_memory memory_of(struct sysinfo_host *host) {
    struct sysinfo_memory memory;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &memory, sizeof memory), SYSINFO_OK);
    return memory;
}

/* The same text with CR LF at the end of each line, and without the last line end. */
static void write_forms(int form, const char *path, const char *text) {
    char bytes[4096];
    size_t length = 0;
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '\n' && (form & 1)) {
            bytes[length++] = '\r';
        }
        bytes[length++] = *p;
    }
    while (length > 0 && (form & 2) && (bytes[length - 1] == '\n' || bytes[length - 1] == '\r')) {
        length--;
    }
    directory_write_bytes(path, bytes, length);
}

/* 0: as the kernel wrote them; 1: CR LF; 2: without the last line end; 3: both. */
START_TEST(a_capture_is_read_whole) {
    write_forms(_i, "proc/meminfo",
                "MemTotal: 2000000 kB\nMemFree: 500000 kB\nMemAvailable: 700000 kB\nHugepagesize: 2048 kB\n"
                "HugePages_Total: 4\nHugePages_Free: 3\n");
    write_forms(_i, "proc/stat",
                "cpu  300 0 100 900 0 0 0 0 0 0\ncpu0 100 0 50 450 0 0 0 0 0 0\ncpu1 200 0 50 450 0 0 0 0 0 0\n"
                "intr 1234567890123456 1\nctxt 77\nsoftirq 5 1\n");
    write_forms(_i, "proc/loadavg", "0.52 0.25 0.12\n");
    write_forms(_i, "proc/pressure/irq", "full avg10=0.50 avg60=0.00 avg300=0.00 total=8494\n");
    write_forms(_i, "proc/self/cgroup", "0::/box\n");
    write_forms(_i, "proc/self/mountinfo", "31 24 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    write_forms(_i, "sys/fs/cgroup/box/memory.max", "1000000000\n");
    write_forms(_i, "sys/fs/cgroup/box/memory.current", "400000000\n");
    write_forms(_i, "sys/fs/cgroup/box/memory.stat", "inactive_file 100000000\nactive_file 50000000\n");
    write_forms(_i, "sys/devices/system/cpu/online", "0-1\n");
    struct sysinfo_host *host = open_directory();
    struct sysinfo_memory memory = memory_of(host);
    ck_assert(memory.available == UINT64_C(700000) * 1024);
    ck_assert(SYSINFO_HAS(&memory, hugepages_total) && memory.hugepages_total == UINT64_C(4) * 2048 * 1024);
    ck_assert(SYSINFO_HAS(&memory, hugepages_free) && memory.hugepages_free == UINT64_C(3) * 2048 * 1024);
    struct sysinfo_cpu_sample times;
    ck_assert_int_eq(sysinfo_cpu_times(host, &times, sizeof times), SYSINFO_OK);
    ck_assert(times.user == 3 && times.guest_nice == 0 && SYSINFO_HAS(&times, guest_nice));
    struct sysinfo_stats stats;
    ck_assert_int_eq(sysinfo_cpu_stats(host, &stats, sizeof stats), SYSINFO_OK);
    ck_assert(stats.interrupts == 1234567890123456 && stats.ctx_switches == 77 && stats.soft_interrupts == 5);
    struct sysinfo_load load;
    ck_assert_int_eq(sysinfo_load_average(host, &load, sizeof load), SYSINFO_OK);
    ck_assert(load.min15 == 0.12);
    struct sysinfo_pressure pressure;
    ck_assert_int_eq(sysinfo_irq_pressure(host, &pressure, sizeof pressure), SYSINFO_OK);
    ck_assert(pressure.full_avg10 == 0.5 && pressure.full_total == 8494 / 1e6);
    struct sysinfo_allowance allowance;
    ck_assert_int_eq(sysinfo_usable_memory(host, &allowance, sizeof allowance), SYSINFO_OK);
    ck_assert(allowance.limit == 1000000000 &&
              allowance.usable == 716800000); /* The machine has this much of 750000000. */
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL), 2);
    sysinfo_host_close(host);
}
END_TEST

/* In the last line of these files, a number may be cut if the line end is missing. */
START_TEST(a_capture_that_was_cut_gives_no_number_that_was_not_in_it) {
    directory_write("proc/meminfo", "MemTotal: 2000000 kB\nMemFree: 500000 kB\nMemAvailable: 70");
    directory_write("proc/stat", "cpu  300 0 100 900 0\ncpu0 100 0 50 45");
    struct sysinfo_host *host = open_directory();
    struct sysinfo_memory memory = memory_of(host);
    ck_assert(!SYSINFO_HAS(&memory, available) || SYSINFO_IS_ESTIMATED(&memory, available));
    struct sysinfo_cpu_sample_list *list = NULL;
    ck_assert_int_eq(sysinfo_cpu_times_percpu(host, &list), SYSINFO_OK);
    ck_assert(!SYSINFO_HAS(sysinfo_cpu_sample_list_at(list, 0), idle));
    sysinfo_cpu_sample_list_free(list);
    sysinfo_host_close(host);
}
END_TEST

#define MEMINFO "MemTotal: 8000000 kB\nMemFree: 2000000 kB\nMemAvailable: 3000000 kB\nCached: 900000 kB\n"
#define OLD_MEMINFO "MemTotal: 8000000 kB\nMemFree: 2000000 kB\nCached: 900000 kB\n"
#define KIB(n) ((uint64_t)(n) * 1024)
#define LXCFS "60 50 0:44 /proc/meminfo /proc/meminfo rw - fuse.lxcfs lxcfs rw\n"

static const struct {
    const char *meminfo, *arcstats, *mountinfo, *mounts;
    uint64_t arc, available; /* 0: unknown. */
} caches[] = {
    {MEMINFO, "9 1 0x01 147 39984 1 2\nname type data\nsize   4    3533162592\nc_min 4 1000000000\n", NULL, NULL,
     3533162592, KIB(3000000) + 2533162592},
    {MEMINFO, "c_min 4 1000000000\nc_max 4 9\narc_meta_size 4 7\nsize 4 900000000\n", NULL, NULL, 900000000,
     KIB(3000000)},
    {MEMINFO, "size 4 7000000000\nc_min 4 0\n", NULL, NULL, 7000000000, KIB(8000000)}, /* At most the total. */
    {OLD_MEMINFO, "size 4 2000000000\nc_min 4 1000000000\n", NULL, NULL, 2000000000, KIB(2900000) + 1000000000},
    {MEMINFO, "size 4 3533162592\nc_min 4 1000000000\n", "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n" LXCFS, NULL, 0,
     KIB(3000000)},
    {MEMINFO, "size 4 3533162592\nc_min 4 1000000000\n", NULL, "lxcfs /proc/meminfo fuse.lxcfs rw 0 0\n", 0,
     KIB(3000000)},
    {MEMINFO, "size 4 2000000000\nc_min 4 1000000000\n", "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n", NULL, 2000000000,
     KIB(3000000) + 1000000000},
    {MEMINFO, "size 4 3533162592\n", NULL, NULL, 0, KIB(3000000)},
    {MEMINFO, "c_min 4 1000000000\nsize 4 many\n", NULL, NULL, 0, KIB(3000000)},
    {MEMINFO, "", NULL, NULL, 0, KIB(3000000)},
};

START_TEST(what_zfs_would_give_up_is_available) {
    directory_write("proc/meminfo", caches[_i].meminfo);
    directory_write("proc/spl/kstat/zfs/arcstats", caches[_i].arcstats);
    if (caches[_i].mountinfo != NULL) {
        directory_write("proc/self/mountinfo", caches[_i].mountinfo);
    }
    if (caches[_i].mounts != NULL) {
        directory_write("proc/mounts", caches[_i].mounts);
    }
    struct sysinfo_host *host = open_directory();
    struct sysinfo_memory memory = memory_of(host);
    bool has_arc = caches[_i].arc > 0;
    ck_assert_int_eq(SYSINFO_HAS(&memory, arc), has_arc);
    ck_assert(memory.arc == caches[_i].arc && !SYSINFO_IS_ESTIMATED(&memory, arc));
    ck_assert_uint_eq(memory.available, caches[_i].available);
    ck_assert_uint_eq(memory.used, memory.total - memory.available);
    ck_assert(SYSINFO_IS_ESTIMATED(&memory, available) == has_arc);
    sysinfo_host_close(host);
}
END_TEST

#define STAT4 "cpu  1 2 3 4\ncpu0 1 2 3 4\ncpu1 1 2 3 4\ncpu2 1 2 3 4\ncpu3 1 2 3 4\n"
#define P(n, package, core) "processor\t: " n "\nmodel name\t: x\nphysical id\t: " package "\ncore id\t\t: " core "\n\n"

static const struct {
    const char *cpuinfo;
    int cores; /* 0: unknown. */
} cpuinfos[] = {
    {P("0", "0", "0") P("1", "0", "1") P("2", "0", "0") P("3", "0", "1"), 2},
    {P("0", "0", "0") P("1", "1", "0") P("2", "0", "0") P("3", "1", "0"), 2}, /* The same number in two packages. */
    {P("0", "0", "0") P("1", "0", "4") P("2", "3", "0") P("3", "3", "9"), 4},
    {P("0", "0", "0") P("1", "0", "0") P("2", "0", "0"), 0}, /* Another number of CPUs. */
    {"processor\t: 0\n\nprocessor\t: 1\n\nprocessor\t: 2\n\nprocessor\t: 3\n", 0},
    {P("0", "0", "0") P("1", "0", "1") P("2", "0", "0") "processor\t: 3\nphysical id\t: 0\n", 0},
    {"", 0},
};

/* Without topology in sysfs; and without sysfs. */
START_TEST(cores_come_from_cpuinfo_if_sysfs_lacks_them) {
    for (int has_list = 0; has_list < 2; has_list++) {
        directory_write("proc/stat", STAT4);
        directory_write("proc/cpuinfo", cpuinfos[_i].cpuinfo);
        if (has_list) {
            directory_write("sys/devices/system/cpu/online", "0-3\n");
        }
        struct sysinfo_host *host = open_directory();
        struct sysinfo_processors counts;
        for (int round = 0; round < 2; round++) {
            ck_assert_int_eq(sysinfo_cpu_counts(host, &counts, sizeof counts), SYSINFO_OK);
            ck_assert_uint_eq(counts.count, 4);
            ck_assert_int_eq(SYSINFO_HAS(&counts, cores), cpuinfos[_i].cores > 0);
            ck_assert_uint_eq(counts.cores, (uint64_t)cpuinfos[_i].cores);
        }
        sysinfo_host_close(host);
    }
}
END_TEST

TCase *capture_tests(void) {
    TCase *tests = tcase_create("captures");
    tcase_add_checked_fixture(tests, directory_make, directory_remove);
    tcase_add_loop_test(tests, a_capture_is_read_whole, 0, 4);
    tcase_add_test(tests, a_capture_that_was_cut_gives_no_number_that_was_not_in_it);
    tcase_add_loop_test(tests, what_zfs_would_give_up_is_available, 0, (int)(sizeof caches / sizeof caches[0]));
    tcase_add_loop_test(tests, cores_come_from_cpuinfo_if_sysfs_lacks_them, 0,
                        (int)(sizeof cpuinfos / sizeof cpuinfos[0]));
    return tests;
}
