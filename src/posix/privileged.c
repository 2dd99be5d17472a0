/* SPDX-License-Identifier: MIT */
#include "backend.h"

#include <unistd.h>

bool sysinfo__backend_is_privileged(void) {
    return issetugid() != 0;
}
