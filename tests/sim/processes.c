/* SPDX-License-Identifier: MIT */
/* The process list of each system, in the walk of `sysinfo run`. */
#include "cases.h"

#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "run/process_source.h"

/* Called by the list; the walk itself is part of this program. */
struct process *simk_process_table_insert(struct process_table *table, const struct process *process);
struct process *simk_process_table_insert(struct process_table *table, const struct process *process) {
    return process_table_insert(table, process);
}
void fail_no_memory(void) {
    abort();
}
void simk_fail_no_memory(void);
void simk_fail_no_memory(void) {
    abort();
}

#define process_key IS("kern.proc.proc", "kern.proc2.all", "kern.proc.all", "kern.proc.all")

static void put(int pid, int parent, int64_t started, uint64_t rss) {
    sim.other[sim.processes++] = (struct sim_process){.pid = pid,
                                                      .parent = parent,
                                                      .started = started,
                                                      .rss = rss,
                                                      .peak = 9000,
                                                      .threads = 2,
                                                      .user_microseconds = 300000,
                                                      .system_microseconds = 200000,
                                                      .children_microseconds = 40000};
}

/* init, a shell with this process and another command, and two children below that. */
static void fill(void) {
    put(1, 0, 1000, 10);
    put(50, 1, 1100, 20);
    put(SIM_PID, 50, 1200, 30);
    put(70, 50, 1300, 1000);
    put(71, 70, 1400, 200);
    put(72, 71, 1500, 30);
}

START_TEST(the_tree_of_a_process_is_found) {
    const char *why = NULL;
    fill();
    struct tree *tree = tree_open("", 70, false, &why);
    ck_assert_msg(tree != NULL, "%s", why);
    const struct tree_sample *sample = tree_take(tree, false);
    ck_assert_uint_eq(sample->processes, 3);
    ck_assert_uint_eq(sample->alive, 3);
    ck_assert_uint_eq(sample->rss, 1230 * sim.page_size);
    const struct process *child = tree_find(tree, 71);
    ck_assert_int_eq(child->parent, 70);
    ck_assert_uint_eq(child->rss, 200 * sim.page_size);
    ck_assert_uint_eq(child->threads, 2);
    ck_assert_double_eq_tol(child->cpu, 0.5, 1e-9);
    ck_assert_double_eq_tol(child->children_cpu, IS(0.04, 0.04, 0.04, 0), 1e-9);
    ck_assert_uint_eq(child->peak, IS(9000 * 1024, 9000 * 1024, 9000 * 1024, 0));
    ck_assert_str_eq(child->name,
                     IS("a-name-of-19-letter", "a-name-of-19-letter", "a-name-of-19-letter", "a-name-of-15-le"));
    ck_assert_double_eq_tol(sample->cpu, IS(1.62, 1.62, 1.62, 1.5), 1e-9);
    ck_assert(!sim.is_reaper);
    tree_free(tree);
}
END_TEST

START_TEST(daemons_and_zombies_are_distinguished_from_strangers) {
    const char *why = NULL;
    fill();
    struct tree *tree = tree_open("", SIM_PID, true, &why); /* What this process is about to start. */
    ck_assert_msg(tree != NULL, "%s", why);
    ck_assert_int_eq(sim.is_reaper, IS(1, 0, 0, 0));
    put(90, SIM_PID, 1600, 500);
    put(91, 90, 1700, 50);
    ck_assert_uint_eq(tree_take(tree, false)->rss, 550 * sim.page_size);
    sim.other[7].parent = 1; /* Its parent exited, and it is a zombie. */
    sim.other[6].is_dead = true;
    sim.other[6].rss = 0;
    const struct tree_sample *sample = tree_take(tree, false);
    ck_assert_uint_eq(sample->processes, 2);
    ck_assert_uint_eq(sample->alive, 1);
    ck_assert_uint_eq(sample->rss, 50 * sim.page_size);
    tree_free(tree);
}
END_TEST

START_TEST(many_processes_are_listed) {
    const char *why = NULL;
    put(1, 0, 1000, 10);
    for (int i = 0; i < SIM_PROCESSES - 1; i++) {
        put(100 + i, i == 0 ? 1 : 100, 1100, 1);
    }
    struct tree *tree = tree_open("", 100, false, &why);
    ck_assert_msg(tree != NULL, "%s", why);
    ck_assert_uint_eq(tree_take(tree, false)->processes, SIM_PROCESSES - 1);
    tree_free(tree);
}
END_TEST

/* However much room there is, the kernel asks for more. */
START_TEST(a_list_that_never_fits_is_refused) {
    const char *why = NULL;
    fill();
    sim_fault = (struct sim_fault){.name = process_key, .error = SIM_ENOMEM, .is_set = true};
    ck_assert_ptr_null(tree_open("", 70, false, &why));
    ck_assert_msg(strstr(why, "does not list its processes") != NULL, "%s", why);
    ck_assert_int_eq(sim_fault.seen, 13); /* From 64 KiB to 256 MiB. */
}
END_TEST

#if SIM_MACOS
/* Of a process of another user macOS reports that it is there. */
START_TEST(a_process_that_may_not_be_looked_into_counts_as_using_nothing) {
    const char *why = NULL;
    fill();
    struct tree *tree = tree_open("", 71, false, &why);
    ck_assert_msg(tree != NULL, "%s", why);
    sim_fault = (struct sim_fault){.name = "proc_pidinfo", .error = SIM_EPERM, .at = 1, .is_set = true};
    const struct tree_sample *sample = tree_take(tree, false);
    ck_assert_uint_eq(sample->processes, 2);
    const uint64_t first = 200 * sim.page_size, second = 30 * sim.page_size;
    ck_assert(sample->rss == first || sample->rss == second);
    tree_free(tree);
}
END_TEST

/* CPU times are in Mach's unit, 125 / 3 ns on Apple's processors; where it is not reported, they are ns. */
START_TEST(without_a_time_base_a_unit_is_a_nanosecond) {
    const char *why = NULL;
    fill();
    sim_fault = (struct sim_fault){.name = "mach_timebase_info", .error = SIM_EIO, .is_set = true};
    struct tree *tree = tree_open("", 71, false, &why);
    ck_assert_msg(tree != NULL, "%s", why);
    tree_take(tree, false);
    ck_assert_double_eq_tol(tree_find(tree, 71)->cpu, 0.5 * 3 / 125, 1e-9);
    tree_free(tree);
}
END_TEST
#endif

START_TEST(a_list_that_is_refused_has_a_reason) {
    const char *why = NULL;
    ck_assert_ptr_null(tree_open("", 70, false, &why));
    ck_assert_msg(strstr(why, "does not list its processes") != NULL, "%s", why);
    fill();
    why = NULL;
    ck_assert_ptr_null(tree_open("", 4711, false, &why));
    ck_assert_str_eq(why, "no process has this number");
}
END_TEST

void add_processes(TCase *cases) {
    tcase_add_test(cases, the_tree_of_a_process_is_found);
    tcase_add_test(cases, daemons_and_zombies_are_distinguished_from_strangers);
    tcase_add_test(cases, many_processes_are_listed);
    tcase_add_test(cases, a_list_that_is_refused_has_a_reason);
    tcase_add_test(cases, a_list_that_never_fits_is_refused);
#if SIM_MACOS
    tcase_add_test(cases, a_process_that_may_not_be_looked_into_counts_as_using_nothing);
    tcase_add_test(cases, without_a_time_base_a_unit_is_a_nanosecond);
#endif
}
