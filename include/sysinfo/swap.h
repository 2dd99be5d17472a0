/* SPDX-License-Identifier: MIT */
/* Swap space of the machine, all devices and files together. */
#ifndef SYSINFO_SWAP_H
#define SYSINFO_SWAP_H

#include <sysinfo/api.h>
#include <sysinfo/result.h>
#include <sysinfo/status.h>

SYSINFO_BEGIN_DECLS

/* group swap, result SWAP. A machine without swap has total 0, which is known. */
struct sysinfo_swap {
    uint64_t present, estimated;
    uint64_t total; /* bytes: Swap space on all devices and files; 0 on a machine without swap. */
    uint64_t used;  /* bytes: total - free. */
    uint64_t free;  /* bytes: Not in use. */
    double percent; /* percent: used / total; 0 on a machine without swap. */
    uint64_t sin;   /* bytes, counter, prom swap_in_bytes_total: Read back from swap since the machine started. */
    uint64_t sout;  /* bytes, counter, prom swap_out_bytes_total: Written to swap since the machine started. */
};

/*
 * Swap space of the machine.
 *
 * Cost: one read of /proc/meminfo and one of /proc/vmstat on Linux (20 us: the kernel
 * sums its counters over all CPUs). Errors: any but NOT_YET. Since 0.1.
 */
SYSINFO_EXPORT SYSINFO_MUST_CHECK int sysinfo_swap_memory(struct sysinfo_host *host, struct sysinfo_swap *swap,
                                                          size_t size);

SYSINFO_END_DECLS

#endif
