/* SPDX-License-Identifier: MIT */
/* Replaces src/posix/mark.c: files are not simulated. */
#include "posix/posix.h"

int sysinfo__posix_append_mark(const char *path, const char *line, size_t length) {
    (void)path;
    (void)line;
    (void)length;
    return SYSINFO_OK;
}
