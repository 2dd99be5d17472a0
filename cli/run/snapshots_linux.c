/* SPDX-License-Identifier: MIT */
/*
 * docs/leaks.md describes the control file: 8 bytes of state (the generation, above 32 bits the number of the last
 * request), 8 bytes of what is asked for, a label, and three counts of what is missing.
 */
#define _DEFAULT_SOURCE 1
#include "run/snapshots.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sysinfo/sysinfo.h>

#include "fail.h"
#include "platform.h"
#include "text.h"

#define CONTROL "control"
#define BLOCKS ".blocks"
#define PART ".part"
#define WAIT 2.0 /* Seconds for snapshots that are being written at the end. */

struct control {
    uint64_t state, what;
    char label[112];
    uint64_t confined, failed, denied;
};

struct snapshots {
    int directory;
    const char *path;
    FILE *file;
    struct control *control;
    size_t collected;
    int error; /* The first that kept a snapshot from being written; 0: none. */
};

static struct control *map_control(int directory, int flags) {
    struct control *control = MAP_FAILED;
    int fd = openat(directory, CONTROL, flags | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
    struct stat file;
    if (fd >= 0 && ((flags & O_CREAT) == 0 || ftruncate(fd, sizeof *control) == 0) && fstat(fd, &file) == 0 &&
        file.st_size >= (off_t)sizeof *control) {
        control = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    }
    if (fd >= 0) {
        close(fd);
    }
    return control != MAP_FAILED ? control : NULL;
}

struct snapshots *snapshots_open(const char *directory, const char *path, uint64_t what) {
    struct snapshots *snapshots = calloc(1, sizeof *snapshots);
    if (snapshots == NULL) {
        fail_no_memory();
    }
    snapshots->path = path;
    snapshots->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    snapshots->control = snapshots->directory >= 0 ? map_control(snapshots->directory, O_CREAT | O_EXCL) : NULL;
    snapshots->file = snapshots->control != NULL ? fopen(path, "we") : NULL;
    if (snapshots->file == NULL) {
        trouble("--heap-record %s cannot be written: %s", path, strerror(errno));
        snapshots_close(snapshots);
        return NULL;
    }
    snapshots->control->state = 1;
    snapshots->control->what = what;
    return snapshots;
}

static void request(struct control *control, const char *label) {
    enum { LAST_GENERATION = 511 };
    snprintf(control->label, sizeof control->label, "%s", label);
    uint64_t state = __atomic_load_n(&control->state, __ATOMIC_RELAXED), next;
    do {
        uint64_t generation = (uint32_t)state;
        next = ((state >> 32) + 1) << 32 | (generation < LAST_GENERATION ? generation + 1 : generation);
    } while (!__atomic_compare_exchange_n(&control->state, &state, next, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
}

void snapshots_request(struct snapshots *snapshots, const char *label) {
    request(snapshots->control, label);
}

void snapshots_mark(const char *directory, const char *label) {
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct control *control = fd >= 0 ? map_control(fd, 0) : NULL;
    if (control != NULL) {
        request(control, label);
        munmap(control, sizeof *control);
    }
    if (fd >= 0) {
        close(fd);
    }
}

/* ---- Collecting ---- */

static bool ends_with(const char *name, const char *end) {
    size_t length = strlen(name), last = strlen(end);
    return length > last && strcmp(name + length - last, end) == 0;
}

static void keep_error(struct snapshots *snapshots, bool is_good) {
    snapshots->error = is_good || snapshots->error != 0 ? snapshots->error : errno;
}

static bool append(struct snapshots *snapshots, int fd) {
    char bytes[65536];
    ssize_t length;
    while ((length = read(fd, bytes, sizeof bytes)) > 0 || (length < 0 && errno == EINTR)) {
        if (length > 0 && fwrite(bytes, 1, (size_t)length, snapshots->file) != (size_t)length) {
            return false;
        }
    }
    return length == 0;
}

/* Returns whether one is still being written. */
static bool collect(struct snapshots *snapshots) {
    bool is_busy = false;
    int copy = openat(snapshots->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = copy >= 0 ? fdopendir(copy) : NULL;
    for (const struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        is_busy = is_busy || ends_with(entry->d_name, PART);
        if (!ends_with(entry->d_name, BLOCKS)) {
            continue;
        }
        int fd = openat(snapshots->directory, entry->d_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
        if (fd >= 0) {
            keep_error(snapshots, append(snapshots, fd));
            close(fd);
            snapshots->collected++;
            unlinkat(snapshots->directory, entry->d_name, 0);
        }
    }
    if (directory != NULL) {
        closedir(directory);
    } else if (copy >= 0) {
        close(copy);
    }
    keep_error(snapshots, fflush(snapshots->file) == 0);
    return is_busy;
}

void snapshots_collect(struct snapshots *snapshots, bool is_end) {
    double until = platform_clock() + WAIT;
    while (collect(snapshots) && is_end && platform_clock() < until) {
        platform_sleep_until(platform_clock() + 0.01);
    }
}

void snapshots_await(struct snapshots *snapshots, const char *label, double seconds) {
    collect(snapshots);
    size_t before = snapshots->collected;
    double until = platform_clock() + seconds;
    snapshots_request(snapshots, label);
    while ((collect(snapshots) || snapshots->collected == before) && platform_clock() < until) {
        platform_sleep_until(platform_clock() + 0.005);
    }
}

struct missing snapshots_missing(const struct snapshots *snapshots) {
    const struct control *control = snapshots->control;
    return (struct missing){__atomic_load_n(&control->confined, __ATOMIC_RELAXED),
                            __atomic_load_n(&control->failed, __ATOMIC_RELAXED),
                            __atomic_load_n(&control->denied, __ATOMIC_RELAXED)};
}

bool snapshots_close(struct snapshots *snapshots) {
    if (snapshots == NULL) {
        return true;
    }
    if (snapshots->file != NULL) {
        keep_error(snapshots, fclose(snapshots->file) == 0);
    }
    bool is_good = snapshots->file != NULL && snapshots->error == 0;
    if (snapshots->error != 0) {
        trouble("--heap-record %s could not be written: %s", snapshots->path, strerror(snapshots->error));
    }
    if (snapshots->control != NULL) {
        munmap(snapshots->control, sizeof *snapshots->control);
    }
    if (snapshots->directory >= 0) {
        close(snapshots->directory);
    }
    free(snapshots);
    return is_good;
}
