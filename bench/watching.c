/* SPDX-License-Identifier: MIT */
/*
 * sysinfo_bench_watching: the CPU time of programs that watch others, each sample. They take turns to watch the same
 * sleeping processes, or to draw the machine on a terminal. Prints the project's own limit, but never fails because of
 * it.
 *
 *     sysinfo_bench_watching [ROUNDS [trees|screens]]
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "median.h"

enum { MOST_ARGUMENTS = 16, MOST_ROUNDS = 99, MOST_TEXT = 1 << 16 };

static double seconds_of(clockid_t clock) {
    struct timespec time = {0, 0};
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* ---- Processes to watch ---- */

/* --sleepers COUNT: this process and its children, of which all sleep until stdin ends. */
static int be_sleepers(int count) {
    pid_t *child = calloc((size_t)count, sizeof *child);
    int started = 0;
    pid_t root = getpid();
    while (child != NULL && started < count - 1) {
        pid_t pid = fork();
        if (pid == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            while (getppid() == root) {
                pause();
            }
            _exit(0);
        }
        if (pid < 0) {
            break;
        }
        child[started++] = pid;
    }
    printf("%d\n", started + 1);
    fflush(stdout);
    while (getchar() != EOF) {
    }
    for (int i = 0; i < started; i++) {
        kill(child[i], SIGKILL);
        waitpid(child[i], NULL, 0);
    }
    free(child);
    return 0;
}

struct tree {
    pid_t root;
    int input; /* Its stdin. */
    char pid[16];
};

static void end_tree(struct tree *tree) {
    close(tree->input);
    waitpid(tree->root, NULL, 0);
}

static bool begin_tree(struct tree *tree, int count) {
    char number[16], name[] = "sysinfo_bench_watching", option[] = "--sleepers", answer[16] = "";
    char *arguments[] = {name, option, number, NULL};
    int to[2] = {-1, -1}, from[2] = {-1, -1};
    snprintf(number, sizeof number, "%d", count);
    if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0) {
        return false;
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to[0], 0);
    posix_spawn_file_actions_adddup2(&actions, from[1], 1);
    int error = posix_spawn(&tree->root, "/proc/self/exe", &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(to[0]);
    close(from[1]);
    tree->input = to[1];
    bool has_begun = error == 0 && read(from[0], answer, sizeof answer - 1) > 0 && atoi(answer) == count;
    close(from[0]);
    snprintf(tree->pid, sizeof tree->pid, "%d", (int)tree->root);
    if (!has_begun && error == 0) {
        end_tree(tree);
    }
    return has_begun;
}

/* ---- Programs that watch ---- */

struct watcher {
    const char *name;
    const char *package;                   /* NULL: the command of this project. */
    const char *arguments[MOST_ARGUMENTS]; /* "@pid": the root of the tree. */
    double interval;                       /* If it is another than the requested one; 0: it is not. */
    int at_once;                           /* Samples that it prints together; 0: each alone. */
    double bar;                            /* Percent of a CPU at the requested rate; 0: none. */
};

static const char *const tried_mprof[] = {"mprof", "python3-mprof"}; /* Debian's has the longer name. */

static bool is_program(const char *name) {
    char path[4096];
    for (const char *at = getenv("PATH"); at != NULL && *at != '\0'; at += *at == ':') {
        size_t length = strcspn(at, ":");
        snprintf(path, sizeof path, "%.*s/%s", (int)length, at, name);
        if (access(path, X_OK) == 0) {
            return true;
        }
        at += length;
    }
    return false;
}

static const char *program_of(const struct watcher *watcher) {
    const char *name = watcher->package == NULL ? COMMAND : watcher->arguments[0];
    if (strcmp(name, tried_mprof[0]) == 0 && !is_program(name)) {
        name = tried_mprof[1];
    }
    return watcher->package == NULL || is_program(name) ? name : NULL;
}

/* A terminal of that size, and the master's side of it; negative: there is none. */
static int open_terminal(int columns, int rows, int *theirs) {
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    int ours = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    bool is_open = ours >= 0 && grantpt(ours) == 0 && unlockpt(ours) == 0;
    *theirs = is_open ? open(ptsname(ours), O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;
    if (*theirs < 0 || ioctl(*theirs, TIOCSWINSZ, &size) != 0) {
        return -1;
    }
    return ours;
}

static _Noreturn void become(const struct watcher *watcher, const struct tree *tree, int output, bool is_screen) {
    char *arguments[MOST_ARGUMENTS + 1];
    int count = 0;
    for (; count < MOST_ARGUMENTS && watcher->arguments[count] != NULL; count++) {
        const char *word = watcher->arguments[count];
        arguments[count] = strdup(tree != NULL && strcmp(word, "@pid") == 0 ? tree->pid : word);
    }
    arguments[count] = NULL;
    int null = open("/dev/null", O_RDWR);
    setsid();
    if (is_screen) {
        ioctl(output, TIOCSCTTY, 0);
        setenv("TERM", "xterm", 1);
        unsetenv("COLUMNS");
        unsetenv("LINES");
    }
    dup2(is_screen ? output : null, 0);
    dup2(output, 1);
    dup2(is_screen ? output : null, 2);
    execvp(program_of(watcher), arguments);
    _exit(127);
}

/* ---- Measuring one ---- */

/* What one sample costs, over whole samples: from the quiet after one to the quiet after another. */
struct cost {
    double cpu;  /* Seconds. */
    double rate; /* Samples a second. */
};

struct moment {
    double begun, cpu; /* When the last sample arrived, and the program's CPU time once it was complete. */
    int samples;
};

/*
 * Each sample is a burst of output. Waits until the first one that is complete after the time `from`; false: the
 * program prints nothing more.
 */
static bool await(int output, clockid_t clock, double interval, double from, struct moment *moment) {
    static char text[MOST_TEXT];
    double quiet = interval * 0.3, patience = 30 + 20 * interval;
    bool is_inside = false;
    struct pollfd input = {.fd = output, .events = POLLIN};
    for (;;) {
        int ready = poll(&input, 1, (int)((is_inside ? quiet : patience) * 1e3));
        double now = seconds_of(CLOCK_MONOTONIC);
        if (ready > 0 && (input.revents & POLLIN) != 0 && read(output, text, sizeof text) > 0) {
            moment->samples += is_inside ? 0 : 1;
            moment->begun = is_inside ? moment->begun : now;
            is_inside = true;
        } else if (ready != 0 || !is_inside) {
            return false;
        } else {
            is_inside = false;
            moment->cpu = seconds_of(clock);
            if (now >= from) {
                return true;
            }
        }
    }
}

/* The time until the CPU is measured leaves out the start, and opening what is then kept open. */
static bool measure(const struct watcher *watcher, const struct tree *tree, int columns, int rows, double asked,
                    struct cost *cost) {
    int ends[2] = {-1, -1};
    bool is_screen = tree == NULL;
    if (is_screen ? (ends[0] = open_terminal(columns, rows, &ends[1])) < 0 : pipe2(ends, O_CLOEXEC) != 0) {
        return false;
    }
    pid_t pid = fork();
    if (pid == 0) {
        become(watcher, tree, ends[1], is_screen);
    }
    close(ends[1]);
    clockid_t clock;
    struct moment first = {0, 0, 0}, last;
    double interval = watcher->interval > 0 ? watcher->interval : asked, now = seconds_of(CLOCK_MONOTONIC);
    bool is_good = pid > 0 && clock_getcpuclockid(pid, &clock) == 0 &&
                   await(ends[0], clock, interval, now + 0.5 + 1.5 * interval, &first);
    last = first;
    is_good = is_good && await(ends[0], clock, interval, first.begun + 2 + 4 * interval, &last);
    if (pid > 0) {
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
    close(ends[0]);
    int samples = (last.samples - first.samples) * (watcher->at_once > 0 ? watcher->at_once : 1);
    if (!is_good || samples < 1) {
        return false;
    }
    *cost = (struct cost){(last.cpu - first.cpu) / samples, samples / (last.begun - first.begun)};
    return true;
}

/* ---- Taking turns ---- */

static void compare(const char *title, const struct watcher *watchers, int count, const struct tree *tree, int columns,
                    int rows, double asked, int rounds) {
    enum { MOST = 8 };
    static double cpu[MOST][MOST_ROUNDS], rate[MOST][MOST_ROUNDS];
    bool is_good[MOST];
    for (int i = 0; i < count; i++) {
        is_good[i] = program_of(&watchers[i]) != NULL;
        if (!is_good[i]) {
            printf("skipped: %s, which Debian has in %s\n", watchers[i].name, watchers[i].package);
        }
    }
    for (int round = 0; round < rounds; round++) {
        for (int turn = 0; turn < count; turn++) {
            int i = (round + turn) % count;
            struct cost cost = {0, 0};
            if (is_good[i] && !measure(&watchers[i], tree, columns, rows, asked, &cost)) {
                printf("skipped: %s, which failed\n", watchers[i].name);
                is_good[i] = false;
            }
            cpu[i][round] = cost.cpu;
            rate[i][round] = cost.rate;
        }
    }
    for (int i = 0; i < count; i++) {
        if (is_good[i]) {
            double each = median(cpu[i], rounds), a_second = median(rate[i], rounds);
            printf("%-24s %-28s %9.2f %11.1f %8.3f %8.3f", title, watchers[i].name, a_second, each * 1e6,
                   each * a_second * 100, each / asked * 100);
            printf(watchers[i].bar > 0 ? "   at most %.0f\n" : "\n", watchers[i].bar);
        }
    }
    fflush(stdout);
}

static void print_header(void) {
    printf("%-24s %-28s %9s %11s %8s %8s\n", "watching", "who", "samples/s", "us a sample", "CPU %", "as asked");
}

#define RUN(interval, ...) {"sysinfo", "run", "--pid", "@pid", "-i", interval, "--record", "/dev/stdout", __VA_ARGS__}
#define MPROF                                                                          \
    {.name = "mprof -C",                                                               \
     .package = "python3-memory-profiler",                                             \
     .arguments = {"mprof", "attach", "-T", "0.1", "-C", "-o", "/dev/stdout", "@pid"}, \
     .interval = 0.1,                                                                  \
     .at_once = 50}
#define PIDSTAT                                         \
    {.name = "pidstat -ru -p ALL 1",                    \
     .package = "sysstat",                              \
     .arguments = {"pidstat", "-ru", "-p", "ALL", "1"}, \
     .interval = 1}
#define TOP(interval)                                                                       \
    {                                                                                       \
        .name = "top -b", .package = "procps", .arguments = { "top", "-b", "-d", interval } \
    }

static void measure_trees(int rounds) {
    enum { WATCHERS = 5 };
    static const struct {
        const char *title;
        int processes;
        double interval;
        struct watcher watchers[WATCHERS];
    } trees[] = {
        {"200, every 0.1 s",
         200,
         0.1,
         {{.name = "sysinfo run", .arguments = RUN("0.1", NULL)},
          {.name = "sysinfo run --cost 100%", .arguments = RUN("0.1", "--cost", "100%"), .bar = 2},
          MPROF,
          PIDSTAT,
          TOP("0.1")}},
        {"2000, every 1 s",
         2000,
         1,
         {{.name = "sysinfo run", .arguments = RUN("1", NULL)},
          {.name = "sysinfo run --cost 100%", .arguments = RUN("1", "--cost", "100%"), .bar = 2},
          MPROF,
          PIDSTAT,
          TOP("1")}},
    };
    for (size_t i = 0; i < sizeof trees / sizeof trees[0]; i++) {
        struct tree tree;
        if (!begin_tree(&tree, trees[i].processes)) {
            printf("skipped: %d processes, which may not be started here\n", trees[i].processes);
            continue;
        }
        compare(trees[i].title, trees[i].watchers, WATCHERS, &tree, 0, 0, trees[i].interval, rounds);
        end_tree(&tree);
    }
}

static void measure_screens(int rounds) {
    static const struct watcher watchers[] = {
        {.name = "sysinfo watch", .arguments = {"sysinfo", "watch", "1"}},
        {.name = "top -d 1", .package = "procps", .arguments = {"top", "-d", "1"}},
        {.name = "htop -d 10", .package = "htop", .arguments = {"htop", "-d", "10"}},
        {.name = "vmstat 1", .package = "procps", .arguments = {"vmstat", "1"}},
    };
    static const struct {
        const char *title;
        int columns, rows;
    } screens[] = {{"80x24, every 1 s", 80, 24}, {"200x50, every 1 s", 200, 50}};
    for (size_t i = 0; i < sizeof screens / sizeof screens[0]; i++) {
        compare(screens[i].title, watchers, sizeof watchers / sizeof watchers[0], NULL, screens[i].columns,
                screens[i].rows, 1, rounds);
    }
}

int main(int count, char **arguments) {
    if (count == 3 && strcmp(arguments[1], "--sleepers") == 0) {
        return be_sleepers(atoi(arguments[2]));
    }
    int rounds = count > 1 ? atoi(arguments[1]) : 1;
    rounds = rounds < 1 ? 1 : rounds > MOST_ROUNDS ? MOST_ROUNDS : rounds;
    const char *only = count > 2 ? arguments[2] : NULL;
    print_header();
    if (only == NULL || strcmp(only, "trees") == 0) {
        measure_trees(rounds);
    }
    if (only == NULL || strcmp(only, "screens") == 0) {
        measure_screens(rounds);
    }
    return 0;
}
