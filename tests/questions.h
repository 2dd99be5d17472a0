/* SPDX-License-Identifier: MIT */
/*
 * Every public function that queries the system, in a uniform form, for tests that apply the same conditions to all of
 * them.
 */
#ifndef TESTS_QUESTIONS_H
#define TESTS_QUESTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sysinfo/sysinfo.h>

struct question {
    const char *name;
    /* Asks, and puts the result into `answer`, which is zeroed. */
    int (*ask)(struct sysinfo_host *host, uint64_t answer[SYSINFO_SLOTS]);
    bool allocates;  /* For the caller: it creates a list or, for this question only, counts CPUs. */
    bool needs_past; /* Rejects a NULL host. */
    /* Allocates state that a host keeps for this question: where groups are, or which nodes exist. */
    bool looks_first;
    bool is_rare;      /* Some kernels do not report it, and some containers hide it. */
    bool is_forgiving; /* An unreadable file of one CPU leaves its figure unknown. */
};

extern const struct question questions[];
extern const int question_count;

/* Whether this is a valid status on the running machine. */
bool question_is_answered(const struct question *question, int status);

#endif
