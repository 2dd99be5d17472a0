/* SPDX-License-Identifier: MIT */
/*
 * How many workers to start: one for each physical core, because two threads of a core
 * slow each other down, or for each CPU if the cores are unknown; but no more than this
 * process has CPUs and memory for within its limits, and at least one.
 *
 *     workers [MIB_FOR_EACH]
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysinfo/sysinfo.h>

#define MIB (UINT64_C(1) << 20)

static uint64_t workers(uint64_t bytes_for_each) {
    int cpus = sysinfo_cpu_count(NULL, SYSINFO_CPU_PHYSICAL);
    if (cpus < 0) {
        cpus = sysinfo_cpu_count(NULL, SYSINFO_CPU_LOGICAL);
    }
    int usable = sysinfo_cpu_count(NULL, SYSINFO_CPU_USABLE);
    cpus = usable > 0 && usable < cpus ? usable : cpus;
    uint64_t count = cpus > 0 ? (uint64_t)cpus : 1;
    struct sysinfo_allowance memory;
    if (bytes_for_each > 0 && sysinfo_usable_memory(NULL, &memory, sizeof memory) == SYSINFO_OK &&
        SYSINFO_HAS(&memory, usable)) {
        uint64_t fitting = memory.usable / bytes_for_each;
        count = fitting < count ? fitting : count;
    }
    return count > 0 ? count : 1;
}

int main(int argc, char **argv) {
    uint64_t mib = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
    if (mib > UINT64_MAX / MIB) {
        mib = UINT64_MAX / MIB;
    }
    printf("%" PRIu64 "\n", workers(mib * MIB));
    return 0;
}
