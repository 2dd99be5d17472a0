/* SPDX-License-Identifier: MIT */
#include "linux.h"

/* Weak: defined only if libsysinfo_heap is linked or preloaded. */
#pragma weak sysinfo__tracker

const struct sysinfo__tracker *sysinfo__linux_tracker(void) {
    return sysinfo__tracker != NULL ? sysinfo__tracker() : NULL;
}
