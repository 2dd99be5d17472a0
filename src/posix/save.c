/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "posix.h"

int sysinfo__backend_save(const char *path, const char *text, size_t length) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666);
    if (fd < 0) {
        return sysinfo__posix_status(errno);
    }
    int status = SYSINFO_OK;
    while (length > 0 && status == SYSINFO_OK) {
        ssize_t written = write(fd, text, length);
        if (written >= 0) {
            text += written;
            length -= (size_t)written;
        } else if (errno != EINTR) {
            status = sysinfo__posix_status(errno);
        }
    }
    if (close(fd) != 0 && status == SYSINFO_OK) {
        status = sysinfo__posix_status(errno);
    }
    return status;
}
