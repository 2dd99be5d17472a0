/* SPDX-License-Identifier: MIT */
/* What a host keeps on Windows: no handle, only the addresses of ntdll's functions, and a buffer. */
#ifndef SYSINFO_STATE_H
#define SYSINFO_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A function of any type; it keeps <windows.h> out of the portable half. */
typedef void (*sysinfo__function)(void);

struct sysinfo__state {
    /* NtQuerySystemInformation and its Ex variant; NULL: not looked up yet, or missing on this system. */
    sysinfo__function query, query_ex;
    /* GetProcessDefaultCpuSets; NULL after `has_looked`: missing on this system. */
    bool has_looked;
    sysinfo__function cpu_sets;

    size_t page_lists; /* How many numbers the page lists have on this system; 0: not tried yet. */

    /* The last result. */
    void *buffer;
    size_t length, capacity;
    /* Enough for the 64 CPUs of a group, so that a query for CPU time allocates no memory. */
    uint64_t small_buffer[512];
};

#endif
