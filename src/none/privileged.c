/* SPDX-License-Identifier: MIT */
#include "backend.h"

bool sysinfo__backend_is_privileged(void) {
    return false;
}
