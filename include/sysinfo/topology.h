/* SPDX-License-Identifier: MIT */
/*
 * The topology of the machine: packages, cores, caches, NUMA nodes, kinds of cores.
 *
 * It comes from hwloc, which the first call loads. Without hwloc, in the build or on the
 * machine, calls return SYSINFO_NOT_SUPPORTED. hwloc reads environment variables, and one
 * of them names code to load: a set-user-ID program, or one with file capabilities, gets
 * SYSINFO_DENIED.
 */
#ifndef SYSINFO_TOPOLOGY_H
#define SYSINFO_TOPOLOGY_H

#include <sysinfo/api.h>
#include <sysinfo/result.h>
#include <sysinfo/status.h>

SYSINFO_BEGIN_DECLS

/* More may be added: skip a type you do not know. */
enum sysinfo_topology_type {
    SYSINFO_TOPOLOGY_MACHINE = 1,
    SYSINFO_TOPOLOGY_PACKAGE = 2,
    SYSINFO_TOPOLOGY_DIE = 3,
    SYSINFO_TOPOLOGY_NUMA_NODE = 4,
    SYSINFO_TOPOLOGY_CACHE = 5,
    SYSINFO_TOPOLOGY_CORE = 6,
    SYSINFO_TOPOLOGY_CPU = 7,
    SYSINFO_TOPOLOGY_CORE_KIND = 8 /* After the tree: one per kind, the most power-saving first. */
};

enum sysinfo_cache_type { SYSINFO_CACHE_UNIFIED = 0, SYSINFO_CACHE_DATA = 1, SYSINFO_CACHE_INSTRUCTION = 2 };

/* One part of the machine: a row of a topology. Not in the field table, which has no trees. */
struct sysinfo_topology_object {
    uint64_t present, estimated;
    uint64_t type; /* enum sysinfo_topology_type */
    /* Levels below the machine; every row belongs to the nearest row above it with a smaller depth. */
    uint64_t depth;
    uint64_t number; /* The system's number of it; absent where it has none. */
    /*
     * Online logical CPUs in it; sysinfo_topology_object_list_cpus() names them. Absent for a cache of
     * s390 or sparc64 of which the kernel reports only the size.
     */
    uint64_t cpus;
    /* Size of a cache. Memory of a NUMA node when hwloc read it; <sysinfo/numa.h> has today's figures. */
    uint64_t bytes;
    uint64_t level;      /* Of a cache: 1, 2, 3. */
    uint64_t cache_type; /* Of a cache: enum sysinfo_cache_type. */
    /* Of a core kind: 0 is the most power-saving kind; absent where the system does not rank them. */
    uint64_t efficiency;
};

struct sysinfo_topology_object_list;

/*
 * The machine as a list of objects, depth first; core kinds come last.
 *
 * Start with a NULL list; a later call refills it. The host keeps the topology until the
 * set of online CPUs changes, so only the first call is slow (2 ms on a small machine,
 * 45 ms with 256 CPUs). On failure the list is as it was.
 *
 * Where the kernel and hwloc differ, the rows follow the kernel: cores are those that
 * sysinfo_cpu_count() counts (an AMD compute unit is one core), CPUs with the same
 * physical_package_id are one package, and only NUMA nodes that the kernel names are listed.
 *
 * hwloc writes to stderr when the system's topology is inconsistent; a program silences it
 * by setting the environment variable HWLOC_HIDE_ERRORS to 2.
 *
 * SYSINFO_NOT_SUPPORTED: see above; and for a host with another root, unless the program
 * sets hwloc's variable HWLOC_FSROOT to the same root. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_topology_objects(struct sysinfo_host *host,
                                                               struct sysinfo_topology_object_list **topology);

/* Row `index`, from 0; NULL past the end. Since 0.1. */
SYSINFO_EXPORT const struct sysinfo_topology_object *
sysinfo_topology_object_list_at(const struct sysinfo_topology_object_list *topology, size_t index);

/* The CPUs of row `index` as the kernel writes them, "0-3,8"; NULL past the end. Since 0.1. */
SYSINFO_EXPORT const char *sysinfo_topology_object_list_cpus(const struct sysinfo_topology_object_list *topology,
                                                             size_t index);

/* How many objects of that type (enum sysinfo_topology_type) there are; 0 for a NULL list. Since 0.1. */
SYSINFO_EXPORT size_t sysinfo_topology_object_list_count_type(const struct sysinfo_topology_object_list *topology,
                                                              uint32_t type);

/* NULL is allowed. Since 0.1. */
SYSINFO_EXPORT void sysinfo_topology_object_list_free(struct sysinfo_topology_object_list *topology);

SYSINFO_END_DECLS

#endif
