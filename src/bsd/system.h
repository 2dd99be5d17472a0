/* SPDX-License-Identifier: MIT */
/* What each BSD and macOS define for the files they share, and what those files define in turn. */
#ifndef SYSINFO_BSD_SYSTEM_H
#define SYSINFO_BSD_SYSTEM_H

#include "backend.h"

/* ---- Defined by each system ---- */

/* This process, as the system reports it. 0 means unknown: no running process has such a figure. */
struct sysinfo__self {
    uint64_t rss, vms, data; /* Bytes; `data` is what RLIMIT_DATA applies to. */
    uint64_t threads;
};
int sysinfo__system_self(struct sysinfo_host *host, struct sysinfo__self *self);
int sysinfo__system_descriptors(struct sysinfo_host *host, uint64_t *count);

/* Bytes in one unit of ru_maxrss. */
extern const uint64_t sysinfo__system_peak_unit;

/* Limits on this process. */
enum { SYSINFO__BOUNDS = 16, SYSINFO__BOUND_NAME = 96 };
struct sysinfo__bounds {
    struct sysinfo__bound {
        char name[SYSINFO__BOUND_NAME];
        uint64_t limit, used; /* Bytes. */
        bool is_use_known;
        bool is_swap; /* It bounds swap space as well as memory. */
    } bound[SYSINFO__BOUNDS];
    size_t count;
    double quota;          /* CPUs; INFINITY: none. */
    bool has_more;         /* There may be hidden ones. */
    bool has_resource_use; /* What follows is known: */
    struct sysinfo__self self;
};
int sysinfo__system_bounds(struct sysinfo_host *host, struct sysinfo__bounds *bounds);

/* The number of CPUs that this thread may run on; 0: the system has no such limit. */
int sysinfo__system_allowed_cpus(struct sysinfo_host *host, uint64_t *count);

/* ---- For sysinfo__system_bounds() ---- */

/* Adds a copy of a bound; where there is no room left, notes that there are more. */
void sysinfo__add_bound(struct sysinfo__bounds *bounds, const struct sysinfo__bound *bound);

/* Adds the limit of a getrlimit(2) resource, if set; `offset` is that of the usage in struct sysinfo__self. */
int sysinfo__add_resource(struct sysinfo_host *host, struct sysinfo__bounds *bounds, const char *name, int resource,
                          size_t offset);

/* ---- Entries of the backend tables ---- */

int sysinfo__bsd_memory_limit(struct sysinfo_host *host, struct sysinfo__limit *limit);
int sysinfo__bsd_swap_limit(struct sysinfo_host *host, struct sysinfo__limit *limit);
int sysinfo__bsd_cpu_limit(struct sysinfo_host *host, struct sysinfo__cpu_limit *limit);
int sysinfo__bsd_limit_levels(struct sysinfo_host *host, struct sysinfo__limit_rows *rows);
int sysinfo__bsd_process(struct sysinfo_host *host, bool in_detail, struct sysinfo_process *process);
int sysinfo__bsd_process_memory(struct sysinfo_host *host, uint64_t *rss);

/* For the heap. Includes pages of files, which these systems do not count separately. */
int sysinfo__bsd_resident(struct sysinfo_host *host, bool is_exact, uint64_t *bytes);

/* kern.boottime, and the time since. */
int sysinfo__bsd_boot_time(struct sysinfo_host *host, struct sysinfo_stats *stats);

/* Source rows for these. */
#define PROCESS(field, text) SOURCE(SYSINFO_RESULT_PROCESS, sysinfo_process, field, text)
#define PAGING(field, text) SOURCE(SYSINFO_RESULT_PAGING, sysinfo_paging, field, text)
#define ALLOWANCE(field, text) SOURCE(SYSINFO_RESULT_MEMORY_ALLOWANCE, sysinfo_allowance, field, text)
#define CPU_ALLOWANCE(field, text) SOURCE(SYSINFO_RESULT_CPU_ALLOWANCE, sysinfo_cpu_allowance, field, text)
#define SOURCES_OF_GETRUSAGE                                                                                         \
    PROCESS(peak_rss, "ru_maxrss of getrusage(2)"), PROCESS(cpu_user, "ru_utime of getrusage(2)"),                   \
        PROCESS(cpu_system, "ru_stime of getrusage(2)"), PROCESS(minor_faults, "ru_minflt of getrusage(2)"),         \
        PROCESS(major_faults, "ru_majflt of getrusage(2)"), PROCESS(voluntary_switches, "ru_nvcsw of getrusage(2)"), \
        PROCESS(involuntary_switches, "ru_nivcsw of getrusage(2)"), STATS(boot_time, "kern.boottime"),               \
        STATS(uptime, "CLOCK_REALTIME - kern.boottime")

#endif
