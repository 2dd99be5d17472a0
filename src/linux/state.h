/* SPDX-License-Identifier: MIT */
/* What a host keeps open on Linux. */
#ifndef SYSINFO_STATE_H
#define SYSINFO_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decode.h"

/* The files that are kept open from the first question to the last. */
enum sysinfo__file {
    SYSINFO__FILE_STAT,
    SYSINFO__FILE_MEMINFO,
    SYSINFO__FILE_VMSTAT,
    SYSINFO__FILE_LOADAVG,
    SYSINFO__FILE_ONLINE,
    SYSINFO__FILES
};

/* The sizes of huge pages that the machine has; looked for when meminfo's one size does not explain all of them. */
enum { SYSINFO__HUGE_PAGE_SIZES = 16 };
struct sysinfo__huge_pages {
    int sizes;
    struct {
        uint64_t bytes;
        int fd; /* Its free_hugepages; -1: not open. */
    } size[SYSINFO__HUGE_PAGE_SIZES];
};

struct sysinfo__state {
    int root;                  /* The folder below which files are opened; -1: not open, or this machine. */
    int file[SYSINFO__FILES];  /* -1: not open. */
    bool is_on_procfs[SYSINFO__FILES];

    struct sysinfo__huge_pages huge_pages;

    struct sysinfo__meminfo_hints meminfo_hints;
    size_t vmstat_hints[SYSINFO__VMSTAT_KEYS];

    /* The last count, and the text of sys/devices/system/cpu/online that it is true for. */
    struct {
        char *online; /* NULL: not counted yet. */
        size_t length;
        uint64_t logical, cores; /* cores 0: the machine does not say. */
    } counted;

    /* What was read last, with SYSINFO__TEXT_PADDING zero bytes behind it. */
    char *text;
    size_t length, capacity;
    char small_text[8192]; /* Enough for most machines: a one-off call allocates nothing. */
};

#endif
