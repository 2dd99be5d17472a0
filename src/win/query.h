/* SPDX-License-Identifier: MIT */
/* Readers: they call Windows. Each leaves GetLastError() unchanged. */
#ifndef SYSINFO_WIN_QUERY_H
#define SYSINFO_WIN_QUERY_H

#include "decode.h"

enum sysinfo__class {
    SYSINFO__CLASS_PERFORMANCE = 2,
    SYSINFO__CLASS_PROCESSES = 5,
    SYSINFO__CLASS_PROCESSOR_PERFORMANCE = 8,
    SYSINFO__CLASS_PAGE_FILE = 18,
    SYSINFO__CLASS_MEMORY_LIST = 80
};

/* NtQuerySystemInformation() of a class into the state's buffer, which grows to fit. `source` names it in failures. */
int sysinfo__query(struct sysinfo_host *host, enum sysinfo__class class, const char *source);

/*
 * Calls `visit` with the raw counters of each online CPU, in order of their numbers. It returns false to stop because
 * memory ran out.
 */
typedef bool sysinfo__visit(void *context, uint64_t cpu, const struct sysinfo__processor *processor);
int sysinfo__each_processor(struct sysinfo_host *host, sysinfo__visit *visit, void *context);

/* GetPerformanceInfo(). */
int sysinfo__query_pages(struct sysinfo_host *host, struct sysinfo__pages *pages);

/* The lists of unused pages; false: not reported by this system. */
bool sysinfo__query_page_lists(struct sysinfo_host *host, struct sysinfo__page_lists *lists);

/* GetLogicalProcessorInformationEx() for all cores, or all packages. */
enum sysinfo__relation { SYSINFO__CORES = 0, SYSINFO__PACKAGES = 3 };
int sysinfo__query_cores(struct sysinfo_host *host, enum sysinfo__relation relation,
                         const struct sysinfo__win_affinity *affinity, struct sysinfo__cores *cores);

/* A function of ntdll or another loaded library, by name; NULL: none. */
sysinfo__function sysinfo__win_find(const wchar_t *library, const char *name);

/* The CPUs that this process may run on; 0: unknown. */
void sysinfo__query_affinity(struct sysinfo_host *host, struct sysinfo__win_affinity *affinity);

/* The job that this process is in. */
void sysinfo__query_job(struct sysinfo__job *job);

/* Online CPUs in all processor groups, or in one; 0: unknown. */
uint64_t sysinfo__query_cpus(void);
uint64_t sysinfo__query_group_cpus(uint16_t group);

/* The number of processor groups; 0: unknown. */
uint64_t sysinfo__query_groups(void);

/* Entries of the backend's table. */
double sysinfo__win_clock(void);
int sysinfo__win_sleep(struct sysinfo_host *host, double seconds);
const char *sysinfo__win_error(int64_t system_error);
int sysinfo__win_cpu_times(struct sysinfo_host *host, struct sysinfo_cpu_sample *times);
int sysinfo__win_cpu_times_percpu(struct sysinfo_host *host, struct sysinfo__cpu_rows *rows);
int sysinfo__win_cpu_counts(struct sysinfo_host *host, struct sysinfo_processors *counts);
uint64_t sysinfo__win_online(struct sysinfo_host *host);
int sysinfo__win_virtual_memory(struct sysinfo_host *host, struct sysinfo_memory *memory);
int sysinfo__win_swap_memory(struct sysinfo_host *host, struct sysinfo_swap *swap);
int sysinfo__win_memory_limit(struct sysinfo_host *host, struct sysinfo__limit *limit);
int sysinfo__win_swap_limit(struct sysinfo_host *host, struct sysinfo__limit *limit);
int sysinfo__win_cpu_limit(struct sysinfo_host *host, struct sysinfo__cpu_limit *limit);
int sysinfo__win_allowed_cores(struct sysinfo_host *host, uint64_t *cores);
int sysinfo__win_limit_levels(struct sysinfo_host *host, struct sysinfo__limit_rows *rows);
int sysinfo__win_page_stats(struct sysinfo_host *host, struct sysinfo_paging *paging);
int sysinfo__win_cpu_freq(struct sysinfo_host *host, struct sysinfo__cpu_rows *rows);
int sysinfo__win_cpu_info(struct sysinfo_host *host, struct sysinfo_cpu_description *description);
int sysinfo__win_process(struct sysinfo_host *host, bool in_detail, struct sysinfo_process *process);
int sysinfo__win_process_memory(struct sysinfo_host *host, uint64_t *rss);
int sysinfo__win_cpu_stats(struct sysinfo_host *host, struct sysinfo_stats *stats);

/* The status for a Windows error or an NTSTATUS. */
int sysinfo__win_status(uint32_t error);

#endif
