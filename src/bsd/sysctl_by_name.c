/* SPDX-License-Identifier: MIT */
/* Not for OpenBSD, which has keys by number only. */
#include "bsd/answer.h"

#include <sys/types.h> /* First: the others need its types. */

#include <sys/sysctl.h>

#include <errno.h>

int sysinfo__sysctl_by_name(struct sysinfo_host *host, const char *name, void *answer, size_t *size) {
    return sysctlbyname(name, answer, size, NULL, 0) == 0 ? SYSINFO_OK : sysinfo__sysctl_failed(host, name, errno);
}

int sysinfo__sysctl_number_by_name(struct sysinfo_host *host, const char *name, uint64_t *number) {
    uint64_t answer;
    size_t size = sizeof answer;
    int status = sysinfo__sysctl_by_name(host, name, &answer, &size);
    return status == SYSINFO_OK ? sysinfo__sysctl_decode_number(host, name, &answer, size, number) : status;
}

int sysinfo__sysctl_text_by_name(struct sysinfo_host *host, const char *name, char *text, size_t room) {
    size_t size = room - 1;
    int status = sysinfo__sysctl_by_name(host, name, text, &size);
    text[status == SYSINFO_OK ? size : 0] = '\0';
    return status;
}
