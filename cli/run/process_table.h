/* SPDX-License-Identifier: MIT */
/* Processes, found by their pid. */
#ifndef CLI_PROCESS_TABLE_H
#define CLI_PROCESS_TABLE_H

#include "run/tree.h"

struct process_table {
    struct process *row;
    size_t count, room;
    uint32_t *slot; /* Row number + 1; 0: free. The size is a power of two, at least twice the number of rows. */
    size_t slots;
};

/* Returns NULL if there is none. Inserting another row may move it. */
struct process *process_table_find(const struct process_table *table, int64_t pid);

/* Copies a process whose pid is not in the table yet. */
struct process *process_table_insert(struct process_table *table, const struct process *process);

void process_table_clear(struct process_table *table);
void process_table_free(struct process_table *table);

/* A list of pids. */
struct pids {
    int64_t *at;
    size_t count, room;
};

void pids_add(struct pids *pids, int64_t pid);

#endif
