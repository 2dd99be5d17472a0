/* SPDX-License-Identifier: MIT */
/* Clock and sleep. */
#include "query.h"

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

double sysinfo__win_clock(void) {
    LARGE_INTEGER now, per_second;
    if (!QueryPerformanceCounter(&now) || !QueryPerformanceFrequency(&per_second) || per_second.QuadPart <= 0) {
        return (double)GetTickCount64() / 1000; /* Since Windows XP the counter never fails. */
    }
    /* Whole seconds separately: after months of uptime, the counter has more digits than a double. */
    return (double)(now.QuadPart / per_second.QuadPart) +
           (double)(now.QuadPart % per_second.QuadPart) / (double)per_second.QuadPart;
}

/* Sleep() may wake up to one tick (15.6 ms) early or late; if early, it sleeps again. */
int sysinfo__win_sleep(struct sysinfo_host *host, double seconds) {
    (void)host;
    double end = sysinfo__win_clock() + seconds;
    double left = seconds;
    while (left > 0) {
        double part = left < 86400 ? left : 86400; /* The number must stay below INFINITE. */
        Sleep((DWORD)(part * 1000) + 1);
        left = end - sysinfo__win_clock();
    }
    return SYSINFO_OK;
}
