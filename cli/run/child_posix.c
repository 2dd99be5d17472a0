/* SPDX-License-Identifier: MIT */
/* wait4() reports the usage of each child, but is in no standard. */
#undef _POSIX_C_SOURCE
#undef _XOPEN_SOURCE
#define _DEFAULT_SOURCE 1
#define _DARWIN_C_SOURCE 1
#define _NETBSD_SOURCE 1
#include "run/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"
#include "platform.h"

/* ---- Signals: noted when they arrive, handled when this program waits ---- */

static const int handed_on[] = {SIGTERM, SIGHUP, SIGUSR2};
#if defined(SIGINFO)
static const int questions[] = {SIGUSR1, SIGINFO}; /* ^T, on terminals that support it. */
#else
static const int questions[] = {SIGUSR1};
#endif
static const int requests[] = {SIGINT, SIGTERM, SIGHUP};
static const int left_to_child[] = {SIGINT, SIGQUIT}; /* The terminal sends them to both processes. */
enum {
    HANDED_ON = sizeof handed_on / sizeof handed_on[0],
    QUESTIONS = sizeof questions / sizeof questions[0],
    REQUESTS = sizeof requests / sizeof requests[0],
    LEFT_TO_CHILD = sizeof left_to_child / sizeof left_to_child[0],
    SIGNALS = HANDED_ON + QUESTIONS + REQUESTS + LEFT_TO_CHILD + 2,
};

static volatile sig_atomic_t arrived[65];
static int last_end; /* The last signal of those that end programs. */

static void note_arrival(int signal) {
    arrived[signal] = 1;
}

static bool take_arrival(int signal) {
    bool has_arrived = arrived[signal] != 0;
    arrived[signal] = 0;
    return has_arrived;
}

/* The signal state at program start, which the command inherits. */
static struct {
    int signal[SIGNALS];
    struct sigaction action[SIGNALS];
    size_t count;
    sigset_t mask;
} inherited;

static sigset_t while_asleep;

/* A signal that is already ignored, as under nohup, stays ignored unless it is needed here. */
static void set(int signal, void (*handler)(int), bool must) {
    struct sigaction now, *past = &inherited.action[inherited.count];
    sigaction(signal, NULL, past);
    if (past->sa_handler == SIG_IGN && !must) {
        return;
    }
    memset(&now, 0, sizeof now);
    now.sa_handler = handler;
    sigemptyset(&now.sa_mask);
    sigaction(signal, &now, NULL);
    inherited.signal[inherited.count++] = signal;
    sigdelset(&while_asleep, signal);
}

/* From here on, signals arrive only in pselect(). */
static void hold_signals(void) {
    sigset_t held;
    sigemptyset(&held);
    sigaddset(&held, SIGCHLD);
    for (int i = 0; i < HANDED_ON; i++) {
        sigaddset(&held, handed_on[i]);
    }
    for (int i = 0; i < QUESTIONS; i++) {
        sigaddset(&held, questions[i]);
    }
    for (int i = 0; i < REQUESTS; i++) {
        sigaddset(&held, requests[i]);
    }
    for (int i = 0; i < LEFT_TO_CHILD; i++) {
        sigaddset(&held, left_to_child[i]);
    }
    sigprocmask(SIG_BLOCK, &held, &inherited.mask);
    while_asleep = inherited.mask;
}

/* Only for the first command; later ones inherit the same state. */
static void take_signals(void) {
    if (inherited.count > 0) {
        return;
    }
    hold_signals();
    set(SIGCHLD, note_arrival, true);
    for (int i = 0; i < HANDED_ON; i++) {
        set(handed_on[i], note_arrival, false);
    }
    for (int i = 0; i < QUESTIONS; i++) {
        set(questions[i], note_arrival, false);
    }
    for (int i = 0; i < LEFT_TO_CHILD; i++) {
        set(left_to_child[i], note_arrival, false);
    }
    set(SIGPIPE, SIG_IGN, true); /* A closed report stream must not end this program before the command. */
}

static void give_back_signals(void) {
    for (size_t i = 0; i < inherited.count; i++) {
        sigaction(inherited.signal[i], &inherited.action[i], NULL);
    }
    sigprocmask(SIG_SETMASK, &inherited.mask, NULL);
}

/* ---- Starting ---- */

/*
 * Through this pointer, which is bound when this program starts: the first call of a function by its name would bind it
 * in the child, where each page that this takes is a page fault.
 */
static int (*const volatile execute)(const char *file, char *const arguments[]) = execvp;

/* In the child: executes the command, or reports the error to the parent. */
static void become(const char *const *command, const struct variable *variables, int report) {
    give_back_signals();
    platform_leave();
    bool is_set = true;
    for (; is_set && variables->name != NULL; variables++) {
        is_set = variables->value == NULL || setenv(variables->name, variables->value, 1) == 0;
    }
    if (is_set) {
        execute(command[0], (char *const *)command);
    }
    int error = errno;
    ssize_t written = write(report, &error, sizeof error);
    _exit(written == (ssize_t)sizeof error ? 126 : 127);
}

/* Returns 0 once the command runs, or the error of exec. */
static int exec_error(int report) {
    int error = 0;
    ssize_t length;
    do {
        length = read(report, &error, sizeof error);
    } while (length < 0 && errno == EINTR);
    return length == (ssize_t)sizeof error ? error : 0;
}

static int fail_exec(const char *name, int error) {
    if (error == ENOENT && strchr(name, '/') == NULL) {
        trouble("%s: command not found", name);
    } else {
        trouble("%s: %s", name, strerror(error));
    }
    return error == ENOENT ? 127 : 126;
}

/*
 * On Linux, the counters are bytes in units of 512 if the kernel was built with I/O accounting: proc(5), /proc/PID/io.
 * Elsewhere they count operations.
 */
static bool counts_bytes(void) {
#if defined(__linux__)
    return access("/proc/self/io", F_OK) == 0;
#else
    return false;
#endif
}

int child_start(struct child *child, const char *const *command, const struct variable *variables) {
    int report[2];
    if (pipe(report) != 0) {
        return trouble("%s", strerror(errno));
    }
    fcntl(report[0], F_SETFD, FD_CLOEXEC);
    fcntl(report[1], F_SETFD, FD_CLOEXEC);
    take_signals();
    child->started = platform_clock();
    pid_t pid = fork();
    if (pid == 0) {
        become(command, variables, report[1]);
    }
    int error = errno;
    close(report[1]);
    if (pid > 0) {
        error = exec_error(report[0]);
    }
    close(report[0]);
    if (pid < 0) {
        return trouble("%s: cannot be started: %s", command[0], strerror(error));
    }
    if (error != 0) {
        waitpid(pid, NULL, 0);
        return fail_exec(command[0], error);
    }
    child->pid = pid;
    child->counts.has_bytes = counts_bytes();
    return 0;
}

void child_watch(struct child *child) {
    child->started = platform_clock();
    hold_signals();
    for (int i = 0; i < REQUESTS; i++) {
        set(requests[i], note_arrival, false);
    }
    for (int i = 0; i < QUESTIONS; i++) {
        set(questions[i], note_arrival, false);
    }
}

/* ---- Waiting ---- */

static double seconds(struct timeval time) {
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

#if defined(__APPLE__)
static const uint64_t maxrss_unit = 1;
#else
static const uint64_t maxrss_unit = 1024;
#endif

static void add_counts(struct child_counts *counts, const struct rusage *usage) {
    counts->is_known = true;
    counts->minor_faults += (uint64_t)usage->ru_minflt;
    counts->major_faults += (uint64_t)usage->ru_majflt;
    counts->voluntary_switches += (uint64_t)usage->ru_nvcsw;
    counts->involuntary_switches += (uint64_t)usage->ru_nivcsw;
    counts->read += (uint64_t)usage->ru_inblock * 512;
    counts->written += (uint64_t)usage->ru_oublock * 512;
}

static void add_usage(struct child *child, const struct rusage *usage) {
    uint64_t peak = (uint64_t)usage->ru_maxrss * maxrss_unit;
    add_counts(&child->counts, usage);
    child->user += seconds(usage->ru_utime);
    child->system += seconds(usage->ru_stime);
    child->peak = peak > child->peak ? peak : child->peak;
}

/* Waits for every process that has ended: the command, and orphans of its tree. */
static void reap(struct child *child) {
    struct rusage usage;
    int status;
    pid_t pid;
    while ((pid = wait4(-1, &status, WNOHANG, &usage)) > 0) {
        if (pid == child->pid) {
            child->has_ended = true;
            child->ended = platform_clock();
            child->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
            child->status = child->signal != 0 ? 128 + child->signal : WEXITSTATUS(status);
            add_usage(child, &usage);
        } else if (child->had_none || (child->tree != NULL && !tree_was_foreign(child->tree, pid))) {
            add_usage(child, &usage);
        }
    }
    child->is_childless = pid < 0 && errno == ECHILD;
}

static void hand_on(struct child *child) {
    for (int i = 0; i < LEFT_TO_CHILD; i++) {
        last_end = take_arrival(left_to_child[i]) ? left_to_child[i] : last_end;
    }
    for (int i = 0; i < HANDED_ON; i++) {
        bool has_arrived = take_arrival(handed_on[i]);
        last_end = has_arrived && handed_on[i] != SIGUSR2 ? handed_on[i] : last_end;
        if (has_arrived && !child->has_ended) {
            if (child->before_end != NULL && (handed_on[i] == SIGTERM || handed_on[i] == SIGHUP)) {
                child->before_end(child->context);
            }
            kill((pid_t)child->pid, handed_on[i]);
        }
    }
}

static void take_request(struct child *child) {
    for (int i = 0; i < REQUESTS; i++) {
        child->request = take_arrival(requests[i]) ? requests[i] : child->request;
    }
}

static void take_question(struct child *child) {
    for (int i = 0; i < QUESTIONS; i++) {
        child->is_asked = take_arrival(questions[i]) || child->is_asked;
    }
}

void child_sleep(struct child *child, double moment) {
    bool is_command = child->pid > 0, had_ended = child->has_ended;
    child->is_asked = false;
    for (double left = 0; child->has_ended == had_ended && child->request == 0 && !child->is_asked && left >= 0;
         left = moment - platform_clock()) {
        double part = left < 86400 ? left : 86400;
        struct timespec time = {(time_t)part, 0};
        time.tv_nsec = (long)((part - (double)time.tv_sec) * 1e9);
        pselect(0, NULL, NULL, NULL, &time, &while_asleep);
        if (is_command) {
            if (take_arrival(SIGCHLD)) {
                reap(child);
            }
            hand_on(child);
        } else {
            take_request(child);
        }
        take_question(child);
    }
    if (is_command && child->has_ended && !child->is_childless) {
        reap(child);
    }
}

/* ---- Ending ---- */

/* A stopped process must continue to receive the signal. */
static void send(int64_t pid, enum child_signal signal) {
    kill((pid_t)pid, signal == CHILD_KILL ? SIGKILL : SIGTERM);
    kill((pid_t)pid, SIGCONT);
}

void child_signal(struct child *child, const struct tree_sample *sample, enum child_signal signal) {
    if (!child->has_ended) {
        send(child->pid, signal);
    }
    for (size_t i = 0; sample != NULL && i < sample->processes; i++) {
        const struct process *process = &sample->process[i];
        if (!process->is_dead && process->pid != child->pid) {
            send(process->pid, signal);
        }
    }
}

/* Signals that arrived outside of pselect() are still blocked, and therefore pending. */
int child_last_end(void) {
    static const int ends[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP};
    sigset_t pending;
    sigpending(&pending);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        last_end = sigismember(&pending, ends[i]) > 0 ? ends[i] : last_end;
    }
    return last_end;
}

int child_obey(int request) {
    signal(request, SIG_DFL);
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, request);
    sigprocmask(SIG_UNBLOCK, &one, NULL);
    raise(request);
    return 128 + request;
}

const char *child_signal_name(int signal) {
    static const struct {
        int signal;
        const char *name;
    } names[] = {{SIGHUP, "HUP"},   {SIGINT, "INT"},   {SIGQUIT, "QUIT"}, {SIGILL, "ILL"},   {SIGTRAP, "TRAP"},
                 {SIGABRT, "ABRT"}, {SIGBUS, "BUS"},   {SIGFPE, "FPE"},   {SIGKILL, "KILL"}, {SIGUSR1, "USR1"},
                 {SIGSEGV, "SEGV"}, {SIGUSR2, "USR2"}, {SIGPIPE, "PIPE"}, {SIGALRM, "ALRM"}, {SIGTERM, "TERM"},
                 {SIGXCPU, "XCPU"}, {SIGXFSZ, "XFSZ"}, {SIGSYS, "SYS"}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (names[i].signal == signal) {
            return names[i].name;
        }
    }
    return NULL;
}

int64_t child_self(void) {
    return getpid();
}
