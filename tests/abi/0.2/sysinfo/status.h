/* SPDX-License-Identifier: MIT */
/*
 * What a call answers. 0 is success; every failure is one of the negative
 * numbers below, the same on every system and never renumbered.
 *
 * On failure the caller's result is left as it was. What exactly failed (which
 * file, which line, the system's own number) is kept by the host handle: see
 * sysinfo_explain() in <sysinfo/host.h>.
 */
#ifndef SYSINFO_STATUS_H
#define SYSINFO_STATUS_H

#include <sysinfo/api.h>

SYSINFO_BEGIN_DECLS

enum sysinfo_status {
    SYSINFO_OK = 0,
    SYSINFO_NOT_SUPPORTED = -1, /* This system, or this build, has no such figure. */
    SYSINFO_NOT_FOUND = -2,     /* The file, key or device that holds the figure is not there. */
    SYSINFO_DENIED = -3,        /* The system refused access. */
    SYSINFO_GONE = -4,          /* It was there and vanished during the call. */
    SYSINFO_MALFORMED = -5,     /* It was read, but does not say what it should. */
    SYSINFO_NO_MEMORY = -6,     /* No memory. */
    SYSINFO_INVALID = -7,       /* An argument cannot be right. */
    SYSINFO_NOT_YET =
        -8, /* No window to measure over yet: the first call, or nothing has moved since. Ask again later. */
    SYSINFO_NO_DESCRIPTOR = -9, /* No file descriptor is left, in this process or in the system. */
    SYSINFO_SYSTEM = -10,       /* The system failed in another way; sysinfo_system_error() has its number. */
    SYSINFO_UNKNOWN = -11       /* This machine does not say. */
};

/*
 * The constant's name, for example "SYSINFO_DENIED"; "SYSINFO_?" for a number that is no status.
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
