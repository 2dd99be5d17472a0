/* SPDX-License-Identifier: MIT */
#include <sysinfo/memory.h>

#include <string.h>

#include "internal.h"

#define SLOT(field) offsetof(struct sysinfo_memory, field) / 8
static const unsigned char parts[] = {
    SLOT(free),           SLOT(active), SLOT(inactive), SLOT(buffers),   SLOT(cached),
    SLOT(shared),         SLOT(slab),   SLOT(dirty),    SLOT(writeback), SLOT(hugepages_total),
    SLOT(hugepages_free), SLOT(zswap),  SLOT(wired),    SLOT(laundry),   SLOT(arc),
};

/* Containers and buggy kernels report parts that exceed the whole. Such a part is cut to the whole and marked. */
static void clamp_parts(struct sysinfo_memory *memory) {
    SYSINFO__ROLLED
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        uint64_t bytes;
        char *part = (char *)memory + (size_t)8 * parts[i];
        memcpy(&bytes, part, sizeof bytes);
        if (bytes > memory->total) {
            memcpy(part, &memory->total, sizeof bytes);
            memory->present |= UINT64_C(1) << parts[i];
            memory->estimated |= UINT64_C(1) << parts[i];
        }
    }
}

static void derive(struct sysinfo_memory *memory) {
    clamp_parts(memory);
    if (memory->available > memory->total) { /* Happens in LXC; procps uses the same rule. */
        GUESS(memory, available, SYSINFO_HAS(memory, free) ? memory->free : memory->total);
    }
    if (SYSINFO_HAS(memory, available)) {
        FACT(memory, used, memory->total - memory->available);
        FACT(memory, percent, (double)memory->used / (double)memory->total * 100);
    }
}

SYSINFO__HOT int sysinfo__read_memory(struct sysinfo_host *host, struct sysinfo_memory *memory) {
    int status = ASK(host, virtual_memory, "memory", memory);
    if (status == SYSINFO_OK) {
        derive(memory);
    }
    return status;
}

SYSINFO__HOT int sysinfo__available_memory(struct sysinfo_host *host, struct sysinfo_memory *memory) {
    if (sysinfo__backend.available_memory == NULL) {
        return sysinfo__read_memory(host, memory);
    }
    int status = sysinfo__backend.available_memory(host, memory);
    if (status == SYSINFO_OK && memory->available > memory->total) {
        derive(memory);
    }
    return status;
}
