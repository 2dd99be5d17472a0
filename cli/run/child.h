/* SPDX-License-Identifier: MIT */
/*
 * Starts a command that must not be affected, waits for it and signals it. One file per family of systems implements
 * it.
 */
#ifndef CLI_CHILD_H
#define CLI_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "run/tree.h"

/* The kernel's counters for the processes that were waited for, as printed by time -v. */
struct child_counts {
    bool is_known;
    uint64_t minor_faults, major_faults, voluntary_switches, involuntary_switches;
    bool has_bytes; /* Bytes read from disks, and dirtied to be written there: */
    uint64_t read, written;
};

struct child {
    int64_t pid;
    struct tree *tree;     /* Knows the children from before the command; NULL: unknown. */
    bool had_none;         /* There were no such children. */
    double started, ended; /* On platform_clock(). */
    bool has_ended;
    bool is_childless;   /* This process had no child left when it last waited. */
    int signal;          /* The one that killed it; 0: none. */
    int status;          /* As in a shell: its own, or 128 + signal. */
    bool has_no_cpu;     /* The system does not report the next two: */
    double user, system; /* CPU seconds of all processes waited for. */
    uint64_t peak;       /* Bytes: the highest peak of any of those processes. */
    struct child_counts counts;
    /* Bytes committed: the highest of a single process, and the highest total; 0: unknown. */
    uint64_t peak_committed, peak_all_committed;
    bool is_asked; /* A progress report was requested since the last child_sleep(), which then returns early. */
    int request;   /* The signal that asks this program itself to end; 0: none. Only without a command. */
    void (*before_end)(void *context); /* Called before a forwarded signal that ends most programs; or NULL. */
    void *context;
};

/* An environment variable for a command. */
struct variable {
    const char *name, *value; /* A NULL value: not set. */
};

/*
 * Starts the command with the variables in its environment; the last one has no name. From now on SIGINT and SIGQUIT
 * are left to the command, SIGTERM, SIGHUP and SIGUSR2 are forwarded to it, and SIGUSR1 requests a progress report from
 * this program. Returns 0, or the exit status after a message: 126 or 127.
 */
int child_start(struct child *child, const char *const *command, const struct variable *variables);

/* Without a command: SIGINT, SIGTERM and SIGHUP become a request to end. */
void child_watch(struct child *child);

/* Sleeps until `moment`, or until the command ends or a signal arrives. */
void child_sleep(struct child *child, double moment);

enum child_signal { CHILD_TERMINATE, CHILD_KILL };

/* Signals the processes of the tree's last sample, or only the command. */
void child_signal(struct child *child, const struct tree_sample *sample, enum child_signal signal);

/* "KILL" for 9; NULL: it has no name. */
const char *child_signal_name(int signal);

/*
 * The last signal that ends a program (SIGINT, SIGQUIT, SIGTERM or SIGHUP) and has arrived since the first command was
 * started; 0: none.
 */
int child_last_end(void);

/* Ends this program by the signal that requested it. */
int child_obey(int request);

/* This process, for tree_open(). */
int64_t child_self(void);

#endif
