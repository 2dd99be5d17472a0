/* SPDX-License-Identifier: MIT */
#include <sysinfo/memory.h>

#include "internal.h"

/* Containers and buggy kernels report parts that exceed the whole. Such a part is cut to the whole and marked. */
#define CLAMP(memory, field)                       \
    do {                                           \
        if ((memory)->field > (memory)->total) {   \
            GUESS(memory, field, (memory)->total); \
        }                                          \
    } while (0)

static void derive(struct sysinfo_memory *memory) {
    CLAMP(memory, free);
    if (memory->available > memory->total) { /* Happens in LXC; procps uses the same rule. */
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
    int status = ASK(host, virtual_memory, "memory", memory);
    if (status == SYSINFO_OK) {
        derive(memory);
    }
    return status;
}
