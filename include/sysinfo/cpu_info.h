/* SPDX-License-Identifier: MIT */
/* What the CPUs are: who made them, which model, and how many packages and cores of each kind. */
#ifndef SYSINFO_CPU_INFO_H
#define SYSINFO_CPU_INFO_H

#include <sysinfo/api.h>
#include <sysinfo/result.h>
#include <sysinfo/status.h>

SYSINFO_BEGIN_DECLS

/*
 * group cpu, result CPU_DESCRIPTION.
 *
 * The texts end with a NUL. One that the system does not report is empty, and absent. They come from
 * firmware or a hypervisor, so they may hold any bytes but control characters: escape them.
 *
 * Machines with cores of one kind, and systems that do not report kinds, have neither of the two
 * last counts. With more than two kinds, cores_efficiency counts the most power-saving kind, and
 * cores_performance all others.
 */
struct sysinfo_cpu_description {
    uint64_t present, estimated;
    char vendor[32];            /* text: Manufacturer of the CPUs, as they name it if they do. */
    char model[64];             /* text: Name of the CPUs; several names are joined by plus signs. */
    char architecture[24];      /* text: Instruction set that the kernel runs on, as uname -m names it. */
    uint64_t packages;          /* count, prom cpu_packages: Sockets that the online CPUs belong to. */
    uint64_t cores_performance; /* count, prom cpu_cores_performance: Online cores made for speed. */
    uint64_t cores_efficiency;  /* count, prom cpu_cores_efficiency: Online cores made to save power. */
};

/*
 * Describes the CPUs. Succeeds when at least one figure is known.
 *
 * Cost on Linux: the first call reads /proc/cpuinfo and a file for each CPU; later calls one short
 * file, until a CPU comes or goes. SYSINFO_UNKNOWN: this machine does not report any of it. Errors:
 * any but NOT_YET. Since 0.2.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_cpu_info(struct sysinfo_host *host,
                                                       struct sysinfo_cpu_description *description, size_t size);

SYSINFO_END_DECLS

#endif
