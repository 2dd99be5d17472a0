/* SPDX-License-Identifier: MIT */
/* Start to exit: the command against cat, one after the other, in turns first. Output goes to /dev/null. */
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

extern char **environ;

static double run(const posix_spawn_file_actions_t *actions, const char *const *arguments) {
    pid_t process;
    int result;
    struct rusage usage;
    double start = now_seconds();
    if (posix_spawnp(&process, arguments[0], actions, NULL, (char *const *)arguments, environ) != 0 || wait4(process, &result, 0, &usage) != process) {
        return -1;
    }
    double seconds = now_seconds() - start;
    return WIFEXITED(result) && WEXITSTATUS(result) == 0 ? seconds : -1;
}

static size_t report(double *command_times, double *cat_times, int rounds, struct figure *figures) {
    double *ratios = malloc((size_t)rounds * sizeof *ratios);
    if (ratios == NULL) {
        return 0;
    }
    for (int i = 0; i < rounds; i++) {
        ratios[i] = command_times[i] / cat_times[i];
    }
    double ratio = quantile(ratios, (size_t)rounds, 0.5);
    free(ratios);
    figures[0] = (struct figure){"start to exit", "cat /proc/meminfo", quantile(cat_times, (size_t)rounds, 0.5) * 1e6, 1, 0};
    figures[1] = (struct figure){"start to exit", "sysinfo mem available", quantile(command_times, (size_t)rounds, 0.5) * 1e6, ratio, 0.9};
    return 2;
}

size_t bench_start(const char *command, int rounds, struct figure *figures, size_t capacity) {
    if (command == NULL || access(command, X_OK) != 0 || capacity < 2) {
        skip("start to exit", command == NULL ? "no command was named (--command FILE)" : "the command is not there");
        return 0;
    }
    const char *const ours[] = {command, "mem", "available", NULL};
    const char *const cat[] = {"cat", "/proc/meminfo", NULL};
    double *times = malloc(2 * (size_t)rounds * sizeof *times);
    double *command_times = times, *cat_times = times + rounds;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    bool has_run = times != NULL;
    for (int i = -10; i < rounds && has_run; i++) { /* The first ten are to warm up. */
        double first = run(&actions, i % 2 == 0 ? ours : cat);
        double second = run(&actions, i % 2 == 0 ? cat : ours);
        has_run = first > 0 && second > 0;
        if (i >= 0) {
            command_times[i] = i % 2 == 0 ? first : second;
            cat_times[i] = i % 2 == 0 ? second : first;
        }
    }
    posix_spawn_file_actions_destroy(&actions);
    size_t written = has_run ? report(command_times, cat_times, rounds, figures) : 0;
    if (!has_run) {
        skip("start to exit", "the command or cat failed");
    }
    free(times);
    return written;
}
