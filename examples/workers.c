/* SPDX-License-Identifier: MIT */
/*
 * How many workers to start: one for each physical core (two threads of one core
 * get in each other's way), or for each CPU where the cores are not told, but no
 * more than there is memory for, and always one.
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
    uint64_t count = cpus > 0 ? (uint64_t)cpus : 1;
    struct sysinfo_memory memory;
    if (bytes_for_each > 0 && sysinfo_virtual_memory(NULL, &memory, sizeof memory) == SYSINFO_OK &&
        SYSINFO_HAS(&memory, available)) {
        uint64_t fitting = memory.available / bytes_for_each;
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
