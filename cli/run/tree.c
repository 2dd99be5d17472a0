/* SPDX-License-Identifier: MIT */
/*
 * The walk down a process tree, the same on every system. Processes come and go meanwhile: one that can no longer be
 * read is left out, and the walk continues.
 *
 * A system lists all its processes, or finds the children of one. A process of the last sample that is still alive
 * stays in the tree even if its parent has changed, so daemons of a watched process are not lost.
 */
#include "run/tree.h"

#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "run/process_source.h"

/* Adds a process to the sample. */
static void keep(struct tree *tree, const struct process *process) {
    struct process *row = process_table_insert(&tree->now, process);
    row->peak = row->peak > row->rss ? row->peak : row->rss;
    row->anonymous = row->anonymous > 0 ? row->anonymous : row->rss;
    if (!row->is_dead && process_source.complete != NULL) {
        process_source.complete(tree, row);
    }
}

static void forget(struct tree *tree, struct process *process) {
    if (process_source.forget != NULL) {
        process_source.forget(tree, process);
    }
}

static void forget_all(struct tree *tree, struct process_table *table) {
    for (size_t i = 0; i < table->count; i++) {
        forget(tree, &table->row[i]);
    }
}

static bool is_foreign(const struct tree *tree, int64_t pid) {
    for (size_t i = 0; i < tree->foreign.count; i++) {
        if (tree->foreign.at[i] == pid) {
            return true;
        }
    }
    return false;
}

/* ---- From parents to children ---- */

static void add_pid(struct tree *tree, int64_t pid) {
    struct process process;
    if (process_table_find(&tree->now, pid) == NULL && process_source.read(tree, pid, &process)) {
        keep(tree, &process);
    }
}

static void add_children(struct tree *tree, struct process *parent, bool is_watcher) {
    tree->children.count = 0;
    process_source.children(tree, parent, &tree->children);
    for (size_t i = 0; i < tree->children.count; i++) {
        if (!is_watcher || !is_foreign(tree, tree->children.at[i])) {
            add_pid(tree, tree->children.at[i]); /* Moves the rows. */
        }
    }
}

/* Adds the descendants of the rows from `first` on. */
static void descend(struct tree *tree, size_t first) {
    for (size_t i = first; i < tree->now.count; i++) {
        if (!tree->now.row[i].is_dead) {
            add_children(tree, &tree->now.row[i], false);
        }
    }
}

static void add_remembered(struct tree *tree) {
    for (size_t i = 0; i < tree->before.count; i++) {
        struct process process;
        const struct process *past = &tree->before.row[i];
        if (process_table_find(&tree->now, past->pid) != NULL || !process_source.read(tree, past->pid, &process)) {
            continue;
        }
        if (process.started == past->started) {
            keep(tree, &process);
        } else {
            forget(tree, &process);
        }
    }
}

static void walk(struct tree *tree) {
    if (tree->is_self) {
        add_children(tree, &tree->watcher, true);
    } else {
        add_pid(tree, tree->root);
    }
    descend(tree, 0);
    size_t found = tree->now.count;
    add_remembered(tree);
    if (tree->is_self) { /* Processes that were orphaned meanwhile. */
        add_children(tree, &tree->watcher, true);
    }
    descend(tree, found);
}

/* ---- From a list of all processes ---- */

/* A parent's number may be reused; a process older than its parent is not its child. */
static bool is_child(const struct process *parent, const struct process *process) {
    return parent != NULL && parent->started <= process->started;
}

static bool belongs(const struct tree *tree, const struct process *process) {
    if (process->pid == tree->root) {
        return !tree->is_self;
    }
    if (tree->is_self && process->parent == tree->root) {
        return !is_foreign(tree, process->pid) && is_child(process_table_find(&tree->all, tree->root), process);
    }
    const struct process *past = process_table_find(&tree->before, process->pid);
    return (past != NULL && past->started == process->started) || (tree->is_self && process->is_member) ||
           is_child(process_table_find(&tree->now, process->parent), process);
}

static void search(struct tree *tree) {
    process_table_clear(&tree->all);
    process_source.list(tree);
    for (size_t found = SIZE_MAX; found != tree->now.count;) {
        found = tree->now.count;
        for (size_t i = 0; i < tree->all.count; i++) {
            const struct process *process = &tree->all.row[i];
            if (process_table_find(&tree->now, process->pid) == NULL && belongs(tree, process)) {
                keep(tree, process);
            }
        }
    }
}

/* ---- A sample ---- */

bool tree_has_pss(void) {
    return process_source.pss != NULL;
}

void tree_add_pss(struct tree *tree) {
    tree->sample.pss = 0;
    tree->sample.is_estimated = false;
    for (size_t i = 0; i < tree->now.count && tree_has_pss(); i++) {
        struct process *process = &tree->now.row[i];
        process_source.pss(tree, process);
        tree->sample.pss += process->pss;
        tree->sample.is_estimated = tree->sample.is_estimated || process->is_estimated;
    }
}

/* Adds the time of processes that ended since the last sample, which is not recorded anywhere else. */
static void add_gone_cpu(struct tree *tree) {
    for (size_t i = 0; i < tree->before.count && !process_source.has_children_cpu; i++) {
        const struct process *past = &tree->before.row[i], *now = process_table_find(&tree->now, past->pid);
        if (now == NULL || now->started != past->started) {
            tree->gone_cpu += past->cpu;
        }
    }
}

const struct tree_sample *tree_take(struct tree *tree, bool with_pss) {
    struct process_table spare = tree->before;
    tree->before = tree->now;
    tree->now = spare;
    process_table_clear(&tree->now);
    if (tree->has_children) {
        walk(tree);
    } else {
        search(tree);
    }
    add_gone_cpu(tree);
    forget_all(tree, &tree->before); /* Those that ended. */
    struct tree_sample *sample = &tree->sample;
    *sample = (struct tree_sample){.process = tree->now.row, .processes = tree->now.count, .cpu = tree->gone_cpu};
    for (size_t i = 0; i < tree->now.count; i++) {
        const struct process *process = &tree->now.row[i];
        sample->alive += process->is_dead ? 0 : 1;
        sample->rss += process->rss;
        sample->cpu += process->cpu + process->children_cpu;
    }
    double counted = process_source.cpu != NULL && tree->is_self ? process_source.cpu(tree) : -1;
    sample->cpu = counted >= 0 ? counted : sample->cpu;
    if (with_pss) {
        tree_add_pss(tree);
    }
    return sample;
}

/* Of the last sample, processes with another parent than this process may be left even if it has no children. */
static bool may_be_elsewhere(const struct tree *tree) {
    bool may_be = !tree->is_self || !tree->has_children;
    for (size_t i = 0; i < tree->now.count && !may_be; i++) {
        may_be = tree->now.row[i].parent != tree->root;
    }
    return may_be;
}

size_t tree_count_left(struct tree *tree, bool is_childless) {
    return is_childless && !may_be_elsewhere(tree) ? 0 : tree_take(tree, false)->alive;
}

const struct process *tree_find(const struct tree *tree, int64_t pid) {
    return process_table_find(&tree->now, pid);
}

const struct process *tree_before(const struct tree *tree, const struct process *process) {
    const struct process *past = process_table_find(&tree->before, process->pid);
    return past != NULL && past->started == process->started ? past : NULL;
}

/* ---- Opening ---- */

/* Existing children, of a shell that became this program, do not belong to the command's tree. */
static void remember_foreign(struct tree *tree) {
    const struct tree_sample *sample = tree_take(tree, false);
    for (size_t i = 0; i < sample->processes; i++) {
        if (sample->process[i].parent == tree->root) {
            pids_add(&tree->foreign, sample->process[i].pid);
        }
    }
    forget_all(tree, &tree->now);
    process_table_clear(&tree->now);
}

bool tree_was_foreign(struct tree *tree, int64_t pid) {
    for (size_t i = 0; i < tree->foreign.count; i++) {
        if (tree->foreign.at[i] == pid) {
            tree->foreign.at[i] = tree->foreign.at[--tree->foreign.count];
            return true;
        }
    }
    return false;
}

static struct tree *open_tree(const char *proc, int64_t root, bool is_self, const char **why) {
    if (process_source.list == NULL) {
        *why = "other processes cannot be watched on this system";
        return NULL;
    }
    struct tree *tree = calloc(1, sizeof *tree);
    if (tree == NULL) {
        fail_no_memory();
    }
    tree->root = root;
    tree->is_self = is_self;
    tree->watcher = (struct process){.pid = root, .threads = 1, .file = {-1, -1, -1}};
    if (!process_source.open(tree, proc, why)) {
        tree_free(tree);
        return NULL;
    }
    if (!is_self && !tree->has_children) {
        process_source.list(tree);
        if (process_table_find(&tree->all, root) == NULL) {
            *why = "no process has this number";
            tree_free(tree);
            return NULL;
        }
    }
    return tree;
}

struct tree *tree_open(const char *proc, int64_t root, bool is_self, const char **why) {
    struct tree *tree = open_tree(proc, root, is_self, why);
    if (tree != NULL && is_self) {
        remember_foreign(tree);
    }
    return tree;
}

bool tree_prepare(void) {
    return process_source.prepare != NULL && process_source.prepare();
}

struct tree *tree_open_prepared(const char *proc, int64_t root, const char **why) {
    return open_tree(proc, root, true, why);
}

void tree_free(struct tree *tree) {
    if (tree == NULL) {
        return;
    }
    forget(tree, &tree->watcher);
    forget_all(tree, &tree->now);
    forget_all(tree, &tree->before);
    process_source.close(tree);
    process_table_free(&tree->now);
    process_table_free(&tree->before);
    process_table_free(&tree->all);
    free(tree->foreign.at);
    free(tree->children.at);
    free(tree);
}
