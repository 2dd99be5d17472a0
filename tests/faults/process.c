/* SPDX-License-Identifier: MIT */
/* What the library does not affect in its process: signals, descriptors across exec, the parent of a fork. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "faults.h"
#include "questions.h"
#include "roots.h"

static void ask_everything(struct sysinfo_host *host) {
    uint64_t answer[SYSINFO_SLOTS];
    for (int i = 0; i < question_count; i++) {
        int status = questions[i].ask(host, answer);
        ck_assert_msg(question_is_answered(&questions[i], status), "%s: %s", questions[i].name,
                      sysinfo_explain(host, status));
    }
    struct sysinfo_topology_object_list *topology = NULL;
    int status = sysinfo_topology_objects(host, &topology);
    ck_assert(status == SYSINFO_OK || status == SYSINFO_NOT_SUPPORTED);
    sysinfo_topology_object_list_free(topology);
}

START_TEST(the_signal_mask_and_handlers_stay) {
    sigset_t mask, after;
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    sigaddset(&mask, SIGWINCH);
    ck_assert_int_eq(sigprocmask(SIG_SETMASK, &mask, NULL), 0);
    struct sigaction before[32];
    for (int signal = 1; signal < 32; signal++) {
        ck_assert_int_eq(sigaction(signal, NULL, &before[signal]), 0);
    }
    struct sysinfo_host *host = open_root(NULL);
    ask_everything(host);
    sysinfo_host_close(host);
    ck_assert_int_eq(sigprocmask(SIG_SETMASK, NULL, &after), 0);
    for (int signal = 1; signal < 32; signal++) {
        struct sigaction action;
        ck_assert_int_eq(sigismember(&after, signal), sigismember(&mask, signal));
        ck_assert_int_eq(sigaction(signal, NULL, &action), 0);
        ck_assert_mem_eq(&action.sa_handler, &before[signal].sa_handler, sizeof action.sa_handler);
    }
    sigemptyset(&mask);
    ck_assert_int_eq(sigprocmask(SIG_SETMASK, &mask, NULL), 0);
}
END_TEST

static volatile sig_atomic_t ticks;

static void tick(int signal) {
    (void)signal;
    ticks++;
}

/*
 * Without SA_RESTART, every 3 ms: neither the sleep nor a read is cut short. On a busy machine, the signals of one
 * interval may be merged into one, which a single restart would survive; so the test continues until there are more.
 */
START_TEST(signals_do_not_shorten_an_interval) {
    struct sigaction action = {.sa_handler = tick}, old;
    struct itimerval every = {{0, 3000}, {0, 3000}}, never = {{0, 0}, {0, 0}};
    struct timespec start, end;
    struct sysinfo_host *host = open_root(NULL);
    double percent;
    ck_assert_int_eq(sigaction(SIGALRM, &action, &old), 0);
    for (int round = 0; round < 500 && ticks < 2; round++) {
        ticks = 0;
        ck_assert_int_eq(setitimer(ITIMER_REAL, &every, NULL), 0);
        clock_gettime(CLOCK_MONOTONIC, &start);
        int status = sysinfo_cpu_percent(host, 0.05, &percent);
        clock_gettime(CLOCK_MONOTONIC, &end);
        ck_assert_int_eq(setitimer(ITIMER_REAL, &never, NULL), 0);
        ck_assert(status == SYSINFO_OK || status == SYSINFO_NOT_YET);
        ck_assert((double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9 >= 0.05);
    }
    ck_assert_int_gt(ticks, 1);
    ck_assert_int_eq(sigaction(SIGALRM, &old, NULL), 0);
    sysinfo_host_close(host);
}
END_TEST

START_TEST(descriptors_are_closed_on_exec) {
    struct sysinfo_host *host = open_root(roots[_i]);
    uint64_t answer[SYSINFO_SLOTS];
    bool was_open[256];
    int opened = 0;
    for (int fd = 0; fd < 256; fd++) {
        was_open[fd] = fcntl(fd, F_GETFD) >= 0;
    }
    for (int i = 0; i < question_count; i++) {
        questions[i].ask(host, answer);
    }
    for (int fd = 0; fd < 256; fd++) {
        int flags = fcntl(fd, F_GETFD);
        if (flags >= 0 && !was_open[fd]) {
            ck_assert(flags & FD_CLOEXEC);
            opened++;
        }
    }
    ck_assert_int_gt(opened, 0);
    sysinfo_host_close(host);
    for (int fd = 0; fd < 256; fd++) {
        ck_assert(was_open[fd] == (fcntl(fd, F_GETFD) >= 0));
    }
}
END_TEST

START_TEST(a_host_survives_fork) {
    struct sysinfo_host *host = open_root(NULL);
    ask_everything(host);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        uint64_t answer[SYSINFO_SLOTS];
        int failed = 0;
        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < question_count; i++) {
                int status = questions[i].ask(host, answer);
                failed += !question_is_answered(&questions[i], status);
            }
        }
        sysinfo_host_close(host);
        _exit(failed == 0 ? 0 : 1);
    }
    for (int round = 0; round < 20; round++) {
        ask_everything(host);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    ask_everything(host);
    sysinfo_host_close(host);
}
END_TEST

TCase *process_tests(void) {
    TCase *tests = tcase_create("process");
    tcase_add_test(tests, the_signal_mask_and_handlers_stay);
    tcase_add_test(tests, signals_do_not_shorten_an_interval);
    tcase_add_loop_test(tests, descriptors_are_closed_on_exec, 0, ROOTS);
    tcase_add_test(tests, a_host_survives_fork);
    return tests;
}
