/* SPDX-License-Identifier: MIT */
/* What a host keeps on Windows: no handle, only where ntdll's functions are and a buffer. */
#ifndef SYSINFO_STATE_H
#define SYSINFO_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of any type: <windows.h> stays out of the common half. */
typedef void (*sysinfo__function)(void);

struct sysinfo__state {
    /* NtQuerySystemInformation and ..Ex; NULL: not looked up yet, or this system has none. */
    sysinfo__function query, query_ex;
    /* GetProcessDefaultCpuSets; NULL after `has_looked`: this system has none. */
    bool has_looked;
    sysinfo__function cpu_sets;

    size_t page_lists; /* How many numbers the lists of pages have here; 0: not asked yet. */

    /* What was read last. */
    void *buffer;
    size_t length, capacity;
    /* Enough for the 64 CPUs of a group, in any case: a question about CPU time allocates nothing. */
    uint64_t small_buffer[512];
};

#endif
