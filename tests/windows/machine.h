/* SPDX-License-Identifier: MIT */
/*
 * A Windows machine in a table: it answers the calls of src/win when their object code is linked with this instead of
 * the system (see tests/windows/redirect.cmake). Plain numbers, no Windows types.
 */
#ifndef TESTS_WINDOWS_MACHINE_H
#define TESTS_WINDOWS_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MACHINE_GROUPS = 8, MACHINE_CPUS = 64, MACHINE_PAGE_FILES = 256 };

/*
 * Counters of a CPU in units of 100 ns; kernel includes idle, dpc and interrupt. They advance by `rate` per second of
 * sleep.
 */
struct machine_cpu {
    int64_t idle, kernel, user, dpc, interrupt;
    uint32_t interrupts;
    struct {
        int64_t idle, kernel, user, dpc, interrupt;
    } rate;
};

struct machine {
    unsigned groups;
    unsigned cpus[MACHINE_GROUPS]; /* Active in each group. */
    struct machine_cpu cpu[MACHINE_GROUPS][MACHINE_CPUS];

    /*
     * The cores of each group from CPU 0 on: first `two_threads` cores with two CPUs, then the rest with one each, of a
     * more efficient kind.
     */
    unsigned two_threads[MACHINE_GROUPS];

    uint64_t page_size, total, available, cache, nonpaged, committed, commit_limit; /* In pages. */
    uint64_t zeroed, free, modified;                                                /* In pages. */

    unsigned page_files;
    struct {
        uint32_t pages, in_use;
    } page_file[MACHINE_PAGE_FILES];

    uint32_t context_switches, system_calls;

    /* This process. A mask of 0: its threads are in several groups. */
    unsigned own_groups; /* Those it may use, from group 0 on: one on Windows 10, all on Windows 11. */
    uint64_t mask;       /* Of group 0. */
    unsigned cpu_sets;   /* CPUs assigned as CPU sets; 0: none. */
    bool is_before_10;   /* It has no CPU sets, and jobs do not report usage. */
    uint64_t committed_by_process, working_set, peak_working_set, address_space, private_set; /* Bytes. */
    uint32_t threads, faults, hard_faults;
    int64_t user, kernel; /* Units of 100 ns. */
    unsigned processes;   /* Listed before it. */

    /* Description of the CPUs. */
    unsigned packages, most_class; /* Cores with two threads have this efficiency class, others class 0. */
    uint32_t max_mhz, current_mhz;
    const wchar_t *vendor, *model; /* NULL: the registry has none. */
    uint16_t native_machine;       /* 0: not reported. */
    double uptime;                 /* Seconds. */
    int64_t time;                  /* Units of 100 ns since 1601. */
    uint32_t page_faults, pages_read, page_reads, dirty_written, mapped_written;

    /* The process's job. */
    struct {
        bool is_member, has_process_limit, has_job_limit;
        bool is_hidden; /* Neither limits nor the rate can be read. */
        uint64_t process_limit, job_limit, used;
        uint32_t rate_flags, rate;
    } job;

    /* Missing from this system. */
    bool has_no_query, has_no_query_ex;
    uint32_t query_ex_status, page_file_status, memory_list_status; /* An NTSTATUS to return; 0: succeed. */
    unsigned page_list_numbers; /* How many numbers the kernel requires for the page lists. */
    bool reports_no_size;       /* A too small buffer gets no size hint. */
    unsigned grows;             /* This many more times, a buffer is too small, whatever its size. */
    unsigned vanishing_group;   /* Counted and then gone; 0: none. */
    int64_t early_wakeups;      /* This many more times, a sleep ends after half its time. */

    /* What happened. */
    uint64_t calls;
    int64_t allocations, frees;
    double slept; /* Seconds. */

    /* The call with this number, from 1, fails as if memory ran out; 0: none. */
    uint64_t failing_call;
    /* The allocation with this number fails; 0: none. */
    int64_t failing_allocation;
};
extern struct machine machine;

/* One group of `cpus` CPUs on `two_threads` cores of two threads each, half idle; 16 GiB; one page file. */
void machine_reset(unsigned groups, unsigned cpus, unsigned two_threads);

/* The CPUs of a group. */
uint64_t machine_group_mask(unsigned group);

/* Advances clock and counters. */
void machine_pass(double seconds);

/* The machine's GetLastError(). */
uint32_t machine_last_error(void);
void machine_set_last_error(uint32_t error);

#endif
