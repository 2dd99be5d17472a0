/* SPDX-License-Identifier: MIT */
/*
 * Calls of the C library that fail on demand, and are counted: the program is linked with --wrap
 * for each of them.
 */
#ifndef TESTS_FAULTS_H
#define TESTS_FAULTS_H

#include <check.h>
#include <stdbool.h>

enum fault { FAULT_MEMORY, FAULT_OPEN, FAULT_READ, FAULT_FOLDER, FAULT_WRITE, FAULT_PROCESS, FAULT_AFFINITY, FAULTS };

struct faults {
    bool is_counting; /* The calls below are counted and may fail. */
    int calls[FAULTS];
    int fail_at[FAULTS]; /* This call, counted from 0, fails; -1: none does. */
    int error;           /* With this errno. */
    bool has_failed;
    void (*before)(void); /* Unless NULL: called in the place of the failure, and the call then goes on. */
    int longest_read;     /* A read brings no more than so many bytes; 0: what it brings. */
    int longest_write;    /* The same for what a write takes. */
    double time;          /* Unless 0: what the monotonic clock shows; sleeping moves it on. */
    double wall;          /* Unless 0: what the wall clock shows; sleeping moves it on, and each look by wall_step. */
    double wall_step;
    bool is_tracking; /* Blocks are counted; not while libcheck runs, which is linked with the same calls. */
    long blocks;      /* Allocated and not freed since. */
};
extern struct faults faults;

/* From here on calls are counted, and call number `at` of that kind fails; -1: none. */
void faults_begin(enum fault kind, int at, int error);
void faults_end(void);

/* The same, but `before` runs in the place of the failure: something happens in the middle of a call. */
void faults_begin_with(enum fault kind, int at, void (*before)(void));

/* How many this process has. */
int open_descriptors(void);

TCase *memory_fault_tests(void);
TCase *file_fault_tests(void);
TCase *steady_tests(void);
TCase *process_tests(void);
TCase *world_tests(void);

#endif
