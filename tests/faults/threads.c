/* SPDX-License-Identifier: MIT */
/* Threads, each with its own host: under ThreadSanitizer, this shows that nothing is shared. */
#include <pthread.h>
#include <stdatomic.h>

#include "questions.h"
#include "roots.h"
#include "run.h"

static const int thread_counts[] = {1, 2, 3, 4, 5, 6, 7, 8, 64};
enum { COUNTS = sizeof thread_counts / sizeof thread_counts[0], MOST_THREADS = 64, MOST_AT_LEISURE = 8 };

static atomic_int failures;

static void *ask_for_a_while(void *rounds) {
    for (int round = 0; round < *(const int *)rounds; round++) {
        struct sysinfo_host *host = NULL;
        if (sysinfo_host_open(&host, round % 3 == 2 ? FIXTURES "/hugepages" : NULL) != SYSINFO_OK) {
            atomic_fetch_add(&failures, 1);
            continue;
        }
        for (int i = 0; i < 3 * question_count; i++) {
            uint64_t answer[SYSINFO_SLOTS];
            const struct question *question = &questions[i % question_count];
            int status = question->ask(i < question_count && !question->needs_past ? NULL : host, answer);
            if (!question_is_answered(question, status) && round % 3 != 2) {
                atomic_fetch_add(&failures, 1);
            }
            if (sysinfo_explain(host, status)[0] == '\0' || sysinfo_field_find("mem", "available") == NULL) {
                atomic_fetch_add(&failures, 1);
            }
        }
        struct sysinfo_topology_object_list *topology = NULL;
        int status = round == 0 ? sysinfo_topology_objects(host, &topology) : SYSINFO_OK;
        if (status != SYSINFO_OK && status != SYSINFO_NOT_SUPPORTED) {
            atomic_fetch_add(&failures, 1);
        }
        sysinfo_topology_object_list_free(topology);
        sysinfo_host_close(host);
    }
    return NULL;
}

START_TEST(threads_with_their_own_hosts_share_nothing) {
    pthread_t thread[MOST_THREADS];
    int threads = thread_counts[_i], rounds = threads <= MOST_AT_LEISURE ? 6 : 1;
    for (int i = 0; i < threads; i++) {
        ck_assert_int_eq(pthread_create(&thread[i], NULL, ask_for_a_while, &rounds), 0);
    }
    for (int i = 0; i < threads; i++) {
        ck_assert_int_eq(pthread_join(thread[i], NULL), 0);
    }
    ck_assert_int_eq(atomic_load(&failures), 0);
}
END_TEST

/* ---- One host, several threads ---- */

static struct sysinfo_host *shared;
static atomic_int refused, wrong;
static struct sysinfo_memory truth;

/* Runs until a call was refused: each thread's calls last long enough to overlap. */
static void *ask_of_the_shared_host(void *number) {
    for (int round = 0; round < 2000 && (atomic_load(&refused) < 3 || round < 20); round++) {
        double percent;
        struct sysinfo_memory memory = {.present = 0};
        int status = *(const int *)number == 0 ? sysinfo_cpu_percent(shared, 0.01, &percent)
                                               : sysinfo_virtual_memory(shared, &memory, sizeof memory);
        bool is_wrong = status != SYSINFO_OK && status != SYSINFO_INVALID && status != SYSINFO_NOT_YET;
        is_wrong = is_wrong || (memory.present != 0) != (status == SYSINFO_OK && *(const int *)number != 0);
        is_wrong = is_wrong || (memory.present != 0 && memory.total != truth.total);
        atomic_fetch_add(&wrong, is_wrong);
        atomic_fetch_add(&refused, status == SYSINFO_INVALID);
    }
    return NULL;
}

START_TEST(a_second_thread_in_one_host_is_refused_and_not_served_wrongly) {
    pthread_t thread[4];
    static const int numbers[4] = {0, 1, 2, 3};
    ck_assert_int_eq(sysinfo_host_open(&shared, FIXTURES "/linux-2.4"), SYSINFO_OK);
    ck_assert_int_eq(sysinfo_virtual_memory(shared, &truth, sizeof truth), SYSINFO_OK);
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_create(&thread[i], NULL, ask_of_the_shared_host, (void *)&numbers[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(pthread_join(thread[i], NULL), 0);
    }
    ck_assert_int_eq(atomic_load(&wrong), 0);
    ck_assert_int_gt(atomic_load(&refused), 0);
    /* With no call in progress, it works as before. */
    struct sysinfo_memory memory;
    ck_assert_int_eq(sysinfo_virtual_memory(shared, &memory, sizeof memory), SYSINFO_OK);
    ck_assert_uint_eq(memory.total, truth.total);
    sysinfo_host_close(shared);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("threads");
    TCase *tests = tcase_create("threads");
    tcase_add_loop_test(tests, threads_with_their_own_hosts_share_nothing, 0, COUNTS);
    tcase_add_test(tests, a_second_thread_in_one_host_is_refused_and_not_served_wrongly);
    suite_add_tcase(suite, tests);
    return run(suite);
}
