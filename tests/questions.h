/* SPDX-License-Identifier: MIT */
/*
 * Every public function that asks the system, in one form, for the tests that put each of them
 * through the same trouble.
 */
#ifndef TESTS_QUESTIONS_H
#define TESTS_QUESTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sysinfo/sysinfo.h>

struct question {
    const char *name;
    /* Asks, and puts what was answered into `answer`, which is zeroed. */
    int (*ask)(struct sysinfo_host *host, uint64_t answer[SYSINFO_SLOTS]);
    bool allocates;  /* For the caller: it makes a list or, for this one question, counts CPUs. */
    bool needs_past; /* A NULL host is refused. */
    /* It makes room for what a host keeps of this question: where groups are, which nodes there are. */
    bool looks_first;
    bool is_rare;      /* There are kernels that do not tell it, and containers in which it cannot be seen. */
    bool is_forgiving; /* A file of one CPU that cannot be read leaves its figure unknown. */
};

extern const struct question questions[];
extern const int question_count;

/* Whether the running machine may answer so. */
bool question_is_answered(const struct question *question, int status);

#endif
