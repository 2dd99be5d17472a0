/* SPDX-License-Identifier: MIT */
#include <sysinfo/numa.h>

#include <stdlib.h>
#include <string.h>

#include "host.h"

struct sysinfo_numa_list {
    struct sysinfo__numa_rows rows;
};

/* ---- Rows ---- */

struct sysinfo__numa_row *sysinfo__numa_rows_add(struct sysinfo__numa_rows *rows, uint64_t number) {
    if (rows->count == rows->capacity) {
        size_t capacity = rows->capacity == 0 ? 8 : rows->capacity * 2;
        struct sysinfo__numa_row *row = realloc(rows->row, capacity * sizeof *row);
        if (row == NULL) {
            return NULL;
        }
        memset(row + rows->capacity, 0, (capacity - rows->capacity) * sizeof *row);
        rows->row = row;
        rows->capacity = capacity;
    }
    struct sysinfo__numa_row *row = &rows->row[rows->count++];
    row->node = (struct sysinfo_numa_node){0};
    FACT(&row->node, number, number);
    if (row->cpus != NULL) {
        row->cpus[0] = '\0';
    }
    return row;
}

bool sysinfo__numa_row_reserve(struct sysinfo__numa_row *row, size_t length) {
    if (length < row->cpus_size) {
        return true;
    }
    char *cpus = realloc(row->cpus, length + 1);
    if (cpus == NULL) {
        return false;
    }
    row->cpus = cpus;
    row->cpus_size = length + 1;
    return true;
}

void sysinfo__numa_rows_free(struct sysinfo__numa_rows *rows) {
    for (size_t i = 0; i < rows->capacity; i++) {
        free(rows->row[i].cpus);
    }
    free(rows->row);
}

static int by_number(const void *a, const void *b) {
    const struct sysinfo__numa_row *left = a, *right = b;
    return (left->node.number > right->node.number) - (left->node.number < right->node.number);
}

static void derive(struct sysinfo_numa_node *node) {
    if (!SYSINFO_HAS(node, total) || !SYSINFO_HAS(node, free)) {
        return;
    }
    if (node->free > node->total) {
        GUESS(node, free, node->total);
    }
    FACT(node, used, node->total - node->free);
}

/* ---- The list ---- */

int sysinfo_numa_read(struct sysinfo_host *host, struct sysinfo_numa_list **list) {
    struct sysinfo__call call;
    host = sysinfo__begin(&call, host);
    if (list == NULL) {
        return sysinfo__end(&call, sysinfo__invalid(host, "the list is NULL"));
    }
    struct sysinfo__numa_rows *rows = &host->spare_nodes;
    rows->count = 0;
    int status = sysinfo__backend_numa(host, rows);
    struct sysinfo_numa_list *filled = *list;
    if (status == SYSINFO_OK && filled == NULL && (filled = calloc(1, sizeof *filled)) == NULL) {
        status = sysinfo__failed(host, SYSINFO_NO_MEMORY, 0, "", "no memory for the rows of all NUMA nodes");
    }
    if (status == SYSINFO_OK) {
        qsort(rows->row, rows->count, sizeof rows->row[0], by_number);
        for (size_t i = 0; i < rows->count; i++) {
            derive(&rows->row[i].node);
        }
        struct sysinfo__numa_rows old = filled->rows;
        filled->rows = *rows;
        *rows = old;
        *list = filled;
    }
    return sysinfo__end(&call, status);
}

const struct sysinfo_numa_node *sysinfo_numa_at(const struct sysinfo_numa_list *list, size_t index) {
    return list == NULL || index >= list->rows.count ? NULL : &list->rows.row[index].node;
}

const char *sysinfo_numa_cpus(const struct sysinfo_numa_list *list, size_t index) {
    if (list == NULL || index >= list->rows.count) {
        return NULL;
    }
    return list->rows.row[index].cpus != NULL ? list->rows.row[index].cpus : "";
}

size_t sysinfo_numa_count(const struct sysinfo_numa_list *list) {
    return list == NULL ? 0 : list->rows.count;
}

void sysinfo_numa_free(struct sysinfo_numa_list *list) {
    if (list != NULL) {
        sysinfo__numa_rows_free(&list->rows);
        free(list);
    }
}
