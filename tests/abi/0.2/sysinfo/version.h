/* SPDX-License-Identifier: MIT */
/* Which version of the library a program was compiled against, and which one it runs with. */
#ifndef SYSINFO_VERSION_H
#define SYSINFO_VERSION_H

#include <sysinfo/api.h>

#define SYSINFO_VERSION_MAJOR 0
#define SYSINFO_VERSION_MINOR 2
#define SYSINFO_VERSION_PATCH 0
#define SYSINFO_VERSION "0.2.0"

SYSINFO_BEGIN_DECLS

/* The version of the library that is running, for example "0.1.0". Since 0.1. */
SYSINFO_EXPORT const char *sysinfo_version(void);

/*
 * The system that it was built to ask: "linux", "freebsd", "netbsd", "openbsd", "macos", "windows"
 * or "none". Since 0.1.
 */
SYSINFO_EXPORT const char *sysinfo_backend(void);

SYSINFO_END_DECLS

#endif
