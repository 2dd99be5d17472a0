/* SPDX-License-Identifier: MIT */
/*
 * Many forks among threads that allocate: nothing hangs, and the children's counts are right. Does not use libcheck,
 * which would allocate in between.
 *
 *     test_tracker_storm FORKS
 */
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tracker.h"

enum { THREADS = 3, BLOCKS = 64 };

static volatile int stop;

/* Blocks are exchanged, so that threads free what others have allocated. */
static void *shared[BLOCKS];

static void *allocate(void *seed) {
    uint64_t random = (uint64_t)(uintptr_t)seed;
    while (!stop) {
        random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
        void *block = random >> 60 == 0 ? calloc(3, random >> 45 & 0xFFFF) : malloc(random >> 50 & 0xFFF);
        free(__atomic_exchange_n(&shared[random >> 40 & (BLOCKS - 1)], block, __ATOMIC_ACQ_REL));
    }
    return NULL;
}

static void grew(void *unused) {
    (void)unused;
    void *volatile block = malloc(100);
    free(block);
}

static void *nothing(void *unused) {
    void *volatile block = malloc(10);
    free(block);
    return unused;
}

/* Alone in the child, so its own actions are what is counted. */
static int be_child(bool may_make_threads) {
    MUST(sysinfo_heap_watch(0, 0, NULL, NULL) == SYSINFO_OK); /* Its function allocates. */
    struct sysinfo_heap_tally before = process_counts(), own = thread_counts();
    void *block[100];
    int64_t size = 0;
    for (int i = 0; i < 100; i++) {
        block[i] = malloc((size_t)i * 50);
        size += size_of(block[i]);
    }
    struct sysinfo_heap_tally all = since(process_counts(), before), mine = since(thread_counts(), own);
    MUST(all.allocs == 100 && all.frees == 0 && all.live == size);
    MUST(mine.allocs == 100 && mine.live == size);
    for (int i = 0; i < 100; i++) {
        free(block[i]);
    }
    pthread_t thread;
    if (may_make_threads && pthread_create(&thread, NULL, nothing, NULL) == 0) {
        pthread_join(thread, NULL);
    }
    return 0;
}

static void start_child(int i) {
    /* A raw child of a process with threads may find the allocator locked, so it only counts. */
    pid_t child = i % 8 == 7 ? fork_raw() : fork();
    MUST(child >= 0);
    if (child == 0) {
        if (i % 8 == 7) {
            struct sysinfo_heap_tally all;
            _exit(sysinfo_heap_counts(&all, sizeof all) == SYSINFO_OK ? 0 : 1);
        }
        _exit(be_child(i % 4 == 0));
    }
    int status;
    MUST(waitpid(child, &status, 0) == child);
    MUST(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(int count, char **arguments) {
    int forks = count > 1 ? atoi(arguments[1]) : 400;
    alarm(170); /* A hang is a failure, not an endless wait. */
    pthread_t thread[THREADS];
    struct sysinfo_heap_tally before = process_counts();
    MUST(sysinfo_heap_watch(65536, 0, grew, NULL) == SYSINFO_OK);
    for (int i = 0; i < THREADS; i++) {
        MUST(pthread_create(&thread[i], NULL, allocate, (void *)(uintptr_t)(i + 1)) == 0);
    }
    for (int i = 0; i < forks; i++) {
        start_child(i);
    }
    stop = 1;
    for (int i = 0; i < THREADS; i++) {
        pthread_join(thread[i], NULL);
    }
    for (int i = 0; i < BLOCKS; i++) {
        free(shared[i]);
    }
    struct sysinfo_heap_tally all = since(process_counts(), before);
    printf("%d forks; left: %d blocks, %d bytes\n", forks, (int)all.blocks, (int)all.live);
    MUST(all.blocks >= 0 && all.blocks <= THREADS + 1); /* What pthread_create() and printf() keep. */
    return 0;
}
