/* SPDX-License-Identifier: MIT */
/* Someone else's program: prints the machine's memory, and the library it runs with. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sysinfo/sysinfo.h>

int main(void) {
    struct sysinfo_memory memory;
    int status = sysinfo_virtual_memory(NULL, &memory, sizeof memory);
    if (status != SYSINFO_OK || !SYSINFO_HAS(&memory, total)) {
        fprintf(stderr, "memory: %s\n", sysinfo_explain(NULL, status));
        return 1;
    }
    if (strcmp(sysinfo_version(), SYSINFO_VERSION) != 0) {
        fprintf(stderr, "compiled with %s, runs with %s\n", SYSINFO_VERSION, sysinfo_version());
        return 1;
    }
    printf("%" PRIu64 "\n", memory.total);
    return 0;
}
