/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "posix.h"

/* A recorder keeps its file locked while it records. */
static bool is_recording(int fd, struct stat *file) {
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fstat(fd, file) == 0 && S_ISREG(file->st_mode) && fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

/* A write beyond the file-size limit raises SIGXFSZ, which would end the caller's program. */
static bool has_room(const struct stat *file, size_t length) {
    struct rlimit limit;
    return getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
           (uint64_t)file->st_size + length <= (uint64_t)limit.rlim_cur;
}

/* Removes a line that a full disk cut short: without its end, it would spoil the next line too. */
static void take_back(int fd, ssize_t written) {
    struct stat file;
    off_t end = lseek(fd, 0, SEEK_CUR);
    if (written > 0 && end >= written && fstat(fd, &file) == 0 && file.st_size == end &&
        ftruncate(fd, end - written) != 0) {
        return; /* Readers ignore an incomplete line. */
    }
}

static int append(int fd, const char *line, size_t length) {
    ssize_t written;
    do {
        written = write(fd, line, length);
    } while (written < 0 && errno == EINTR);
    if (written < 0) {
        return sysinfo__posix_status(errno);
    }
    if (written != (ssize_t)length) {
        take_back(fd, written);
        return SYSINFO_SYSTEM;
    }
    return SYSINFO_OK;
}

int sysinfo__posix_append_mark(const char *path, const char *line, size_t length) {
    int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        return errno == ENOENT || errno == ENOTDIR || errno == ENXIO ? SYSINFO_OK : sysinfo__posix_status(errno);
    }
    int status = SYSINFO_OK;
    struct stat file;
    if (is_recording(fd, &file)) {
        status = has_room(&file, length) ? append(fd, line, length) : SYSINFO_SYSTEM;
    }
    close(fd);
    return status;
}
