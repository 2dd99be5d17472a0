/* SPDX-License-Identifier: MIT */
/*
 * Compares this process's figures with its actions: memory it touches, files it opens, threads it starts, CPU time it
 * uses.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <check.h>
#include <sysinfo/sysinfo.h>

#include "run.h"

#define MIB(n) ((uint64_t)(n) << 20)

static struct sysinfo_host *host;

static void open_host(void) {
    ck_assert_int_eq(sysinfo_host_open(&host, NULL), SYSINFO_OK);
}

static void close_host(void) {
    sysinfo_host_close(host);
}

static struct sysinfo_process detail(void) {
    struct sysinfo_process process;
    int status = sysinfo_process_detail(host, &process, sizeof process);
    ck_assert_msg(status == SYSINFO_OK, "%s", sysinfo_explain(host, status));
    return process;
}

static char *map(size_t size) {
    char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ck_assert_ptr_ne(memory, MAP_FAILED);
    (void)madvise(memory, size, MADV_NOHUGEPAGE); /* Page by page: else the last one is larger. */
    return memory;
}

static void touch(char *memory, uint64_t size) {
    for (uint64_t at = 0; at < size; at += 4096) {
        ((volatile char *)memory)[at] = 1;
    }
}

/* smaps_rollup counts pages exactly: touched pages appear, and nothing else changes. */
START_TEST(uss_grows_by_what_is_touched_and_not_by_what_is_mapped) {
    struct sysinfo_process before = detail(), mapped, touched;
    if (!SYSINFO_HAS(&before, uss)) {
        printf("left out: no smaps_rollup here\n");
        return;
    }
    char *memory = map(MIB(64));
    mapped = detail();
    ck_assert_uint_eq(mapped.vms - before.vms, MIB(64));
    ck_assert_uint_lt(mapped.uss, before.uss + MIB(1));
    touch(memory, MIB(64));
    touched = detail();
    ck_assert_uint_ge(touched.uss, mapped.uss + MIB(64));
    ck_assert_uint_lt(touched.uss, mapped.uss + MIB(65));
    ck_assert_uint_ge(touched.peak_rss, MIB(64));
    munmap(memory, MIB(64));
    struct sysinfo_process after = detail();
    ck_assert_uint_lt(after.uss, before.uss + MIB(1));
    ck_assert_uint_ge(after.peak_rss, touched.uss);
}
END_TEST

START_TEST(a_child_shares_its_pages_until_it_writes) {
    struct sysinfo_process before = detail();
    if (!SYSINFO_HAS(&before, pss)) {
        printf("left out: no smaps_rollup here\n");
        return;
    }
    char *memory = map(MIB(32));
    touch(memory, MIB(32));
    int done[2];
    ck_assert_int_eq(pipe(done), 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        char c;
        close(done[1]);
        _exit(read(done[0], &c, 1) == 0 ? 0 : 1);
    }
    struct sysinfo_process shared = detail();
    ck_assert_uint_lt(shared.uss, before.uss + MIB(4));
    ck_assert_uint_ge(shared.pss, MIB(16));
    ck_assert_uint_lt(shared.pss, before.pss + MIB(16) + MIB(2));
    close(done[1]);
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    close(done[0]);
    ck_assert_uint_ge(detail().uss, MIB(32));
    munmap(memory, MIB(32));
}
END_TEST

static void *wait_for_end(void *pipe_end) {
    char c;
    (void)!read(*(int *)pipe_end, &c, 1);
    return NULL;
}

START_TEST(threads_and_descriptors_are_counted) {
    (void)detail(); /* Opens what the host keeps open. */
    struct sysinfo_process before = detail();
    int ends[2], files[5];
    pthread_t threads[3];
    ck_assert_int_eq(pipe(ends), 0);
    for (int i = 0; i < 5; i++) {
        files[i] = open("/dev/null", O_RDONLY);
        ck_assert_int_ge(files[i], 0);
    }
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(pthread_create(&threads[i], NULL, wait_for_end, &ends[0]), 0);
    }
    struct sysinfo_process with = detail();
    ck_assert_uint_eq(with.threads, before.threads + 3);
    ck_assert_uint_eq(with.descriptors, before.descriptors + 7);
    close(ends[1]);
    for (int i = 0; i < 3; i++) {
        pthread_join(threads[i], NULL);
    }
    for (int i = 0; i < 5; i++) {
        close(files[i]);
    }
    close(ends[0]);
    ck_assert_uint_eq(detail().descriptors, before.descriptors);
}
END_TEST

START_TEST(time_and_faults_only_grow) {
    struct sysinfo_process before = detail();
    char *memory = map(MIB(8));
    touch(memory, MIB(8));
    struct sysinfo_process now = detail();
    while (now.cpu_user + now.cpu_system < before.cpu_user + before.cpu_system + 0.05) {
        for (volatile int i = 0; i < 1000000; i++) {
        }
        now = detail();
    }
    ck_assert_uint_ge(now.minor_faults, before.minor_faults + MIB(8) / (uint64_t)sysconf(_SC_PAGESIZE));
    ck_assert_uint_ge(now.major_faults, before.major_faults);
    munmap(memory, MIB(8));
}
END_TEST

/* The kernel's other count of the same pages, slightly later: they agree if two readings around it are equal. */
START_TEST(memory_is_the_rss_of_the_kernels_other_file) {
    uint64_t rss = 0, other = 1, again = 2;
    for (int tries = 0; tries < 1000 && !(other == again && rss == other); tries++) {
        unsigned long kib = 0;
        FILE *file = fopen("/proc/self/status", "r");
        char line[256];
        ck_assert_ptr_nonnull(file);
        other = again;
        ck_assert_int_eq(sysinfo_process_memory(host, &rss), SYSINFO_OK);
        while (fgets(line, sizeof line, file) != NULL && sscanf(line, "VmRSS: %lu", &kib) != 1) {
        }
        fclose(file);
        again = (uint64_t)kib * 1024;
    }
    ck_assert_uint_eq(rss, again);
}
END_TEST

START_TEST(a_child_of_a_host_asks_about_itself) {
    ck_assert_uint_gt(detail().rss, 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        char *memory = map(MIB(48));
        touch(memory, MIB(48));
        uint64_t rss = 0;
        struct sysinfo_process process = {0};
        bool is_own = sysinfo_process_memory(host, &rss) == SYSINFO_OK && rss >= MIB(47) &&
                      sysinfo_process_info(host, &process, sizeof process) == SYSINFO_OK && process.rss >= MIB(47);
        _exit(is_own ? 0 : 1);
    }
    int status = -1;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
}
END_TEST

START_TEST(what_needs_work_is_not_in_the_cheap_call) {
    struct sysinfo_process process;
    ck_assert_int_eq(sysinfo_process_info(host, &process, sizeof process), SYSINFO_OK);
    ck_assert(SYSINFO_HAS(&process, rss) && SYSINFO_HAS(&process, threads));
    ck_assert(!SYSINFO_HAS(&process, uss) && !SYSINFO_HAS(&process, pss) && !SYSINFO_HAS(&process, descriptors));
}
END_TEST

static double first_number(const char *path) {
    double number = -1;
    FILE *file = fopen(path, "r");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fscanf(file, "%lf", &number), 1);
    fclose(file);
    return number;
}

/* The kernel's own figure, before and after; ours has whole seconds, and the start time had a fraction. */
START_TEST(uptime_is_that_of_the_kernel) {
    struct sysinfo_stats stats;
    double before = first_number("/proc/uptime");
    ck_assert_int_eq(sysinfo_cpu_stats(host, &stats, sizeof stats), SYSINFO_OK);
    double after = first_number("/proc/uptime");
    ck_assert(SYSINFO_HAS(&stats, uptime) && SYSINFO_HAS(&stats, boot_time));
    ck_assert_double_ge(stats.uptime, before - 2);
    ck_assert_double_le(stats.uptime, after + 2);
}
END_TEST

START_TEST(what_this_process_does_is_counted_for_the_machine) {
    struct sysinfo_stats stats, later_stats;
    struct sysinfo_paging paging, later;
    ck_assert_int_eq(sysinfo_cpu_stats(host, &stats, sizeof stats), SYSINFO_OK);
    ck_assert_int_eq(sysinfo_page_stats(host, &paging, sizeof paging), SYSINFO_OK);
    for (int i = 0; i < 20; i++) {
        pid_t child = fork();
        ck_assert_int_ge(child, 0);
        if (child == 0) {
            _exit(0);
        }
        ck_assert_int_eq(waitpid(child, NULL, 0), child);
    }
    char *memory = map(MIB(8));
    touch(memory, MIB(8));
    munmap(memory, MIB(8));
    ck_assert_int_eq(sysinfo_cpu_stats(host, &later_stats, sizeof later_stats), SYSINFO_OK);
    ck_assert_int_eq(sysinfo_page_stats(host, &later, sizeof later), SYSINFO_OK);
    ck_assert_uint_ge(later_stats.forks, stats.forks + 20);
    ck_assert_uint_ge(later_stats.running, 1);
    /* The kernel adds each CPU's counts to the machine's now and then, so most of the faults must be there. */
    ck_assert_uint_ge(later.faults, paging.faults + MIB(6) / (uint64_t)sysconf(_SC_PAGESIZE));
    ck_assert_uint_ge(later.faults, later.major_faults);
}
END_TEST

START_TEST(another_root_is_not_this_process) {
    struct sysinfo_host *other = NULL;
    struct sysinfo_process process;
    uint64_t rss = 7;
    ck_assert_int_eq(sysinfo_host_open(&other, "/tmp"), SYSINFO_OK);
    ck_assert_int_eq(sysinfo_process_info(other, &process, sizeof process), SYSINFO_NOT_SUPPORTED);
    ck_assert_int_eq(sysinfo_process_memory(other, &rss), SYSINFO_NOT_SUPPORTED);
    ck_assert_int_eq(sysinfo_process_memory(host, NULL), SYSINFO_INVALID);
    ck_assert_uint_eq(rss, 7);
    sysinfo_host_close(other);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("process");
    TCase *tests = tcase_create("process");
    tcase_add_checked_fixture(tests, open_host, close_host);
    tcase_add_test(tests, uss_grows_by_what_is_touched_and_not_by_what_is_mapped);
    tcase_add_test(tests, a_child_shares_its_pages_until_it_writes);
    tcase_add_test(tests, threads_and_descriptors_are_counted);
    tcase_add_test(tests, time_and_faults_only_grow);
    tcase_add_test(tests, memory_is_the_rss_of_the_kernels_other_file);
    tcase_add_test(tests, a_child_of_a_host_asks_about_itself);
    tcase_add_test(tests, what_needs_work_is_not_in_the_cheap_call);
    tcase_add_test(tests, uptime_is_that_of_the_kernel);
    tcase_add_test(tests, what_this_process_does_is_counted_for_the_machine);
    tcase_add_test(tests, another_root_is_not_this_process);
    suite_add_tcase(suite, tests);
    return run(suite);
}
