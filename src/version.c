/* SPDX-License-Identifier: MIT */
#include <sysinfo/version.h>

#include "backend.h"

const char *sysinfo_version(void) {
    return SYSINFO_VERSION;
}

const char *sysinfo_backend(void) {
    return sysinfo__backend.name;
}
