/* SPDX-License-Identifier: MIT */
#include <sysinfo/swap.h>

#include <string.h>

#include "host.h"

static void derive(struct sysinfo_swap *swap) {
    if (!SYSINFO_HAS(swap, total)) {
        return;
    }
    if (swap->total == 0) { /* Of none, none is free and none is used, whatever else the system says. */
        FACT(swap, free, 0);
        FACT(swap, used, 0);
        FACT(swap, percent, 0);
        return;
    }
    if (SYSINFO_HAS(swap, free)) {
        if (swap->free > swap->total) {
            GUESS(swap, free, swap->total);
        }
        FACT(swap, used, swap->total - swap->free);
    } else if (SYSINFO_HAS(swap, used)) {
        if (swap->used > swap->total) {
            GUESS(swap, used, swap->total);
        }
        FACT(swap, free, swap->total - swap->used);
    } else {
        return;
    }
    FACT(swap, percent, (double)swap->used / (double)swap->total * 100);
}

int sysinfo__swap(struct sysinfo_host *host, struct sysinfo_swap *swap) {
    memset(swap, 0, sizeof *swap);
    int status = ASK(host, swap_memory, "swap space", swap);
    if (status == SYSINFO_OK) {
        derive(swap);
    }
    return status;
}

int sysinfo_swap_memory(struct sysinfo_host *host, struct sysinfo_swap *out, size_t size) {
    struct sysinfo__call call;
    host = sysinfo__begin(&call, host);
    if (!sysinfo__can_give(host, out, size)) {
        return sysinfo__end(&call, SYSINFO_INVALID);
    }
    struct sysinfo_swap swap;
    int status = sysinfo__swap(host, &swap);
    if (status == SYSINFO_OK) {
        sysinfo__give(out, size, &swap, sizeof swap);
    }
    return sysinfo__end(&call, status);
}
