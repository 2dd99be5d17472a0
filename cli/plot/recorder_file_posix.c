/* SPDX-License-Identifier: MIT */
/* The lock shows that the recording is in progress. */
#include "plot/recorder_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"

struct recorder_file {
    const char *path;
    int fd;
};

/* Why the existing file may not be replaced; NULL: it is empty, or an earlier recording. */
static const char *refusal(const char *path, const char *head, size_t length) {
    struct stat file;
    if (stat(path, &file) != 0 || !S_ISREG(file.st_mode) || file.st_size == 0) {
        return NULL;
    }
    char begin[256];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    ssize_t count;
    do {
        count = fd < 0 ? -1 : read(fd, begin, length < sizeof begin ? length : sizeof begin);
    } while (count < 0 && fd >= 0 && errno == EINTR);
    const char *error = count < 0 ? strerror(errno) : NULL;
    if (fd >= 0) {
        close(fd);
    }
    bool is_recording = count == (ssize_t)length && memcmp(begin, head, length) == 0;
    return error != NULL   ? error
           : !is_recording ? "it exists and is not a recording; choose another name, or remove it"
                           : NULL;
}

static int fail(const char *path, const char *why) {
    return trouble("--record %s: %s", path, why);
}

/* Locks the file for this recorder and empties it. */
static int take(const struct recorder_file *recorder, char **location) {
    struct stat file;
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fstat(recorder->fd, &file) != 0) {
        return fail(recorder->path, strerror(errno));
    }
    if (!S_ISREG(file.st_mode)) {
        note("note: %s is not a regular file, so it cannot take marks", recorder->path);
        return 0;
    }
    if (fcntl(recorder->fd, F_SETLK, &lock) == 0) {
        *location = realpath(recorder->path, NULL);
    } else if (errno == EACCES || errno == EAGAIN) {
        return fail(recorder->path, "another recording is being written to it");
    } else {
        note("note: %s cannot be locked (%s), so it cannot take marks", recorder->path, strerror(errno));
    }
    return ftruncate(recorder->fd, 0) == 0 ? 0 : fail(recorder->path, strerror(errno));
}

struct recorder_file *recorder_file_open(const char *path, const char *head, size_t length, char **location) {
    const char *why = refusal(path, head, length);
    if (why != NULL) {
        fail(path, why);
        return NULL;
    }
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
    if (fd < 0) {
        fail(path, strerror(errno));
        return NULL;
    }
    struct recorder_file *file = malloc(sizeof *file);
    if (file == NULL) {
        fail_no_memory();
    }
    *file = (struct recorder_file){path, fd};
    if (take(file, location) != 0) {
        free(*location);
        *location = NULL;
        recorder_file_close(file);
        return NULL;
    }
    return file;
}

bool recorder_file_write(struct recorder_file *file, const char *bytes, size_t count) {
    ssize_t written;
    do {
        written = write(file->fd, bytes, count);
    } while (written < 0 && errno == EINTR);
    if (written != (ssize_t)count) {
        fail(file->path, written < 0 ? strerror(errno) : "the disk is full; what was written can be plotted");
    }
    return written == (ssize_t)count;
}

void recorder_file_close(struct recorder_file *file) {
    close(file->fd);
    free(file);
}
