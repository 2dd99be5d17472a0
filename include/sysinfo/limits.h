/* SPDX-License-Identifier: MIT */
/*
 * What this process may use of the machine: limits, quotas, affinity.
 *
 * sysinfo_virtual_memory() and similar calls describe the whole machine. In a container,
 * under systemd and in a batch job a process may use less, and the kernel kills it or
 * slows it down when it uses more. The calls below describe that share. They have results
 * of their own, so machine-wide queries do not pay for them.
 *
 * If there is no limit, that is known: it reads SYSINFO_UNLIMITED (a quota: infinity), and
 * sysinfo_field_state() returns SYSINFO_FIELD_UNLIMITED. If the limit cannot be read, as in
 * a container without cgroup files, it is absent; `usable` is then the machine's figure,
 * marked estimated.
 *
 * On Linux, limits come from the process's cgroup and all visible cgroups above it, version
 * 1, 2 or both, and from RLIMIT_AS and RLIMIT_DATA of the process; docs/containers.md has
 * the formulas. A cgroup namespace hides the cgroups above it: if the visible ones have no
 * limit, the limit is unknown. On Windows, limits come from the process's affinity and its
 * innermost job; if that job has no limit, the limit is unknown, as an outer job may have
 * one: docs/systems/windows.md. On FreeBSD they are RLIMIT_AS, the cpuset and the rules of
 * rctl(8), which only root may read; on NetBSD and DragonFly RLIMIT_AS and the affinity;
 * on OpenBSD RLIMIT_DATA; on macOS RLIMIT_AS and RLIMIT_DATA. On systems without such
 * limits, and where the library does not read them, `limit` and `quota` are absent and
 * `usable` is what the machine has left.
 */
#ifndef SYSINFO_LIMITS_H
#define SYSINFO_LIMITS_H

#include <sysinfo/api.h>
#include <sysinfo/result.h>
#include <sysinfo/status.h>

SYSINFO_BEGIN_DECLS

/*
 * group mem, result MEMORY_ALLOWANCE
 * group swap, result SWAP_ALLOWANCE
 */
struct sysinfo_allowance {
    uint64_t present, estimated;
    uint64_t limit;  /* bytes: Lowest limit of this process and of the cgroups that it is in. */
    uint64_t usable; /* bytes: What this process may still use: the least of the machine and every limit. */
};

/*
 * Memory that this process may use. `usable` is the least of
 *
 *   - what the machine has available, without what the kernel keeps for other cgroups
 *     (their memory.min); marked estimated where such cgroups may be hidden;
 *   - for each limit (memory.max and memory.high), the limit minus what is charged, plus
 *     the page cache and the kernel objects of the cgroup that the kernel would reclaim;
 *   - RLIMIT_AS minus VmSize, and RLIMIT_DATA minus VmData;
 *   - in a 32-bit program, what its address space has left.
 *
 * A host looks for cgroups with memory.min once, and again when the process is moved.
 *
 * Cost on Linux: /proc/meminfo, /proc/self/cgroup, two short files for each
 * cgroup from this process's own upwards, and two more for each that has a limit;
 * all through descriptors that stay open. Errors: any but NOT_YET. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_usable_memory(struct sysinfo_host *host,
                                                            struct sysinfo_allowance *allowance, size_t size);

/* Swap space that this process may use. Cost and errors as above. Since 0.1. */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_usable_swap(struct sysinfo_host *host,
                                                          struct sysinfo_allowance *allowance, size_t size);

/* group cpu, result CPU_ALLOWANCE. */
struct sysinfo_cpu_allowance {
    uint64_t present, estimated;
    /*
     * count, prom cpus_usable: CPUs that this process can keep busy: the least of affinity, cpuset
     * and quota, rounded up; at least 1.
     */
    uint64_t usable;
    /*
     * count, prom cpu_quota_cpus: Lowest CPU quota of the cgroups that this process is in, as a
     * number of CPUs.
     */
    double quota;
};

/*
 * CPUs that this process may use: how many threads to start. The affinity mask is that of
 * the calling thread; for a host with another root, that of its /proc/self/status.
 *
 * Cost on Linux: one system call for the affinity, /proc/self/cgroup, and one
 * short file for each cgroup above this process. Errors: any but NOT_YET. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_usable_cpus(struct sysinfo_host *host,
                                                          struct sysinfo_cpu_allowance *allowance, size_t size);

/* ---- Every limit --------------------------------------------------------- */

enum sysinfo_limit_kind {
    SYSINFO_LIMIT_MACHINE = 1,  /* What the machine has. */
    SYSINFO_LIMIT_CGROUP = 2,   /* The process's own cgroup, or one above it. */
    SYSINFO_LIMIT_PROCESS = 3,  /* RLIMIT_AS, RLIMIT_DATA, a 32-bit address space; a job's per process; rctl(8). */
    SYSINFO_LIMIT_AFFINITY = 4, /* The CPUs that the process may run on, its cpuset included. */
    SYSINFO_LIMIT_JOB = 5       /* The innermost Windows job that the process is in; a container is one. */
};

/* Bits of `tightest`. */
enum { SYSINFO_TIGHTEST_MEMORY = 1, SYSINFO_TIGHTEST_SWAP = 2, SYSINFO_TIGHTEST_CPUS = 4 };

/* One level: a row of a list, not in the field table. What a level does not limit reads as no limit. */
struct sysinfo_limit_level {
    uint64_t present, estimated;
    uint64_t kind;  /* enum sysinfo_limit_kind; more may be added. */
    uint64_t level; /* Of a cgroup: levels above the process's own; 0 for its own. */
    /* bytes: Its limit, what is used of it, and what is left, including page cache that would be reclaimed. */
    uint64_t memory_limit, memory_used, memory_usable;
    uint64_t swap_limit, swap_usable; /* bytes */
    double cpus;                      /* Quota, or number of CPUs. */
    uint64_t events_max;              /* Times that a cgroup reached its memory limit. */
    uint64_t events_oom_kill;         /* Processes in a cgroup that the kernel killed for lack of memory. */
    uint64_t tightest;                /* SYSINFO_TIGHTEST_: resources for which no other level has a lower limit. */
};

struct sysinfo_limit_level_list;

/*
 * Every level that limits what this process may use: the machine, its cgroups from the
 * highest visible one down to its own, its resource limits, its affinity. `memory_usable`
 * is what that level leaves; sysinfo_usable_memory() is the least of them.
 *
 * Start with a NULL list; later calls refill it in place. On failure the list is
 * as it was. Rows and texts are valid until the list is refilled or freed.
 *
 * Cost on Linux: that of sysinfo_usable_memory(), sysinfo_usable_swap() and
 * sysinfo_usable_cpus() together, and three more short files for each cgroup.
 * On systems without such limits, and where the library does not read them, the machine
 * is the only row. Errors: any but NOT_YET. Since 0.2.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_limit_levels(struct sysinfo_host *host,
                                                           struct sysinfo_limit_level_list **list);

/* Row `index`, from 0; NULL past the end. Since 0.2. */
SYSINFO_EXPORT const struct sysinfo_limit_level *
sysinfo_limit_level_list_at(const struct sysinfo_limit_level_list *list, size_t index);

/*
 * The name of row `index`: the path of a cgroup as in /proc/self/cgroup, "RLIMIT_AS", "machine" ...;
 * NULL past the end. Since 0.2.
 */
SYSINFO_EXPORT const char *sysinfo_limit_level_list_name(const struct sysinfo_limit_level_list *list, size_t index);

/* How many levels there are; 0 for a NULL list. Since 0.2. */
SYSINFO_EXPORT size_t sysinfo_limit_level_list_count(const struct sysinfo_limit_level_list *list);

/* NULL is allowed. Since 0.2. */
SYSINFO_EXPORT void sysinfo_limit_level_list_free(struct sysinfo_limit_level_list *list);

SYSINFO_END_DECLS

#endif
