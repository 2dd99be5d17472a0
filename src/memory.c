/* SPDX-License-Identifier: MIT */
#include <sysinfo/memory.h>

#include <string.h>

#include "host.h"

/*
 * Containers and buggy kernels report parts that exceed the whole: such a part is the whole, and
 * says that it was corrected.
 */
#define CLAMP(memory, field)                       \
    do {                                           \
        if ((memory)->field > (memory)->total) {   \
            GUESS(memory, field, (memory)->total); \
        }                                          \
    } while (0)

static void derive(struct sysinfo_memory *memory) {
    CLAMP(memory, free);
    if (memory->available > memory->total) { /* LXC: procps's rule. */
        GUESS(memory, available, SYSINFO_HAS(memory, free) ? memory->free : memory->total);
    }
    CLAMP(memory, active);
    CLAMP(memory, inactive);
    CLAMP(memory, buffers);
    CLAMP(memory, cached);
    CLAMP(memory, shared);
    CLAMP(memory, slab);
    CLAMP(memory, dirty);
    CLAMP(memory, writeback);
    CLAMP(memory, hugepages_total);
    CLAMP(memory, hugepages_free);
    CLAMP(memory, zswap);
    CLAMP(memory, wired);
    CLAMP(memory, laundry);
    CLAMP(memory, arc);
    if (SYSINFO_HAS(memory, available)) {
        FACT(memory, used, memory->total - memory->available);
        FACT(memory, percent, (double)memory->used / (double)memory->total * 100);
    }
}

int sysinfo__memory(struct sysinfo_host *host, struct sysinfo_memory *memory) {
    memset(memory, 0, sizeof *memory);
    int status = ASK(host, virtual_memory, "memory", memory);
    if (status == SYSINFO_OK) {
        derive(memory);
    }
    return status;
}

int sysinfo_virtual_memory(struct sysinfo_host *host, struct sysinfo_memory *out, size_t size) {
    struct sysinfo__call call;
    host = sysinfo__begin(&call, host);
    if (!sysinfo__can_give(host, out, size)) {
        return sysinfo__end(&call, SYSINFO_INVALID);
    }
    struct sysinfo_memory memory;
    int status = sysinfo__memory(host, &memory);
    if (status == SYSINFO_OK) {
        sysinfo__give(out, size, &memory, sizeof memory);
    }
    return sysinfo__end(&call, status);
}
