/* SPDX-License-Identifier: MIT */
#include "backend.h"

const struct sysinfo__tracker *sysinfo__backend_tracker(void) {
    return NULL;
}
