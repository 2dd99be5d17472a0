/* SPDX-License-Identifier: MIT */
/*
 * Every write appends whole lines at once, and so does sysinfo_mark() in other
 * processes: their lines never mix. The lock says that the recording goes on.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sysinfo/mark.h>

#include "fail.h"
#include "platform.h"
#include "plot/recording.h"
#include "utc.h"

struct recorder {
    const char *path;
    int fd;
    double start;
    int64_t wall;
    struct text rows, environment;
    bool has_failed;
};

/* Whether what is there may be replaced: nothing, or an earlier recording. */
static bool may_replace(const char *path) {
    struct stat file;
    if (stat(path, &file) != 0 || !S_ISREG(file.st_mode) || file.st_size == 0) {
        return true;
    }
    static const char header[] = SYSINFO_RECORDING_HEADER;
    const size_t common = (size_t)(strstr(header, ",mark") - header); /* Every version has these columns. */
    char begin[sizeof header];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    ssize_t length = fd < 0 ? 0 : read(fd, begin, common);
    if (fd >= 0) {
        close(fd);
    }
    return length == (ssize_t)common && memcmp(begin, header, common) == 0;
}

/* For marks, which name it by this path. */
static void describe(struct recorder *recorder) {
    char *path = realpath(recorder->path, NULL);
    if (path != NULL) {
        text_addf(&recorder->environment, "%" PRId64 ":%" PRId64 ":%s", (int64_t)(recorder->start * 1000),
                  recorder->wall, path);
        free(path);
    }
}

static int fail(const char *path, const char *why) {
    return trouble("--record %s: %s", path, why);
}

/* Takes the file for this recorder alone, and empties it. */
static int take(struct recorder *recorder) {
    struct stat file;
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fstat(recorder->fd, &file) != 0) {
        return fail(recorder->path, strerror(errno));
    }
    if (!S_ISREG(file.st_mode)) {
        note("note: %s is no regular file: marks cannot be put into it", recorder->path);
        return 0;
    }
    if (fcntl(recorder->fd, F_SETLK, &lock) == 0) {
        describe(recorder);
    } else if (errno == EACCES || errno == EAGAIN) {
        return fail(recorder->path, "another recording is being written to it");
    } else {
        note("note: %s cannot be locked (%s): marks cannot be put into it", recorder->path, strerror(errno));
    }
    return ftruncate(recorder->fd, 0) == 0 ? 0 : fail(recorder->path, strerror(errno));
}

struct recorder *recorder_open(const char *path, const char **environment) {
    if (!may_replace(path)) {
        fail(path, "it exists and is no recording; choose another name, or remove it");
        return NULL;
    }
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666);
    if (fd < 0) {
        fail(path, strerror(errno));
        return NULL;
    }
    struct recorder *recorder = calloc(1, sizeof *recorder);
    if (recorder == NULL) {
        fail_no_memory();
    }
    recorder->path = path;
    recorder->fd = fd;
    recorder->start = platform_clock();
    recorder->wall = platform_wall_clock();
    int status = take(recorder);
    text_add(&recorder->rows, SYSINFO_RECORDING_HEADER "\n");
    if (status != 0 || !recorder_flush(recorder)) {
        recorder_close(recorder);
        return NULL;
    }
    *environment = recorder->environment.bytes;
    return recorder;
}

double recorder_start(const struct recorder *recorder) {
    return recorder->start;
}

static void add_number(struct text *text, const char *format, double number) {
    if (number >= 0) {
        text_addf(text, format, number);
    }
    text_add(text, ",");
}

/* Behind the mark, which is empty. */
static void add_heap(struct text *text, const struct recorded_heap *heap) {
    const double figures[] = {heap->processes, heap->bytes,  heap->kept,  heap->peak,
                              heap->blocks,    heap->allocs, heap->frees, heap->mapped};
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        text_add(text, ",");
        if (figures[i] >= 0) {
            text_addf(text, "%.0f", figures[i]);
        }
    }
}

void recorder_add(struct recorder *recorder, const struct recorded *row) {
    struct text *text = &recorder->rows;
    utc_add_iso(text, recorder->wall + (int64_t)(row->elapsed * 1000));
    text_addf(text, ",%.3f,", row->elapsed);
    add_number(text, "%.0f", row->pid > 0 ? (double)row->pid : -1);
    text_add_csv(text, row->name);
    text_add(text, ",");
    add_number(text, "%.0f", (double)row->processes);
    add_number(text, "%.0f", row->rss);
    add_number(text, "%.0f", row->pss);
    add_number(text, "%.0f", row->peak);
    add_number(text, "%.2f", row->cpu_seconds);
    add_number(text, "%.2f", row->cpu_percent);
    static const struct recorded_heap unknown = {-1, -1, -1, -1, -1, -1, -1, -1};
    add_heap(text, row->heap != NULL ? row->heap : &unknown);
    text_add(text, "\n");
}

void recorder_add_comment(struct recorder *recorder, const char *key, const char *text) {
    text_addf(&recorder->rows, "# %s: %s\n", key, text);
}

bool recorder_flush(struct recorder *recorder) {
    bool is_good = true;
    if (!recorder->has_failed && recorder->rows.length > 0) {
        ssize_t written;
        do {
            written = write(recorder->fd, recorder->rows.bytes, recorder->rows.length);
        } while (written < 0 && errno == EINTR);
        is_good = written == (ssize_t)recorder->rows.length;
        if (!is_good) {
            fail(recorder->path, written < 0 ? strerror(errno) : "it is full; what is there can be plotted");
        }
    }
    recorder->has_failed = recorder->has_failed || !is_good;
    text_clear(&recorder->rows);
    return is_good;
}

void recorder_close(struct recorder *recorder) {
    if (recorder != NULL) {
        close(recorder->fd);
        text_free(&recorder->rows);
        text_free(&recorder->environment);
        free(recorder);
    }
}
