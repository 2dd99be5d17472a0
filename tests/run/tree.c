/* SPDX-License-Identifier: MIT */
/* The sampler on a /proc made of files: a separate directory for each test, in which process 100 is the watcher. */
#include "run/tree.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform.h"
#include "run.h"

static char proc[64];

static int remove_one(const char *path, const struct stat *file, int kind, struct FTW *place) {
    (void)file;
    (void)kind;
    (void)place;
    return remove(path);
}

static void setup(void) {
    strcpy(proc, "/tmp/sysinfo-tree-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(proc));
}

static void teardown(void) {
    nftw(proc, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void put(int pid, const char *name, const char *content) {
    char path[160];
    snprintf(path, sizeof path, "%s/%d", proc, pid);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/%d/task", proc, pid);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/%d/task/%d", proc, pid, pid);
    mkdir(path, 0777);
    snprintf(path, sizeof path, "%s/%d/%s", proc, pid, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(content, file);
    fclose(file);
}

/* Writes a process with that many pages; its name is written unchanged. */
static void put_process_with_faults(int pid, int parent, const char *name, int pages, int started, int minor,
                                    int major) {
    char stat[512];
    snprintf(
        stat, sizeof stat,
        "%d (%s) S %d 1 1 0 -1 4194304 %d 0 %d 0 200 50 30 20 20 0 1 0 %d 1000000 %d 18446744073709551615 1 1 0 0 0\n",
        pid, name, parent, minor, major, started, pages);
    put(pid, "stat", stat);
}

static void put_process(int pid, int parent, const char *name, int pages, int started) {
    put_process_with_faults(pid, parent, name, pages, started, 100, 0);
}

static void put_children(int pid, const char *children) {
    char name[64];
    snprintf(name, sizeof name, "task/%d/children", pid);
    put(pid, name, children);
}

/* Empties files first, because open files of a process that exited can no longer be read. */
static void vanish(int pid) {
    char path[160];
    put(pid, "stat", "");
    snprintf(path, sizeof path, "%s/%d", proc, pid);
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static struct tree *open_tree(int root, bool is_self) {
    const char *why = NULL;
    struct tree *tree = tree_open(proc, root, is_self, &why);
    ck_assert_msg(tree != NULL, "%s", why);
    return tree;
}

static const struct process *find(const struct tree_sample *sample, int pid) {
    for (size_t i = 0; i < sample->processes; i++) {
        if (sample->process[i].pid == pid) {
            return &sample->process[i];
        }
    }
    return NULL;
}

static uint64_t page(void) {
    return (uint64_t)sysconf(_SC_PAGESIZE);
}

START_TEST(the_tree_below_the_watcher_is_summed) {
    put_process(100, 1, "watcher", 1000, 5);
    put_children(100, "");
    struct tree *tree = open_tree(100, true);
    put_children(100, "101 ");
    put_process(101, 100, "make", 10, 6);
    put_children(101, "102 103 ");
    put_process(102, 101, "cc1", 20, 7);
    put(102, "status", "Name:\tcc1\nVmPeak:\t  999 kB\nVmHWM:\t     400 kB\nVmRSS:\t 80 kB\n");
    put_children(102, "");
    put_process(103, 101, "ld", 30, 7);
    put_children(103, "");
    const struct tree_sample *sample = tree_take(tree, false);
    ck_assert_uint_eq(sample->alive, 3);
    ck_assert_uint_eq(sample->rss, 60 * page());
    ck_assert_uint_eq(find(sample, 102)->peak, 400 * 1024);
    ck_assert_uint_eq(find(sample, 103)->peak, 30 * page());
    double tick = 1.0 / (double)sysconf(_SC_CLK_TCK);
    ck_assert_double_eq_tol(sample->cpu, 3 * 300 * tick, 1e-9);
    tree_free(tree);
}
END_TEST

static const char *const names[] = {"a b", ") S 1 1", "(", "x) R 0 (y", "line\nline", ""};

/* What cannot have changed is not read again; a fault of either kind, another RSS and another process can. */
START_TEST(a_peak_is_read_again_after_a_fault) {
    static const struct {
        int pages, started, minor, major, kib, peak;
    } steps[] = {
        {10, 7, 100, 0, 400, 400}, {10, 7, 100, 0, 999, 400}, {10, 7, 101, 0, 500, 500}, {10, 7, 101, 0, 999, 500},
        {10, 7, 101, 1, 600, 600}, {11, 7, 101, 1, 700, 700}, {11, 8, 101, 1, 100, 100}, {11, 8, 101, 1, 999, 100},
    };
    put_children(100, "101 ");
    put_process(100, 1, "watcher", 1, 1);
    put_process(101, 100, "make", 10, 7);
    put_children(101, "");
    struct tree *tree = open_tree(101, false);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        char status[64];
        put_process_with_faults(101, 100, "make", steps[i].pages, steps[i].started, steps[i].minor, steps[i].major);
        snprintf(status, sizeof status, "VmHWM:\t%d kB\nRssAnon:\t%d kB\n", steps[i].kib, steps[i].kib / 4);
        put(101, "status", status);
        const struct tree_sample *sample = tree_take(tree, false);
        ck_assert_uint_eq(sample->processes, 1);
        ck_assert_msg(sample->process[0].peak == (uint64_t)steps[i].peak * 1024 &&
                          sample->process[0].anonymous == (uint64_t)steps[i].peak / 4 * 1024,
                      "step %zu: %llu", i, (unsigned long long)sample->process[0].peak);
    }
    tree_free(tree);
}
END_TEST

START_TEST(any_name_is_read) {
    put_process(100, 1, "watcher", 1, 5);
    put_children(100, "");
    struct tree *tree = open_tree(100, true);
    put_children(100, "101");
    put_process(101, 100, names[_i], 7, 6);
    put_children(101, "");
    const struct tree_sample *sample = tree_take(tree, false);
    ck_assert_uint_eq(sample->processes, 1);
    ck_assert_str_eq(sample->process[0].name, names[_i]);
    ck_assert_uint_eq(sample->rss, 7 * page());
    ck_assert_int_eq(sample->process[0].parent, 100);
    tree_free(tree);
}
END_TEST

START_TEST(who_vanishes_during_the_walk_is_skipped) {
    put_process(100, 1, "watcher", 1, 5);
    put_children(100, "");
    struct tree *tree = open_tree(100, true);
    put_children(100, "101 102 103 ");
    put_process(101, 100, "one", 1, 6);
    put_children(101, "777 ");
    put_process(103, 100, "three", 4, 6);
    put_children(103, "");
    put(102, "status", "");
    const struct tree_sample *sample = tree_take(tree, true);
    ck_assert_uint_eq(sample->processes, 2);
    ck_assert_uint_eq(sample->rss, 5 * page());
    tree_free(tree);
}
END_TEST

static const char *const broken[] = {
    "",
    "101",
    "101 (a",
    "101 (a) S",
    "101 (a) S 100 1 1 0 -1 1 1",
    "102 (other) S 100 1 1 0 -1 4194304 100 0 0 0 200 50 30 20 20 0 1 0 5 1000000 9 1"};

START_TEST(a_broken_stat_is_not_a_process) {
    put_process(100, 1, "watcher", 1, 5);
    put_children(100, "");
    struct tree *tree = open_tree(100, true);
    put_children(100, "101 ");
    put(101, "stat", broken[_i]);
    ck_assert_uint_eq(tree_take(tree, false)->processes, 0);
    tree_free(tree);
}
END_TEST

START_TEST(a_daemon_of_a_watched_process_stays) {
    put_process(200, 1, "server", 10, 5);
    put_children(200, "201 ");
    put_process(201, 200, "worker", 20, 6);
    put_children(201, "");
    struct tree *tree = open_tree(200, false);
    ck_assert_uint_eq(tree_take(tree, false)->rss, 30 * page());
    put_children(200, "");
    put_process(201, 1, "worker", 20, 6);
    ck_assert_uint_eq(tree_take(tree, false)->rss, 30 * page());
    vanish(201);
    put_process(201, 1, "stranger", 500, 99);
    put_children(201, "");
    ck_assert_uint_eq(tree_take(tree, false)->rss, 10 * page());
    tree_free(tree);
}
END_TEST

START_TEST(children_of_every_thread_count) {
    char path[160];
    put_process(200, 1, "server", 10, 5);
    put(200, "stat", "200 (server) S 1 1 1 0 -1 4194304 100 0 0 0 200 50 30 20 20 0 2 0 5 1000000 10 1\n");
    put_children(200, "");
    snprintf(path, sizeof path, "%s/200/task/205", proc);
    mkdir(path, 0777);
    put(200, "task/205/children", "201 ");
    put_process(201, 200, "worker", 20, 6);
    put_children(201, "");
    struct tree *tree = open_tree(200, false);
    ck_assert_uint_eq(tree_take(tree, false)->rss, 30 * page());
    tree_free(tree);
}
END_TEST

START_TEST(who_was_there_before_is_foreign) {
    put_process(100, 1, "watcher", 1, 5);
    put_children(100, "150 ");
    put_process(150, 100, "older", 50, 4);
    put_children(150, "");
    struct tree *tree = open_tree(100, true);
    put_children(100, "150 151 ");
    put_process(151, 100, "command", 3, 6);
    put_children(151, "");
    ck_assert_uint_eq(tree_take(tree, false)->rss, 3 * page());
    ck_assert(tree_was_foreign(tree, 150));
    ck_assert(!tree_was_foreign(tree, 150));
    ck_assert(!tree_was_foreign(tree, 151));
    tree_free(tree);
}
END_TEST

START_TEST(a_prepared_tree_has_the_command_that_runs) {
    const char *why = NULL;
    int pipes[2];
    ck_assert(tree_prepare());
    ck_assert_int_eq(pipe(pipes), 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        char end;
        close(pipes[1]);
        _exit(read(pipes[0], &end, 1) == 0 ? 0 : 1);
    }
    ck_assert(!tree_prepare());
    close(pipes[1]);
    siginfo_t ended;
    ck_assert_int_eq(waitid(P_PID, (id_t)child, &ended, WEXITED | WNOWAIT), 0);
    ck_assert(!tree_prepare()); /* Not waited for yet, it is still a child. */
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    ck_assert(tree_prepare());
    close(pipes[0]);
    put_process(100, 1, "watcher", 1, 5);
    put_children(100, "101 ");
    put_process(101, 100, "command", 3, 6);
    put_children(101, "");
    struct tree *tree = tree_open_prepared(proc, 100, &why);
    ck_assert_ptr_nonnull(tree);
    ck_assert_uint_eq(tree_take(tree, false)->rss, 3 * page());
    ck_assert(!tree_was_foreign(tree, 101));
    tree_free(tree);
}
END_TEST

/* What found another parent is looked for; children of a process that has none are not. */
START_TEST(who_is_left_is_counted) {
    put_process(100, 1, "watcher", 1, 5);
    put_children(100, "");
    struct tree *tree = open_tree(100, true);
    ck_assert_uint_eq(tree_count_left(tree, true), 0);
    put_children(100, "101 ");
    put_process(101, 100, "command", 3, 6);
    put_children(101, "");
    ck_assert_uint_eq(tree_take(tree, false)->alive, 1);
    ck_assert_uint_eq(tree_count_left(tree, true), 0);
    ck_assert_uint_eq(tree_count_left(tree, false), 1);
    put_children(101, "102 ");
    put_process(102, 101, "daemon", 4, 7);
    put_children(102, "");
    ck_assert_uint_eq(tree_take(tree, false)->alive, 2);
    vanish(101);
    put_children(100, "");
    put_process(102, 1, "daemon", 4, 7);
    ck_assert_uint_eq(tree_count_left(tree, true), 1);
    vanish(102);
    ck_assert_uint_eq(tree_count_left(tree, true), 0);
    tree_free(tree);
}
END_TEST

START_TEST(without_children_files_all_of_proc_is_read) {
    put_process(100, 1, "watcher", 1, 5);
    put_process(99, 100, "older", 50, 4);
    struct tree *tree = open_tree(100, true);
    put_process(7, 8, "grandchild", 2, 9); /* Pids wrapped around, so it is lower than its parent's. */
    put_process(8, 110, "child", 3, 8);
    put_process(110, 100, "command", 4, 7);
    put_process(111, 1, "other", 70, 7);
    put(1, "stat", "nonsense");
    const struct tree_sample *sample = tree_take(tree, false);
    ck_assert_uint_eq(sample->processes, 3);
    ck_assert_uint_eq(sample->rss, 9 * page());
    vanish(8);
    put_process(7, 1, "grandchild", 2, 9);
    ck_assert_uint_eq(tree_take(tree, false)->rss, 6 * page());
    tree_free(tree);
}
END_TEST

START_TEST(a_dead_process_has_no_memory_but_its_time_counts) {
    put_process(100, 1, "watcher", 1, 5);
    put_children(100, "");
    struct tree *tree = open_tree(100, true);
    put_children(100, "101 ");
    put(101, "stat", "101 (gone) Z 100 1 1 0 -1 4194304 100 0 0 0 200 50 30 20 20 0 1 0 6 0 0 1\n");
    put_children(101, "");
    const struct tree_sample *sample = tree_take(tree, true);
    ck_assert_uint_eq(sample->alive, 0);
    ck_assert_uint_eq(sample->rss, 0);
    ck_assert_double_eq_tol(sample->cpu, 300.0 / (double)sysconf(_SC_CLK_TCK), 1e-9);
    tree_free(tree);
}
END_TEST

START_TEST(pss_falls_back_to_rss_and_says_so) {
    put_process(200, 1, "one", 10, 5);
    put(200, "smaps_rollup", "55d0-7ffc ---p 00000000 00:00 0 [rollup]\nRss:  40 kB\nPss:  12 kB\nPss_Anon: 3 kB\n");
    put_children(200, "201 ");
    put_process(201, 200, "two", 20, 6);
    put_children(201, "");
    struct tree *tree = open_tree(200, false);
    const struct tree_sample *sample = tree_take(tree, true);
    ck_assert_uint_eq(sample->pss, 12 * 1024 + 20 * page());
    ck_assert(sample->is_estimated);
    ck_assert(!find(sample, 200)->is_estimated);
    tree_free(tree);
}
END_TEST

START_TEST(who_ended_since_it_was_seen_has_no_pss) {
    put_process(200, 1, "one", 10, 5);
    put(200, "smaps_rollup", "Pss:  12 kB\n");
    put_children(200, "201 202 ");
    put_process(201, 200, "ending", 20, 6);
    put_children(201, "");
    put_process(202, 200, "gone", 20, 6);
    put_children(202, "");
    struct tree *tree = open_tree(200, false);
    const struct tree_sample *sample = tree_take(tree, false);
    ck_assert_uint_eq(sample->rss, 50 * page());
    put_process(201, 200, "ending", 0, 6);
    vanish(202);
    tree_add_pss(tree);
    ck_assert_uint_eq(sample->pss, 12 * 1024);
    ck_assert(!sample->is_estimated);
    tree_free(tree);
}
END_TEST

START_TEST(hundreds_are_found_again) {
    enum { MANY = 300 };
    struct text_of_pids {
        char bytes[MANY * 8];
    } *list = calloc(1, sizeof *list);
    put_process(200, 1, "root", 1, 5);
    for (int pid = 1000; pid < 1000 + MANY; pid++) {
        sprintf(list->bytes + strlen(list->bytes), "%d ", pid);
        put_process(pid, 200, "child", 1, pid);
        put_children(pid, "");
    }
    put_children(200, list->bytes);
    struct tree *tree = open_tree(200, false);
    for (int i = 0; i < 2; i++) {
        const struct tree_sample *sample = tree_take(tree, false);
        ck_assert_uint_eq(sample->alive, MANY + 1);
        ck_assert_uint_eq(sample->rss, (MANY + 1) * page());
        ck_assert(i == 0 || tree_before(tree, find(sample, 1000 + MANY / 2)) != NULL);
    }
    free(list);
    tree_free(tree);
}
END_TEST

enum { CROWD = 100 };

/* Process 200 with so many children, of one page each. */
static struct tree *open_crowd(void) {
    char list[CROWD * 8] = "";
    put_process(200, 1, "root", 1, 5);
    for (int pid = 1000; pid < 1000 + CROWD; pid++) {
        sprintf(list + strlen(list), "%d ", pid);
        put_process(pid, 200, "child", 1, pid);
        put_children(pid, "");
    }
    put_children(200, list);
    return open_tree(200, false);
}

/* Replaces the children's files by those with two pages; one that is open still has the former. */
static void replace_crowd(void) {
    char path[160];
    for (int pid = 1000; pid < 1000 + CROWD; pid++) {
        snprintf(path, sizeof path, "%s/%d/stat", proc, pid);
        ck_assert_int_eq(unlink(path), 0);
        put_process(pid, 200, "child", 2, pid);
    }
}

/* How many of the files of a crowd are read without opening them again. */
static int count_kept(rlim_t soft, rlim_t hard) {
    struct rlimit limit = {soft, hard};
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    struct tree *tree = open_crowd();
    ck_assert_uint_eq(tree_take(tree, false)->rss, (CROWD + 1) * page());
    replace_crowd();
    const struct tree_sample *sample = tree_take(tree, false);
    ck_assert_uint_eq(sample->alive, CROWD + 1);
    int replaced = (int)(sample->rss / page()) - (CROWD + 1);
    tree_free(tree);
    return CROWD - replaced;
}

START_TEST(files_stay_open_as_far_as_the_limit_can_be_raised) {
    ck_assert_int_eq(count_kept(40, 1000), CROWD);
}
END_TEST

START_TEST(with_a_low_limit_some_stay_open_and_all_are_read) {
    int kept = count_kept(100, 100);
    ck_assert_msg(kept > 50 && kept <= 75, "%d", kept);
}
END_TEST

START_TEST(what_is_started_gets_the_limit_that_was) {
    struct rlimit limit = {50, 1000};
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    ck_assert_uint_eq(platform_allow_descriptors(30), 30);
    ck_assert_uint_eq(platform_allow_descriptors(300), 300);
    ck_assert_uint_eq(platform_allow_descriptors(5000), 1000);
    getrlimit(RLIMIT_NOFILE, &limit);
    ck_assert_uint_eq(limit.rlim_cur, 1000);
    platform_leave();
    getrlimit(RLIMIT_NOFILE, &limit);
    ck_assert_uint_eq(limit.rlim_cur, 50);
    ck_assert_uint_eq(limit.rlim_max, 1000);
}
END_TEST

START_TEST(without_proc_there_is_no_tree) {
    const char *why = NULL;
    ck_assert_ptr_null(tree_open("/tmp/sysinfo-no-such-directory", 100, false, &why));
    ck_assert_str_eq(why, "/proc cannot be read");
    ck_assert_ptr_null(tree_open(proc, 100, false, &why));
    ck_assert_str_eq(why, "/proc does not show it");
}
END_TEST

int main(void) {
    Suite *suite = suite_create("run_tree");
    TCase *tree = tcase_create("tree");
    tcase_add_checked_fixture(tree, setup, teardown);
    tcase_add_test(tree, the_tree_below_the_watcher_is_summed);
    tcase_add_test(tree, a_peak_is_read_again_after_a_fault);
    tcase_add_loop_test(tree, any_name_is_read, 0, (int)(sizeof names / sizeof names[0]));
    tcase_add_test(tree, who_vanishes_during_the_walk_is_skipped);
    tcase_add_loop_test(tree, a_broken_stat_is_not_a_process, 0, (int)(sizeof broken / sizeof broken[0]));
    tcase_add_test(tree, a_daemon_of_a_watched_process_stays);
    tcase_add_test(tree, children_of_every_thread_count);
    tcase_add_test(tree, who_was_there_before_is_foreign);
    tcase_add_test(tree, a_prepared_tree_has_the_command_that_runs);
    tcase_add_test(tree, who_is_left_is_counted);
    tcase_add_test(tree, without_children_files_all_of_proc_is_read);
    tcase_add_test(tree, a_dead_process_has_no_memory_but_its_time_counts);
    tcase_add_test(tree, pss_falls_back_to_rss_and_says_so);
    tcase_add_test(tree, who_ended_since_it_was_seen_has_no_pss);
    tcase_add_test(tree, hundreds_are_found_again);
    tcase_add_test(tree, without_proc_there_is_no_tree);
    /* From the highest hard limit to the lowest: without forks, the next test cannot raise it again. */
    tcase_add_test(tree, what_is_started_gets_the_limit_that_was);
    tcase_add_test(tree, files_stay_open_as_far_as_the_limit_can_be_raised);
    tcase_add_test(tree, with_a_low_limit_some_stay_open_and_all_are_read);
    suite_add_tcase(suite, tree);
    return run(suite);
}
