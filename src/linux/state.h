/* SPDX-License-Identifier: MIT */
/* What a host keeps open on Linux. */
#ifndef SYSINFO_STATE_H
#define SYSINFO_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sysinfo/cpu_info.h>

#include "decode.h"

/* The files that are kept open from the first question to the last. */
enum sysinfo__file {
    SYSINFO__FILE_STAT,
    SYSINFO__FILE_MEMINFO,
    SYSINFO__FILE_VMSTAT,
    SYSINFO__FILE_ZONEINFO, /* For kernels that do not report available memory. */
    SYSINFO__FILE_LOADAVG,
    SYSINFO__FILE_ONLINE,
    SYSINFO__FILES
};

/* Another file that is kept. -1: not open; SYSINFO__ABSENT: there is none, and it is not looked for again. */
enum { SYSINFO__ABSENT = -2 };
struct sysinfo__kept {
    int fd;
    bool is_single; /* One read brings all of it. */
};

/*
 * The sizes of huge pages that the machine has; looked for once, when meminfo's one size does not
 * explain all of them.
 */
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

/* How much of a hierarchy can be seen, from the least. */
enum sysinfo__sight {
    SYSINFO__NONE,    /* There is none: nothing limits the process. */
    SYSINFO__HIDDEN,  /* There is one, but no mount shows the process's group. */
    SYSINFO__PARTIAL, /* Levels between the process and the lowest that can be seen are missing. */
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
    bool is_above;      /* The levels are groups above the process's own, which is not shown. */
    bool is_top_hidden; /* There are groups above the highest level, and no mount shows them. */
    bool is_top_seen;   /* The highest level has none above it that could hold a limit (version 1). */
    uint64_t checked;   /* The number of the call in which it was last found to be as it was. */
    char *group;        /* The path of the process's group in the hierarchy; NULL: not known. */
    uint64_t group_hash;
    char *path;          /* Its directory, with room for the name of a file. */
    size_t length;       /* Of that. */
    size_t mount_length; /* Of the part that is the mount's. */
    size_t levels;
    struct sysinfo__cgroup_level {
        size_t path_length; /* Its directory is the first so many bytes of `path`. */
        bool is_scanned;    /* For the groups in it that are protected. */
        uint64_t min;       /* Its own memory.min when that was done. */
        struct sysinfo__kept file[SYSINFO__CGROUP_FILES];
    } *level;
    /* Groups beside the process's own and those above it that have memory.min. */
    struct sysinfo__protected {
        size_t level; /* It lies in this level's group. */
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
    int64_t process;                /* Whose /proc/self the descriptors below are. */
    struct sysinfo__kept own_group; /* /proc/self/cgroup */
    bool is_found;                  /* The rest is true for the text below. */
    uint64_t checked;               /* The number of the call in which it was last read. */
    bool has_text;                  /* There is such a file. */
    bool is_without;                /* There is none because this kernel has no control groups. */
    int text_status;                /* Why it could not be read, */
    int64_t text_error;             /* and the system's own number for that. */
    char *text;
    size_t length;
    struct sysinfo__hierarchy hierarchy[SYSINFO__CONTROLLERS];
};

struct sysinfo__state {
    int root;                       /* The directory below which files are opened; -1: not open, or this machine. */
    int file[SYSINFO__FILES];       /* -1: not open. */
    bool is_single[SYSINFO__FILES]; /* One read brings all of it. */

    struct sysinfo__huge_pages huge_pages;
    struct sysinfo__kept arcstats; /* Of ZFS. */
    int cpuinfo;                   /* -1: not open. */

    struct sysinfo__cgroups cgroups;
    struct sysinfo__process {
        int64_t id; /* Whose files these are. */
        struct sysinfo__kept status, limits, statm, rollup;
    } process;
    struct sysinfo__affinity {
        unsigned long *mask; /* What the kernel fills; grown to what it asks for. */
        size_t words;
        struct sysinfo__cpu_set allowed, other;
        /* The set that was counted last, 0: none, and its cores, 0: the machine does not say. */
        uint64_t counted_hash, counted_cores;
    } affinity;
    struct sysinfo__kept pressure[4]; /* By what is waited for, in the order of their results. */
    struct sysinfo__numa {
        struct sysinfo__kept online;
        uint64_t hash; /* Of its text, for which the nodes below are all; 0: not looked for yet. */
        size_t count, capacity;
        struct sysinfo__numa_files {
            uint64_t number;
            struct sysinfo__kept meminfo, cpulist;
        } *node;
        struct sysinfo__cpu_set cpus; /* Of the node that is being read. */
    } numa;

    struct sysinfo__meminfo_hints meminfo_hints;
    size_t vmstat_hints[SYSINFO__VMSTAT_KEYS];

    /* The last count, and the text of sys/devices/system/cpu/online that it is true for. */
    struct {
        char *online; /* NULL: not counted yet. */
        size_t length;
        uint64_t logical, cores; /* cores 0: the machine does not say. */
        bool is_without_folders; /* Nor has it directories of CPUs. */
    } counted;

    /* What the CPUs are, and the hash of the list of online CPUs that it is true for; 0: not looked for yet. */
    struct sysinfo_cpu_description description;
    uint64_t description_online;

    /* What was read last, with SYSINFO__TEXT_PADDING zero bytes after it. */
    char *text;
    size_t length, capacity;
    char small_text[8192]; /* Enough for most machines: a one-off call allocates nothing. */
};

#endif
