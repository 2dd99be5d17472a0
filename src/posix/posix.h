/* SPDX-License-Identifier: MIT */
/* What the backends of POSIX systems share. */
#ifndef SYSINFO_POSIX_H
#define SYSINFO_POSIX_H

#include "backend.h"

/* The status that an errno means. */
int sysinfo__posix_status(int error);

/* Entries of a backend's table; the last two exist on the BSDs and macOS. */
double sysinfo__posix_clock(void);
int sysinfo__posix_sleep(struct sysinfo_host *host, double seconds);
const char *sysinfo__posix_error(int64_t system_error);
int sysinfo__posix_append_mark(const char *path, const char *line, size_t length);
int sysinfo__posix_load_average(struct sysinfo_host *host, struct sysinfo_load *load);
bool sysinfo__posix_is_privileged(void);

/*
 * What getrusage(2) reports of this process: of all threads, also those that have ended. `peak_unit`: bytes in a unit
 * of ru_maxrss, which differs between systems; 0 leaves the peak out.
 */
void sysinfo__posix_usage(struct sysinfo_process *process, uint64_t peak_unit);

#endif
