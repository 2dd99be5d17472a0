/* SPDX-License-Identifier: MIT */
/*
 * Checks that this process may still use so many MiB, within its limits too, before a job starts:
 *
 *     memory_guard 2048 && start-the-big-job
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysinfo/sysinfo.h>

#define MIB (UINT64_C(1) << 20)

int main(int argc, char **argv) {
    char *end = NULL;
    uint64_t wanted = argc == 2 ? strtoull(argv[1], &end, 10) : 0;
    if (wanted == 0 || wanted > UINT64_MAX / MIB || *end != '\0') {
        fprintf(stderr, "usage: memory_guard MIB\n");
        return 2;
    }
    struct sysinfo_host *host = NULL;
    int status = sysinfo_host_open(&host, NULL);
    struct sysinfo_allowance memory;
    if (status == SYSINFO_OK) {
        status = sysinfo_usable_memory(host, &memory, sizeof memory);
    }
    if (status != SYSINFO_OK || !SYSINFO_HAS(&memory, usable)) {
        fprintf(stderr, "memory_guard: %s\n", sysinfo_explain(host, status != SYSINFO_OK ? status : SYSINFO_UNKNOWN));
        sysinfo_host_close(host);
        return 3; /* Unknown is neither yes nor no. */
    }
    sysinfo_host_close(host);
    if (memory.usable < wanted * MIB) {
        fprintf(stderr, "memory_guard: %" PRIu64 " MiB wanted, %" PRIu64 " MiB usable\n", wanted, memory.usable / MIB);
        return 1;
    }
    return 0;
}
