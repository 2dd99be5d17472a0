/* SPDX-License-Identifier: MIT */
/* What the backends of POSIX systems share. */
#ifndef SYSINFO_POSIX_H
#define SYSINFO_POSIX_H

#include "backend.h"

/* The status that an errno means. */
int sysinfo__posix_status(int error);

#endif
