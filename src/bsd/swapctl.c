/* SPDX-License-Identifier: MIT */
/* NetBSD and OpenBSD list their swap devices by a system call of its own. */
#include "sysctl.h"

#include <sys/param.h>
#include <sys/swap.h>

#include <errno.h>
#include <unistd.h>

#include "posix/posix.h"

/*
 * Copies the devices into the state's room; *count is how many there are. A device
 * may come or go between the two calls: one more is asked for than there were,
 * and an answer that fills all the room is asked for again.
 */
static int read_devices(struct sysinfo_host *host, int *count) {
    for (int attempt = 0; attempt < 4; attempt++) {
        int expected = swapctl(SWAP_NSWAP, NULL, 0);
        if (expected == 0) {
            *count = 0;
            return SYSINFO_OK;
        }
        if (expected > 0) {
            if (expected > 4095 || !sysinfo__make_room(host, ((size_t)expected + 1) * sizeof(struct swapent))) {
                return sysinfo__no_memory(host, "swapctl");
            }
            *count = swapctl(SWAP_STATS, sysinfo__state(host)->room, expected + 1);
        }
        if (expected < 0 || *count < 0) {
            return sysinfo__failed(host, sysinfo__posix_status(errno), errno, "swapctl", NULL);
        }
        if (*count <= expected) {
            return SYSINFO_OK;
        }
    }
    return sysinfo__failed(host, SYSINFO_GONE, 0, "swapctl", "gives other devices at each call");
}

int sysinfo__swapctl(struct sysinfo_host *host, struct sysinfo_swap *swap) {
    int count = 0;
    int status = read_devices(host, &count);
    if (status != SYSINFO_OK) {
        return status;
    }
    const struct swapent *device = sysinfo__state(host)->room;
    uint64_t total = 0, used = 0;
    for (int i = 0; i < count; i++) {
        if (device[i].se_flags & SWF_ENABLE) { /* The others are being set up or drained. */
            total += (unsigned)device[i].se_nblks;
            used += (unsigned)device[i].se_inuse;
        }
    }
    sysinfo__decode_swap_devices(total, used, DEV_BSIZE, swap);
    return SYSINFO_OK;
}
