/* SPDX-License-Identifier: MIT */
/* Memory of the machine. docs/fields/mem.md has the source and formula of every field on every system. */
#ifndef SYSINFO_MEMORY_H
#define SYSINFO_MEMORY_H

#include <sysinfo/api.h>
#include <sysinfo/result.h>
#include <sysinfo/status.h>

SYSINFO_BEGIN_DECLS

/*
 * group mem, result MEMORY.
 *
 * `available` is the figure to look at. `free` is memory that has no use at the
 * moment, and is small on a healthy machine. `used` is total - available, so the two
 * add up. The other fields overlap (`cached` contains `shared` and a part of `slab`):
 * do not sum them.
 *
 * These figures describe the machine. A container or a cgroup may have much less:
 * see <sysinfo/limits.h>.
 */
struct sysinfo_memory {
    uint64_t present, estimated;
    uint64_t total;           /* bytes: Memory that the kernel manages. */
    uint64_t available;       /* bytes: Memory that programs can get without swapping. */
    double percent;           /* percent: In use: (total - available) / total. */
    uint64_t used;            /* bytes: total - available. */
    uint64_t free;            /* bytes: Not used for anything at all. */
    uint64_t active;          /* bytes: Used recently. */
    uint64_t inactive;        /* bytes: Not used recently. */
    uint64_t buffers;         /* bytes: Buffers of block devices and file system metadata. */
    uint64_t cached;          /* bytes: Cache of file contents and reclaimable kernel objects (includes shared). */
    uint64_t shared;          /* bytes: Shared memory and tmpfs. */
    uint64_t slab;            /* bytes: Caches of kernel objects, reclaimable or not. */
    uint64_t dirty;           /* bytes: File contents that wait to be written to disk. */
    uint64_t writeback;       /* bytes: File contents being written to disk now. */
    uint64_t committed;       /* bytes: Promised to programs, touched or not. */
    uint64_t commit_limit;    /* bytes: Highest value of committed under strict accounting. */
    uint64_t hugepages_total; /* bytes: Set aside as huge pages, of all sizes; part of used. */
    /* bytes: Set aside as huge pages and not in use; no program gets them as ordinary memory. */
    uint64_t hugepages_free;
    uint64_t zswap;      /* bytes: Memory that the compressed swap cache takes. */
    uint64_t zswapped;   /* bytes: What is in the compressed swap cache, before compression. */
    uint64_t wired;      /* bytes: Cannot be paged out. */
    uint64_t laundry;    /* bytes: Dirty pages queued to be cleaned. */
    uint64_t arc;        /* bytes: Cache of the ZFS file system. */
    uint64_t compressed; /* bytes, last: Taken by pages that were compressed instead of swapped out. */
    /* count, last: Memory pressure as the system rates it: 1 normal, 2 warning, 4 critical. */
    uint64_t pressure_level;
    double pressure_free; /* percent, last: Free memory, as the system counts it for that rating. */
};

/*
 * Memory of the machine.
 *
 * `total` is always present on success. A figure that the system does not report is
 * absent. A figure that cannot be right (more free than total, inside some containers)
 * or that had to be computed (MemAvailable before Linux 3.14) is marked estimated.
 *
 * Cost: one read of /proc/meminfo on Linux, and one of /proc/zoneinfo where the kernel
 * reports no MemAvailable. Errors: any but NOT_YET. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_virtual_memory(struct sysinfo_host *host, struct sysinfo_memory *memory,
                                                             size_t size);

SYSINFO_END_DECLS

#endif
