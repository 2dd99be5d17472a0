/* SPDX-License-Identifier: MIT */
/*
 * Where the control groups of this process are.
 *
 * A process is in one group of each hierarchy. On version 2 there is a single
 * hierarchy for all controllers; on version 1 each controller has its own, or
 * shares one; both versions may be mounted at once, with each controller in one of
 * them. A limit holds for all groups below: so what counts is the process's
 * group and every group above it, here called levels, from the own one (0) to
 * the highest that the mount shows.
 *
 * Finding them takes tens of microseconds (mountinfo is long), reading a limit
 * less than one. So they are found once, their files stay open, and each question
 * reads /proc/self/cgroup to see whether the process is still where it was.
 */
#ifndef SYSINFO_LINUX_HIERARCHY_H
#define SYSINFO_LINUX_HIERARCHY_H

#include "backend.h"

/* The files of each controller: a name in version 2, and one in version 1. NULL: that version has none. */
enum sysinfo__memory_file {
    SYSINFO__MEMORY_LIMIT,
    SYSINFO__MEMORY_HIGH,
    SYSINFO__MEMORY_USED,
    SYSINFO__MEMORY_STAT,
    SYSINFO__SWAP_LIMIT,
    SYSINFO__SWAP_HIGH,
    SYSINFO__SWAP_USED,
    SYSINFO__MEMORY_PEAK,
    SYSINFO__MEMORY_EVENTS,
    SYSINFO__MEMORY_OOM
};
enum sysinfo__cpu_file { SYSINFO__CPU_QUOTA, SYSINFO__CPU_PERIOD, SYSINFO__CPU_STAT };
enum sysinfo__cpuacct_file { SYSINFO__CPUACCT_USAGE, SYSINFO__CPUACCT_STAT };
enum sysinfo__cpuset_file { SYSINFO__CPUSET_CPUS, SYSINFO__CPUSET_NO_PREFIX, SYSINFO__CPUSET_EFFECTIVE };
enum sysinfo__unified_file { SYSINFO__UNIFIED_CPU, SYSINFO__UNIFIED_MEMORY, SYSINFO__UNIFIED_IO, SYSINFO__UNIFIED_IRQ };

/*
 * Asks a hierarchy: brings the view of it up to date, calls `ask`, and when a
 * group vanished meanwhile (SYSINFO_GONE) looks for the groups anew and asks
 * again. `ask` begins from scratch each time.
 */
int sysinfo__hierarchy_ask(struct sysinfo_host *host, enum sysinfo__controller controller,
                           int (*ask)(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, void *context),
                           void *context);

/*
 * Reads a level's file into the state's text. SYSINFO_NOT_FOUND: that level has no
 * such file (which is remembered), or this version has none. SYSINFO_GONE: it had one.
 */
int sysinfo__hierarchy_read(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level, int file);

/* Says of a level's file, which was read, what is wrong with it: SYSINFO_MALFORMED. */
int sysinfo__hierarchy_malformed(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level,
                                 int file, const char *complaint);

/*
 * The same for a file that holds one number, or "max": SYSINFO_UNLIMITED. SYSINFO_MALFORMED: it
 * holds something else.
 */
int sysinfo__hierarchy_read_limit(struct sysinfo_host *host, struct sysinfo__hierarchy *hierarchy, size_t level,
                                  int file, uint64_t *value);

/* Says why nothing is known of the process's group: there is no /proc/self/cgroup, or no mount shows the group. */
int sysinfo__no_group(struct sysinfo_host *host);

/* Whether a failure leaves one figure unknown rather than the whole answer. */
bool sysinfo__is_one_unknown(int status);

void sysinfo__cgroups_open(struct sysinfo__cgroups *cgroups);
void sysinfo__cgroups_close(struct sysinfo__cgroups *cgroups);

#endif
