/* SPDX-License-Identifier: MIT */
/* What the library does not affect in its process: signals, descriptors across exec, the parent of a fork. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
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

/* ---- A child asks about itself, through a host that its parent used ---- */

enum { TOUCHED = 48 << 20 };

/* Whether the resident memory that the host reports is that of this process: it grows by what is touched. */
static bool is_about_this_process(struct sysinfo_host *host) {
    uint64_t before, after;
    if (sysinfo_process_memory(host, &before) != SYSINFO_OK) {
        return false;
    }
    void *memory = mmap(NULL, TOUCHED, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        return false;
    }
    memset(memory, 1, TOUCHED);
    int status = sysinfo_process_memory(host, &after);
    munmap(memory, TOUCHED);
    return status == SYSINFO_OK && after >= before + (uint64_t)TOUCHED / 100 * 98;
}

static int exit_status(pid_t child) {
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int of_generations(struct sysinfo_host *host, int generations) {
    bool is_right = is_about_this_process(host);
    pid_t child = generations > 1 ? fork() : -1;
    if (child == 0) {
        _exit(of_generations(host, generations - 1));
    }
    return is_right && (generations == 1 || exit_status(child) == 0) && is_about_this_process(host) ? 0 : 1;
}

/* Also where the kernel cannot clear a page in a child: which call fails, or all advice is ignored. */
START_TEST(every_generation_asks_about_itself) {
    static const int failing[] = {-1, 0, 1, 2, -1};
    struct sysinfo_host *host = open_root(NULL);
    uint64_t bytes;
    faults_begin(FAULT_PAGE, failing[_i], ENOMEM);
    faults.is_advice_ignored = _i == 4;
    ck_assert_int_eq(sysinfo_process_memory(host, &bytes), SYSINFO_OK);
    faults_end();
    ck_assert(faults.has_failed == (failing[_i] >= 0));
    ck_assert_int_eq(of_generations(host, 3), 0);
    sysinfo_host_close(host);
}
END_TEST

enum { LEFT_OUT = 77 };

/* The first process of a namespace, whose first child is in another one: both have the number 1. */
static int first_of_namespace(void) {
    struct sysinfo_host *host = open_root(NULL);
    if (getpid() != 1 || !is_about_this_process(host) || unshare(CLONE_NEWPID) != 0) {
        return LEFT_OUT;
    }
    pid_t child = fork();
    if (child == 0) {
        _exit(getpid() != 1 ? LEFT_OUT : is_about_this_process(host) ? 0 : 1);
    }
    return child < 0 ? LEFT_OUT : exit_status(child);
}

START_TEST(a_child_with_its_parents_number_asks_about_itself) {
#ifdef MADV_WIPEONFORK
    void *page = mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    bool is_possible = page != MAP_FAILED && madvise(page, 1, MADV_WIPEONFORK) == 0;
    munmap(page, 1);
#else
    bool is_possible = false;
#endif
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        if (!is_possible || unshare(CLONE_NEWUSER | CLONE_NEWPID) != 0) {
            _exit(LEFT_OUT);
        }
        pid_t first = fork();
        if (first == 0) {
            _exit(first_of_namespace());
        }
        _exit(first < 0 ? LEFT_OUT : exit_status(first));
    }
    int status = exit_status(child);
    if (status == LEFT_OUT) {
        printf("left out: no namespaces here\n");
        return;
    }
    ck_assert_int_eq(status, 0);
}
END_TEST

TCase *process_tests(void) {
    TCase *tests = tcase_create("process");
    tcase_add_test(tests, the_signal_mask_and_handlers_stay);
    tcase_add_test(tests, signals_do_not_shorten_an_interval);
    tcase_add_loop_test(tests, descriptors_are_closed_on_exec, 0, ROOTS);
    tcase_add_test(tests, a_host_survives_fork);
    tcase_add_loop_test(tests, every_generation_asks_about_itself, 0, 5);
    tcase_add_test(tests, a_child_with_its_parents_number_asks_about_itself);
    return tests;
}
