/* SPDX-License-Identifier: MIT */
/*
 * What this process may use of the machine: limits, quotas, affinity.
 *
 * sysinfo_virtual_memory() and its neighbours speak of the whole machine. In a
 * container, under systemd and in a batch job a process may use less, and is
 * killed or slowed down when it takes more. These calls speak of that. They are
 * results of their own, so that who asks about the machine does not pay for them.
 *
 * A limit that does not exist is known: it reads SYSINFO_UNLIMITED (a quota:
 * infinity), and sysinfo_field_state() tells it apart. A limit that cannot be
 * seen, say because the container shows no cgroup files, is absent; the figure of
 * what is usable is then the machine's, marked estimated.
 *
 * On Linux they come from the process's cgroup and all cgroups above it that can
 * be seen, version 1, 2 or both, and from RLIMIT_AS and RLIMIT_DATA of the
 * process; docs/containers.md explains the formulas. In a namespace the cgroups
 * above cannot be seen: where those that can have no limit, whether there is one is
 * unknown. Where
 * a system has no such limits, or the library does not know them, `limit` and
 * `quota` are absent and `usable` is what the machine itself has left.
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
    uint64_t limit;  /* bytes: Tightest limit of this process and of the cgroups that it is in. */
    uint64_t usable; /* bytes: What this process may still take: the least of the machine and every limit. */
};

/*
 * Memory that this process may use. `usable` is the smaller of what the machine
 * has available and, for each limit (memory.max and memory.high), what is left
 * below it; the page cache and the kernel objects of a cgroup that would be given
 * up count as left, but for what the kernel keeps for other cgroups (their
 * memory.min). Where such cgroups may exist that cannot be seen, and the machine is
 * what bounds it, `usable` is marked estimated. Under RLIMIT_AS it is what is left
 * above VmSize, under RLIMIT_DATA above VmData, and in a 32-bit program no more than
 * its address space has left.
 *
 * Which other cgroups have memory.min is looked for once, when a host first needs it
 * and when the process was moved.
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
     * and quota rounded up; at least 1.
     */
    uint64_t usable;
    /*
     * count, prom cpu_quota_cpus: Tightest CPU quota of the cgroups that this process is in, as a
     * number of CPUs.
     */
    double quota;
};

/*
 * CPUs that this process may use: how many threads to start. The affinity mask is
 * that of the calling thread; below another root it is the one in that root's
 * /proc/self/status, where there is one.
 *
 * Cost on Linux: one system call for the affinity, /proc/self/cgroup, and one
 * short file for each cgroup above this process. Errors: any but NOT_YET. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_usable_cpus(struct sysinfo_host *host,
                                                          struct sysinfo_cpu_allowance *allowance, size_t size);

/* ---- Which limit it is -------------------------------------------------- */

enum sysinfo_limit_kind {
    SYSINFO_LIMIT_MACHINE = 1, /* What the machine has. */
    SYSINFO_LIMIT_CGROUP = 2,  /* The process's own cgroup, or one above it. */
    SYSINFO_LIMIT_PROCESS = 3, /* RLIMIT_AS, RLIMIT_DATA, or the address space of a 32-bit program. */
    SYSINFO_LIMIT_AFFINITY = 4 /* The CPUs that the process may run on, its cpuset included. */
};

/* Bits of `tightest`. */
enum { SYSINFO_TIGHTEST_MEMORY = 1, SYSINFO_TIGHTEST_SWAP = 2, SYSINFO_TIGHTEST_CPUS = 4 };

/* One level: a row of a list, and not in the field table. What a level does not limit reads as no limit. */
struct sysinfo_limit_level {
    uint64_t present, estimated;
    uint64_t kind;  /* enum sysinfo_limit_kind; more may be added. */
    uint64_t level; /* Of a cgroup: so many levels above the process's own; 0 for its own. */
    /* bytes: Its limit, what is used of it, and what is left, the page cache that would be given up counted as left. */
    uint64_t memory_limit, memory_used, memory_usable;
    uint64_t swap_limit, swap_usable; /* bytes */
    double cpus;                      /* Quota, or number of CPUs. */
    uint64_t events_max;              /* Times that a cgroup ran into its memory limit. */
    uint64_t events_oom_kill;         /* Processes in a cgroup that the kernel killed for want of memory. */
    uint64_t tightest;                /* SYSINFO_TIGHTEST_: of which no other level has a lower limit. */
};

struct sysinfo_limit_level_list;

/*
 * Every level that bounds what this process may use: the machine, its cgroups from
 * the highest that can be seen down to its own, its resource limits, its affinity.
 * `memory_usable` of a cgroup is what that level leaves; sysinfo_usable_memory()
 * is the least of all of them.
 *
 * Start with a NULL list; later calls refill it in place. On failure the list is
 * as it was. Rows and texts are valid until the list is refilled or freed.
 *
 * Cost on Linux: that of sysinfo_usable_memory(), sysinfo_usable_swap() and
 * sysinfo_usable_cpus() together, and three more short files for each cgroup.
 * Where the system has no such limits, or the library does not know them, the
 * machine is the only row. Errors: any but NOT_YET. Since 0.2.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_limit_levels(struct sysinfo_host *host,
                                                           struct sysinfo_limit_level_list **list);

/* Row `index`, from 0; NULL past the end. Since 0.2. */
SYSINFO_EXPORT const struct sysinfo_limit_level *
sysinfo_limit_level_list_at(const struct sysinfo_limit_level_list *list, size_t index);

/*
 * The name of row `index`: the path of a cgroup as /proc/self/cgroup has it, "RLIMIT_AS", "machine"
 * ...; NULL past the end. Since 0.2.
 */
SYSINFO_EXPORT const char *sysinfo_limit_level_list_name(const struct sysinfo_limit_level_list *list, size_t index);

/* How many levels there are; 0 for a NULL list. Since 0.2. */
SYSINFO_EXPORT size_t sysinfo_limit_level_list_count(const struct sysinfo_limit_level_list *list);

/* NULL is allowed. Since 0.2. */
SYSINFO_EXPORT void sysinfo_limit_level_list_free(struct sysinfo_limit_level_list *list);

SYSINFO_END_DECLS

#endif
