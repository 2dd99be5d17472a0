/* SPDX-License-Identifier: MIT */
/*
 * Real cgroups with real limits: the test creates them, moves a child in, and compares the library's figures with the
 * kernel's own files. Needs root and a kernel that allows creating groups; otherwise prints what it skipped and why.
 */
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sysinfo/sysinfo.h>

#include "run.h"

#define MIB(n) ((uint64_t)1048576 * (n))

enum { PATH = 512 };

/*
 * Where groups of a controller can be created. Each place has its own groups; where one hierarchy has all controllers,
 * as in version 2, places share a mount.
 */
struct place {
    const char *controller; /* "" for version 2 itself. */
    const char *name;
    char mount[256];
    bool is_v2, is_enabled_here;       /* By this test, in the mount's group; undone at the end. */
    char outer[PATH], inner[PATH + 8]; /* A group, and one inside it. */
} memory = {.controller = "memory", .name = "memory"}, cpu = {.controller = "cpu", .name = "cpu"},
  unified = {.controller = "", .name = "version-2"};

static bool write_file(const char *directory, const char *name, const char *text) {
    char path[PATH * 2];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool is_written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0) {
        close(fd);
    }
    return is_written;
}

static bool read_file(const char *directory, const char *name, char *text, size_t size) {
    char path[PATH * 2];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *file = fopen(path, "r");
    size_t length = file == NULL ? 0 : fread(text, 1, size - 1, file);
    text[length] = '\0';
    if (file != NULL) {
        fclose(file);
    }
    return file != NULL;
}

static uint64_t number_in(const char *directory, const char *name) {
    char text[64];
    ck_assert_msg(read_file(directory, name, text, sizeof text), "%s/%s", directory, name);
    return strtoull(text, NULL, 10);
}

static uint64_t value_of(const char *directory, const char *name, const char *key) {
    static char text[65536];
    char wanted[64];
    ck_assert_msg(read_file(directory, name, text, sizeof text), "%s/%s", directory, name);
    snprintf(wanted, sizeof wanted, "\n%s ", key);
    const char *line = strncmp(text, wanted + 1, strlen(wanted) - 1) == 0 ? text - 1 : strstr(text, wanted);
    return line == NULL ? 0 : strtoull(line + strlen(wanted), NULL, 10);
}

/* ---- Creating groups ---- */

static bool has_word(const char *text, const char *word) {
    size_t length = strlen(word);
    for (const char *p = text; (p = strstr(p, word)) != NULL && length > 0; p += length) {
        if ((p == text || p[-1] == ' ') && (p[length] == ' ' || p[length] == '\n')) {
            return true;
        }
    }
    return length == 0;
}

static bool find_mount(struct place *place) {
    FILE *mounts = setmntent("/proc/self/mounts", "r");
    const struct mntent *entry;
    char controllers[512];
    while (mounts != NULL && (entry = getmntent(mounts)) != NULL && place->mount[0] == '\0') {
        bool is_v1 = strcmp(entry->mnt_type, "cgroup") == 0 && place->controller[0] != '\0' &&
                     hasmntopt(entry, place->controller) != NULL;
        bool is_v2 = strcmp(entry->mnt_type, "cgroup2") == 0 &&
                     read_file(entry->mnt_dir, "cgroup.controllers", controllers, sizeof controllers) &&
                     has_word(controllers, place->controller);
        if (is_v1 || is_v2) {
            snprintf(place->mount, sizeof place->mount, "%s", entry->mnt_dir);
            place->is_v2 = is_v2;
        }
    }
    if (mounts != NULL) {
        endmntent(mounts);
    }
    return place->mount[0] != '\0';
}

/* Version 2: enables the controller for the groups inside this one. */
static bool control(const struct place *place, const char *directory, char sign) {
    char text[32];
    snprintf(text, sizeof text, "%c%s", sign, place->controller);
    return !place->is_v2 || place->controller[0] == '\0' || write_file(directory, "cgroup.subtree_control", text);
}

static bool is_controlled(const struct place *place, const char *directory) {
    char text[512];
    return !place->is_v2 ||
           (read_file(directory, "cgroup.subtree_control", text, sizeof text) && has_word(text, place->controller));
}

static void remove_groups(struct place *place) {
    rmdir(place->inner);
    rmdir(place->outer);
    if (place->is_enabled_here) {
        control(place, place->mount, '-');
    }
}

/* Without any memory limits on the machine, no group may have that controller. */
static bool enable_in_mount(struct place *place) {
    if (is_controlled(place, place->mount)) {
        return true;
    }
    place->is_enabled_here = control(place, place->mount, '+');
    return place->is_enabled_here;
}

/* Version 1 before Linux 5.11: otherwise a group's limit does not apply to the groups inside it. */
static void use_hierarchy(const struct place *place) {
    if (place == &memory && !place->is_v2) {
        write_file(place->outer, "memory.use_hierarchy", "1");
    }
}

/* Returns NULL, or why there are no groups. */
static const char *make_groups(struct place *place) {
    if (!find_mount(place)) {
        return "no mounted cgroup hierarchy has this controller";
    }
    snprintf(place->outer, sizeof place->outer, "%s/sysinfo-test-%d-%s", place->mount, (int)getpid(), place->name);
    snprintf(place->inner, sizeof place->inner, "%s/inner", place->outer);
    bool is_made = enable_in_mount(place) && mkdir(place->outer, 0755) == 0;
    if (is_made) {
        use_hierarchy(place);
        is_made = control(place, place->outer, '+') && mkdir(place->inner, 0755) == 0;
    }
    const char *reason = is_made ? NULL : strerror(errno);
    if (!is_made) {
        remove_groups(place);
    }
    return reason;
}

static void join(const char *directory) {
    ck_assert_msg(write_file(directory, "cgroup.procs", "0"), "cannot move into %s: %s", directory, strerror(errno));
}

static struct sysinfo_host *open_host(void) {
    struct sysinfo_host *host = NULL;
    ck_assert_int_eq(sysinfo_host_open(&host, NULL), SYSINFO_OK);
    return host;
}

/* ---- Memory ---- */

static void set_memory(const char *directory, uint64_t limit) {
    char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)limit);
    ck_assert(write_file(directory, memory.is_v2 ? "memory.max" : "memory.limit_in_bytes",
                         limit == SYSINFO_UNLIMITED ? memory.is_v2 ? "max" : "-1" : text));
}

/* The documented formula, computed from the files of one group. */
static uint64_t room_by_hand(const char *directory) {
    uint64_t limit = number_in(directory, memory.is_v2 ? "memory.max" : "memory.limit_in_bytes");
    uint64_t used = number_in(directory, memory.is_v2 ? "memory.current" : "memory.usage_in_bytes");
    uint64_t cache = value_of(directory, "memory.stat", memory.is_v2 ? "active_file" : "total_active_file") +
                     value_of(directory, "memory.stat", memory.is_v2 ? "inactive_file" : "total_inactive_file") +
                     value_of(directory, "memory.stat", memory.is_v2 ? "slab_reclaimable" : "total_slab_reclaimable");
    used = used > cache ? used - cache : 0;
    return limit > used ? limit - used : 0;
}

static struct sysinfo_allowance usable(struct sysinfo_host *host) {
    struct sysinfo_allowance allowance;
    int status = sysinfo_usable_memory(host, &allowance, sizeof allowance);
    ck_assert_msg(status == SYSINFO_OK, "%s", sysinfo_explain(host, status));
    ck_assert(SYSINFO_HAS(&allowance, limit) && SYSINFO_HAS(&allowance, usable) && allowance.estimated == 0);
    return allowance;
}

static void expect_near(uint64_t value, uint64_t expected, uint64_t slack) {
    uint64_t distance = value > expected ? value - expected : expected - value;
    ck_assert_msg(distance <= slack, "%llu, not %llu", (unsigned long long)value, (unsigned long long)expected);
}

#define IS_SANITIZED 0
#ifdef __has_feature
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#undef IS_SANITIZED
#define IS_SANITIZED 1
#endif
#endif

START_TEST(the_limit_of_the_group_above_holds) {
    struct sysinfo_host *host = open_host();
    set_memory(memory.outer, MIB(512));
    join(memory.inner);
    struct sysinfo_allowance before = usable(host);
    ck_assert_uint_eq(before.limit, MIB(512));
    expect_near(before.usable, room_by_hand(memory.outer), MIB(2));
    char *block = mmap(NULL, MIB(64), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert(block != MAP_FAILED);
    memset(block, 1, MIB(64));
    struct sysinfo_allowance after = usable(host);
    expect_near(after.usable, room_by_hand(memory.outer), MIB(2));
    /* A sanitizer's shadow memory counts in the group too. */
    expect_near(before.usable - after.usable, MIB(64), MIB(IS_SANITIZED ? 256 : 4));
    set_memory(memory.inner, MIB(256));
    ck_assert_uint_eq(usable(host).limit, MIB(256));
    expect_near(usable(host).usable, room_by_hand(memory.inner), MIB(2));
    set_memory(memory.inner, SYSINFO_UNLIMITED);
    ck_assert_uint_eq(usable(host).limit, MIB(512));
    munmap(block, MIB(64));
    sysinfo_host_close(host);
}
END_TEST

START_TEST(page_cache_of_the_group_stays_usable) {
    struct sysinfo_host *host = open_host();
    char name[] = "/var/tmp/sysinfo-test-XXXXXX";
    static char block[1048576];
    set_memory(memory.outer, MIB(512));
    join(memory.inner);
    uint64_t before = usable(host).usable;
    uint64_t cached = value_of(memory.outer, "memory.stat", memory.is_v2 ? "inactive_file" : "total_inactive_file");
    int fd = mkstemp(name);
    ck_assert_int_ge(fd, 0);
    unlink(name);
    for (int i = 0; i < 48; i++) {
        ck_assert_int_eq(write(fd, block, sizeof block), (ssize_t)sizeof block);
    }
    ck_assert_int_eq(fsync(fd), 0);
    cached = value_of(memory.outer, "memory.stat", memory.is_v2 ? "inactive_file" : "total_inactive_file") - cached;
    if (cached >
        MIB(32)) { /* A file system in memory has no such cache. The kernel updates its sums at its own pace. */
        for (int i = 0; i < 200 && usable(host).usable + MIB(8) < before; i++) {
            usleep(50000);
        }
        expect_near(usable(host).usable, before, MIB(8));
    }
    close(fd);
    sysinfo_host_close(host);
}
END_TEST

START_TEST(a_process_that_moved_is_followed) {
    struct sysinfo_host *host = open_host();
    set_memory(memory.outer, MIB(512));
    set_memory(memory.inner, MIB(300));
    join(memory.inner);
    const char *path;
    ck_assert_uint_eq(usable(host).limit, MIB(300));
    ck_assert_int_eq(sysinfo_cgroup_path(host, &path), SYSINFO_OK);
    ck_assert_msg(strstr(path, "/inner") != NULL, "%s", path);
    join(memory.mount);
    ck_assert_uint_ne(usable(host).limit, MIB(300));
    ck_assert_int_eq(rmdir(memory.inner), 0); /* Its files stay open, and return ENODEV. */
    ck_assert_uint_ne(usable(host).limit, MIB(300));
    ck_assert_int_eq(mkdir(memory.inner, 0755), 0);
    set_memory(memory.inner, MIB(200));
    join(memory.inner);
    ck_assert_uint_eq(usable(host).limit, MIB(200));
    set_memory(memory.inner, SYSINFO_UNLIMITED);
    sysinfo_host_close(host);
}
END_TEST

/* The child's /proc/self is not that of the process that opened the file. */
START_TEST(a_child_is_not_taken_for_its_parent) {
    struct sysinfo_host *host = open_host();
    set_memory(memory.outer, MIB(512));
    set_memory(memory.inner, MIB(300));
    join(memory.inner);
    ck_assert_uint_eq(usable(host).limit, MIB(300));
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        struct sysinfo_allowance allowance;
        bool is_right = write_file(memory.outer, "cgroup.procs", "0") ||
                        memory.is_v2; /* Version 2: not into a group whose groups have controllers. */
        is_right = is_right && sysinfo_usable_memory(host, &allowance, sizeof allowance) == SYSINFO_OK &&
                   allowance.limit == (memory.is_v2 ? MIB(300) : MIB(512));
        _exit(is_right ? 0 : 1);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    ck_assert_uint_eq(usable(host).limit, MIB(300));
    set_memory(memory.inner, SYSINFO_UNLIMITED);
    sysinfo_host_close(host);
}
END_TEST

START_TEST(the_group_figures_are_those_of_its_files) {
    struct sysinfo_host *host = open_host();
    set_memory(memory.outer, MIB(512));
    join(memory.inner);
    struct sysinfo_cgroup cgroup;
    ck_assert_int_eq(sysinfo_cgroup_usage(host, &cgroup, sizeof cgroup), SYSINFO_OK);
    ck_assert(SYSINFO_HAS(&cgroup, current) && SYSINFO_HAS(&cgroup, limit) && SYSINFO_HAS(&cgroup, events_max));
    ck_assert_uint_eq(cgroup.limit, MIB(512));
    expect_near(cgroup.current, number_in(memory.inner, memory.is_v2 ? "memory.current" : "memory.usage_in_bytes"),
                MIB(2));
    ck_assert_uint_eq(cgroup.events_max, memory.is_v2 ? value_of(memory.inner, "memory.events", "max")
                                                      : number_in(memory.inner, "memory.failcnt"));
    ck_assert(!SYSINFO_HAS(&cgroup, peak) || cgroup.peak + MIB(2) >= cgroup.current);
    sysinfo_host_close(host);
}
END_TEST

/* ---- CPU ---- */

static void set_quota(const char *directory, unsigned quota, unsigned period) {
    char text[64];
    if (cpu.is_v2) {
        snprintf(text, sizeof text, "%u %u", quota, period);
        ck_assert(write_file(directory, "cpu.max", text));
        return;
    }
    snprintf(text, sizeof text, "%u", period);
    ck_assert(write_file(directory, "cpu.cfs_period_us", text));
    snprintf(text, sizeof text, "%u", quota);
    ck_assert(write_file(directory, "cpu.cfs_quota_us", text));
}

START_TEST(the_quota_of_the_group_above_holds) {
    struct sysinfo_host *host = open_host();
    struct sysinfo_cpu_allowance allowance;
    cpu_set_t set;
    int allowed =
        sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 2; /* Fails only with more than 1024. */
    set_quota(cpu.outer, 150000, 100000);
    join(cpu.inner);
    for (int round = 0; round < 2; round++) {
        ck_assert_int_eq(sysinfo_usable_cpus(host, &allowance, sizeof allowance), SYSINFO_OK);
        ck_assert(SYSINFO_HAS(&allowance, quota) && allowance.estimated == 0 && allowance.quota == 1.5);
        ck_assert_uint_eq(allowance.usable, allowed < 2 ? 1 : 2);
    }
    set_quota(cpu.outer, 20000, 100000);
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_USABLE), 1);
    sysinfo_host_close(host);
}
END_TEST

/*
 * The group may use a tenth of a CPU and wants all of it, in periods so short that one turn on a
 * CPU is longer: whatever else the machine does, the group is throttled. A virtual machine counts
 * time in which its own CPU was taken away as used, and the group waits until the quota has made up
 * for it: with a hundredth of a CPU, six lost seconds take ten minutes.
 */
START_TEST(a_group_at_its_quota_is_throttled) {
    struct sysinfo_host *host = open_host();
    struct sysinfo_cgroup before, after;
    set_quota(cpu.outer, 1000, 10000);
    join(cpu.inner);
    ck_assert_int_eq(sysinfo_cgroup_usage(host, &before, sizeof before), SYSINFO_OK);
    ck_assert(SYSINFO_HAS(&before, throttled) && SYSINFO_HAS(&before, periods));
    for (uint64_t stopped = value_of(cpu.outer, "cpu.stat", "nr_throttled");
         value_of(cpu.outer, "cpu.stat", "nr_throttled") < stopped + 5;) {
    }
    ck_assert_int_eq(sysinfo_cgroup_usage(host, &after, sizeof after), SYSINFO_OK);
    ck_assert(after.periods > before.periods && after.throttled_periods > before.throttled_periods &&
              after.throttled > before.throttled);
    ck_assert_uint_le(after.throttled_periods, after.periods);
    ck_assert_uint_ge(value_of(cpu.outer, "cpu.stat", "nr_throttled"), after.throttled_periods);
    if (SYSINFO_HAS(&after, cpu_percent)) { /* Not if CPU time is counted in another hierarchy than the quota. */
        ck_assert(after.cpu_percent > 0 && after.cpu_percent <= 100);
        double share = (after.cpu_time - before.cpu_time) / (after.interval * 0.1) * 100;
        ck_assert(!cpu.is_v2 || (after.cpu_percent > share / 2 && after.cpu_percent < share * 2) ||
                  SYSINFO_IS_ESTIMATED(&after, cpu_percent)); /* From two files read in succession. */
    }
    sysinfo_host_close(host);
}
END_TEST

/* ---- Version 2 ---- */

START_TEST(pressure_of_the_group_is_that_of_its_files) {
    char text[512];
    struct sysinfo_host *host = open_host();
    join(unified.inner);
    struct sysinfo_pressure pressure;
    int status = sysinfo_cgroup_memory_pressure(host, &pressure, sizeof pressure);
    if (!read_file(unified.inner, "memory.pressure", text, sizeof text) || text[0] == '\0') {
        ck_assert(status == SYSINFO_NOT_FOUND || status == SYSINFO_NOT_SUPPORTED);
    } else {
        ck_assert_msg(status == SYSINFO_OK, "%s", sysinfo_explain(host, status));
        ck_assert(SYSINFO_HAS(&pressure, some_avg10) && SYSINFO_HAS(&pressure, full_total));
        ck_assert(pressure.some_total >= 0 && pressure.full_total <= pressure.some_total + 0.001);
        double total = (double)strtoull(strstr(text, "total=") + 6, NULL, 10) / 1e6;
        ck_assert(total >= pressure.some_total && total < pressure.some_total + 1);
    }
    sysinfo_host_close(host);
}
END_TEST

/* ---- The suite ---- */

static void restore(void) {
    write_file(memory.mount, "cgroup.procs", "0");
    write_file(cpu.mount, "cgroup.procs", "0");
    write_file(unified.mount, "cgroup.procs", "0");
}

int main(void) {
    struct place *places[] = {&memory, &cpu, &unified};
    bool can[3];
    Suite *suite = suite_create("live_cgroups");
    TCase *tests = tcase_create("cgroups");
    int possible = 0;
    for (int i = 0; i < 3; i++) {
        const char *reason = geteuid() == 0 ? make_groups(places[i]) : "only root may make cgroups";
        can[i] = reason == NULL;
        possible += can[i];
        if (!can[i]) {
            printf("skipped: the tests of %s: %s\n", places[i]->name, reason);
        }
    }
    tcase_add_checked_fixture(tests, NULL, restore);
    if (can[0]) {
        tcase_add_test(tests, the_limit_of_the_group_above_holds);
        tcase_add_test(tests, page_cache_of_the_group_stays_usable);
        tcase_add_test(tests, a_process_that_moved_is_followed);
        tcase_add_test(tests, a_child_is_not_taken_for_its_parent);
        tcase_add_test(tests, the_group_figures_are_those_of_its_files);
    }
    if (can[1]) {
        tcase_add_test(tests, the_quota_of_the_group_above_holds);
        tcase_add_test(tests, a_group_at_its_quota_is_throttled);
    }
    if (can[2]) {
        tcase_add_test(tests, pressure_of_the_group_is_that_of_its_files);
    }
    suite_add_tcase(suite, tests);
    int status = run(suite);
    for (int i = 0; i < 3; i++) {
        if (can[i]) {
            remove_groups(places[i]);
        }
    }
    return possible == 0 ? RUN_SKIPPED : status;
}
