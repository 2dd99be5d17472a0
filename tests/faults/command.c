/* SPDX-License-Identifier: MIT */
/*
 * Every allocation, opening, reading, writing, directory and process of every command fails once. Each time the command
 * runs from start to exit in its own child process, on its own clock: it exits with a documented status, explains
 * itself in lines that begin with its name, prints whole lines, and prints no number that it does not print without the
 * failure.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "directory.h"
#include "faults.h"
#include "run.h"

#include "../../cli/command.h"
#include "../../cli/platform.h"

enum { MOST_WORDS = 12, MOST_TEXT = 1 << 16, MOST_CALLS = 2000 };

#define SERVER FIXTURES "/../../cli/roots/server"
#define NESTED FIXTURES "/../limits/v2-nested"
#define BLOCKS FIXTURES "/../../../fuzz/corpus/blocks"

/* `same`: the output does not depend on the time. The command writes FILE. */
static const struct {
    const char *words[MOST_WORDS];
    bool same, is_run, is_screen; /* It draws on a terminal, until the key q. */
} commands[] = {
    {{"--root", SERVER}, true, false},
    {{"mem", "--root", SERVER}, true, false},
    {{"mem", "--kv", "--root", NESTED}, true, false},
    {{"mem", "--json", "--root", NESTED}, false, false},
    {{"swap", "--kv", "--root", SERVER}, true, false},
    {{"cpu", "--times", "--percpu", "--kv", "--root", SERVER}, true, false},
    {{"cpu", "--since-boot", "--root", SERVER}, true, false},
    {{"cpu", "--times", "--pernode", "--root", SERVER}, true, false},
    {{"--prom", "--root", SERVER}, true, false},
    {{"cgroup", "--root", NESTED}, false, false},
    {{"pressure", "--kv", "--root", NESTED}, true, false},
    {{"get", "mem.usable", "swap.usable", "cpu.usable", "cpu.quota", "cpu.cores", "load.min1", "stats.ctx_switches",
      "--root", NESTED},
     true,
     false},
    {{"get", "cpu.percent", "mem.free", "1", "2"}, false, false},
    {{"get", "stats.ctx_switches", "swap.sin", "--rate", "1", "2"}, false, false},
    {{"check", "mem.available > 1", "swap.used < 10%", "--root", SERVER}, true, false},
    {{"wait", "mem.available > 1000T", "--timeout", "3s", "-v", "--root", SERVER}, true, false},
    {{"check", "load.min1 < cpu.count", "swap.used < mem.free", "--root", SERVER}, true, false},
    {{"jobs", "--each", "1G", "--root", SERVER}, true, false},
    {{"fields", "mem"}, true, false},
    {{"help", "wait"}, true, false},
    {{"heap"}, false, false},
    {{"mem", "avialable"}, true, false},
    {{"mem", "total", "-o", "FILE", "--root", SERVER}, true, false},
    {{"mem", "total", "--csv", "1", "3", "-o", "FILE", "--root", SERVER}, true, false},
    {{"plot", "RECORDING"}, true, false},
    {{"plot", "-o", "FILE.svg", "RECORDING", "--per-process"}, true, false},
    {{"mark", "x"}, true, false},
    {{"watch", "--root", SERVER}, false, false, true},
    {{"limits", "--root", NESTED}, true, false},
    {{"limits", "--json", "--root", NESTED}, true, false},
    {{"cpu", "--freq", "--root", SERVER}, true, false},
    {{"topology", "--root", SERVER}, true, false},
    {{"topology", "--json"}, false, false},
    {{"process", "--kv"}, false, false},
    {{"process", "1", "2"}, false, false},
    {{"compare", "RECORDING", "RECORDING"}, true, false},
    {{"compare", "--json", "--max", "10%", "-o", "FILE", "RECORDING", "RECORDING"}, true, false},
    {{"blocks", BLOCKS "/two"}, true, false},
    {{"blocks", "-o", "FILE", BLOCKS "/one", BLOCKS "/two"}, true, false},
    {{"blocks", "--generations", BLOCKS "/two"}, true, false},
    {{"blocks", "--json", BLOCKS "/references"}, true, false},
    {{"blocks", "--holders", "app+0x2234", BLOCKS "/references"}, true, false},
    {{"blocks", "--graph", BLOCKS "/references"}, true, false},
    {{"blocks", "--graph", "-o", "FILE.svg", BLOCKS "/references"}, false, false},
    {{"blocks", "--leaks", BLOCKS "/references"}, true, false},
    {{"blocks", "--folded", BLOCKS "/two"}, true, false},
    {{"run", "--", "true"}, false, true},
    {{"run", "--repeat", "2", "--record", "FILE", "--", "true"}, false, true},
    {{"run", "--heap", "--json", "-o", "FILE.json", "--", "true"}, false, true},
    {{"run", "--sites", "--heap-record", "FILE.blocks", "--", "true"}, false, true},
    {{"run", "--leaks", "--", "true"}, false, true},
    {{"run", "--record", "FILE", "--per-process", "--json", "-o", "FILE.json", "--", "sh", "-c", "exit 3"},
     false,
     true},
};
enum { COMMANDS = sizeof commands / sizeof commands[0] };

/* The failing call, and part of the message; NULL: the failure has no effect. */
static const struct {
    enum fault kind;
    int error;
    const char *sentence;
} trouble[] = {
    {FAULT_MEMORY, ENOMEM, "memory"},
    {FAULT_OPEN, EMFILE, "Too many open files"},
    {FAULT_OPEN, EIO, "Input/output error"},
    {FAULT_READ, EIO, "Input/output error"},
    {FAULT_READ, EINTR, NULL},
    {FAULT_DIRECTORY, EIO, "Input/output error"},
    {FAULT_WRITE, ENOSPC, "No space left on device"},
    {FAULT_WRITE, EINTR, NULL},
    {FAULT_PROCESS, EAGAIN, "Resource temporarily unavailable"},
    {FAULT_LIBRARY, ENOMEM, "topology"},
};
enum { TROUBLE = sizeof trouble / sizeof trouble[0] };

/*
 * The most failures of each kind; if there are more calls, they are spread over all of them. A child that looks for
 * leaks at exit is slow.
 */
#if defined(__SANITIZE_ADDRESS__)
enum { MOST_FAILURES = 8 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
enum { MOST_FAILURES = 8 };
#else
enum { MOST_FAILURES = 300 };
#endif
#else
enum { MOST_FAILURES = 300 };
#endif

struct outcome {
    int status; /* As from wait(). */
    bool has_failed;
    int calls[FAULTS];
    char out[MOST_TEXT], err[MOST_TEXT];
};

static struct faults *of_child; /* The child's, at its exit. */

static void report_to_parent(void) {
    *of_child = faults;
}

/* A word, with FILE and RECORDING replaced by paths in this test's directory. */
static char *word_of(const char *word) {
    char path[DIRECTORY_PATH];
    bool is_path = strncmp(word, "FILE", 4) == 0 || strcmp(word, "RECORDING") == 0;
    if (is_path) {
        directory_path(path, word);
    }
    char *copy = strdup(is_path ? path : word);
    ck_assert_ptr_nonnull(copy);
    return copy;
}

/* Never returns. */
static void run_command_line(int which, const int streams[2], int t, int at) {
    char *words[MOST_WORDS + 2] = {word_of("sysinfo")};
    int count = 1;
    for (; count <= MOST_WORDS && commands[which].words[count - 1] != NULL; count++) {
        words[count] = word_of(commands[which].words[count - 1]);
    }
    dup2(streams[0], 1);
    dup2(streams[1], 2);
    atexit(report_to_parent);
    if (commands[which].is_screen) {
        dup2(streams[0], 0);
        setenv("TERM", "xterm", 1);
    } else if (!commands[which].is_run) { /* For `run`, the time that passes is the other process's. */
        faults.time = 1000;
        faults.wall = 1e9;
    }
    platform_start();
    faults_begin(trouble[t].kind, at, trouble[t].error);
    struct options options;
    int status = command_parse(&options, count, words);
    if (status == 0) {
        status = command_run(&options);
    }
    free(options.operand);
    faults_end();
    for (int i = 0; i < count; i++) {
        free(words[i]);
    }
    exit(status);
}

static void read_stream(int fd, char *text) {
    ssize_t length = pread(fd, text, MOST_TEXT - 1, 0);
    ck_assert_int_ge(length, 0);
    text[length] = '\0';
    close(fd);
}

/* Opens a terminal whose user has pressed q. */
static int open_terminal(int *stream) {
    int ours = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    bool is_open = ours >= 0 && grantpt(ours) == 0 && unlockpt(ours) == 0;
    *stream = is_open ? open(ptsname(ours), O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;
    ck_assert_msg(*stream >= 0, "no terminal: %s", strerror(errno));
    ck_assert_int_eq(write(ours, "q", 1), 1);
    return ours;
}

/* Reads what is drawn until the child ends. A child that could not read its key is asked to end. */
static int watch_terminal(int ours, pid_t child, char *text) {
    enum { ROUNDS = 300 };
    int status = 0, rounds = 0;
    size_t length = 0;
    for (bool has_ended = false; !has_ended;) {
        has_ended = waitpid(child, &status, WNOHANG) == child;
        for (struct pollfd input = {.fd = ours, .events = POLLIN}; poll(&input, 1, has_ended ? 0 : 10) > 0;) {
            ssize_t count = (input.revents & POLLIN) != 0 ? read(ours, text + length, MOST_TEXT - 1 - length) : 0;
            if (count <= 0) {
                break;
            }
            length += (size_t)count;
        }
        if (++rounds == ROUNDS) {
            kill(child, SIGTERM);
        }
    }
    text[length] = '\0';
    close(ours);
    return status;
}

static void run_in_trouble(int which, int t, int at, struct outcome *outcome) {
    int streams[2] = {-1, memfd_create("err", MFD_CLOEXEC)};
    bool is_screen = commands[which].is_screen;
    int ours = is_screen ? open_terminal(&streams[0]) : -1;
    streams[0] = is_screen ? streams[0] : memfd_create("out", MFD_CLOEXEC);
    memset(of_child, 0, sizeof *of_child);
    fflush(NULL);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        run_command_line(which, streams, t, at);
    }
    if (is_screen) {
        outcome->status = watch_terminal(ours, child, outcome->out);
        close(streams[0]);
    } else {
        ck_assert_int_eq(waitpid(child, &outcome->status, 0), child);
        read_stream(streams[0], outcome->out);
    }
    outcome->has_failed = of_child->has_failed;
    memcpy(outcome->calls, of_child->calls, sizeof outcome->calls);
    read_stream(streams[1], outcome->err);
}

/* ---- Properties that must hold ---- */

static bool is_documented(int which, int status, int usual) {
    int code = WEXITSTATUS(status);
    if (commands[which].is_screen && WIFSIGNALED(status)) {
        return WTERMSIG(status) == SIGTERM;
    }
    return WIFEXITED(status) && (code == usual || code == (commands[which].is_run ? 125 : 3));
}

/* Whatever fails, the user's own screen is there again. */
static void expect_own_screen(const char *text, const char *what) {
    const char *enter = strstr(text, "\033[?1049h"), *leave = strstr(text, "\033[?1049l");
    ck_assert_msg(enter == NULL || leave > enter, "%s: the screen was not left", what);
}

static void expect_lines(const char *text, const char *what) {
    size_t length = strlen(text);
    ck_assert_msg(length == 0 || text[length - 1] == '\n', "%s: half a line on stdout: %s", what, text);
}

static void expect_messages(const char *text, const char *what) {
    for (const char *line = text; *line != '\0'; line = strchr(line, '\n') + 1) {
        ck_assert_msg(strncmp(line, "sysinfo", 7) == 0 && strchr(line, '\n') != NULL, "%s: %s", what, text);
    }
}

static size_t number_length(const char *p) {
    return strspn(p, "0123456789.");
}

/* Whether a text contains that number, as a whole. */
static bool has_number(const char *text, const char *number, size_t length) {
    for (const char *p = text; *p != '\0'; p++) {
        size_t found = number_length(p);
        if (found == length && memcmp(p, number, length) == 0) {
            return true;
        }
        p += found > 0 ? found - 1 : 0;
    }
    return false;
}

/* An estimate may differ; then the message says that it is one. */
static void expect_no_wrong_number(const struct outcome *outcome, const struct outcome *calm, const char *what) {
    if (strstr(outcome->err, "estimated") != NULL) {
        return;
    }
    for (const char *p = outcome->out; *p != '\0'; p++) {
        size_t length = number_length(p);
        if (length > 0) {
            ck_assert_msg(has_number(calm->out, p, length), "%s prints %.*s in:\n%s", what, (int)length, p,
                          outcome->out);
            p += length - 1;
        }
    }
}

static void expect_outcome(int which, int t, int at, const struct outcome *outcome, const struct outcome *calm) {
    char what[128];
    bool has_exited = WIFEXITED(outcome->status);
    int usual = WEXITSTATUS(calm->status), code = has_exited ? WEXITSTATUS(outcome->status) : usual;
    const char *second = commands[which].words[1] != NULL ? commands[which].words[1] : "";
    snprintf(what, sizeof what, "%s %.40s ..., trouble %d, call %d", commands[which].words[0], second, t, at);
    ck_assert_msg(is_documented(which, outcome->status, usual), "%s: status %x: %s", what, (unsigned)outcome->status,
                  outcome->err);
    if (commands[which].is_screen && trouble[t].kind != FAULT_WRITE) {
        expect_own_screen(outcome->out, what);
    } else if (!commands[which].is_screen) {
        expect_lines(outcome->out, what);
    }
    expect_messages(outcome->err, what);
    if (trouble[t].sentence == NULL) {
        ck_assert_msg(code == usual, "%s: status %d: %s", what, code, outcome->err);
        ck_assert_msg(!commands[which].same || strcmp(outcome->out, calm->out) == 0, "%s: %s", what, outcome->out);
    } else if (code != usual) {
        bool names_file =
            strchr(outcome->err, '/') != NULL &&
            (trouble[t].kind == FAULT_OPEN || trouble[t].kind == FAULT_READ || trouble[t].kind == FAULT_DIRECTORY);
        /* Without dlsym(), the allocator cannot be examined. */
        bool names_allocator = trouble[t].kind == FAULT_LIBRARY && strstr(outcome->err, "allocator that is not known");
        ck_assert_msg(names_file || names_allocator || strstr(outcome->err, trouble[t].sentence) != NULL,
                      "%s does not name the cause: %s", what, outcome->err);
    }
    if (commands[which].same) {
        expect_no_wrong_number(outcome, calm, what);
    }
}

/* No temporary file is left beside the output file. */
static void expect_no_file_left(void) {
    char path[DIRECTORY_PATH];
    directory_path(path, ".");
    DIR *directory = opendir(path);
    ck_assert_ptr_nonnull(directory);
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        ck_assert_msg(strstr(entry->d_name, ".tmp") == NULL, "%s was left", entry->d_name);
    }
    closedir(directory);
}

static const char recording[] =
    "time,elapsed_seconds,pid,name,processes,rss_bytes,pss_bytes,peak_bytes,cpu_seconds,cpu_percent,mark\n"
    "2026-11-22T07:08:42.003Z,0.000,,make,1,1048576,,1048576,0.00,,\n"
    "2026-11-22T07:08:42.053Z,0.050,,,,,,,,,load\n"
    "2026-11-22T07:08:43.003Z,1.000,,make,2,3145728,,3145728,0.05,50.00,\n"
    "2026-11-22T07:08:43.003Z,1.000,47,cc1,,2097152,,2097152,0.03,30.00,\n";

START_TEST(every_failing_call_has_its_message_and_status) {
    static struct outcome calm, outcome;
    directory_write("RECORDING", recording);
    of_child = mmap(NULL, sizeof *of_child, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ck_assert(of_child != MAP_FAILED);
    run_in_trouble(_i, 0, -1, &calm);
    ck_assert_msg(WIFEXITED(calm.status) && !calm.has_failed, "%s", calm.err);
    int failures = 0;
    for (int t = 0; t < TROUBLE; t++) {
        int most = commands[_i].is_screen ? 10 : MOST_FAILURES; /* A frame takes its time. */
        int step = 1 + calm.calls[trouble[t].kind] / most, at = 0;
        for (run_in_trouble(_i, t, at, &outcome); outcome.has_failed; run_in_trouble(_i, t, at += step, &outcome)) {
            expect_outcome(_i, t, at, &outcome, &calm);
            expect_no_file_left();
            failures++;
            ck_assert_int_lt(at, MOST_CALLS);
        }
        ck_assert_int_eq(WEXITSTATUS(outcome.status), WEXITSTATUS(calm.status));
    }
    ck_assert_int_gt(failures, 0);
    munmap(of_child, sizeof *of_child);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("faults of the command");
    TCase *tests = tcase_create("command");
    tcase_add_checked_fixture(tests, directory_make, directory_remove);
    tcase_add_loop_test(tests, every_failing_call_has_its_message_and_status, 0, COMMANDS);
    suite_add_tcase(suite, tests);
    return run(suite);
}
