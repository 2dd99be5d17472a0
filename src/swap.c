/* SPDX-License-Identifier: MIT */
#include <sysinfo/swap.h>

#include "internal.h"

static void derive(struct sysinfo_swap *swap) {
    if (!SYSINFO_HAS(swap, total)) {
        return;
    }
    if (swap->total == 0) { /* If there is no swap, none is free or used, whatever else the system reports. */
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
    int status = ASK(host, swap_memory, "swap space", swap);
    if (status == SYSINFO_OK) {
        derive(swap);
    }
    return status;
}
