/* SPDX-License-Identifier: MIT */
#include <sysinfo/cpu.h>

#include "internal.h"

int sysinfo__cpu_counts(struct sysinfo_host *host, struct sysinfo_processors *counts) {
    int status = ASK(host, cpu_counts, "the CPU count", counts);
    /*
     * Containers show their own CPUs over the machine's topology: more cores than CPUs are the
     * machine's, not these CPUs'.
     */
    if (status == SYSINFO_OK && SYSINFO_HAS(counts, count) && SYSINFO_HAS(counts, cores) &&
        counts->cores > counts->count) {
        GUESS(counts, cores, counts->count);
    }
    return status;
}
