/* SPDX-License-Identifier: MIT */
/* What the files of the Linux backend share. */
#ifndef SYSINFO_LINUX_H
#define SYSINFO_LINUX_H

#include "backend.h"

/* ---- Entries of the backend's table ---- */

bool sysinfo__linux_is_privileged(void);
int sysinfo__linux_cpu_times(struct sysinfo_host *host, struct sysinfo_cpu_sample *times);
int sysinfo__linux_cpu_times_percpu(struct sysinfo_host *host, struct sysinfo__cpu_rows *rows);
int sysinfo__linux_cpu_counts(struct sysinfo_host *host, struct sysinfo_processors *counts);
uint64_t sysinfo__linux_online(struct sysinfo_host *host);
int sysinfo__linux_virtual_memory(struct sysinfo_host *host, struct sysinfo_memory *memory);
int sysinfo__linux_swap_memory(struct sysinfo_host *host, struct sysinfo_swap *swap);
int sysinfo__linux_load_average(struct sysinfo_host *host, struct sysinfo_load *load);
int sysinfo__linux_cpu_stats(struct sysinfo_host *host, struct sysinfo_stats *stats);
int sysinfo__linux_memory_limit(struct sysinfo_host *host, struct sysinfo__limit *limit);
int sysinfo__linux_swap_limit(struct sysinfo_host *host, struct sysinfo__limit *limit);
int sysinfo__linux_cpu_limit(struct sysinfo_host *host, struct sysinfo__cpu_limit *limit);
int sysinfo__linux_allowed_cores(struct sysinfo_host *host, uint64_t *cores);
int sysinfo__linux_cgroup(struct sysinfo_host *host, struct sysinfo__cgroup_sample *sample);
int sysinfo__linux_cgroup_path(struct sysinfo_host *host, const char **path);
int sysinfo__linux_pressure(struct sysinfo_host *host, enum sysinfo_result what, struct sysinfo_pressure *pressure);
int sysinfo__linux_numa(struct sysinfo_host *host, struct sysinfo__numa_rows *rows);
const struct sysinfo__tracker *sysinfo__linux_tracker(void);
int sysinfo__linux_heap_record(struct sysinfo_host *host, const char *path, struct sysinfo_heap_record *record);

#endif
