/* SPDX-License-Identifier: MIT */
#include "linux.h"

#include <unistd.h>

uint64_t sysinfo__page_size(const struct sysinfo_host *host, uint64_t free_bytes, uint64_t free_pages, bool *is_guess) {
    *is_guess = false;
    if (!sysinfo__root_is_own(host) && free_bytes > 0 && free_pages > 0) {
        double ratio = (double)free_bytes / (double)free_pages;
        for (uint64_t size = 4096; size <= UINT64_C(1) << 20; size *= 2) {
            if (ratio > (double)size * 0.75 && ratio < (double)size * 1.25) {
                return size;
            }
        }
    }
    *is_guess = !sysinfo__root_is_own(host);
    long size = sysconf(_SC_PAGESIZE);
    return size > 0 ? (uint64_t)size : 4096;
}
