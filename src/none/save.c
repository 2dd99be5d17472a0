/* SPDX-License-Identifier: MIT */
#include "backend.h"

int sysinfo__backend_save(const char *path, const char *text, size_t length) {
    (void)path;
    (void)text;
    (void)length;
    return SYSINFO_NOT_SUPPORTED;
}
