/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "posix.h"

/* A recorder holds a lock on its file for as long as it records. */
static bool is_recording(int fd) {
    struct stat file;
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fstat(fd, &file) == 0 && S_ISREG(file.st_mode) && fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

int sysinfo__backend_append_mark(const char *path, const char *line, size_t length) {
    int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        return errno == ENOENT || errno == ENOTDIR || errno == ENXIO ? SYSINFO_OK : sysinfo__posix_status(errno);
    }
    int status = SYSINFO_OK;
    if (is_recording(fd)) {
        ssize_t written;
        do {
            written = write(fd, line, length);
        } while (written < 0 && errno == EINTR);
        if (written != (ssize_t)length) {
            status = written < 0 ? sysinfo__posix_status(errno) : SYSINFO_SYSTEM;
        }
    }
    close(fd);
    return status;
}
