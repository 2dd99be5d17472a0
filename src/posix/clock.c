/* SPDX-License-Identifier: MIT */
/* Clock and sleep of every POSIX system. */
#include <errno.h>
#include <time.h>

#include "posix.h"

SYSINFO__HOT double sysinfo__posix_clock(void) {
    struct timespec now = {0, 0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int sysinfo__posix_sleep(struct sysinfo_host *host, double seconds) {
    double end = sysinfo__posix_clock() + seconds;
    double left = seconds;
    while (left > 0) {
        double part = left < 86400 ? left : 86400; /* One day fits any time_t. */
        struct timespec request = {(time_t)part, 0};
        request.tv_nsec = (long)((part - (double)request.tv_sec) * 1e9);
        if (nanosleep(&request, NULL) != 0 && errno != EINTR) {
            return sysinfo__failed(host, SYSINFO_SYSTEM, errno, "nanosleep", NULL);
        }
        left = end - sysinfo__posix_clock();
    }
    return SYSINFO_OK;
}
