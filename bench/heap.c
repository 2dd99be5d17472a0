/* SPDX-License-Identifier: MIT */
/*
 * sysinfo_bench_heap: what a question about the heap costs beside glibc's bare
 * mallinfo2(), asked in turns. Prints the limit that docs/heap.md names beside
 * each figure; judges nothing. psutil takes 1.4 us for its heap_info().
 */
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sysinfo/sysinfo.h>

enum { ROUNDS = 201, MOST_ARENAS = 64 };

static struct sysinfo_host *host;
static volatile size_t sink;

static void ask_mallinfo2(void) {
    sink = mallinfo2().uordblks;
}

static void ask_info(void) {
    struct sysinfo_heap heap;
    if (sysinfo_heap_info(host, &heap, sizeof heap) != SYSINFO_OK) {
        exit(1);
    }
}

static void ask_detail(void) {
    struct sysinfo_heap heap;
    if (sysinfo_heap_detail(host, &heap, sizeof heap) != SYSINFO_OK) {
        exit(1);
    }
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static int by_value(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double median(double *values) {
    qsort(values, ROUNDS, sizeof *values, by_value);
    return values[ROUNDS / 2];
}

/* Microseconds a call, each asked `calls` times in each round, one after the other; medians. */
static void measure(const char *name, int arenas, int calls) {
    static void (*const ask[])(void) = {ask_mallinfo2, ask_info, ask_detail};
    static double took[3][ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
        for (int turn = 0; turn < 3; turn++) {
            int who = (round + turn) % 3;
            double start = now();
            for (int i = 0; i < calls; i++) {
                ask[who]();
            }
            took[who][round] = (now() - start) / calls;
        }
    }
    double floor = median(took[0]), info = median(took[1]), detail = median(took[2]);
    double info_bar = floor < 1 ? floor + 0.2 : floor * 1.1;
    printf("%-34s %12.2f %12.2f %12.2f %12.2f %12.2f\n", name, floor, info, info_bar, detail, floor * 2.5 + 2.0 * arenas);
}

static pthread_barrier_t barrier;

static void *hold_arena(void *unused) {
    void *volatile block = malloc(1200);
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    free(block);
    return unused;
}

int main(void) {
    enum { BLOCKS = 500000 };
    static void *block[BLOCKS];
    if (sysinfo_host_open(&host, NULL) != SYSINFO_OK || sysinfo_heap_allocator(host) == NULL || strcmp(sysinfo_heap_allocator(host), "glibc") != 0) {
        fprintf(stderr, "sysinfo_bench_heap: compares with glibc's mallinfo2(), and malloc() is not glibc's here\n");
        return 1;
    }
    mallopt(M_ARENA_MAX, MOST_ARENAS);
    printf("%-34s %12s %12s %12s %12s %12s\n", "microseconds a call", "mallinfo2", "info", "at most", "detail", "at most");
    for (int i = 0; i < BLOCKS; i++) {
        block[i] = malloc(200);
    }
    measure("1 arena, 500,000 blocks", 1, 100);
    for (int i = 0; i < BLOCKS; i += 2) {
        free(block[i]);
    }
    measure("1 arena, 250,000 of them freed", 1, 1);
    for (int i = 1; i < BLOCKS; i += 2) {
        free(block[i]);
    }
    malloc_trim(0);
    pthread_t thread[MOST_ARENAS - 1];
    pthread_barrier_init(&barrier, NULL, MOST_ARENAS);
    for (int i = 0; i < MOST_ARENAS - 1; i++) {
        if (pthread_create(&thread[i], NULL, hold_arena, NULL) != 0) {
            return 1;
        }
    }
    pthread_barrier_wait(&barrier);
    measure("64 arenas, nothing freed", MOST_ARENAS, 20);
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < MOST_ARENAS - 1; i++) {
        pthread_join(thread[i], NULL);
    }
    sysinfo_host_close(host);
    return 0;
}
