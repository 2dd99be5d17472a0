/* SPDX-License-Identifier: MIT */
#include "platform.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static struct sigaction size_signal; /* The disposition of SIGXFSZ at program start. */
static struct rlimit first_files;    /* The limit on open files before it was raised. */
static bool has_raised_files;

/*
 * Occupies a closed descriptor with /dev/null opened in the wrong direction, so that using it still fails; a command
 * that is run finds it closed. Ignores SIGXFSZ, so that reaching a file-size limit is a write error with a message.
 */
void platform_start(void) {
    struct sigaction ignore;
    memset(&ignore, 0, sizeof ignore);
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGXFSZ, &ignore, &size_signal);
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
            open("/dev/null", (fd == 0 ? O_WRONLY : O_RDONLY) | O_CLOEXEC) < 0) {
            return;
        }
    }
}

void platform_leave(void) {
    sigaction(SIGXFSZ, &size_signal, NULL);
    if (has_raised_files) {
        setrlimit(RLIMIT_NOFILE, &first_files);
    }
}

/* ---- This process ---- */

void platform_set_variable(const char *name, const char *value) {
    setenv(name, value, 1);
}

size_t platform_allow_descriptors(size_t count) {
    rlim_t wanted = (rlim_t)count;
    struct rlimit limit = {0, 0};
    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < wanted && limit.rlim_cur < limit.rlim_max) {
        struct rlimit raised = {limit.rlim_max < wanted ? limit.rlim_max : wanted, limit.rlim_max};
        if (setrlimit(RLIMIT_NOFILE, &raised) == 0) {
            first_files = has_raised_files ? first_files : limit;
            has_raised_files = true;
            limit = raised;
        }
    }
    return limit.rlim_cur < wanted ? (size_t)limit.rlim_cur : count;
}

/* ---- Time ---- */

double platform_clock(void) {
    struct timespec now = {0, 0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void platform_sleep_until(double time) {
    for (double left = time - platform_clock(); left > 0; left = time - platform_clock()) {
        double part = left < 86400 ? left : 86400;
        struct timespec request = {(time_t)part, 0};
        request.tv_nsec = (long)((part - (double)request.tv_sec) * 1e9);
        nanosleep(&request, NULL);
    }
}

double platform_own_cpu(void) {
    return (double)clock() / CLOCKS_PER_SEC;
}

int64_t platform_wall_clock(void) {
    struct timespec now = {0, 0};
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

double platform_cpu_tick(void) {
    return 0.01;
}

/* ---- Writing ---- */

size_t platform_terminal_width(int fd) {
    struct winsize size;
    return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static void wake_up(int number) {
    (void)number; /* Its only purpose is to interrupt a write. */
}

/* Requests to end that are deferred while a long line is written. */
struct deferral {
    sigset_t ends, before;
    struct sigaction alarm_before;
};

static void defer_ends(struct deferral *deferral) {
    sigemptyset(&deferral->ends);
    sigaddset(&deferral->ends, SIGINT);
    sigaddset(&deferral->ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &deferral->ends, &deferral->before);
    struct sigaction wake = {.sa_handler = wake_up};
    sigemptyset(&wake.sa_mask);
    sigaction(SIGALRM, &wake, &deferral->alarm_before);
    struct itimerval every_second = {{1, 0}, {1, 0}};
    setitimer(ITIMER_REAL, &every_second, NULL);
}

static void allow_ends(const struct deferral *deferral) {
    struct itimerval never = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &never, NULL);
    sigaction(SIGALRM, &deferral->alarm_before, NULL);
    sigprocmask(SIG_SETMASK, &deferral->before, NULL);
}

/* Whether a request to end is a second old: the reader takes nothing, so give up. */
static bool has_waited(const struct deferral *deferral) {
    sigset_t pending;
    return sigpending(&pending) == 0 && (sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1) &&
           sigprocmask(SIG_SETMASK, &deferral->before, NULL) == 0;
}

/*
 * Waits until a non-blocking stream has room: another program that shares it may have set that mode. False: a signal
 * interrupted it, or it failed.
 */
static bool wait_for_room(int fd) {
    struct pollfd stream = {.fd = fd, .events = POLLOUT};
    return poll(&stream, 1, -1) >= 0;
}

/* Sets *left to what was not written. */
static const char *write_all(int fd, const char *bytes, size_t count, const struct deferral *deferral, size_t *left) {
    for (*left = count; *left > 0;) {
        ssize_t written = write(fd, bytes, *left);
        if (written >= 0) {
            bytes += written;
            *left -= (size_t)written;
        } else if (errno != EAGAIN || !wait_for_room(fd)) {
            if (errno != EINTR) {
                return strerror(errno);
            }
            if (deferral != NULL) {
                has_waited(deferral);
            }
        }
    }
    return NULL;
}

static const char *write_counted(int fd, const char *bytes, size_t count, size_t *left) {
    if (count <= 4096) { /* A pipe takes this much at once, and so does a file. */
        return write_all(fd, bytes, count, NULL, left);
    }
    struct deferral deferral;
    defer_ends(&deferral);
    const char *error = write_all(fd, bytes, count, &deferral, left);
    allow_ends(&deferral);
    return error;
}

const char *platform_write(int fd, const char *bytes, size_t count) {
    size_t left;
    return write_counted(fd, bytes, count, &left);
}

/* ---- Files ---- */

struct platform_file {
    int fd; /* -1: the file replaces another when closed. */
    bool is_regular;
    char *path;     /* The file to replace; NULL: written in place. */
    char *appended; /* The file to append to; NULL: not a regular file. */
    mode_t mode;    /* Of the new file. */
    bool has_owner; /* There was an old file, whose owner it gets. */
    uid_t owner;
    gid_t group;
    char *bytes; /* The content of the new file. */
    size_t length;
};

static const char *release(struct platform_file *file, const char *error) {
    if (file->fd >= 0) {
        close(file->fd);
    }
    free(file->path);
    free(file->appended);
    free(file->bytes);
    free(file);
    return error;
}

/* The target of a link, even if it does not exist yet; NULL: no memory, or no such directory. */
static char *target_of_links(const char *path) {
    char *real = realpath(path, NULL);
    if (real != NULL || errno != ENOENT) {
        return real;
    }
    char target[PATH_MAX];
    ssize_t length = readlink(path, target, sizeof target - 1);
    if (length < 0) {
        return errno == EINVAL || errno == ENOENT ? strdup(path) : NULL;
    }
    target[length] = '\0';
    const char *slash = strrchr(path, '/');
    size_t directory = target[0] == '/' || slash == NULL ? 0 : (size_t)(slash - path) + 1;
    char *joined = malloc(directory + (size_t)length + 1);
    if (joined != NULL) {
        memcpy(joined, path, directory);
        memcpy(joined + directory, target, (size_t)length + 1);
    }
    return joined;
}

/* Creates a file with a unique name in the directory of `path`. */
static int create_beside(const char *path, mode_t mode, char **name) {
    size_t size = strlen(path) + 48;
    *name = malloc(size);
    for (unsigned attempt = 0; *name != NULL && attempt < 1000; attempt++) {
        snprintf(*name, size, "%s.%ld.%u.tmp", path, (long)getpid(), attempt);
        int fd = open(*name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (fd >= 0 || errno != EEXIST) {
            return fd;
        }
    }
    return -1;
}

/* Creates the new file and removes it again, so that a failure shows before anything is measured. */
static const char *open_replacement(struct platform_file *file, const char *path, const struct stat *old) {
    file->path = target_of_links(path);
    if (file->path == NULL) {
        return strerror(errno);
    }
    file->mode = old != NULL ? old->st_mode : 0666;
    file->has_owner = old != NULL;
    file->owner = old != NULL ? old->st_uid : 0;
    file->group = old != NULL ? old->st_gid : 0;
    char *name;
    int fd = create_beside(file->path, 0600, &name);
    const char *error = fd < 0 ? strerror(errno) : NULL;
    if (fd >= 0) {
        close(fd);
        unlink(name);
    }
    free(name);
    return error;
}

static volatile sig_atomic_t has_hung_up;

static void note_hangup(int signal) {
    (void)signal;
    has_hung_up = 1;
}

/* From here on, SIGHUP means that the file may have been rotated. */
static const char *watch_rotation(struct platform_file *file, const char *path) {
    struct sigaction action = {.sa_handler = note_hangup, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    file->appended = strdup(path);
    if (file->appended == NULL || sigaction(SIGHUP, &action, NULL) != 0) {
        return strerror(errno);
    }
    return NULL;
}

const char *platform_file_open(struct platform_file **opened, const char *path, bool appends, bool *continues) {
    struct platform_file *file = calloc(1, sizeof *file);
    if (file == NULL) {
        return strerror(ENOMEM);
    }
    file->fd = -1;
    *continues = false;
    struct stat old;
    bool exists = stat(path, &old) == 0;
    const char *error = NULL;
    if (appends || (exists && !S_ISREG(old.st_mode))) {
        int flags = O_WRONLY | O_CLOEXEC | O_NOCTTY | (appends ? O_CREAT | O_APPEND : 0);
        file->fd = open(path, flags, 0666);
        error = file->fd < 0 ? strerror(errno) : NULL;
        file->is_regular = error == NULL && fstat(file->fd, &old) == 0 && S_ISREG(old.st_mode);
        *continues = file->is_regular && old.st_size > 0;
        error = error == NULL && appends && file->is_regular ? watch_rotation(file, path) : error;
    } else {
        error = open_replacement(file, path, exists ? &old : NULL);
    }
    if (error != NULL) {
        return release(file, error);
    }
    *opened = file;
    return NULL;
}

/*
 * Appends to a file. If the disk fills up, cuts the partial output off again, so that the last line is whole, unless
 * someone has written after it.
 */
static const char *append(const struct platform_file *file, const char *bytes, size_t count) {
    struct stat now;
    size_t left;
    const char *error = write_counted(file->fd, bytes, count, &left);
    off_t taken = (off_t)(count - left);
    if (error != NULL && taken > 0 && file->is_regular && fstat(file->fd, &now) == 0 && now.st_size >= taken &&
        now.st_size == lseek(file->fd, 0, SEEK_CUR)) {
        (void)!ftruncate(file->fd, now.st_size - taken);
    }
    return error;
}

static const char *open_again(struct platform_file *file) {
    int fd = open(file->appended, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_CREAT | O_APPEND, 0666);
    if (fd < 0) {
        return strerror(errno);
    }
    close(file->fd);
    file->fd = fd;
    return NULL;
}

const char *platform_file_renew(struct platform_file *file, bool *is_new, bool *continues) {
    struct stat now;
    *is_new = false;
    if (file->appended == NULL) {
        return NULL;
    }
    const char *error = NULL;
    if (has_hung_up != 0) {
        has_hung_up = 0;
        *is_new = true;
        error = open_again(file);
    }
    if (error == NULL && fstat(file->fd, &now) == 0) {
        *is_new = *is_new || now.st_size == 0;
        *continues = now.st_size > 0;
    }
    return error;
}

const char *platform_file_write(struct platform_file *file, const char *bytes, size_t count) {
    if (file->path == NULL) {
        return append(file, bytes, count);
    }
    char *grown = realloc(file->bytes, file->length + count + 1);
    if (grown == NULL) {
        return strerror(ENOMEM);
    }
    memcpy(grown + file->length, bytes, count);
    file->bytes = grown;
    file->length += count;
    return NULL;
}

/* Fills the new file, which only its owner may read until it is whole. */
static const char *fill(const struct platform_file *file, int fd) {
    const char *error = platform_write(fd, file->bytes, file->length);
    if (error == NULL && file->has_owner) {
        bool is_mine = fchown(fd, file->owner, file->group) == 0; /* Only root may change a file's owner. */
        error = fchmod(fd, file->mode & (is_mine ? 07777u : 0777u)) != 0 ? strerror(errno) : NULL;
    }
    while (error == NULL && fsync(fd) != 0) {
        error = errno == EINTR ? NULL : strerror(errno);
    }
    if (close(fd) != 0 && error == NULL) {
        error = strerror(errno);
    }
    return error;
}

static const char *replace(const struct platform_file *file) {
    char *name;
    int fd = create_beside(file->path, file->has_owner ? 0600 : 0666, &name);
    const char *error = fd < 0 ? strerror(errno) : fill(file, fd);
    if (error == NULL && rename(name, file->path) != 0) {
        error = strerror(errno);
    }
    if (error != NULL && fd >= 0) {
        unlink(name);
    }
    free(name);
    return error;
}

const char *platform_file_close(struct platform_file *file, bool is_good) {
    const char *error = NULL;
    if (file->path == NULL) {
        error = close(file->fd) != 0 ? strerror(errno) : NULL;
        file->fd = -1;
    } else if (is_good) {
        sigset_t ends, before; /* Defer requests to end: they would leave the new file beside the old one. */
        sigemptyset(&ends);
        sigaddset(&ends, SIGINT);
        sigaddset(&ends, SIGTERM);
        sigaddset(&ends, SIGHUP);
        sigprocmask(SIG_BLOCK, &ends, &before);
        error = replace(file);
        sigprocmask(SIG_SETMASK, &before, NULL);
    }
    return release(file, error);
}

const char *platform_file_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

bool platform_is_same_file(const char *path, const char *other) {
    struct stat one, two;
    if (stat(path, &one) != 0 || stat(other, &two) != 0) {
        return strcmp(path, other) == 0;
    }
    return S_ISREG(one.st_mode) && one.st_dev == two.st_dev && one.st_ino == two.st_ino;
}
