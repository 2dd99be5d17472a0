/* SPDX-License-Identifier: MIT */
#include <sysinfo/numa.h>

#include <stdlib.h>
#include <string.h>

#include "internal.h"

struct sysinfo_numa_node_list {
    struct sysinfo__numa_rows rows;
};

/* False: no memory, and `to` is unchanged. */
static bool copy(struct sysinfo__numa_rows *to, const struct sysinfo__numa_rows *from) {
    bool had_memory = sysinfo__numa_rows_reserve(to, from->count);
    for (size_t i = 0; i < from->count && had_memory; i++) {
        had_memory = from->row[i].cpus == NULL || sysinfo__numa_row_reserve(&to->row[i], strlen(from->row[i].cpus));
    }
    for (size_t i = 0; i < from->count && had_memory; i++) {
        to->row[i].node = from->row[i].node;
        if (from->row[i].cpus != NULL) {
            memcpy(to->row[i].cpus, from->row[i].cpus, strlen(from->row[i].cpus) + 1);
        } else if (to->row[i].cpus != NULL) {
            to->row[i].cpus[0] = '\0';
        }
    }
    to->count = had_memory ? from->count : to->count;
    return had_memory;
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

static int give(struct sysinfo_host *host, const struct sysinfo__numa_rows *rows,
                struct sysinfo_numa_node_list **list) {
    struct sysinfo_numa_node_list *filled = *list != NULL ? *list : calloc(1, sizeof *filled);
    if (filled == NULL || !copy(&filled->rows, rows)) {
        if (*list == NULL) {
            sysinfo_numa_node_list_free(filled);
        }
        return sysinfo__failed(host, SYSINFO_NO_MEMORY, 0, "", "no memory for the rows of all NUMA nodes");
    }
    *list = filled;
    return SYSINFO_OK;
}

int sysinfo_numa_nodes(struct sysinfo_host *host, struct sysinfo_numa_node_list **list) {
    struct sysinfo__call call;
    host = sysinfo__begin(&call, host);
    if (host == NULL) {
        return SYSINFO_INVALID;
    }
    if (list == NULL) {
        return sysinfo__end(&call, sysinfo__invalid(host, "the list is NULL"));
    }
    struct sysinfo__numa_rows *rows = &host->spare_nodes;
    rows->count = 0;
    int status = ASK(host, numa, "the list of NUMA nodes", rows);
    if (status == SYSINFO_OK) {
        for (size_t i = 0; i < rows->count; i++) {
            derive(&rows->row[i].node);
        }
        status = give(host, rows, list);
    }
    return sysinfo__end(&call, status);
}

const struct sysinfo_numa_node *sysinfo_numa_node_list_at(const struct sysinfo_numa_node_list *list, size_t index) {
    return list == NULL || index >= list->rows.count ? NULL : &list->rows.row[index].node;
}

const char *sysinfo_numa_node_list_cpus(const struct sysinfo_numa_node_list *list, size_t index) {
    if (list == NULL || index >= list->rows.count) {
        return NULL;
    }
    return list->rows.row[index].cpus != NULL ? list->rows.row[index].cpus : "";
}

size_t sysinfo_numa_node_list_count(const struct sysinfo_numa_node_list *list) {
    return list == NULL ? 0 : list->rows.count;
}

void sysinfo_numa_node_list_free(struct sysinfo_numa_node_list *list) {
    if (list != NULL) {
        sysinfo__numa_rows_free(&list->rows);
        free(list);
    }
}
