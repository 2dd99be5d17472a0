/* SPDX-License-Identifier: MIT */
/*
 * Is there memory for a job of so many MiB? To be asked before it starts:
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
    struct sysinfo_memory memory;
    if (status == SYSINFO_OK) {
        status = sysinfo_virtual_memory(host, &memory, sizeof memory);
    }
    if (status != SYSINFO_OK || !SYSINFO_HAS(&memory, available)) {
        fprintf(stderr, "memory_guard: %s\n", sysinfo_explain(host, status != SYSINFO_OK ? status : SYSINFO_UNKNOWN));
        sysinfo_host_close(host);
        return 3; /* Not known is neither yes nor no. */
    }
    sysinfo_host_close(host);
    if (memory.available < wanted * MIB) {
        fprintf(stderr, "memory_guard: %" PRIu64 " MiB wanted, %" PRIu64 " MiB available\n", wanted,
                memory.available / MIB);
        return 1;
    }
    return 0;
}
