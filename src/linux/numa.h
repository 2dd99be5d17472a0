/* SPDX-License-Identifier: MIT */
#ifndef SYSINFO_LINUX_NUMA_H
#define SYSINFO_LINUX_NUMA_H

#include "backend.h"

void sysinfo__numa_open(struct sysinfo__numa *numa);
void sysinfo__numa_close(struct sysinfo__numa *numa);

#endif
