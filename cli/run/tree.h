/* SPDX-License-Identifier: MIT */
/*
 * Other processes: a process tree and its usage at one moment. Only here do the command's numbers not come from the
 * library. The walk (tree.c) is the same everywhere; each system provides its process list: process_source.h.
 */
#ifndef CLI_TREE_H
#define CLI_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct process {
    int64_t pid, parent;
    uint64_t started;  /* Together with the pid, distinguishes it from later processes with that pid. */
    bool is_dead;      /* Ended but not waited for yet. */
    bool is_member;    /* The system itself reports it as part of this process's tree. */
    uint64_t rss, pss; /* Bytes; PSS only on request. */
    uint64_t peak;     /* The highest RSS ever, including between samples. */
    /* The anonymous part of RSS, such as heap and stacks; all of it if the system does not report it. */
    uint64_t anonymous;
    uint64_t faults;  /* Page faults of its own, for the source. */
    bool is_complete; /* The source has read all that it has of it. */
    uint64_t threads;
    double cpu; /* CPU seconds, of its own and of children it waited for: */
    double children_cpu;
    bool is_estimated; /* PSS was unreadable, so it is RSS. */
    char name[20];
    int file[3]; /* Owned by the source: what it keeps open. */
};

/* The whole tree at one moment. */
struct tree_sample {
    const struct process *process; /* Valid until the next sample. */
    size_t processes, alive;
    uint64_t rss, pss;
    double cpu; /* Of the listed processes and the children they waited for. */
    bool is_estimated;
};

struct tree;

/*
 * Opens the descendants of `root`. With `is_self`, leaves out `root` itself and its current children: the tree is that
 * of a command which this process is about to start, and from then on this process becomes the parent of daemons in the
 * tree. `proc` is the location of /proc, on systems that use it. Returns NULL after setting `*why`.
 */
struct tree *tree_open(const char *proc, int64_t root, bool is_self, const char **why);

/*
 * The same in two steps, so that the command does not wait for most of it: tree_prepare() before it starts and, if that
 * returned true, tree_open_prepared() once it runs. tree_prepare() returns false if this process has children already,
 * or if the system does not report that.
 */
bool tree_prepare(void);
struct tree *tree_open_prepared(const char *proc, int64_t root, const char **why);

/* How many processes of the tree are alive, once its command has ended. `is_childless`: this process has no child. */
size_t tree_count_left(struct tree *tree, bool is_childless);

/* Takes a sample. With `with_pss`, also reads PSS, which takes about 15 microseconds per MiB. */
const struct tree_sample *tree_take(struct tree *tree, bool with_pss);

/* The same process in the previous sample; NULL: it is new. */
const struct process *tree_before(const struct tree *tree, const struct process *process);

/* The process with that pid in the last sample; NULL: none. */
const struct process *tree_find(const struct tree *tree, int64_t pid);

/* Whether this system reports PSS. */
bool tree_has_pss(void);

/* Adds PSS to the last sample, if it was taken without. */
void tree_add_pss(struct tree *tree);

/*
 * Whether `pid`, which has just been waited for, was a child of this process before tree_open(). Works once per pid,
 * which may be reused.
 */
bool tree_was_foreign(struct tree *tree, int64_t pid);

void tree_free(struct tree *tree);

#endif
