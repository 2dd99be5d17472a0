/* SPDX-License-Identifier: MIT */
#ifndef SYSINFO_LINUX_COUNTS_H
#define SYSINFO_LINUX_COUNTS_H

#include "backend.h"

/* The online CPUs; an empty set where sysfs does not say. */
int sysinfo__online_cpus(struct sysinfo_host *host, struct sysinfo__cpu_set *online);

/*
 * Cores that the CPUs belong to; 0: at least one of them does not say which is its core.
 * *is_lasting: that no file was kept from us.
 */
int sysinfo__count_cores(struct sysinfo_host *host, const struct sysinfo__cpu_set *cpus, uint64_t *cores,
                         bool *is_lasting);

#endif
