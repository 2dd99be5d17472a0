/* SPDX-License-Identifier: MIT */
/*
 * sysinfo_bench_tracker: what each malloc() and free() costs under the tracker, beside plain glibc, glibc's libmemusage
 * and heaptrack's library. Each runs in a child process that measures itself; they take turns. Prints the limit of
 * docs/tracker.md beside each figure, but never fails because of it. Then measures snapshots of a million blocks.
 *
 *     sysinfo_bench_tracker [ROUNDS]
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

enum { MOST_ROUNDS = 99, TASKS = 4, SET = 262144 };

/* CPU time of this process, not elapsed time, because other load may be running. */
static double cpu_time(void) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* ---- The work of a child ---- */

static uint64_t next_random(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

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
    double limit; /* Nanoseconds more than plain glibc. */
} tasks[TASKS] = {{"hot, 24 bytes", 3000000, 4},
                  {"set of 1,000", 2000000, 5},
                  {"set of 262,144", 600000, 70},
                  {"enter and leave", 2000000, 25}};

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

enum { DEPTH = 10 };
static void *work_in_thread(void *seed) {
    work_deeply(DEPTH, tasks[task_of_child].pairs, (uint64_t)(uintptr_t)seed);
    return NULL;
}

/* ---- Snapshots ---- */

static double wall_time(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

struct node {
    struct node *next[2];
    uint64_t number;
};

/* Makes nodes in random order, each of which points to two others, then drops one in ten. */
static struct node **make_graph(size_t count) {
    struct node **node = calloc(count, sizeof(struct node *));
    uint64_t seed = 4711;
    for (size_t i = 0; node != NULL && i < count; i++) {
        node[i] = calloc(1, sizeof **node);
        if (node[i] == NULL) {
            exit(1);
        }
    }
    for (size_t i = 0; node != NULL && i < count; i++) {
        node[i]->next[0] = node[next_random(&seed) % count];
        node[i]->next[1] = node[next_random(&seed) % count];
    }
    return node;
}

/* Prints milliseconds: the total, and how long the process was stopped. */
static int take_snapshots(uint32_t what, int rounds) {
    struct node **volatile graph = make_graph(1000000);
    double least = 1e9, least_pause = 1e9;
    for (int i = 0; i < rounds; i++) {
        struct sysinfo_heap_snapshot *snapshot;
        struct sysinfo_heap_moment moment;
        double start = wall_time();
        if (graph == NULL || sysinfo_heap_snapshot_open(&snapshot, what) != SYSINFO_OK ||
            sysinfo_heap_snapshot_moment(snapshot, &moment, sizeof moment, NULL, NULL) != SYSINFO_OK) {
            return 1;
        }
        double took = wall_time() - start;
        least = took < least ? took : least;
        least_pause = moment.pause * 1e3 < least_pause ? moment.pause * 1e3 : least_pause;
        sysinfo_heap_snapshot_close(snapshot);
    }
    printf("a million blocks, %-10s %9.1f ms, of which the process stands still for %.1f\n",
           what == 0                    ? "sites"
           : what == SYSINFO_HEAP_LEAKS ? "leaks"
                                        : "references",
           least, least_pause);
    return 0;
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
    bool keeps_sites;
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
    static char sites[] = "SYSINFO_HEAP_SITES=16";
    char *environment[] = {setting, log, way->keeps_sites ? sites : NULL, NULL};
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

static int by_value(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double median(double *values, int count) {
    qsort(values, (size_t)count, sizeof *values, by_value);
    return values[count / 2];
}

/* Takes the minimum of all rounds, because disturbances only add time. */
static void report(int task, struct way *ways, int count, int rounds) {
    double bare = 0;
    for (int i = 0; i < count; i++) {
        double one_median = median(ways[i].took[0], rounds), two_median = median(ways[i].took[1], rounds),
               one = ways[i].took[0][0], two = ways[i].took[1][0];
        bare = i == 0 ? one : bare;
        printf("%-18s %-14s %9.2f %9.2f %+9.2f %9.2f %9.2f %9.2f", tasks[task].name, ways[i].name, one, one_median,
               one - bare, two, two_median, two / one);
        if (i == 1) {
            printf("   at most +%.0f", tasks[task].limit);
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

int main(int count, char **arguments) {
    if (count == 4 && strcmp(arguments[1], "--snapshots") == 0) {
        return take_snapshots((uint32_t)atoi(arguments[2]), atoi(arguments[3]));
    }
    if (count == 4 && strcmp(arguments[1], "--child") == 0) {
        return be_child(atoi(arguments[2]), atoi(arguments[3]));
    }
    int rounds = count > 1 ? atoi(arguments[1]) : 7;
    rounds = rounds < 1 ? 1 : rounds > MOST_ROUNDS ? MOST_ROUNDS : rounds;
    static struct way ways[5] = {{.name = "bare glibc", .preload = ""},
                                 {.name = "tracker", .preload = TRACKER},
                                 {.name = "its sites", .preload = TRACKER, .keeps_sites = true}};
    int used = 3;
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
    printf("%-18s %-14s %9s %9s %9s %9s %9s %9s\n", "ns a pair", "", "1 thread", "median", "more", "2 threads",
           "median", "2 : 1");
    for (int task = 0; task < TASKS - 1; task++) {
        compare(task, ways, used, rounds);
    }
    compare(TASKS - 1, &ways[1], 1, rounds);
    for (uint32_t what = 0; what <= SYSINFO_HEAP_REFERENCES; what++) {
        char command[4200];
        snprintf(command, sizeof command, "SYSINFO_HEAP_SITES=16 LD_PRELOAD='%s' exec '%s' --snapshots %u %d", TRACKER,
                 arguments[0], (unsigned)what, rounds);
        if (system(command) != 0) {
            fprintf(stderr, "sysinfo_bench_tracker: snapshots failed\n");
            return 1;
        }
    }
    return 0;
}
