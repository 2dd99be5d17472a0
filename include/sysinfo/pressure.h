/* SPDX-License-Identifier: MIT */
/*
 * Pressure: the share of time in which tasks waited for a CPU, for memory or for a disk.
 * Linux 4.20 and later. Many kernels have it but start with it off; psi=1 on the kernel's
 * command line turns it on.
 *
 * `some`: at least one task waited. `full`: all tasks that were not idle waited, so no
 * work was done. For the CPUs of a whole machine `full` has no meaning, and the kernel
 * writes 0.
 */
#ifndef SYSINFO_PRESSURE_H
#define SYSINFO_PRESSURE_H

#include <sysinfo/api.h>
#include <sysinfo/result.h>
#include <sysinfo/status.h>

SYSINFO_BEGIN_DECLS

/*
 * group pressure.cpu, result CPU_PRESSURE
 * group pressure.memory, result MEMORY_PRESSURE
 * group pressure.io, result IO_PRESSURE
 * group pressure.irq, result IRQ_PRESSURE
 * group pressure.cgroup.cpu, result CGROUP_CPU_PRESSURE
 * group pressure.cgroup.memory, result CGROUP_MEMORY_PRESSURE
 * group pressure.cgroup.io, result CGROUP_IO_PRESSURE
 * group pressure.cgroup.irq, result CGROUP_IRQ_PRESSURE
 */
struct sysinfo_pressure {
    uint64_t present, estimated;
    double some_avg10;  /* percent: Share of time in which at least one task waited, over 10 seconds. */
    double some_avg60;  /* percent: The same over 60 seconds. */
    double some_avg300; /* percent: The same over 300 seconds. */
    double some_total;  /* seconds, counter, prom %_some_seconds_total: Time in which at least one task waited. */
    double full_avg10;  /* percent: Share of time in which all tasks waited and nothing was done, over 10 seconds. */
    double full_avg60;  /* percent: The same over 60 seconds. */
    double full_avg300; /* percent: The same over 300 seconds. */
    /* seconds, counter, prom %_full_seconds_total: Time in which all tasks waited and nothing was done. */
    double full_total;
};

/*
 * Pressure of the machine, by what tasks waited for. Interrupts have `full` only.
 *
 * Cost: one short read. Errors: any but NOT_YET; SYSINFO_NOT_FOUND or
 * SYSINFO_NOT_SUPPORTED where the kernel does not measure it. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_cpu_pressure(struct sysinfo_host *host, struct sysinfo_pressure *pressure,
                                                           size_t size);
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_memory_pressure(struct sysinfo_host *host,
                                                              struct sysinfo_pressure *pressure, size_t size);
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_io_pressure(struct sysinfo_host *host, struct sysinfo_pressure *pressure,
                                                          size_t size);
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_irq_pressure(struct sysinfo_host *host, struct sysinfo_pressure *pressure,
                                                           size_t size);

/*
 * Pressure inside the cgroup of this process (version 2 only).
 *
 * Cost: two short reads. Errors: as above; SYSINFO_UNKNOWN when the cgroup's files are
 * not mounted here. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_cgroup_cpu_pressure(struct sysinfo_host *host,
                                                                  struct sysinfo_pressure *pressure, size_t size);
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_cgroup_memory_pressure(struct sysinfo_host *host,
                                                                     struct sysinfo_pressure *pressure, size_t size);
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_cgroup_io_pressure(struct sysinfo_host *host,
                                                                 struct sysinfo_pressure *pressure, size_t size);
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_cgroup_irq_pressure(struct sysinfo_host *host,
                                                                  struct sysinfo_pressure *pressure, size_t size);

SYSINFO_END_DECLS

#endif
