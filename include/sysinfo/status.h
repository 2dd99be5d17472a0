/* SPDX-License-Identifier: MIT */
/*
 * The statuses that calls return. 0 is success; every failure is one of the negative
 * numbers below, the same on every system and never renumbered.
 *
 * On failure the caller's result is unchanged. The host keeps what exactly failed: which
 * file, which line, the system's error number. See sysinfo_explain() in <sysinfo/host.h>.
 */
#ifndef SYSINFO_STATUS_H
#define SYSINFO_STATUS_H

#include <sysinfo/api.h>

SYSINFO_BEGIN_DECLS

enum sysinfo_status {
    SYSINFO_OK = 0,
    SYSINFO_NOT_SUPPORTED = -1, /* This system, or this build, has no such figure. */
    SYSINFO_NOT_FOUND = -2,     /* The file, key or device with the figure does not exist. */
    SYSINFO_DENIED = -3,        /* The system refused access. */
    SYSINFO_GONE = -4,          /* It existed, but disappeared during the call. */
    SYSINFO_MALFORMED = -5,     /* It was read, but its content is not what it should be. */
    SYSINFO_NO_MEMORY = -6,     /* No memory. */
    SYSINFO_INVALID = -7,       /* An argument is not valid. */
    SYSINFO_NOT_YET = -8,       /* No interval yet: first call, or the counters have not changed. Call again later. */
    SYSINFO_NO_DESCRIPTOR = -9, /* No file descriptor is left, in this process or in the system. */
    SYSINFO_SYSTEM = -10,       /* The system failed in another way; sysinfo_system_error() has its number. */
    SYSINFO_UNKNOWN = -11       /* Not reported by this machine. */
};

/*
 * The constant's name, for example "SYSINFO_DENIED"; "SYSINFO_?" for a number that is not a status.
 * Never NULL. Since 0.1.
 */
SYSINFO_EXPORT const char *sysinfo_status_name(int status);

/*
 * One English sentence without a full stop, for example "access was denied". Never NULL, never
 * translated. Since 0.1.
 */
SYSINFO_EXPORT const char *sysinfo_status_meaning(int status);

SYSINFO_END_DECLS

#endif
