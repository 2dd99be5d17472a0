/* SPDX-License-Identifier: MIT */
/* The walk over a list of processes, as on systems other than Linux: the list consists of the test's own rows. */
#include <stdlib.h>
#include <string.h>

#include "run.h"
#include "run/process_source.h"

enum { WATCHER = 100, MOST = 16 };

static struct process machine[MOST];
static size_t processes;
static double counted; /* CPU seconds that the system counts for the whole tree. */

static bool open_machine(struct tree *tree, const char *proc, const char **why) {
    (void)proc;
    (void)why;
    tree->system = machine;
    return true;
}

static void close_machine(struct tree *tree) {
    tree->system = NULL;
}

static void list(struct tree *tree) {
    for (size_t i = 0; i < processes; i++) {
        process_table_insert(&tree->all, &machine[i]);
    }
}

static double count_cpu(struct tree *tree) {
    (void)tree;
    return counted;
}

const struct process_source process_source = {
    .open = open_machine, .close = close_machine, .list = list, .cpu = count_cpu};

static struct process *put(int64_t pid, int64_t parent, uint64_t rss, uint64_t started) {
    machine[processes] =
        (struct process){.pid = pid, .parent = parent, .rss = rss, .started = started, .threads = 1, .name = "x"};
    return &machine[processes++];
}

static void vanish(int64_t pid) {
    for (size_t i = 0; i < processes; i++) {
        if (machine[i].pid == pid) {
            machine[i] = machine[--processes];
            return;
        }
    }
}

static struct process *at(int64_t pid) {
    for (size_t i = 0; i < processes; i++) {
        if (machine[i].pid == pid) {
            return &machine[i];
        }
    }
    return NULL;
}

static void setup(void) {
    processes = 0;
    counted = -1;
    put(WATCHER, 1, 1000, 50);
}

static struct tree *open_tree(int64_t root, bool is_self) {
    const char *why = NULL;
    struct tree *tree = tree_open("", root, is_self, &why);
    ck_assert_msg(tree != NULL, "%s", why);
    return tree;
}

START_TEST(the_tree_is_found_in_any_order_without_the_watcher_and_others) {
    put(7, 8, 2, 90);
    put(8, 110, 3, 80);
    put(99, WATCHER, 5000, 60); /* It existed before. */
    struct tree *tree = open_tree(WATCHER, true);
    put(110, WATCHER, 4, 70)->peak = 400;
    put(111, 1, 7000, 70);
    const struct tree_sample *sample = tree_take(tree, false);
    ck_assert_uint_eq(sample->processes, 3);
    ck_assert_uint_eq(sample->alive, 3);
    ck_assert_uint_eq(sample->rss, 9);
    ck_assert_uint_eq(tree_find(tree, 110)->peak, 400);
    ck_assert_uint_eq(tree_find(tree, 7)->peak, 2);
    ck_assert_uint_eq(tree_find(tree, 7)->anonymous, 2);
    ck_assert(tree_was_foreign(tree, 99));
    tree_free(tree);
}
END_TEST

START_TEST(a_child_older_than_the_process_with_its_parents_number_is_a_strangers) {
    struct tree *tree = open_tree(WATCHER, true);
    put(110, WATCHER, 4, 70);
    put(111, 110, 7000, 69); /* Its parent, the first process with number 110, has exited. */
    put(112, WATCHER, 8000, 49);
    put(113, 110, 5, 70); /* Clocks are coarse: the same time does not mean earlier. */
    ck_assert_uint_eq(tree_take(tree, false)->rss, 9);
    tree_free(tree);
}
END_TEST

START_TEST(a_member_counts_whoever_its_parent_was) {
    struct tree *tree = open_tree(WATCHER, true);
    put(110, WATCHER, 4, 70);
    put(120, 115, 8, 75)->is_member = true; /* 115 came and went between two samples. */
    ck_assert_uint_eq(tree_take(tree, false)->rss, 12);
    tree_free(tree);
    tree = open_tree(110, false); /* Members belong to the watcher's tree, not to that of any process. */
    ck_assert_uint_eq(tree_take(tree, false)->rss, 4);
    tree_free(tree);
}
END_TEST

START_TEST(a_child_that_lost_its_parent_stays_and_its_number_does_not) {
    put(200, 1, 10, 60);
    put(201, 200, 20, 61);
    struct tree *tree = open_tree(200, false);
    ck_assert_uint_eq(tree_take(tree, false)->rss, 30);
    vanish(200);
    at(201)->parent = 1;
    ck_assert_uint_eq(tree_take(tree, false)->rss, 20);
    ck_assert_ptr_nonnull(tree_before(tree, tree_find(tree, 201)));
    at(201)->started = 99; /* A different process. */
    ck_assert_uint_eq(tree_take(tree, false)->rss, 0);
    tree_free(tree);
}
END_TEST

START_TEST(time_of_those_that_ended_is_kept_once) {
    struct tree *tree = open_tree(WATCHER, true);
    put(110, WATCHER, 4, 70)->cpu = 1.5;
    put(111, 110, 5, 71)->cpu = 2;
    ck_assert(tree_take(tree, false)->cpu == 3.5);
    vanish(111);
    at(110)->cpu = 1.75;
    ck_assert(tree_take(tree, false)->cpu == 3.75);
    ck_assert(tree_take(tree, false)->cpu == 3.75);
    put(111, 110, 6, 80)->cpu = 0.25; /* The number is reused. */
    ck_assert(tree_take(tree, false)->cpu == 4);
    counted = 42; /* The system's own count takes precedence, */
    ck_assert(tree_take(tree, false)->cpu == 42);
    tree_free(tree);
    tree = open_tree(110, false); /* but it is for this process's tree. */
    ck_assert(tree_take(tree, false)->cpu == 2);
    tree_free(tree);
}
END_TEST

START_TEST(a_dead_process_is_not_alive) {
    struct tree *tree = open_tree(WATCHER, true);
    struct process *dead = put(110, WATCHER, 0, 70);
    dead->is_dead = true;
    dead->cpu = 2;
    const struct tree_sample *sample = tree_take(tree, false);
    ck_assert(sample->processes == 1 && sample->alive == 0 && sample->cpu == 2);
    tree_free(tree);
}
END_TEST

START_TEST(without_pss_none_is_made_up) {
    struct tree *tree = open_tree(WATCHER, true);
    put(110, WATCHER, 4, 70);
    ck_assert(!tree_has_pss());
    ck_assert_uint_eq(tree_take(tree, true)->pss, 0);
    tree_free(tree);
}
END_TEST

START_TEST(a_number_that_no_process_has_is_refused) {
    const char *why = NULL;
    ck_assert_ptr_null(tree_open("", 4711, false, &why));
    ck_assert_str_eq(why, "no process has this number");
}
END_TEST

int main(void) {
    Suite *suite = suite_create("run_walk");
    TCase *walk = tcase_create("walk");
    tcase_add_checked_fixture(walk, setup, NULL);
    tcase_add_test(walk, the_tree_is_found_in_any_order_without_the_watcher_and_others);
    tcase_add_test(walk, a_child_older_than_the_process_with_its_parents_number_is_a_strangers);
    tcase_add_test(walk, a_member_counts_whoever_its_parent_was);
    tcase_add_test(walk, a_child_that_lost_its_parent_stays_and_its_number_does_not);
    tcase_add_test(walk, time_of_those_that_ended_is_kept_once);
    tcase_add_test(walk, a_dead_process_is_not_alive);
    tcase_add_test(walk, without_pss_none_is_made_up);
    tcase_add_test(walk, a_number_that_no_process_has_is_refused);
    suite_add_tcase(suite, walk);
    return run(suite);
}
