/* SPDX-License-Identifier: MIT */
#include "backend.h"

#include <sys/auxv.h>

bool sysinfo__backend_is_privileged(void) {
    return getauxval(AT_SECURE) != 0; /* Also by file capabilities and by security modules. */
}
