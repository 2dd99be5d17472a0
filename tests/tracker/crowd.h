/* SPDX-License-Identifier: MIT */
/* Threads that exist at the same time, each with a block of 100 bytes. */
#ifndef TESTS_TRACKER_CROWD_H
#define TESTS_TRACKER_CROWD_H

#include <pthread.h>
#include <stdlib.h>

#include "tracker.h"

enum { CROWD_MOST = 300 };

static struct {
    pthread_t thread[CROWD_MOST];
    pthread_barrier_t together;
    int count;
} crowd;

static void *hold_block(void *unused) {
    void *volatile block = malloc(100);
    pthread_barrier_wait(&crowd.together);
    pthread_barrier_wait(&crowd.together);
    free(block);
    return unused;
}

/* Returns when all of them have their block. */
static void gather_crowd(int count, const pthread_attr_t *how) {
    MUST(count <= CROWD_MOST && pthread_barrier_init(&crowd.together, NULL, (unsigned)count + 1) == 0);
    crowd.count = count;
    for (int i = 0; i < count; i++) {
        MUST(pthread_create(&crowd.thread[i], how, hold_block, NULL) == 0);
    }
    pthread_barrier_wait(&crowd.together);
}

/* They free the block and end. */
static void dismiss_crowd(void) {
    pthread_barrier_wait(&crowd.together);
    for (int i = 0; i < crowd.count; i++) {
        pthread_join(crowd.thread[i], NULL);
    }
}

#endif
