/* SPDX-License-Identifier: MIT */
/* What a host keeps open on Linux. */
#ifndef SYSINFO_STATE_H
#define SYSINFO_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sysinfo/cpu_info.h>

#include "decode.h"

/* Files that stay open from the first question to the last. */
enum sysinfo__file {
    SYSINFO__FILE_STAT,
    SYSINFO__FILE_MEMINFO,
    SYSINFO__FILE_VMSTAT,
    SYSINFO__FILE_ZONEINFO, /* For kernels that do not report available memory. */
    SYSINFO__FILE_LOADAVG,
    SYSINFO__FILE_ONLINE,
    SYSINFO__FILES
};

/* Another file that is kept open. -1: not open; SYSINFO__ABSENT: it is missing, and not looked for again. */
enum { SYSINFO__ABSENT = -2 };
struct sysinfo__kept {
    int fd;
    bool is_single; /* One read returns all of it. */
};

/* The sizes of huge pages on the machine; found once, if meminfo's default size does not account for all of them. */
enum { SYSINFO__HUGE_PAGE_SIZES = 16 };
struct sysinfo__huge_pages {
    bool is_searched;
    int sizes;
    struct {
        uint64_t bytes;
        int fd; /* Its free_hugepages; -1: not open. */
    } size[SYSINFO__HUGE_PAGE_SIZES];
};

/* ---- Control groups ---- */

enum sysinfo__controller {
    SYSINFO__MEMORY,
    SYSINFO__CPU,
    SYSINFO__CPUACCT,
    SYSINFO__CPUSET,
    SYSINFO__UNIFIED,
    SYSINFO__CONTROLLERS
};
enum { SYSINFO__CGROUP_FILES = 10, SYSINFO__WATCHES = 2 };

/* How much of a hierarchy is visible, from least to most. */
enum sysinfo__sight {
    SYSINFO__NONE,    /* There is none, so nothing limits the process. */
    SYSINFO__HIDDEN,  /* There is one, but no mount shows the process's group. */
    SYSINFO__PARTIAL, /* Levels between the process and the lowest visible one are missing. */
    SYSINFO__WHOLE
};

struct sysinfo__quota {
    double cpus;     /* Infinity: none was found. */
    size_t level;    /* Which holds it; 0 when there is none. */
    bool is_certain; /* All levels were seen. */
};

struct sysinfo__hierarchy {
    enum sysinfo__sight sight;
    bool is_v2;
    bool is_above;      /* The levels are above the process's own group, which is hidden. */
    bool is_top_hidden; /* There are hidden groups above the highest level. */
    bool is_top_seen;   /* The highest level has none above it that could hold a limit (version 1). */
    uint64_t checked;   /* The number of the call in which it was last found to be as it was. */
    char *group;        /* The path of the process's group in the hierarchy; NULL: unknown. */
    uint64_t group_hash;
    char *path;          /* The group's directory, with room for a file name. */
    size_t length;       /* Of that. */
    size_t mount_length; /* Of the mount's part of `path`. */
    size_t levels;
    struct sysinfo__cgroup_level {
        size_t path_length; /* Its directory is a prefix of `path` with this length. */
        bool is_scanned;    /* For protected groups inside it. */
        uint64_t min;       /* Its own memory.min at that time. */
        struct sysinfo__kept file[SYSINFO__CGROUP_FILES];
    } *level;
    /* Groups beside those on the process's path that have a memory.min. */
    struct sysinfo__protected {
        size_t level; /* It is inside this level's group. */
        char *path;
        struct sysinfo__kept min, current, stat;
    } *guarded;
    size_t protected_count, protected_capacity;
    struct sysinfo__quota quota;
    uint64_t quota_read; /* The number of the call in which that was read. */
    bool is_prepared;
    int watches;
    struct {
        struct sysinfo__kept file;
        size_t level;
        uint64_t hash;
    } watch[SYSINFO__WATCHES];
};

struct sysinfo__cgroups {
    bool is_found;      /* What follows applies to the current text. */
    uint64_t checked;   /* The number of the call in which it was last read. */
    bool has_text;      /* The file exists. */
    bool is_without;    /* It does not, because this kernel has no control groups. */
    int text_status;    /* Why it could not be read, */
    int64_t text_error; /* and the system's error number. */
    char *text;
    size_t length;
    struct sysinfo__hierarchy hierarchy[SYSINFO__CONTROLLERS];
};

struct sysinfo__state {
    int root;                       /* Directory below which files are opened; -1: not open, or this machine. */
    int file[SYSINFO__FILES];       /* -1: not open. */
    bool is_single[SYSINFO__FILES]; /* One read returns all of it. */

    double ticks_per_second; /* Of /proc/stat; 0: not asked yet. */

    struct sysinfo__huge_pages huge_pages;
    struct sysinfo__kept arcstats; /* Of ZFS. */
    int cpuinfo;                   /* -1: not open. */

    struct sysinfo__cgroups cgroups;
    struct sysinfo__process {
        int64_t id;           /* The process whose /proc/self the descriptors below belong to; 0: not checked yet. */
        unsigned char *alive; /* 1, and 0 in a child, for which the kernel clears it; NULL: no such byte. */
        struct sysinfo__kept group, status, limits, statm, rollup;
    } process;
    struct sysinfo__affinity {
        unsigned long *mask; /* Filled by the kernel; grown to the size it requires. */
        size_t words;
        struct sysinfo__cpu_set allowed, other;
        /* The hash of the set counted last (0: none), and its number of cores (0: not reported). */
        uint64_t counted_hash, counted_cores;
    } affinity;
    struct sysinfo__kept pressure[4]; /* By resource, in the order of their results. */
    struct sysinfo__numa {
        struct sysinfo__kept online;
        uint64_t hash; /* Of the list for which the nodes below are complete; 0: not read yet. */
        size_t count, capacity;
        struct sysinfo__numa_files {
            uint64_t number;
            struct sysinfo__kept meminfo, cpulist;
        } *node;
        struct sysinfo__cpu_set cpus; /* Of the node being read. */
    } numa;

    struct sysinfo__meminfo_hints meminfo_hints;
    size_t vmstat_hints[SYSINFO__VMSTAT_KEYS];

    /* The last count, and the text of sys/devices/system/cpu/online that it applies to. */
    struct {
        char *online; /* NULL: not counted yet. */
        size_t length;
        uint64_t logical, cores;     /* cores 0: not reported. */
        bool is_without_directories; /* It has no CPU directories either. */
    } counted;

    /* The description of the CPUs, and the hash of the list of online CPUs that it applies to; 0: not read yet. */
    struct sysinfo_cpu_description description;
    uint64_t description_online;
    bool had_no_cpufreq; /* The last call for frequencies found none of cpufreq. */

    /* The last text read, followed by SYSINFO__TEXT_PADDING zero bytes. */
    char *text;
    size_t length, capacity;
    char small_text[8192]; /* Enough for most machines, so that a one-off call allocates nothing. */
};

#endif
