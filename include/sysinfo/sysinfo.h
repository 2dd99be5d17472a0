/* SPDX-License-Identifier: MIT */
/*
 * libsysinfo: CPUs and memory of a machine, by the same calls on every system.
 *
 *     #include <sysinfo/sysinfo.h>
 *
 *     struct sysinfo_memory memory;
 *     if (sysinfo_virtual_memory(NULL, &memory, sizeof memory) == SYSINFO_OK && SYSINFO_HAS(&memory, available))
 *         printf("%" PRIu64 " bytes available\n", memory.available);
 */
#ifndef SYSINFO_SYSINFO_H
#define SYSINFO_SYSINFO_H

#include <sysinfo/cgroup.h>
#include <sysinfo/cpu.h>
#include <sysinfo/cpu_info.h>
#include <sysinfo/fields.h>
#include <sysinfo/heap.h>
#include <sysinfo/heap_tracker.h>
#include <sysinfo/host.h>
#include <sysinfo/limits.h>
#include <sysinfo/load.h>
#include <sysinfo/mark.h>
#include <sysinfo/memory.h>
#include <sysinfo/numa.h>
#include <sysinfo/pressure.h>
#include <sysinfo/process.h>
#include <sysinfo/result.h>
#include <sysinfo/stats.h>
#include <sysinfo/status.h>
#include <sysinfo/swap.h>
#include <sysinfo/topology.h>
#include <sysinfo/version.h>

#endif
