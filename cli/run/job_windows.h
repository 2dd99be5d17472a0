/* SPDX-License-Identifier: MIT */
/* The Windows job that contains the command and everything it starts. */
#ifndef CLI_JOB_WINDOWS_H
#define CLI_JOB_WINDOWS_H

#include "run/process_table.h"

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

/* Puts a process that has not run yet into a new job. False: there is none. */
bool job_begin(HANDLE process);

/* Ends all its processes. False: there is no job. */
bool job_end(DWORD status);

/* The pids of its processes. */
void job_members(struct pids *pids);

/* The usage of all processes that ever were in it. Wine counts nothing, so a member of 0 is unknown. */
struct job_usage {
    bool has_cpu;
    double user, system;             /* Seconds. */
    uint64_t peak_process, peak_all; /* Bytes committed: the highest of a single process, and the highest total. */
};
struct job_usage job_usage(void);

#endif
