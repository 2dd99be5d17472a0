/* SPDX-License-Identifier: MIT */
/*
 * Calls compared with the floor. In each round every participant is called several times in a row, and the first one
 * rotates, so that other load on the machine slows all of them or none.
 */
#include <stdlib.h>

#include "bench.h"

enum { CALLS_PER_ROUND = 50 };

const char *const question_names[QUESTIONS] = {"cpu_times",   "cpu_times_percpu", "cpu_percent",      "virtual_memory",
                                               "swap_memory", "cpu_count",        "core_count",       "cpu_freq",
                                               "cpu_info",    "process_memory",   "get mem.available"};

/* The most that a call may take, as a ratio to the floor: docs/performance.md. */
static const double bars[QUESTIONS] = {
    [CPU_TIMES] = 1.05, [CPU_TIMES_PERCPU] = 1.05, [CPU_PERCENT] = 1.05, [VIRTUAL_MEMORY] = 1.05, [SWAP_MEMORY] = 1.05};

static double time_calls(const struct peer *peer, enum question question) {
    if (peer->seconds != NULL) {
        return peer->seconds(question, CALLS_PER_ROUND);
    }
    bool (*call)(void) = peer->call[question];
    double start = now_seconds();
    for (int i = 0; i < CALLS_PER_ROUND; i++) {
        if (!call()) {
            return -1;
        }
    }
    return now_seconds() - start;
}

static bool answers(const struct peer *peer, enum question question) {
    return peer->seconds != NULL || peer->call[question] != NULL;
}

/* Fills `times`, a row of `rounds` seconds for each participant. Removes a participant that fails. */
static size_t run_rounds(const struct peer **taking_part, size_t count, enum question question, int rounds,
                         double *times) {
    for (int round = -1; round < rounds; round++) { /* The first is a warm-up. */
        for (size_t i = 0; i < count; i++) {
            size_t who = (i + (size_t)(round + 1)) % count;
            double seconds = time_calls(taking_part[who], question);
            if (seconds < 0) {
                skip(taking_part[who]->name, question_names[question]);
                taking_part[who] = taking_part[--count];
                return run_rounds(taking_part, count, question, rounds, times);
            }
            if (round >= 0) {
                times[who * (size_t)rounds + (size_t)round] = seconds;
            }
        }
    }
    return count;
}

/* The first peer is the floor. */
void bench_calls(const struct peer *const *peers, size_t peer_count, int rounds, struct figures *figures) {
    const struct peer **taking_part = malloc(peer_count * sizeof *taking_part);
    double *times = malloc(peer_count * (size_t)rounds * sizeof *times);
    for (int q = 0; q < QUESTIONS && taking_part != NULL && times != NULL; q++) {
        enum question question = (enum question)q;
        size_t count = 0;
        for (size_t i = 0; i < peer_count; i++) {
            if (answers(peers[i], question)) {
                taking_part[count++] = peers[i];
            }
        }
        count = run_rounds(taking_part, count, question, rounds, times);
        for (size_t i = 0; i < count && taking_part[0] == peers[0]; i++) {
            double bar = taking_part[i] == &peer_sysinfo ? bars[question] : 0;
            add_figure(figures, question_names[q], taking_part[i]->name, times + i * (size_t)rounds, times, rounds,
                       CALLS_PER_ROUND, bar);
        }
    }
    free(taking_part);
    free(times);
}
