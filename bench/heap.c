/* SPDX-License-Identifier: MIT */
/*
 * The cost of questions about the heap beside glibc's plain mallinfo2(), in turns. A child process fills its heap and
 * starts threads for this.
 */
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sysinfo/sysinfo.h>

#include "bench.h"

enum { MOST_ARENAS = 64, BLOCKS = 500000, MOST_ROUNDS = 601 };

static struct sysinfo_host *host;
static volatile size_t sink;

static bool ask_mallinfo2(void) {
    sink = mallinfo2().uordblks;
    return true;
}

static bool ask_info(void) {
    struct sysinfo_heap heap;
    return sysinfo_heap_info(host, &heap, sizeof heap) == SYSINFO_OK;
}

static bool ask_detail(void) {
    struct sysinfo_heap heap;
    return sysinfo_heap_detail(host, &heap, sizeof heap) == SYSINFO_OK;
}

/* Asks each `calls` times in each round, in turns. The limits are those of docs/heap.md, as ratios to mallinfo2(). */
static void measure(const char *question, int arenas, int calls, int rounds, struct figures *figures) {
    static bool (*const ask[])(void) = {ask_mallinfo2, ask_info, ask_detail};
    static double took[3][MOST_ROUNDS], sorted[MOST_ROUNDS];
    for (int round = 0; round < rounds; round++) {
        for (int turn = 0; turn < 3; turn++) {
            int who = (round + turn) % 3;
            double start = now_seconds();
            for (int i = 0; i < calls; i++) {
                if (!ask[who]()) {
                    return;
                }
            }
            took[who][round] = now_seconds() - start;
        }
    }
    memcpy(sorted, took[0], sizeof sorted);
    double floor = quantile(sorted, (size_t)rounds, 0.5) / calls * 1e6;
    add_figure(figures, question, "mallinfo2", took[0], took[0], rounds, calls, 0);
    add_figure(figures, question, "sysinfo heap_info", took[1], took[0], rounds, calls,
               floor < 1 ? 1 + 0.2 / floor : 1.1);
    add_figure(figures, question, "sysinfo heap_detail", took[2], took[0], rounds, calls, 2.5 + 2.0 * arenas / floor);
}

static pthread_barrier_t barrier;

static void *hold_arena(void *unused) {
    void *volatile block = malloc(1200);
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    free(block);
    return unused;
}

static void measure_arenas(int rounds, struct figures *figures) {
    pthread_t thread[MOST_ARENAS - 1];
    pthread_barrier_init(&barrier, NULL, MOST_ARENAS);
    for (int i = 0; i < MOST_ARENAS - 1; i++) {
        if (pthread_create(&thread[i], NULL, hold_arena, NULL) != 0) {
            return; /* The process exits, and with it the waiting threads. */
        }
    }
    pthread_barrier_wait(&barrier);
    measure("heap of 64 arenas", MOST_ARENAS, 20, rounds, figures);
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < MOST_ARENAS - 1; i++) {
        pthread_join(thread[i], NULL);
    }
}

static void measure_all(int rounds, struct figures *figures) {
    static void *block[BLOCKS];
    if (sysinfo_host_open(&host, NULL) != SYSINFO_OK || sysinfo_heap_allocator(host) == NULL ||
        strcmp(sysinfo_heap_allocator(host), "glibc") != 0) {
        return;
    }
    mallopt(M_ARENA_MAX, MOST_ARENAS);
    for (int i = 0; i < BLOCKS; i++) {
        block[i] = malloc(200);
    }
    measure("heap of 500,000 blocks", 1, 100, rounds, figures);
    for (int i = 0; i < BLOCKS; i += 2) {
        free(block[i]);
    }
    measure("half of them freed", 1, 1, rounds, figures);
    for (int i = 1; i < BLOCKS; i += 2) {
        free(block[i]);
    }
    malloc_trim(0);
    measure_arenas(rounds, figures);
    sysinfo_host_close(host);
}

void bench_heap(int rounds, struct figures *figures) {
    int ends[2];
    if (pipe(ends) != 0) {
        return;
    }
    rounds = rounds < MOST_ROUNDS ? rounds : MOST_ROUNDS;
    pid_t child = fork();
    if (child == 0) {
        static struct figures mine;
        measure_all(rounds, &mine);
        const char *at = (const char *)&mine, *end = at + sizeof mine;
        for (ssize_t count; at < end && (count = write(ends[1], at, (size_t)(end - at))) > 0; at += count) {
        }
        _exit(0);
    }
    close(ends[1]);
    static struct figures theirs;
    size_t length = 0;
    for (ssize_t count; (count = read(ends[0], (char *)&theirs + length, sizeof theirs - length)) > 0;
         length += (size_t)count) {
    }
    close(ends[0]);
    if (child > 0) {
        waitpid(child, NULL, 0);
    }
    if (length == sizeof theirs && theirs.count > 0) {
        *figures = theirs;
    } else {
        skip("heap", "malloc() is not glibc's here, or its threads could not be started");
    }
}
