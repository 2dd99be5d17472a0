/* SPDX-License-Identifier: MIT */
/* Calls of the C library that fail on demand and are counted; the program is linked with --wrap for each of them. */
#ifndef TESTS_FAULTS_H
#define TESTS_FAULTS_H

#include <check.h>
#include <stdbool.h>

enum fault {
    FAULT_MEMORY,
    FAULT_OPEN,
    FAULT_READ,
    FAULT_DIRECTORY,
    FAULT_WRITE,
    FAULT_PROCESS,
    FAULT_AFFINITY,
    FAULT_PAGE,    /* Mapping memory of its own, and advice about it. */
    FAULT_LIBRARY, /* Looking for hwloc, and its calls. */
    FAULTS
};

struct faults {
    bool is_counting; /* The calls below are counted and may fail. */
    int calls[FAULTS];
    int fail_at[FAULTS]; /* The call with this number, counted from 0, fails; -1: none. */
    int error;           /* With this errno. */
    bool has_failed;
    void (*before)(void); /* If set, called instead of failing; the call then proceeds. */
    int longest_read;     /* The most bytes a read returns; 0: no limit. */
    int longest_write;    /* The same for a write. */
    double time;          /* If not 0: the monotonic clock, which sleeping advances. */
    double wall;          /* If not 0: the wall clock, which sleeping advances, and each reading by wall_step. */
    double wall_step;
    bool is_advice_ignored; /* madvise() accepts anything and does nothing, as under some emulators. */
    bool is_tracking;       /* Blocks are counted; not while libcheck runs, which is linked with the same calls. */
    long blocks;            /* Blocks allocated and not freed since. */
};
extern struct faults faults;

/* From here on, calls are counted, and call number `at` of that kind fails; -1: none. */
void faults_begin(enum fault kind, int at, int error);
void faults_end(void);

/* The same, but `before` runs instead of the failure: something happens in the middle of a call. */
void faults_begin_with(enum fault kind, int at, void (*before)(void));

/* The number of this process's open descriptors. */
int open_descriptors(void);

TCase *memory_fault_tests(void);
TCase *file_fault_tests(void);
TCase *steady_tests(void);
TCase *process_tests(void);
TCase *world_tests(void);

#endif
