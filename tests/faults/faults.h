/* SPDX-License-Identifier: MIT */
/* Calls of the C library that fail on demand, and are counted: the program is linked with --wrap for each of them. */
#ifndef TESTS_FAULTS_H
#define TESTS_FAULTS_H

#include <check.h>
#include <stdbool.h>

enum fault { FAULT_MEMORY, FAULT_OPEN, FAULT_READ, FAULTS };

struct faults {
    bool is_counting;   /* The calls below are counted and may fail. */
    int calls[FAULTS];
    int fail_at[FAULTS]; /* This call, counted from 0, fails; -1: none does. */
    int error;           /* With this errno. */
    bool has_failed;
    int longest_read;    /* A read brings no more than so many bytes; 0: what it brings. */
    bool is_tracking;    /* Blocks are counted; not while libcheck runs, which is linked with the same calls. */
    long blocks;         /* Allocated and not freed since. */
};
extern struct faults faults;

/* From here on calls are counted, and call number `at` of that kind fails; -1: none. */
void faults_begin(enum fault kind, int at, int error);
void faults_end(void);

TCase *memory_fault_tests(void);
TCase *file_fault_tests(void);
TCase *steady_tests(void);
TCase *process_tests(void);

#endif
