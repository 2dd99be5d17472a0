/* SPDX-License-Identifier: MIT */
/* Documentation/ABI/stable/sysfs-devices-node. */
#include "linux.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NODES "/sys/devices/system/node"

static void forget(struct sysinfo__numa *numa) {
    for (size_t i = 0; i < numa->count; i++) {
        sysinfo__kept_close(&numa->node[i].meminfo);
        sysinfo__kept_close(&numa->node[i].cpulist);
    }
    numa->count = 0;
    numa->hash = 0;
}

void sysinfo__numa_open(struct sysinfo__numa *numa) {
    memset(numa, 0, sizeof *numa);
    numa->online.fd = -1;
}

void sysinfo__numa_close(struct sysinfo__numa *numa) {
    forget(numa);
    sysinfo__kept_close(&numa->online);
    free(numa->node);
    sysinfo__cpu_set_free(&numa->cpus);
}

/* ---- Which nodes there are ---- */

struct walk {
    struct sysinfo__numa *numa;
    bool has_memory;
};

static bool note_node(void *context, const char *name) {
    struct walk *walk = context;
    struct sysinfo__numa *numa = walk->numa;
    uint64_t number;
    if (!sysinfo__name_number(name, "node", "", &number)) {
        return true;
    }
    if (numa->count == numa->capacity) {
        size_t capacity = numa->capacity == 0 ? 8 : numa->capacity * 2;
        struct sysinfo__numa_files *node = realloc(numa->node, capacity * sizeof *node);
        walk->has_memory = node != NULL;
        if (node == NULL) {
            return false;
        }
        numa->node = node;
        numa->capacity = capacity;
    }
    numa->node[numa->count++] = (struct sysinfo__numa_files){number, {.fd = -1}, {.fd = -1}};
    return true;
}

static int by_number(const void *a, const void *b) {
    const struct sysinfo__numa_files *left = a, *right = b;
    return (left->number > right->number) - (left->number < right->number);
}

/*
 * Lists the directories again if the list of online nodes has changed; on an old kernel without that list, every time.
 */
static int find_nodes(struct sysinfo_host *host) {
    struct sysinfo__state *state = sysinfo__state(host);
    struct sysinfo__numa *numa = &state->numa;
    int status = sysinfo__file_read_single(host, NODES "/online", &numa->online);
    if (status != SYSINFO_OK && !sysinfo__is_missing(status)) {
        return status;
    }
    uint64_t hash = status == SYSINFO_OK ? sysinfo__text_hash(state->text, state->length) : 0;
    if (hash != 0 && hash == numa->hash) {
        return SYSINFO_OK;
    }
    struct walk walk = {numa, true};
    forget(numa);
    status = sysinfo__directory_walk(host, NODES, note_node, &walk);
    if (!walk.has_memory) {
        return sysinfo__no_memory(host, NODES);
    }
    if (status == SYSINFO_OK && numa->count == 0) {
        return sysinfo__failed(host, SYSINFO_NOT_FOUND, 0, NODES, "has no directory of a node");
    }
    if (status == SYSINFO_OK) {
        qsort(numa->node, numa->count, sizeof numa->node[0], by_number);
        numa->hash = hash;
    }
    return status;
}

/* ---- One node ---- */

static int read_node_file(struct sysinfo_host *host, uint64_t number, const char *name, struct sysinfo__kept *file) {
    char path[96];
    snprintf(path, sizeof path, NODES "/node%llu/%s", (unsigned long long)number, name);
    return sysinfo__file_read_single(host, path, file);
}

static int set_cpus(struct sysinfo_host *host, const struct sysinfo__cpu_set *cpus, struct sysinfo__numa_row *row) {
    if (!sysinfo__numa_row_reserve(row, sysinfo__cpu_set_write(cpus, NULL, 0))) {
        return sysinfo__no_memory(host, NODES);
    }
    row->cpus[0] = '\0';
    sysinfo__cpu_set_write(cpus, row->cpus, row->cpus_size);
    FACT(&row->node, cpus, sysinfo__cpu_set_count(cpus));
    return SYSINFO_OK;
}

/* Reads the kernel's list (2.6.26 and later), else its mask. */
static int read_cpus(struct sysinfo_host *host, struct sysinfo__numa_files *files, struct sysinfo__numa_row *row) {
    struct sysinfo__state *state = sysinfo__state(host);
    struct sysinfo__cpu_set *cpus = &state->numa.cpus;
    int status = read_node_file(host, files->number, "cpulist", &files->cpulist);
    enum sysinfo__cpu_set_outcome outcome = SYSINFO__CPU_SET_MALFORMED;
    if (status == SYSINFO_OK) {
        outcome = sysinfo__decode_cpu_list(state->text, state->length, cpus);
    } else if (sysinfo__is_missing(status)) {
        struct sysinfo__kept mask = {.fd = -1};
        status = read_node_file(host, files->number, "cpumap", &mask);
        sysinfo__kept_close(&mask);
        if (status == SYSINFO_OK) {
            outcome = sysinfo__decode_cpu_mask(state->text, state->length, cpus);
        }
    }
    if (outcome == SYSINFO__CPU_SET_NO_MEMORY) {
        return sysinfo__no_memory(host, NODES);
    }
    if (outcome == SYSINFO__CPU_SET_OK) {
        return set_cpus(host, cpus, row);
    }
    return status == SYSINFO_OK || sysinfo__is_missing(status) ? SYSINFO_OK : status;
}

static int read_node(struct sysinfo_host *host, struct sysinfo__numa_files *files, struct sysinfo__numa_row *row) {
    const struct sysinfo__state *state = sysinfo__state(host);
    int status = read_node_file(host, files->number, "meminfo", &files->meminfo);
    if (status == SYSINFO_OK) {
        sysinfo__decode_node_meminfo(state->text, state->length, &row->node);
    } else if (!sysinfo__is_missing(status)) {
        return status;
    }
    return read_cpus(host, files, row);
}

int sysinfo__linux_numa(struct sysinfo_host *host, struct sysinfo__numa_rows *rows) {
    struct sysinfo__numa *numa = &sysinfo__state(host)->numa;
    int status = find_nodes(host);
    for (size_t i = 0; i < numa->count && status == SYSINFO_OK; i++) {
        struct sysinfo__numa_row *row = sysinfo__numa_rows_add(rows, numa->node[i].number);
        status = row == NULL ? sysinfo__no_memory(host, NODES) : read_node(host, &numa->node[i], row);
    }
    return status;
}
