/* SPDX-License-Identifier: MIT */
/*
 * What one system brings to the walk down a process tree (tree.c): a const table, of which `list` is
 * enough. An entry that is NULL is something that this system does not have.
 */
#ifndef CLI_PROCESS_SOURCE_H
#define CLI_PROCESS_SOURCE_H

#include "run/process_table.h"

struct tree {
    int64_t root;
    bool is_self;
    void *system;      /* The source's own. */
    bool has_children; /* `read` and `children` answer: open() sets it. */
    struct process_table now, before, all;
    struct process watcher; /* This process, with `is_self`. */
    struct pids foreign, children;
    double gone_cpu; /* Seconds of CPU of processes that ended, where no parent's `children_cpu` has them. */
    struct tree_sample sample;
};

struct process_source {
    /* False after `*why`, a literal or NULL for "no such process". Sets `system`; with `is_self`, adopts daemons. */
    bool (*open)(struct tree *tree, const char *proc, const char **why);
    void (*close)(struct tree *tree);

    /*
     * Inserts every process of this machine into `all`, which is empty. Each row is zeroed and has `pid`,
     * `parent`, `started`, `is_dead`, `name`, `rss`, `cpu` and `threads`; `peak`, `anonymous` and `children_cpu`
     * where the system reports it. `started` may have any unit, if a process that began later has no smaller number.
     * `is_member` marks what the system itself says is below this process.
     */
    void (*list)(struct tree *tree);

    /* Where a list is dear: one process (false: there is none), and the pids of its children. */
    bool (*read)(struct tree *tree, int64_t pid, struct process *process);
    void (*children)(struct tree *tree, struct process *process, struct pids *pids);

    /* Adds what only processes of the tree are asked for. */
    void (*complete)(struct tree *tree, struct process *process);

    /* Sets `pss` and `is_estimated`. */
    void (*pss)(struct tree *tree, struct process *process);

    /* Closes what is open of a process. */
    void (*forget)(struct tree *tree, struct process *process);

    /* Whether `children_cpu` has the time of those that ended: then it is not added up here. */
    bool has_children_cpu;

    /* Seconds of CPU of all that the tree has ever run, where the system counts them; below 0: not known. */
    double (*cpu)(struct tree *tree);
};

/* The table of the system that is linked. */
extern const struct process_source process_source;

#endif
