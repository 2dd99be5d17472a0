/* SPDX-License-Identifier: MIT */
/*
 * What one system contributes to the walk down a process tree (tree.c): a const table, of which only `list` is
 * required. NULL entries are missing on that system.
 */
#ifndef CLI_PROCESS_SOURCE_H
#define CLI_PROCESS_SOURCE_H

#include "run/process_table.h"

struct tree {
    int64_t root;
    bool is_self;
    void *system;      /* Owned by the source. */
    bool has_children; /* `read` and `children` work; set by open(). */
    struct process_table now, before, all;
    struct process watcher; /* This process; used with `is_self`. */
    struct pids foreign, children;
    double gone_cpu; /* CPU seconds of ended processes that no parent's `children_cpu` includes. */
    struct tree_sample sample;
};

struct process_source {
    /*
     * Sets `system`; with `is_self`, also adopts daemons. Returns false after setting `*why` to a literal, or to NULL
     * for "no such process".
     */
    bool (*open)(struct tree *tree, const char *proc, const char **why);

    /* Adopts daemons, as open() does. Returns true if this process is known to have no children. */
    bool (*prepare)(void);

    void (*close)(struct tree *tree);

    /*
     * Inserts every process of this machine into `all`, which is empty. Each row is zeroed and gets `pid`, `parent`,
     * `started`, `is_dead`, `name`, `rss`, `cpu` and `threads`; and `peak`, `anonymous` and `children_cpu` if the
     * system reports them. `started` may have any unit, as long as later processes do not have lower numbers.
     * `is_member` marks processes that the system itself reports to be below this process.
     */
    void (*list)(struct tree *tree);

    /* Where listing is expensive: reads one process (false: no such process), and the pids of its children. */
    bool (*read)(struct tree *tree, int64_t pid, struct process *process);
    void (*children)(struct tree *tree, struct process *process, struct pids *pids);

    /* Adds what is only read for processes of the tree. */
    void (*complete)(struct tree *tree, struct process *process);

    /* Sets `pss` and `is_estimated`. */
    void (*pss)(struct tree *tree, struct process *process);

    /* Closes whatever is open for a process. */
    void (*forget)(struct tree *tree, struct process *process);

    /* `children_cpu` includes the time of ended processes, so it is not added up here. */
    bool has_children_cpu;

    /* CPU seconds of everything the tree has ever run, if the system counts them; below 0: unknown. */
    double (*cpu)(struct tree *tree);
};

/* The table of the linked system. */
extern const struct process_source process_source;

#endif
