/* SPDX-License-Identifier: MIT */
/*
 * NUMA nodes: parts of memory that are near to some CPUs and far from others.
 *
 * The nodes do not add up to the machine's memory: the kernel reserves some of it, adds
 * pages to the nodes while it starts, and has nodes for the memory of devices, such as
 * graphics cards.
 */
#ifndef SYSINFO_NUMA_H
#define SYSINFO_NUMA_H

#include <sysinfo/api.h>
#include <sysinfo/result.h>
#include <sysinfo/status.h>

SYSINFO_BEGIN_DECLS

/* One node: a row of a list, and not in the field table. */
struct sysinfo_numa_node {
    uint64_t present, estimated;
    uint64_t number; /* The system's number of the node. */
    uint64_t total;  /* bytes: Memory of the node; 0 for one that has CPUs only. */
    uint64_t free;   /* bytes: Not used for anything at all. */
    /* bytes: total - free. Unlike mem.used it includes caches: the kernel reports no available memory of a node. */
    uint64_t used;
    /* Online logical CPUs of the node; 0 for one that has memory only. sysinfo_numa_node_list_cpus() names them. */
    uint64_t cpus;
};

struct sysinfo_numa_node_list;

/*
 * The nodes of the machine, by ascending number. Numbers may have gaps.
 *
 * Start with a NULL list; later calls refill it in place. On failure the list is
 * as it was. Rows and texts are valid until the list is refilled or freed.
 *
 * Cost on Linux: two short reads for each node. SYSINFO_NOT_FOUND: the kernel reports no
 * NUMA nodes. Errors: any but NOT_YET. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_numa_nodes(struct sysinfo_host *host,
                                                         struct sysinfo_numa_node_list **list);

/* Row `index`, from 0; NULL past the end. Since 0.1. */
SYSINFO_EXPORT const struct sysinfo_numa_node *sysinfo_numa_node_list_at(const struct sysinfo_numa_node_list *list,
                                                                         size_t index);

/*
 * The CPUs of row `index` as the kernel writes them, "0-3,8"; "" if it has none or they are not
 * known; NULL past the end. Since 0.1.
 */
SYSINFO_EXPORT const char *sysinfo_numa_node_list_cpus(const struct sysinfo_numa_node_list *list, size_t index);

/* How many nodes there are; 0 for a NULL list. Since 0.1. */
SYSINFO_EXPORT size_t sysinfo_numa_node_list_count(const struct sysinfo_numa_node_list *list);

/* NULL is allowed. Since 0.1. */
SYSINFO_EXPORT void sysinfo_numa_node_list_free(struct sysinfo_numa_node_list *list);

SYSINFO_END_DECLS

#endif
