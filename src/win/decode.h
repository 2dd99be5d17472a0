/* SPDX-License-Identifier: MIT */
/*
 * Decoders of what Windows returns: bytes in, facts out. They do not include <windows.h>, so they can be tested and
 * fuzzed on any machine; src/win/query.c checks these layouts against the system's own headers where they exist.
 */
#ifndef SYSINFO_WIN_DECODE_H
#define SYSINFO_WIN_DECODE_H

#include "backend.h"

/* ---- CPU time: SystemProcessorPerformanceInformation ---- */

/* One CPU, in units of 100 ns; `kernel` includes idle, dpc and interrupt. */
struct sysinfo__processor {
    int64_t idle, kernel, user, dpc, interrupt;
    uint32_t interrupts;
    uint32_t unused;
};
_Static_assert(sizeof(struct sysinfo__processor) == 48, "as the kernel lays it out");

/* The time of one or several CPUs, in units of 100 ns, in disjoint modes. */
struct sysinfo__modes {
    uint64_t user, system, idle, irq, softirq;
    bool is_estimated; /* A mode was negative and is 0 here. */
};

/* Adds one CPU's time. */
void sysinfo__modes_add(struct sysinfo__modes *modes, const struct sysinfo__processor *processor);

/* Converts them to seconds. */
void sysinfo__modes_report(const struct sysinfo__modes *modes, struct sysinfo_cpu_sample *sample);

/* ---- Counts: GetLogicalProcessorInformationEx(RelationProcessorCore) ---- */

struct sysinfo__cores {
    uint64_t cores, cpus, packages;
    /* Efficiency classes: the lowest (most efficient), its number of cores, and the highest. */
    uint64_t least_class, least_cores, most_class;
    uint64_t fingerprint; /* A hash of the CPU sets; never 0. */
    uint64_t allowed;     /* Cores with a CPU that the affinity allows. */
};

/* The CPUs that this process may run on. */
struct sysinfo__win_affinity {
    uint64_t cpus;     /* The machine's active CPUs. */
    uint64_t groups;   /* Processor groups that this process may use, */
    uint64_t own_cpus; /* and their active CPUs. */
    uint16_t group;    /* The group, if it is only one, */
    uint64_t mask;     /* and its allowed CPUs; 0: unknown. */
    uint64_t cpu_sets; /* CPUs assigned to the process as CPU sets; 0: all. */
};

/* False: the bytes are not a list of cores. With a NULL `affinity`, none counts as allowed. */
bool sysinfo__decode_cores(const void *bytes, size_t length, const struct sysinfo__win_affinity *affinity,
                           struct sysinfo__cores *cores);

/* Sets the number of allowed CPUs; leaves the limit alone if it is unknown. */
void sysinfo__decode_affinity(const struct sysinfo__win_affinity *affinity, struct sysinfo__cpu_limit *limit);

/* ---- Memory: GetPerformanceInfo, SystemMemoryListInformation ---- */

/* PERFORMANCE_INFORMATION, in pages of `page_size` bytes. */
struct sysinfo__pages {
    uint64_t page_size, total, available, cache, nonpaged, committed, commit_limit;
};

/* The start of SYSTEM_MEMORY_LIST_INFORMATION: the lengths of the lists of unused pages. */
struct sysinfo__page_lists {
    uintptr_t zeroed, free, modified;
};

/* False: there is no memory. A NULL `lists` is unknown. */
bool sysinfo__decode_memory(const struct sysinfo__pages *pages, const struct sysinfo__page_lists *lists,
                            struct sysinfo_memory *memory);

/* ---- Limits: the job that this process is in ---- */

/* Windows shows only the innermost job, so one without a limit says nothing about the outer ones. */
struct sysinfo__job {
    bool is_known, is_member; /* Whether the process is in a job; `is_known`: the answer is known. */
    bool has_limits;          /* The next two, limits on committed memory, are known; SYSINFO_UNLIMITED: none. */
    uint64_t process_limit, job_limit;
    bool has_process_used, has_job_used;
    uint64_t process_used, job_used;
    bool has_rate; /* The next two are known: JOBOBJECT_CPU_RATE_CONTROL_INFORMATION. */
    uint32_t rate_flags, rate;
};

/* What the limits of the process and the job leave; SYSINFO_UNLIMITED: no limit. */
struct sysinfo__room {
    uint64_t limit, room;
    bool is_certain;
};
struct sysinfo__room sysinfo__room_of_process(const struct sysinfo__job *job);
struct sysinfo__room sysinfo__room_of_job(const struct sysinfo__job *job);

/*
 * With `pages`, includes what may still be committed, which bounds a process too, although page files may grow. NULL
 * leaves that out.
 */
void sysinfo__decode_job_memory(const struct sysinfo__job *job, const struct sysinfo__pages *pages,
                                struct sysinfo__limit *limit);

/* The quota of a job on a machine with this many CPUs. */
void sysinfo__decode_job_rate(const struct sysinfo__job *job, uint64_t cpus, struct sysinfo__cpu_limit *limit);

/* ---- Swap: SystemPageFileInformation ---- */

/* Sums all page files. No bytes mean no page file. False: the bytes are not a list of page files. */
bool sysinfo__decode_page_files(const void *bytes, size_t length, uint64_t page_size, struct sysinfo_swap *swap);

/* Without such a list, estimates swap as what may be committed beyond memory. */
void sysinfo__estimate_page_files(const struct sysinfo__pages *pages, struct sysinfo_swap *swap);

/* ---- Description of the CPUs ---- */

/* An entry of NtPowerInformation(ProcessorInformation), PROCESSOR_POWER_INFORMATION. */
struct sysinfo__power {
    uint32_t number, max_mhz, current_mhz, limit_mhz, max_idle_state, idle_state;
};
void sysinfo__decode_power(const struct sysinfo__power *power, struct sysinfo_cpu_frequency *frequency);

/* The name of an IMAGE_FILE_MACHINE_ constant, as in the PROCESSOR_ARCHITECTURE variable; NULL: unknown. */
const char *sysinfo__machine_name(uint32_t machine);

/* ---- This process: SystemProcessInformation ---- */

/* The required part of the entry of process `pid`. False: the bytes are not a list, or it has no such process. */
struct sysinfo__process_entry {
    uint64_t threads, hard_faults, private_set;
};
bool sysinfo__decode_process(const void *bytes, size_t length, uint64_t pid, struct sysinfo__process_entry *entry);

/* ---- Counters: SystemPerformanceInformation ---- */

/* False: too short. */
bool sysinfo__decode_paging(const void *bytes, size_t length, uint64_t page_size, struct sysinfo_paging *paging);

/* False: too short. */
bool sysinfo__decode_performance(const void *bytes, size_t length, struct sysinfo_stats *stats);

#endif
