/* SPDX-License-Identifier: MIT */
#ifndef SYSINFO_LINUX_AFFINITY_H
#define SYSINFO_LINUX_AFFINITY_H

#include "backend.h"

/* Tells `allowed`: the online CPUs that this process may run on; nothing where that is not known. */
int sysinfo__allowed_cpus(struct sysinfo_host *host, struct sysinfo__cpu_limit *limit);

void sysinfo__affinity_open(struct sysinfo__affinity *affinity);
void sysinfo__affinity_close(struct sysinfo__affinity *affinity);

#endif
