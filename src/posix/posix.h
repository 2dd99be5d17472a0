/* SPDX-License-Identifier: MIT */
/* Shared by the backends of POSIX systems. */
#ifndef SYSINFO_POSIX_H
#define SYSINFO_POSIX_H

#include "backend.h"

/* The status for an errno. */
int sysinfo__posix_status(int error);

/* Entries of the backend tables; only the BSDs and macOS use the last two. */
double sysinfo__posix_clock(void);
int sysinfo__posix_sleep(struct sysinfo_host *host, double seconds);
const char *sysinfo__posix_error(int64_t system_error);
int sysinfo__posix_append_mark(const char *path, const char *line, size_t length);
int sysinfo__posix_load_average(struct sysinfo_host *host, struct sysinfo_load *load);
bool sysinfo__posix_is_privileged(void);

/*
 * What getrusage(2) reports for this process: for all threads, including those that have ended. `peak_unit` is the
 * number of bytes in a unit of ru_maxrss, which differs between systems; 0 leaves the peak out.
 */
void sysinfo__posix_usage(struct sysinfo_process *process, uint64_t peak_unit);

#endif
