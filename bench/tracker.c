/* SPDX-License-Identifier: MIT */
/*
 * sysinfo_bench_tracker: what each malloc() and free() costs under the tracker, beside plain glibc, glibc's libmemusage
 * and heaptrack's library. Each runs in a child process that measures itself; they take turns. Prints the limit of
 * docs/tracker.md and docs/leaks.md beside each figure, but never fails because of it. Then measures whole programs,
 * memory, snapshots of a million blocks, and the exit of a small program.
 *
 *     sysinfo_bench_tracker [ROUNDS [pairs|programs|memory|snapshots|exit]]
 */
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <sysinfo/sysinfo.h>

#include "graph.h"
#include "median.h"
#include "tracker.h"

enum { MOST_ROUNDS = 99, TASKS = 4, SET = 262144 };

/* CPU time of this process, not elapsed time, because other load may be running. */
static double cpu_time(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* ---- The work of a child ---- */

/* Replaces blocks of a set in random order. */
static void work_on_set(size_t count, size_t sizes, uint64_t pairs, uint64_t seed) {
    void **block = calloc(count, sizeof *block);
    if (block == NULL) {
        exit(1);
    }
    for (uint64_t i = 0; i < pairs; i++) {
        uint64_t random = next_random(&seed);
        void **place = &block[random % count];
        free(*place);
        *place = malloc(16 + (random >> 40) % sizes);
    }
    for (size_t i = 0; i < count; i++) {
        free(block[i]);
    }
    free(block);
}

static void work_hot(uint64_t pairs) {
    for (uint64_t i = 0; i < pairs; i++) {
        void *volatile block = malloc(24);
        free(block);
    }
}

static void work_on_scopes(uint64_t pairs) {
    for (uint64_t i = 0; i < pairs; i++) {
        SYSINFO_SCOPE_ENTER(scope, "scope");
        SYSINFO_SCOPE_LEAVE(scope, NULL);
    }
}

static const struct {
    const char *name;
    uint64_t pairs;
    double limit;       /* Nanoseconds more than bare. */
    double sites_limit; /* Times bare, with 16 frames. */
} tasks[TASKS] = {{"hot, 24 bytes", 3000000, 4, 3.2},
                  {"set of 1,000", 2000000, 5, 2.1},
                  {"set of 262,144", 600000, 70, 2.8},
                  {"enter and leave", 2000000, 25, 0}};

static void work(int task, uint64_t pairs, uint64_t seed) {
    switch (task) {
    case 0:
        work_hot(pairs);
        break;
    case 1:
        work_on_set(1000, 512, pairs, seed);
        break;
    case 2:
        work_on_set(SET, 1024, pairs, seed);
        break;
    default:
        work_on_scopes(pairs);
    }
}

static int task_of_child;

/* Allocates with callers above it, as programs do. */
__attribute__((noinline)) static void work_deeply(int depth, uint64_t pairs, uint64_t seed) {
    if (depth > 0) {
        work_deeply(depth - 1, pairs, seed);
        __asm__ volatile("" ::: "memory"); /* No tail call. */
    } else {
        work(task_of_child, pairs, seed);
    }
}

enum { DEPTH = 8 };
static void *work_in_thread(void *seed) {
    work_deeply(DEPTH, tasks[task_of_child].pairs, (uint64_t)(uintptr_t)seed);
    return NULL;
}

/* Prints nanoseconds per pair. */
static int be_child(int task, int threads) {
    const char *preload = getenv("LD_PRELOAD");
    struct sysinfo_heap_tally tally;
    bool is_tracked = sysinfo_heap_counts(&tally, sizeof tally) == SYSINFO_OK;
    if (is_tracked != (preload != NULL && strcmp(preload, TRACKER) ==
                                              0)) { /* The loader silently ignores a library that it cannot preload. */
        return 1;
    }
    task_of_child = task;
    pthread_t thread[8];
    work_deeply(DEPTH, tasks[task].pairs / 10, 4711); /* Warms up. */
    double start = cpu_time();
    for (int i = 0; i < threads; i++) {
        if (pthread_create(&thread[i], NULL, work_in_thread, (void *)(uintptr_t)(4711 + i)) != 0) {
            return 1;
        }
    }
    for (int i = 0; i < threads; i++) {
        pthread_join(thread[i], NULL);
    }
    printf("%.3f\n", (cpu_time() - start) / (double)tasks[task].pairs / threads);
    return 0;
}

/* ---- Taking turns ---- */

extern char **environ;

struct way {
    const char *name, *preload;
    const char *sites; /* Frames to keep of each call; NULL: none. */
    double took[2][MOST_ROUNDS];
};

/* Returns the child's result, or -1. */
static double ask_child(const struct way *way, int task, int threads) {
    char task_text[16], threads_text[16], setting[4200], answer[64] = "";
    snprintf(task_text, sizeof task_text, "%d", task);
    snprintf(threads_text, sizeof threads_text, "%d", threads);
    snprintf(setting, sizeof setting, "LD_PRELOAD=%s", way->preload);
    char name[] = "sysinfo_bench_tracker", option[] = "--child";
    char *arguments[] = {name, option, task_text, threads_text, NULL};
    static char log[] = "DUMP_HEAPTRACK_OUTPUT=/dev/null"; /* The output of heaptrack's library. */
    char sites[64];
    snprintf(sites, sizeof sites, "SYSINFO_HEAP_SITES=%s", way->sites != NULL ? way->sites : "");
    char *environment[] = {setting, log, way->sites != NULL ? sites : NULL, NULL};
    int pipes[2];
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (pipe(pipes) != 0) {
        return -1;
    }
    posix_spawn_file_actions_adddup2(&actions, pipes[1], 1);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0); /* libmemusage prints its own report. */
    posix_spawn_file_actions_addclose(&actions, pipes[0]);
    pid_t child;
    int error = posix_spawn(&child, "/proc/self/exe", &actions, NULL, arguments, environment);
    close(pipes[1]);
    posix_spawn_file_actions_destroy(&actions);
    ssize_t length = read(pipes[0], answer, sizeof answer - 1);
    close(pipes[0]);
    int status;
    if (error != 0 || waitpid(child, &status, 0) != child || status != 0 || length <= 0) {
        return -1;
    }
    return strtod(answer, NULL);
}

/* Takes the minimum of all rounds, because disturbances only add time. */
static void report(int task, struct way *ways, int count, int rounds) {
    double bare = 0;
    for (int i = 0; i < count; i++) {
        double one_median = median(ways[i].took[0], rounds), two_median = median(ways[i].took[1], rounds),
               one = ways[i].took[0][0], two = ways[i].took[1][0];
        bare = i == 0 ? one : bare;
        printf("%-16s %-16s %9.2f %9.2f %+9.2f %9.2f %9.2f %9.2f %9.2f", tasks[task].name, ways[i].name, one,
               one_median, one - bare, one / bare, two, two_median, two / one);
        if (i == 1 || count == 1) {
            printf("   at most %s%.0f", count == 1 ? "" : "+", tasks[task].limit);
        } else if (ways[i].sites != NULL && strcmp(ways[i].sites, "16") == 0) {
            printf("   at most %.1f and 1.1", tasks[task].sites_limit);
        }
        printf("\n");
    }
}

static void compare(int task, struct way *ways, int count, int rounds) {
    for (int round = 0; round < rounds; round++) {
        for (int turn = 0; turn < count; turn++) {
            struct way *way = &ways[(round + turn) % count];
            for (int threads = 1; threads <= 2; threads++) {
                double took = ask_child(way, task, threads);
                if (took < 0) {
                    fprintf(stderr, "sysinfo_bench_tracker: %s failed\n", way->name);
                    exit(1);
                }
                way->took[threads - 1][round] = took;
            }
        }
    }
    report(task, ways, count, rounds);
    fflush(stdout);
}

static void measure_pairs(int rounds) {
    static struct way ways[6] = {{.name = "bare glibc", .preload = ""},
                                 {.name = "tracker", .preload = TRACKER},
                                 {.name = "sites, 1 frame", .preload = TRACKER, .sites = "1"},
                                 {.name = "sites, 16 frames", .preload = TRACKER, .sites = "16"}};
    int used = 4;
    static const struct {
        const char *name, *library, *package;
    } peers[] = {{"libmemusage", LIBMEMUSAGE, "libc-devtools"}, {"heaptrack", LIBHEAPTRACK, "heaptrack"}};
    for (int i = 0; i < 2; i++) {
        if (peers[i].library[0] == '/' && access(peers[i].library, R_OK) == 0) {
            ways[used].name = peers[i].name;
            ways[used++].preload = peers[i].library;
        } else {
            printf("skipped: %s, which Debian has in %s\n", peers[i].name, peers[i].package);
        }
    }
    printf("%-16s %-16s %9s %9s %9s %9s %9s %9s %9s\n", "ns a pair", "", "1 thread", "median", "more", ": bare",
           "2 threads", "median", "2 : 1");
    for (int task = 0; task < TASKS - 1; task++) {
        compare(task, ways, used, rounds);
    }
    compare(TASKS - 1, &ways[1], 1, rounds);
}

static bool is_wanted(const char *part, const char *only) {
    return only == NULL || strcmp(part, only) == 0;
}

int main(int count, char **arguments) {
    if (count == 5 && strcmp(arguments[1], "--snapshots") == 0) {
        return be_measured_snapshots(atoi(arguments[2]), atoi(arguments[3]), atoi(arguments[4]));
    }
    if (count == 4 && strcmp(arguments[1], "--memory") == 0) {
        return be_measured_memory(atoi(arguments[2]), atoi(arguments[3]));
    }
    if (count == 4 && strcmp(arguments[1], "--child") == 0) {
        return be_child(atoi(arguments[2]), atoi(arguments[3]));
    }
    int rounds = count > 1 ? atoi(arguments[1]) : 7;
    rounds = rounds < 1 ? 1 : rounds > MOST_ROUNDS ? MOST_ROUNDS : rounds;
    const char *only = count > 2 ? arguments[2] : NULL;
    if (is_wanted("pairs", only)) {
        measure_pairs(rounds);
    }
    if (is_wanted("programs", only)) {
        measure_programs(rounds);
    }
    if (is_wanted("memory", only)) {
        measure_memory(arguments[0]);
    }
    if (is_wanted("snapshots", only)) {
        measure_snapshots(arguments[0], rounds);
    }
    if (is_wanted("exit", only)) {
        measure_exit(rounds);
    }
    return 0;
}
