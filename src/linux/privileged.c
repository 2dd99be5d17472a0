/* SPDX-License-Identifier: MIT */
#include "linux.h"

#include <sys/auxv.h>

bool sysinfo__linux_is_privileged(void) {
    return getauxval(AT_SECURE) != 0; /* Set for file capabilities and by security modules too. */
}
