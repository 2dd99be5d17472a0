/* SPDX-License-Identifier: MIT */
#include "bsd/answer.h"

#include <errno.h>
#include <string.h>

#include "posix/posix.h"

int sysinfo__sysctl_failed(struct sysinfo_host *host, const char *name, int error) {
    if (error == ENOMEM) {
        return sysinfo__failed(host, SYSINFO_MALFORMED, error, name, "is longer than this library expects");
    }
    return sysinfo__failed(host, sysinfo__posix_status(error), error, name, NULL);
}

int sysinfo__sysctl_too_short(struct sysinfo_host *host, const char *name) {
    return sysinfo__failed(host, SYSINFO_MALFORMED, 0, name, "is shorter than it should be");
}

int sysinfo__sysctl_decode_number(struct sysinfo_host *host, const char *name, const void *answer, size_t size,
                                  uint64_t *number) {
    uint32_t narrow;
    if (size == sizeof narrow) {
        memcpy(&narrow, answer, sizeof narrow);
        *number = narrow;
    } else if (size == sizeof *number) {
        memcpy(number, answer, sizeof *number);
    } else {
        return sysinfo__failed(host, SYSINFO_MALFORMED, 0, name, "is not a number of 4 or 8 bytes");
    }
    return SYSINFO_OK;
}

bool sysinfo__is_missing(int status) {
    return status == SYSINFO_NOT_FOUND || status == SYSINFO_NOT_SUPPORTED || status == SYSINFO_DENIED ||
           status == SYSINFO_MALFORMED;
}
