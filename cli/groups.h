/* SPDX-License-Identifier: MIT */
/* CPUs grouped by NUMA node or by kind of core. */
#ifndef CLI_GROUPS_H
#define CLI_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sysinfo/sysinfo.h>

struct cpu_group {
    uint64_t number; /* Of the node or kind. */
    struct cpu_range {
        uint64_t first, last;
    } *range;
    size_t ranges;
};

struct cpu_groups {
    struct cpu_group *group;
    size_t count;
};

/*
 * Sets the root that hwloc reads (NULL: this machine's) and silences hwloc. Only environment variables control either;
 * setting them is safe because the whole process belongs to this program.
 */
void groups_choose_root(const char *path);

/* Fill the groups from the host. Return 0, or the status after a message. */
int groups_by_node(struct cpu_groups *groups, struct sysinfo_host *host);
int groups_by_kind(struct cpu_groups *groups, struct sysinfo_host *host);
void groups_free(struct cpu_groups *groups);

/* Whether "0-3,8" names a CPU. */
bool cpus_have(const char *cpus, uint64_t cpu);

bool group_has(const struct cpu_group *group, uint64_t cpu);

/* The group that contains a CPU; NULL: none. */
const struct cpu_group *group_of(const struct cpu_groups *groups, uint64_t cpu);

/*
 * Sums the times of all CPUs of the group, under its number. Unless `both` is NULL, includes only CPUs that it has too.
 * False: no such CPU.
 */
bool group_sum(const struct cpu_group *group, const struct sysinfo_cpu_sample_list *list,
               const struct sysinfo_cpu_sample_list *both, struct sysinfo_cpu_sample *sum);

#endif
