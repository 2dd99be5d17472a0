/* SPDX-License-Identifier: MIT */
/*
 * A Windows machine in a table: what the calls of src/win answer when its object
 * code is linked against this instead of the system (see tests/windows/redirect.cmake).
 * Plain numbers, no Windows types.
 */
#ifndef TESTS_WINDOWS_MACHINE_H
#define TESTS_WINDOWS_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MACHINE_GROUPS = 8, MACHINE_CPUS = 64, MACHINE_PAGE_FILES = 256 };

/*
 * Counters of a CPU in units of 100 ns; kernel contains idle, dpc and interrupt. The table adds
 * `rate` x slept seconds to them.
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
     * Cores of each group from CPU 0 on: first `two_threads` with two CPUs, then the rest with one
     * each, as a more efficient kind.
     */
    unsigned two_threads[MACHINE_GROUPS];

    uint64_t page_size, total, available, cache, nonpaged, committed, commit_limit; /* In pages. */
    uint64_t zeroed, free, modified;                                                /* In pages. */

    unsigned page_files;
    struct {
        uint32_t pages, in_use;
    } page_file[MACHINE_PAGE_FILES];

    uint32_t context_switches, system_calls;

    /* This process. A mask that is 0: its threads are in several groups. */
    unsigned own_groups; /* That it may use, from group 0 on: one on Windows 10, all on Windows 11. */
    uint64_t mask;       /* Of group 0. */
    unsigned cpu_sets;   /* CPUs given by preference; 0: none. */
    bool is_before_10;   /* It has no CPU sets, and a job does not tell what it uses. */
    uint64_t committed_by_process, working_set, peak_working_set, address_space, private_set; /* Bytes. */
    uint32_t threads, faults, hard_faults;
    int64_t user, kernel; /* Units of 100 ns. */
    unsigned processes;   /* Listed before it. */

    /* What the CPUs are. */
    unsigned packages, most_class; /* Cores of two threads are of this class of efficiency, others of class 0. */
    uint32_t max_mhz, current_mhz;
    const wchar_t *vendor, *model; /* NULL: the registry has none. */
    uint16_t native_machine;       /* 0: not told. */
    double uptime;                 /* Seconds. */
    int64_t time;                  /* Units of 100 ns since 1601. */
    uint32_t page_faults, pages_read, page_reads, dirty_written, mapped_written;

    /* The job that it is in. */
    struct {
        bool is_member, has_process_limit, has_job_limit;
        bool is_hidden; /* Neither limits nor rate can be asked. */
        uint64_t process_limit, job_limit, used;
        uint32_t rate_flags, rate;
    } job;

    /* What this system lacks. */
    bool has_no_query, has_no_query_ex;
    uint32_t query_ex_status, page_file_status, memory_list_status; /* An NTSTATUS to answer with; 0: answer. */
    unsigned page_list_numbers; /* How many numbers the kernel wants of the lists of pages. */
    bool tells_no_size;         /* A buffer that is too small gets no hint. */
    unsigned grows;             /* So many more times a buffer is too small, whatever its size. */
    unsigned vanishing_group;   /* It is counted and then gone; 0: none. */
    int64_t early_wakeups;      /* So many more times a sleep ends after half its time. */

    /* What happened. */
    uint64_t calls;
    int64_t allocations, frees;
    double slept; /* Seconds. */

    /* The call of this number, from 1, fails as it would for lack of memory; 0: none. */
    uint64_t failing_call;
    /* The allocation of this number fails; 0: none. */
    int64_t failing_allocation;
};
extern struct machine machine;

/* One group of `cpus` CPUs on `two_threads` cores of two threads each, half idle; 16 GiB; one page file. */
void machine_reset(unsigned groups, unsigned cpus, unsigned two_threads);

/* The CPUs of a group. */
uint64_t machine_group_mask(unsigned group);

/* Time passes: clock and counters. */
void machine_pass(double seconds);

/* What GetLastError() says there. */
uint32_t machine_last_error(void);
void machine_set_last_error(uint32_t error);

#endif
