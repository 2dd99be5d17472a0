/* SPDX-License-Identifier: MIT */
/* Start to exit: the command beside the usual alternatives, with the first one rotating. Output goes to /dev/null. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

extern char **environ;

enum { MOST_ARGUMENTS = 16, ROUNDS_TO_WARM_UP = 5 };

static const struct pair {
    const char *other[MOST_ARGUMENTS]; /* The alternative. */
    const char *package;               /* The package that contains it. */
    const char *name;                  /* Ours, for the table. */
    const char *ours[MOST_ARGUMENTS];  /* The arguments after the command's path. */
    double bar;
} pairs[] = {
    {{"cat", "/proc/meminfo"}, "coreutils", "sysinfo mem available", {"mem", "available"}, 0.85},
    {{"free"}, "procps", "sysinfo mem", {"mem"}, 0},
    {{"vmstat"},
     "procps",
     "sysinfo get (vmstat's)",
     {"get", "swap.used", "mem.free", "mem.buffers", "mem.cached", "swap.sin", "swap.sout", "stats.interrupts",
      "stats.ctx_switches", "cpu.times.user", "cpu.times.system", "cpu.times.idle", "cpu.times.iowait",
      "cpu.times.steal"},
     0},
    {{"mpstat", "-P", "ALL"}, "sysstat", "sysinfo cpu --percpu --since-boot", {"cpu", "--percpu", "--since-boot"}, 0},
    {{"nproc"}, "coreutils", "sysinfo cpu usable", {"cpu", "usable"}, 0},
    {{"/usr/bin/time", "-v", "true"}, "time", "sysinfo run true", {"run", "true"}, 1.05},
};

/* Seconds; -1: it failed, -2: no such program. */
static double run(const posix_spawn_file_actions_t *actions, const char *const *arguments) {
    pid_t process;
    int result;
    double start = now_seconds();
    int error = posix_spawnp(&process, arguments[0], actions, NULL, (char *const *)arguments, environ);
    if (error != 0 || waitpid(process, &result, 0) != process) {
        return error == ENOENT ? -2 : -1;
    }
    double seconds = now_seconds() - start;
    return WIFEXITED(result) && WEXITSTATUS(result) == 0 ? seconds : -1;
}

static void join(const char *const *arguments, char *text, size_t size) {
    text[0] = '\0';
    for (int i = 0; i < MOST_ARGUMENTS && arguments[i] != NULL; i++) {
        snprintf(text + strlen(text), size - strlen(text), "%s%s", i > 0 ? " " : "", arguments[i]);
    }
}

static void compare(const struct pair *pair, const char *command, const posix_spawn_file_actions_t *actions, int rounds,
                    double *times, struct figures *figures) {
    const char *ours[MOST_ARGUMENTS + 1] = {command};
    memcpy(ours + 1, pair->ours, sizeof pair->ours);
    double *other_times = times, *our_times = times + rounds, first, second;
    char name[64], why[96];
    join(pair->other, name, sizeof name);
    for (int i = -ROUNDS_TO_WARM_UP; i < rounds; i++) {
        bool is_ours_first = i % 2 == 0;
        first = run(actions, is_ours_first ? ours : pair->other);
        second = run(actions, is_ours_first ? pair->other : ours);
        if (first < 0 || second < 0) {
            snprintf(why, sizeof why, "is not installed (%s)", pair->package);
            skip(name, first < -1 || second < -1 ? why : "failed, or sysinfo beside it");
            return;
        }
        if (i >= 0) {
            our_times[i] = is_ours_first ? first : second;
            other_times[i] = is_ours_first ? second : first;
        }
    }
    add_figure(figures, name, pair->other[0], other_times, other_times, rounds, 1, 0);
    add_figure(figures, name, pair->name, our_times, other_times, rounds, 1, pair->bar);
}

void bench_start(const char *command, int rounds, struct figures *figures) {
    if (command == NULL || access(command, X_OK) != 0) {
        skip("start to exit", command == NULL ? "no command was named (--command FILE)" : "the command is not there");
        return;
    }
    double *times = malloc(2 * (size_t)rounds * sizeof *times);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0] && times != NULL; i++) {
        compare(&pairs[i], command, &actions, rounds, times, figures);
    }
    posix_spawn_file_actions_destroy(&actions);
    free(times);
}
