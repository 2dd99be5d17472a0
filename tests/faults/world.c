/* SPDX-License-Identifier: MIT */
/*
 * Events around a host while it answers: CPUs go offline, the process is moved, descriptors are closed, clocks jump,
 * the process is stopped.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backend.h"
#include "directory.h"
#include "faults.h"
#include "questions.h"
#include "roots.h"

/* ---- In the middle of a call ---- */

static void make_cpus(void) {
    char path[64];
    for (int cpu = 0; cpu < 4; cpu++) {
        snprintf(path, sizeof path, "sys/devices/system/cpu/cpu%d/topology/core_cpus_list", cpu);
        directory_write(path, cpu < 2 ? "0-1\n" : "2-3\n");
    }
    directory_write("sys/devices/system/cpu/online", "0-3\n");
}

/* As in the kernel, an offline CPU has no topology. */
static void take_two_cpus_away(void) {
    char path[DIRECTORY_PATH];
    directory_write("sys/devices/system/cpu/online", "0-1\n");
    for (int cpu = 2; cpu < 4; cpu++) {
        char name[64];
        snprintf(name, sizeof name, "sys/devices/system/cpu/cpu%d/topology/core_cpus_list", cpu);
        directory_path(path, name);
        ck_assert_int_eq(unlink(path), 0);
    }
}

START_TEST(cpus_that_go_while_they_are_counted_leave_no_mixed_count) {
    bool has_happened = true;
    for (int at = 0; has_happened; at++) {
        make_cpus();
        struct sysinfo_host *host = open_root(directory_root);
        struct sysinfo_processors counts;
        faults_begin_with(_i == 0 ? FAULT_OPEN : FAULT_READ, at, take_two_cpus_away);
        int status = sysinfo_cpu_counts(host, &counts, sizeof counts);
        faults_end();
        has_happened = faults.has_failed;
        ck_assert_int_eq(status, SYSINFO_OK);
        bool is_before = counts.count == 4 && (counts.cores == 2 || !SYSINFO_HAS(&counts, cores));
        bool is_after = counts.count == 2 && (counts.cores == 1 || !SYSINFO_HAS(&counts, cores));
        ck_assert_msg(is_before || is_after, "call %d: %llu CPUs and %llu cores", at, (unsigned long long)counts.count,
                      (unsigned long long)counts.cores);
        if (has_happened) {
            ck_assert_int_eq(sysinfo_cpu_counts(host, &counts, sizeof counts), SYSINFO_OK);
            ck_assert(counts.count == 2 && counts.cores == 1);
        }
        sysinfo_host_close(host);
    }
}
END_TEST

#define GROUPS "sys/fs/cgroup/"
#define MIB (UINT64_C(1) << 20)

static void make_groups(void) {
    directory_write("proc/meminfo", "MemTotal: 1048576 kB\nMemAvailable: 1048576 kB\n");
    directory_write("proc/self/mountinfo", "26 25 0:23 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    directory_write("proc/self/cgroup", "0::/a\n");
    directory_write(GROUPS "cgroup.controllers", "memory\n");
    static const char *const files[][2] = {
        {"a/memory.max", "104857600\n"},
        {"a/memory.current", "20971520\n"},
        {"a/memory.stat", "active_file 1048576\n"},
        {"a/memory.high", "max\n"},
        {"b/memory.max", "52428800\n"},
        {"b/memory.current", "1048576\n"},
        {"b/memory.stat", "active_file 0\n"},
        {"b/memory.high", "max\n"},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char path[64];
        snprintf(path, sizeof path, GROUPS "%s", files[i][0]);
        directory_write(path, files[i][1]);
    }
}

/* Moves the process; its former group no longer exists. */
static void move_to_b(void) {
    static const char *const gone[] = {GROUPS "a/memory.max", GROUPS "a/memory.current", GROUPS "a/memory.stat",
                                       GROUPS "a/memory.high", GROUPS "a"};
    directory_write("proc/self/cgroup", "0::/b\n");
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++) {
        char path[DIRECTORY_PATH];
        directory_path(path, gone[i]);
        ck_assert_int_eq(remove(path), 0);
    }
}

/* Values that could not be seen at that moment are unknown or marked. */
static bool is_of_group(const struct sysinfo_allowance *memory, uint64_t limit, uint64_t usable) {
    bool is_limit = memory->limit == limit || !SYSINFO_HAS(memory, limit) || SYSINFO_IS_ESTIMATED(memory, limit),
         is_usable = memory->usable == usable || SYSINFO_IS_ESTIMATED(memory, usable);
    return is_limit && is_usable;
}

START_TEST(a_move_in_the_middle_of_a_call_mixes_no_figures) {
    bool is_warm = _i % 2 == 1, has_happened = true;
    for (int at = 0; has_happened; at++) {
        make_groups();
        struct sysinfo_host *host = open_root(directory_root);
        struct sysinfo_allowance memory;
        if (is_warm) {
            ck_assert_int_eq(sysinfo_usable_memory(host, &memory, sizeof memory), SYSINFO_OK);
        }
        faults_begin_with(_i < 2 ? FAULT_OPEN : FAULT_READ, at, move_to_b);
        int status = sysinfo_usable_memory(host, &memory, sizeof memory);
        faults_end();
        has_happened = faults.has_failed;
        ck_assert_msg(status == SYSINFO_OK, "call %d: %s", at, sysinfo_explain(host, status));
        bool is_right =
            is_of_group(&memory, 100 * MIB, 81 * MIB) || (has_happened && is_of_group(&memory, 50 * MIB, 49 * MIB));
        ck_assert_msg(is_right, "call %d: limit %llu, usable %llu", at, (unsigned long long)memory.limit,
                      (unsigned long long)memory.usable);
        if (has_happened) {
            ck_assert_int_eq(sysinfo_usable_memory(host, &memory, sizeof memory), SYSINFO_OK);
            ck_assert(memory.limit == 50 * MIB && memory.usable == 49 * MIB && memory.estimated == 0);
        }
        sysinfo_host_close(host);
    }
}
END_TEST

/*
 * The kernel takes longer over /proc/self/cgroup than over a group's files, and all figures of a call are to be of
 * one group: it is read once, and each file of the group once. A capture's file is read to its end: twice.
 */
START_TEST(a_call_reads_each_file_once) {
    make_groups();
    directory_write(GROUPS "a/cpu.max", "max 100000\n");
    directory_write(GROUPS "a/cpu.stat", "usage_usec 1\n");
    directory_write(GROUPS "a/memory.peak", "20971520\n");
    directory_write(GROUPS "a/memory.events", "high 0\nmax 0\noom 0\noom_kill 0\n");
    struct sysinfo_host *host = open_root(directory_root);
    struct sysinfo_cgroup usage;
    for (int warm = 0; warm < 2; warm++) {
        ck_assert_int_eq(sysinfo_cgroup_usage(host, &usage, sizeof usage), SYSINFO_OK);
    }
    faults_begin(FAULT_READ, -1, 0);
    int status = sysinfo_cgroup_usage(host, &usage, sizeof usage);
    faults_end();
    ck_assert_int_eq(status, SYSINFO_OK);
    ck_assert(usage.limit == 100 * MIB && usage.limit_current == 20 * MIB && SYSINFO_HAS(&usage, limit_events_oom));
    /* The process's group, cpu.max and cpu.stat, five files of memory, and the controllers of the highest group. */
    ck_assert_int_le(faults.calls[FAULT_READ], 2 * (1 + 2 + 5 + 1) + 2);
    sysinfo_host_close(host);
}
END_TEST

/* ---- Descriptors closed by someone else ---- */

enum { MOST_DESCRIPTORS = 256 };

/*
 * Every descriptor that a warm host has opened becomes one of `foreign`, as after closefrom() in a program that opens
 * further files.
 */
static int take_descriptors(const bool was_open[MOST_DESCRIPTORS], int foreign, bool is_taken[MOST_DESCRIPTORS]) {
    int taken = 0;
    for (int fd = 0; fd < MOST_DESCRIPTORS; fd++) {
        is_taken[fd] = !was_open[fd] && fd != foreign && fcntl(fd, F_GETFD) >= 0;
        if (is_taken[fd]) {
            ck_assert_int_eq(dup2(foreign, fd), fd);
            taken++;
        }
    }
    return taken;
}

/*
 * A host does not survive that, and its results are not guaranteed. But a descriptor that is not a kernel file at all
 * is noticed, reopened, and above all not closed, because it belongs to someone else.
 */
START_TEST(descriptors_that_became_anothers_are_left_alone) {
    bool was_open[MOST_DESCRIPTORS], is_taken[MOST_DESCRIPTORS];
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    int directory = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), foreign = _i == 0   ? ends[0]
                                                                             : _i == 1 ? directory
                                                                                       : ends[1];
    for (int fd = 0; fd < MOST_DESCRIPTORS; fd++) {
        was_open[fd] = fcntl(fd, F_GETFD) >= 0;
    }
    struct sysinfo_host *host = open_root(NULL);
    uint64_t answer[SYSINFO_SLOTS];
    int usual[64];
    for (int i = 0; i < question_count; i++) {
        usual[i] = questions[i].ask(host, answer);
    }
    ck_assert_int_gt(take_descriptors(was_open, foreign, is_taken), 3);
    for (int i = 0; i < question_count; i++) {
        int status = questions[i].ask(host, answer);
        ck_assert_msg(status == usual[i] || status == SYSINFO_NOT_YET || usual[i] == SYSINFO_NOT_YET, "%s: %s",
                      questions[i].name, sysinfo_explain(host, status));
    }
    for (int fd = 0; fd < MOST_DESCRIPTORS; fd++) {
        ck_assert_msg(!is_taken[fd] || fcntl(fd, F_GETFD) >= 0, "descriptor %d was closed", fd);
    }
    sysinfo_host_close(host);
    close(directory);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

/* ---- Time ---- */

/* The monotonic clock stops in suspend, and may do anything in a virtual machine that is migrated. */
START_TEST(no_clock_makes_an_impossible_percentage) {
    static const double moments[] = {1000, 1000, 1000.5, 900, 900, 1e9, 5, 5.25};
    struct sysinfo_host *host = open_root(NULL);
    for (size_t i = 0; i < sizeof moments / sizeof moments[0]; i++) {
        faults.time = moments[i];
        struct sysinfo_cpu_usage usage;
        struct sysinfo_cgroup group;
        double percent;
        int status = sysinfo_cpu_times_percent(host, 0, &usage, sizeof usage);
        ck_assert(status == SYSINFO_OK || status == SYSINFO_NOT_YET);
        ck_assert(status != SYSINFO_OK || (usage.percent >= 0 && usage.percent <= 100 && usage.interval >= 0));
        status = sysinfo_cpu_percent(host, 0, &percent);
        ck_assert(status == SYSINFO_OK || status == SYSINFO_NOT_YET);
        ck_assert(status != SYSINFO_OK || (percent >= 0 && percent <= 100));
        status = sysinfo_cgroup_usage(host, &group, sizeof group);
        ck_assert(status != SYSINFO_OK || (group.cpu_percent >= 0 && group.cpu_percent <= 100 && group.interval >= 0));
    }
    faults.time = 0;
    sysinfo_host_close(host);
}
END_TEST

/* A single sleep lasts at most a day. */
START_TEST(an_interval_of_days_lasts_as_long) {
    double percent;
    faults.time = 1000;
    int status = sysinfo_cpu_percent(NULL, 200000, &percent);
    double end = faults.time;
    faults.time = 0;
    ck_assert(status == SYSINFO_OK || status == SYSINFO_NOT_YET);
    ck_assert(end >= 201000 && end < 201001);
}
END_TEST

/*
 * Stopped for longer than its interval: the sleep ends when the process continues, and the interval is the time that
 * passed.
 */
START_TEST(a_stop_within_an_interval_is_part_of_it) {
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        struct sysinfo_host *host = NULL;
        struct sysinfo_cpu_usage usage = {0};
        int status = sysinfo_host_open(&host, NULL);
        bool is_reported = write(ends[1], "x", 1) == 1;
        status = status == SYSINFO_OK ? sysinfo_cpu_times_percent(host, 0.1, &usage, sizeof usage) : status;
        bool is_right = status == SYSINFO_NOT_YET ||
                        (status == SYSINFO_OK && usage.interval >= 0.1 && usage.percent >= 0 && usage.percent <= 100);
        sysinfo_host_close(host);
        _exit(is_reported && is_right ? 0 : 1);
    }
    char byte;
    int status;
    ck_assert_int_eq(read(ends[0], &byte, 1), 1);
    ck_assert_int_eq(kill(child, SIGSTOP), 0);
    ck_assert_int_eq(waitpid(child, &status, WUNTRACED), child);
    if (WIFSTOPPED(status)) { /* Otherwise it finished first. */
        usleep(300000);
        ck_assert_int_eq(kill(child, SIGCONT), 0);
        ck_assert_int_eq(waitpid(child, &status, 0), child);
    }
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

/* ---- A full disk ---- */

/* Holds a recorder's lock until the pipe is closed. */
static void hold_lock(const char *path, int ready, int end) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    char byte;
    bool is_held = fd >= 0 && fcntl(fd, F_SETLK, &lock) == 0 && write(ready, "x", 1) == 1;
    _exit(is_held && read(end, &byte, 1) == 0 ? 0 : 1);
}

START_TEST(a_mark_that_a_full_disk_cuts_is_taken_back) {
    char path[DIRECTORY_PATH], recording[DIRECTORY_PATH + 32], byte;
    int ready[2], end[2], status;
    directory_write("a.csv", "whole line\n");
    directory_path(path, "a.csv");
    snprintf(recording, sizeof recording, "1000:1000:%s", path);
    ck_assert(pipe(ready) == 0 && pipe(end) == 0);
    pid_t holder = fork();
    ck_assert_int_ge(holder, 0);
    if (holder == 0) {
        close(end[1]);
        hold_lock(path, ready[1], end[0]);
    }
    ck_assert_int_eq(read(ready[0], &byte, 1), 1);
    struct stat file;
    for (int errors = 0; errors < 2; errors++) {
        faults_begin(FAULT_WRITE, errors - 1, ENOSPC);
        faults.longest_write = 10;
        int marked = sysinfo_mark(recording, "load");
        faults_end();
        ck_assert_int_eq(marked, SYSINFO_SYSTEM);
        ck_assert_int_eq(stat(path, &file), 0);
        ck_assert_int_eq(file.st_size, 11);
    }
    faults_begin(FAULT_WRITE, 1, EIO); /* Truncating the file again. */
    faults.longest_write = 10;
    int marked = sysinfo_mark(recording, "load");
    faults_end();
    ck_assert(faults.has_failed);
    ck_assert_int_eq(marked, SYSINFO_SYSTEM);
    ck_assert(stat(path, &file) == 0 && file.st_size == 21);
    ck_assert_int_eq(truncate(path, 11), 0);
    faults_begin(FAULT_WRITE, 0, EINTR);
    marked = sysinfo_mark(recording, "load");
    faults_end();
    ck_assert(faults.has_failed);
    ck_assert_int_eq(marked, SYSINFO_OK);
    ck_assert(stat(path, &file) == 0 && file.st_size > 11);
    ck_assert_int_eq(truncate(path, 11), 0);
    ck_assert_int_eq(sysinfo_mark(recording, "load"), SYSINFO_OK);
    ck_assert(stat(path, &file) == 0 && file.st_size > 11);
    close(end[1]);
    ck_assert_int_eq(waitpid(holder, &status, 0), holder);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close(end[0]);
    close(ready[0]);
    close(ready[1]);
}
END_TEST

TCase *world_tests(void) {
    TCase *tests = tcase_create("world");
    tcase_add_checked_fixture(tests, directory_make, directory_remove);
    tcase_add_loop_test(tests, cpus_that_go_while_they_are_counted_leave_no_mixed_count, 0, 2);
    tcase_add_loop_test(tests, a_move_in_the_middle_of_a_call_mixes_no_figures, 0, 4);
    tcase_add_test(tests, a_call_reads_each_file_once);
    tcase_add_loop_test(tests, descriptors_that_became_anothers_are_left_alone, 0, 3);
    tcase_add_test(tests, no_clock_makes_an_impossible_percentage);
    tcase_add_test(tests, an_interval_of_days_lasts_as_long);
    tcase_add_test(tests, a_mark_that_a_full_disk_cuts_is_taken_back);
    tcase_add_test(tests, a_stop_within_an_interval_is_part_of_it);
    return tests;
}
