/* SPDX-License-Identifier: MIT */
#include "posix.h"

#include <unistd.h>

bool sysinfo__posix_is_privileged(void) {
    return issetugid() != 0;
}
