/* SPDX-License-Identifier: MIT */
#include "run/process_table.h"

#include <stdlib.h>
#include <string.h>

#include "fail.h"

static size_t slot_of(const struct process_table *table, int64_t pid) {
    size_t slot = (size_t)((uint64_t)pid * UINT64_C(0x9E3779B97F4A7C15) >> 32) & (table->slots - 1);
    while (table->slot[slot] != 0 && table->row[table->slot[slot] - 1].pid != pid) {
        slot = (slot + 1) & (table->slots - 1);
    }
    return slot;
}

struct process *process_table_find(const struct process_table *table, int64_t pid) {
    uint32_t at = table->slots == 0 ? 0 : table->slot[slot_of(table, pid)];
    return at == 0 ? NULL : &table->row[at - 1];
}

static void grow(struct process_table *table) {
    table->room = table->room == 0 ? 64 : table->room * 2;
    table->slots = table->room * 2;
    table->row = realloc(table->row, table->room * sizeof *table->row);
    free(table->slot);
    table->slot = calloc(table->slots, sizeof *table->slot);
    if (table->row == NULL || table->slot == NULL) {
        fail_no_memory();
    }
    for (size_t i = 0; i < table->count; i++) {
        table->slot[slot_of(table, table->row[i].pid)] = (uint32_t)i + 1;
    }
}

struct process *process_table_insert(struct process_table *table, const struct process *process) {
    if (table->count == table->room) {
        grow(table);
    }
    struct process *row = &table->row[table->count++];
    *row = *process;
    table->slot[slot_of(table, process->pid)] = (uint32_t)table->count;
    return row;
}

void process_table_clear(struct process_table *table) {
    table->count = 0;
    if (table->slots > 0) {
        memset(table->slot, 0, table->slots * sizeof *table->slot);
    }
}

void process_table_free(struct process_table *table) {
    free(table->row);
    free(table->slot);
}

void pids_add(struct pids *pids, int64_t pid) {
    if (pids->count == pids->room) {
        pids->room = pids->room == 0 ? 64 : pids->room * 2;
        pids->at = realloc(pids->at, pids->room * sizeof *pids->at);
        if (pids->at == NULL) {
            fail_no_memory();
        }
    }
    pids->at[pids->count++] = pid;
}
