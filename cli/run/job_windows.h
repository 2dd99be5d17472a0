/* SPDX-License-Identifier: MIT */
/* The Windows job that the command and all that it starts are in. */
#ifndef CLI_JOB_WINDOWS_H
#define CLI_JOB_WINDOWS_H

#include "run/process_table.h"

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

/* Puts a process that has not run yet into a new job; false: there is none. */
bool job_begin(HANDLE process);

/* Ends all that is in it; false: there is no job. */
bool job_end(DWORD status);

/* The pids of those that are in it. */
void job_members(struct pids *pids);

/* Of all that was ever in it. Wine counts nothing: a member that is 0 is not known. */
struct job_usage {
    bool has_cpu;
    double user, system;             /* Seconds. */
    uint64_t peak_process, peak_all; /* Bytes committed: by the process with the most, and by all at once. */
};
struct job_usage job_usage(void);

#endif
