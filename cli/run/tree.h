/* SPDX-License-Identifier: MIT */
/*
 * Other processes: a process tree and what it uses at one moment. This is the one
 * part of the command whose numbers do not come from the library. The walk (tree.c) is
 * the same everywhere; each system brings its list of processes: process_source.h.
 */
#ifndef CLI_TREE_H
#define CLI_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct process {
    int64_t pid, parent;
    uint64_t started;  /* With the pid, distinguishes it from a later process of that pid. */
    bool is_dead;      /* Ended, and not waited for yet. */
    bool is_member;    /* The system itself says that it is in this process's tree. */
    uint64_t rss, pss; /* Bytes; PSS only if it was asked for. */
    uint64_t peak;     /* The most RSS that it has had at once, between samples too. */
    /* The anonymous part of its RSS: heap, stacks; all of it, where the system does not report it. */
    uint64_t anonymous;
    uint64_t threads;
    double cpu; /* Seconds of CPU of its own, and of the children it waited for: */
    double children_cpu;
    bool is_estimated; /* Its PSS could not be read and is its RSS. */
    char name[20];
    int file[3]; /* The source's own: what it keeps open. */
};

/* All of the tree at one moment. */
struct tree_sample {
    const struct process *process; /* Valid until the next sample. */
    size_t processes, alive;
    uint64_t rss, pss;
    double cpu; /* Of those in the list, and of the children they waited for. */
    bool is_estimated;
};

struct tree;

/*
 * The descendants of `root`; without `root` itself and those it has now, if
 * `is_self`: the tree of a command that this process is about to start. From then
 * on this process is the parent of daemons that the tree leaves behind. `proc` is
 * where /proc is, on systems that read it. NULL after a reason in `*why`.
 */
struct tree *tree_open(const char *proc, int64_t root, bool is_self, const char **why);

/* Looks. `with_pss`: PSS too, which costs about 15 microseconds for each MiB. */
const struct tree_sample *tree_take(struct tree *tree, bool with_pss);

/* The same process in the sample before the last; NULL: it is new. */
const struct process *tree_before(const struct tree *tree, const struct process *process);

/* The process of that pid in the last sample; NULL: it has none. */
const struct process *tree_find(const struct tree *tree, int64_t pid);

/* Whether this system knows PSS. */
bool tree_has_pss(void);

/* PSS of the last sample, if it was taken without. */
void tree_add_pss(struct tree *tree);

/*
 * Whether `pid`, which has just been waited for, was a child of this process before tree_open().
 * Asks once: the pid may come again.
 */
bool tree_was_foreign(struct tree *tree, int64_t pid);

void tree_free(struct tree *tree);

#endif
