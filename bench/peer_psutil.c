/* SPDX-License-Identifier: MIT */
/*
 * psutil: a Python process that receives a question and a number of calls, times the calls itself and returns the
 * seconds.
 */
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

extern char **environ;

static const char script[] =
    "import sys, time\n"
    "try:\n"
    "    import psutil\n"
    "except ImportError:\n"
    "    print('missing', flush=True)\n"
    "    sys.exit()\n"
    "calls = [psutil.cpu_times, lambda: psutil.cpu_times(percpu=True), lambda: psutil.cpu_percent(None),\n"
    "         psutil.virtual_memory, psutil.swap_memory, psutil.cpu_count, lambda: psutil.cpu_count(logical=False),\n"
    "         psutil.cpu_freq, None, psutil.Process().memory_info, lambda: psutil.virtual_memory().available]\n"
    "print('ready', flush=True)\n"
    "for line in sys.stdin:\n"
    "    question, count = map(int, line.split())\n"
    "    call, rounds = calls[question], range(count)\n"
    "    if call is None:\n"
    "        print(-1, flush=True)\n"
    "        continue\n"
    "    start = time.perf_counter()\n"
    "    for _ in rounds:\n"
    "        call()\n"
    "    print(time.perf_counter() - start, flush=True)\n";

static pid_t process;
static FILE *to, *from;

static bool read_line(char *line, size_t size) {
    if (fgets(line, (int)size, from) == NULL) {
        return false;
    }
    line[strcspn(line, "\n")] = '\0';
    return true;
}

static const char *start(void) {
    int in[2], out[2];
    if (pipe(in) != 0 || pipe(out) != 0) {
        return "no pipe";
    }
    signal(SIGPIPE, SIG_IGN);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, in[1]);
    posix_spawn_file_actions_addclose(&actions, out[0]);
    const char *const arguments[] = {bench_python, "-c", script, NULL};
    int error = posix_spawnp(&process, bench_python, &actions, NULL, (char *const *)arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    to = fdopen(in[1], "w");
    from = fdopen(out[0], "r");
    if (error != 0 || to == NULL || from == NULL) {
        return "python3 is not installed";
    }
    char line[64];
    if (!read_line(line, sizeof line) || strcmp(line, "ready") != 0) {
        return "python3 has no psutil (python3-psutil)";
    }
    return NULL;
}

static void stop(void) {
    fclose(to);
    fclose(from);
    waitpid(process, NULL, 0);
}

static double seconds(enum question question, int calls) {
    char line[64];
    fprintf(to, "%d %d\n", (int)question, calls);
    if (fflush(to) != 0 || !read_line(line, sizeof line)) {
        return -1;
    }
    return strtod(line, NULL);
}

const struct peer peer_psutil = {.name = "psutil", .open = start, .close = stop, .seconds = seconds};
