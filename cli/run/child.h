/* SPDX-License-Identifier: MIT */
/*
 * A command that is run: started so that it notices nothing, waited for, signalled. One file per
 * family of systems implements it.
 */
#ifndef CLI_CHILD_H
#define CLI_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "run/tree.h"

/* What the kernel counted of the processes that were waited for, as time -v prints it. */
struct child_counts {
    bool is_known;
    uint64_t minor_faults, major_faults, voluntary_switches, involuntary_switches;
    bool has_bytes; /* Read from disks, and dirtied to be written there: */
    uint64_t read, written;
};

struct child {
    int64_t pid;
    struct tree *tree;     /* NULL: without a sampler. */
    double started, ended; /* On platform_clock(). */
    bool has_ended;
    int signal;          /* That killed it; 0: none. */
    int status;          /* As a shell has it: its own, or 128 + signal. */
    bool has_no_cpu;     /* The system does not count the next two: */
    double user, system; /* seconds of CPU, of all that was waited for. */
    uint64_t peak;       /* Bytes: the most that any one process of those has had at once. */
    struct child_counts counts;
    /* Bytes committed by the process with the most, and by all at once; 0: not known. */
    uint64_t peak_committed, peak_all_committed;
    bool is_asked; /* How far it is: since the last child_sleep(), which then ends early. */
    int request;   /* Signal that asks this program itself to end; 0: none. Only without a command. */
    void (*before_end)(void *context); /* Called before a signal is handed on that ends most programs; NULL: not. */
    void *context;
};

/* For the environment of a command. */
struct variable {
    const char *name, *value; /* A value that is NULL: not set. */
};

/*
 * Starts the command, which finds the variables, up to one without a name, in its
 * environment. SIGINT and SIGQUIT are the command's from now on; SIGTERM, SIGHUP and
 * SIGUSR2 are handed on to it; SIGUSR1 asks this program how far it is. Returns 0, or the exit status after a
 * message: 126 or 127.
 */
int child_start(struct child *child, const char *const *command, const struct variable *variables);

/* Instead of a command: SIGINT, SIGTERM and SIGHUP become a request to end. */
void child_watch(struct child *child);

/* Sleeps until `moment`, or until something has happened: the command ended, or this program is asked to end. */
void child_sleep(struct child *child, double moment);

enum child_signal { CHILD_TERMINATE, CHILD_KILL };

/* Sends it to the processes of the tree's last sample, or to the command alone. */
void child_signal(struct child *child, const struct tree_sample *sample, enum child_signal signal);

/* "KILL" for 9; NULL: unnamed. */
const char *child_signal_name(int signal);

/*
 * The last signal of those that end a program, SIGINT, SIGQUIT, SIGTERM and SIGHUP, which has arrived since the first
 * command was started; 0: none has.
 */
int child_last_end(void);

/* Ends this program by the signal that asked it to. */
int child_obey(int request);

/* This process, to tree_open(). */
int64_t child_self(void);

#endif
