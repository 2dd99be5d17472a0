/* SPDX-License-Identifier: MIT */
/* Every allocation of every question fails once. */
#include <errno.h>
#include <string.h>

#include "directory.h"
#include "faults.h"
#include "questions.h"
#include "roots.h"

struct outcome {
    int status, status_again, error;
    bool has_failed, is_explained, is_untouched;
    long blocks;
};

/*
 * Asks with allocation number `at` failing, and again; no libcheck call comes between, so that blocks can be counted.
 */
static struct outcome ask_without_memory(const struct question *question, bool has_host, const char *root, int at) {
    uint64_t answer[SYSINFO_SLOTS] = {0}, again[SYSINFO_SLOTS] = {0}, untouched[SYSINFO_SLOTS] = {0};
    struct outcome outcome = {.status = 0};
    struct sysinfo_host *host = NULL;
    faults.blocks = 0;
    faults.is_tracking = true;
    if (has_host && sysinfo_host_open(&host, root) != SYSINFO_OK) {
        outcome.error = -1;
        return outcome;
    }
    errno = ERANGE;
    faults_begin(FAULT_MEMORY, at, ENOMEM);
    outcome.status = question->ask(host, answer);
    faults_end();
    outcome.error = errno;
    outcome.has_failed = faults.has_failed;
    outcome.is_explained = strcmp(sysinfo_explain(host, outcome.status), sysinfo_status_meaning(outcome.status)) != 0;
    outcome.is_untouched = memcmp(answer, untouched, sizeof answer) == 0;
    outcome.status_again = question->ask(host, again);
    sysinfo_host_close(host);
    faults.is_tracking = false;
    outcome.blocks = faults.blocks;
    return outcome;
}

static int sweep(const struct question *question, bool has_host, const char *root) {
    int at = 0;
    for (;; at++) {
        struct outcome outcome = ask_without_memory(question, has_host, root, at);
        ck_assert_msg(outcome.error == ERANGE, "%s changed errno", question->name);
        ck_assert_msg(outcome.blocks == 0, "%s, allocation %d: %ld blocks were not freed", question->name, at,
                      outcome.blocks);
        ck_assert_msg(outcome.status_again != SYSINFO_NO_MEMORY, "%s has not recovered", question->name);
        if (!outcome.has_failed) {
            return at;
        }
        ck_assert_msg(outcome.status == SYSINFO_NO_MEMORY, "%s, allocation %d: %s", question->name, at,
                      sysinfo_status_name(outcome.status));
        ck_assert_msg(outcome.is_explained == has_host, "%s does not say what needed memory", question->name);
        ck_assert_msg(outcome.is_untouched, "%s failed and left an answer", question->name);
        ck_assert_int_lt(at, 100);
    }
}

START_TEST(a_failing_allocation_is_no_memory_and_the_next_call_works) {
    for (int root = 0; root < ROOTS; root++) {
        int failures = sweep(&questions[_i], true, roots[root]);
        ck_assert(failures > 0 || !questions[_i].allocates || questions[_i].is_rare || roots[root] != NULL);
    }
}
END_TEST

START_TEST(without_a_host_too) {
    sweep(&questions[_i], false, NULL);
}
END_TEST

START_TEST(a_host_that_cannot_be_made_is_no_memory) {
    for (int at = 0; at < 2; at++) {
        struct sysinfo_host *other = open_root(NULL), *host = other; /* Anything but NULL. */
        errno = ERANGE;
        faults.blocks = 0;
        faults.is_tracking = true;
        faults_begin(FAULT_MEMORY, at, ENOMEM);
        int status = sysinfo_host_open(&host, "/nothing");
        faults_end();
        faults.is_tracking = false;
        ck_assert_int_eq(errno, ERANGE);
        ck_assert_int_eq(status, SYSINFO_NO_MEMORY);
        ck_assert_ptr_null(host);
        ck_assert_int_eq(faults.blocks, 0);
        sysinfo_host_close(other);
    }
}
END_TEST

START_TEST(lists_that_cannot_be_compared_for_want_of_memory_stay_as_they_are) {
    struct sysinfo_host *host = open_root(NULL);
    struct sysinfo_cpu_sample_list *before = NULL, *after = NULL;
    struct sysinfo_cpu_usage_list *usage = NULL;
    double percent;
    ck_assert_int_eq(sysinfo_cpu_times_percpu(host, &before), SYSINFO_OK);
    do {
        int status = sysinfo_cpu_percent(host, 0.05, &percent);
        ck_assert(status == SYSINFO_OK || status == SYSINFO_NOT_YET);
        ck_assert_int_eq(sysinfo_cpu_times_percpu(host, &after), SYSINFO_OK);
    } while (sysinfo_cpu_usage_list_between(before, after, &usage) == SYSINFO_NOT_YET);
    sysinfo_cpu_usage_list_free(usage);
    usage = NULL;
    for (int at = 0; at < 2; at++) {
        errno = ERANGE;
        faults_begin(FAULT_MEMORY, at, ENOMEM);
        int status = sysinfo_cpu_usage_list_between(before, after, &usage);
        faults_end();
        ck_assert_int_eq(errno, ERANGE);
        ck_assert_int_eq(status, SYSINFO_NO_MEMORY);
        ck_assert_ptr_null(usage);
    }
    ck_assert_int_eq(sysinfo_cpu_usage_list_between(before, after, &usage), SYSINFO_OK);
    sysinfo_cpu_usage_list_free(usage);
    sysinfo_cpu_sample_list_free(before);
    sysinfo_cpu_sample_list_free(after);
    sysinfo_host_close(host);
}
END_TEST

START_TEST(a_topology_without_memory_is_no_memory_and_then_works) {
    struct sysinfo_host *host = open_root(NULL);
    struct sysinfo_topology_object_list *list = NULL;
    bool is_supported = sysinfo_topology_objects(host, &list) == SYSINFO_OK;
    sysinfo_host_close(host);
    bool has_failed = is_supported;
    for (int at = 0; has_failed; at++) {
        struct sysinfo_topology_object_list *fresh = NULL;
        host = open_root(NULL);
        errno = ERANGE;
        faults_begin(FAULT_MEMORY, at, ENOMEM);
        int status = sysinfo_topology_objects(host, &fresh);
        faults_end();
        ck_assert_int_eq(errno, ERANGE);
        has_failed = faults.has_failed;
        ck_assert_int_eq(status, has_failed ? SYSINFO_NO_MEMORY : SYSINFO_OK);
        ck_assert_int_eq(has_failed, fresh == NULL);
        ck_assert_int_eq(sysinfo_topology_objects(host, &list), SYSINFO_OK);
        sysinfo_topology_object_list_free(fresh);
        sysinfo_host_close(host);
    }
    sysinfo_topology_object_list_free(list);
}
END_TEST

/* More text than the host has room for without an allocation. */
START_TEST(a_long_file_without_memory_is_no_memory_and_is_then_read) {
    static char text[40000];
    struct sysinfo_stats stats;
    directory_make();
    memset(text, '\n', sizeof text - 1);
    memcpy(text + sizeof text - 11, "ctxt 1234\n", 10);
    directory_write("proc/stat", text);
    struct sysinfo_host *host = open_root(directory_root);
    for (int at = 0; at < 2; at++) {
        faults_begin(FAULT_MEMORY, at, ENOMEM);
        int status = sysinfo_cpu_stats(host, &stats, sizeof stats);
        faults_end();
        ck_assert(faults.has_failed);
        ck_assert_int_eq(status, SYSINFO_NO_MEMORY);
    }
    ck_assert_int_eq(sysinfo_cpu_stats(host, &stats, sizeof stats), SYSINFO_OK);
    ck_assert_uint_eq(stats.ctx_switches, 1234);
    sysinfo_host_close(host);
    directory_remove();
}
END_TEST

static void make_nodes(int first, int end) {
    char name[64], text[64];
    for (int node = first; node < end; node++) {
        snprintf(name, sizeof name, "sys/devices/system/node/node%d/cpulist", node);
        snprintf(text, sizeof text, "%d\n", node);
        directory_write(name, text);
    }
    snprintf(text, sizeof text, "0-%d\n", end - 1);
    directory_write("sys/devices/system/node/online", text);
}

START_TEST(a_list_of_nodes_that_cannot_grow_is_as_it_was) {
    bool has_failed = true;
    directory_make();
    for (int at = 0; has_failed; at++) {
        struct sysinfo_numa_node_list *list = NULL;
        struct sysinfo_host *host = open_root(directory_root);
        make_nodes(0, 1);
        ck_assert_int_eq(sysinfo_numa_nodes(host, &list), SYSINFO_OK);
        make_nodes(1, 20);
        struct sysinfo_numa_node_list *before = list;
        faults_begin(FAULT_MEMORY, at, ENOMEM);
        int status = sysinfo_numa_nodes(host, &list);
        faults_end();
        has_failed = faults.has_failed;
        ck_assert_int_eq(status, has_failed ? SYSINFO_NO_MEMORY : SYSINFO_OK);
        ck_assert_ptr_eq(list, before);
        ck_assert_uint_eq(sysinfo_numa_node_list_count(list), has_failed ? 1 : 20);
        ck_assert_str_eq(sysinfo_numa_node_list_cpus(list, 0), "0");
        ck_assert_int_eq(sysinfo_numa_nodes(host, &list), SYSINFO_OK);
        ck_assert_str_eq(sysinfo_numa_node_list_cpus(list, 19), "19");
        sysinfo_numa_node_list_free(list);
        sysinfo_host_close(host);
        directory_remove();
        directory_make();
    }
    directory_remove();
}
END_TEST

TCase *memory_fault_tests(void) {
    TCase *tests = tcase_create("memory");
    tcase_add_loop_test(tests, a_failing_allocation_is_no_memory_and_the_next_call_works, 0, question_count);
    tcase_add_loop_test(tests, without_a_host_too, 0, question_count);
    tcase_add_test(tests, a_host_that_cannot_be_made_is_no_memory);
    tcase_add_test(tests, lists_that_cannot_be_compared_for_want_of_memory_stay_as_they_are);
    tcase_add_test(tests, a_long_file_without_memory_is_no_memory_and_is_then_read);
    tcase_add_test(tests, a_topology_without_memory_is_no_memory_and_then_works);
    tcase_add_test(tests, a_list_of_nodes_that_cannot_grow_is_as_it_was);
    return tests;
}
