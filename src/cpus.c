/* SPDX-License-Identifier: MIT */
#include <sysinfo/cpu.h>

#include "internal.h"

int sysinfo__cpu_counts(struct sysinfo_host *host, struct sysinfo_processors *counts) {
    int status = ASK(host, cpu_counts, "the CPU count", counts);
    /*
     * A container may show its own CPUs with the machine's topology. More cores than CPUs are the machine's, not those
     * of these CPUs.
     */
    if (status == SYSINFO_OK && SYSINFO_HAS(counts, count) && SYSINFO_HAS(counts, cores) &&
        counts->cores > counts->count) {
        GUESS(counts, cores, counts->count);
    }
    return status;
}
