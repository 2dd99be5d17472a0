/* SPDX-License-Identifier: MIT */
#include "linux.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

enum {
    PROC_MAGIC = 0x9fa0,
    SYSFS_MAGIC = 0x62656572,
    CGROUP_MAGIC = 0x27e0eb,
    CGROUP2_MAGIC = 0x63677270,
    LONGEST_TEXT = 64 << 20
};

/*
 * Whether the kernel produces the file as a single record, so that a read that leaves room in the buffer has returned
 * all of it; and whether some kernels lack the file.
 */
static const struct {
    const char *path;
    bool is_single_record, may_be_absent;
} kept_files[SYSINFO__FILES] = {
    [SYSINFO__FILE_STAT] = {"/proc/stat", true, false},
    [SYSINFO__FILE_MEMINFO] = {"/proc/meminfo", true, false},
    [SYSINFO__FILE_VMSTAT] = {"/proc/vmstat", false, true},
    [SYSINFO__FILE_ZONEINFO] = {"/proc/zoneinfo", false, true},
    [SYSINFO__FILE_LOADAVG] = {"/proc/loadavg", true, false},
    [SYSINFO__FILE_ONLINE] = {"/sys/devices/system/cpu/online", true, true},
};

const char *sysinfo__file_path(enum sysinfo__file file) {
    return kept_files[file].path;
}

SYSINFO__HOT bool sysinfo__root_is_own(const struct sysinfo_host *host) {
    return sysinfo__root(host)[0] == '\0';
}

static int failed(struct sysinfo_host *host, int error, const char *path) {
    return sysinfo__failed(host, sysinfo__posix_status(error), error, path, NULL);
}

/* ---- Opening ---- */

/* Below a root, an absolute link leads to a path below that root, if the kernel supports it (5.6). */
static int open_below(int root, const char *relative, int flags) {
#ifdef SYS_openat2
    /* Defined here, because a C library such as musl may come without <linux/openat2.h>. */
    enum { RESOLVE_BELOW_ROOT = 0x10 };
    const struct {
        uint64_t flags, mode, resolve;
    } how = {(unsigned)flags, 0, RESOLVE_BELOW_ROOT};
    int fd = (int)syscall(SYS_openat2, root, relative, &how, sizeof how);
    if (fd >= 0 || (errno != ENOSYS && errno != EPERM)) {
        return fd;
    }
#endif
    return openat(root, relative, flags);
}

static int open_root(struct sysinfo_host *host) {
    struct sysinfo__state *state = sysinfo__state(host);
    if (state->root < 0) {
        state->root = open(sysinfo__root(host), O_PATH | O_DIRECTORY | O_CLOEXEC);
    }
    return state->root;
}

/* Tries once. Sets *failing to what could not be opened: the path, or the root itself. */
static int try_open(struct sysinfo_host *host, const char *path, int flags, const char **failing) {
    *failing = path;
    if (sysinfo__root_is_own(host)) {
        return open(path, flags);
    }
    int root = open_root(host);
    if (root < 0) {
        *failing = "/";
        return -1;
    }
    int fd = open_below(root, path + 1, flags);
    if (fd < 0 && errno == EBADF) { /* Someone closed the root: reopen it. */
        sysinfo__state(host)->root = -1;
        root = open_root(host);
        *failing = root < 0 ? "/" : path;
        fd = root < 0 ? -1 : open_below(root, path + 1, flags);
    }
    return fd;
}

/* Returns a descriptor, or -1 with the failure kept. O_NONBLOCK: a FIFO in place of a file must not block. */
static int open_path(struct sysinfo_host *host, const char *path, int more_flags, int *status) {
    int flags =
        O_CLOEXEC | more_flags |
        ((more_flags & O_PATH) != 0 ? 0 : O_RDONLY | O_NOCTTY | O_NONBLOCK); /* All that openat2() takes with O_PATH. */
    const char *failing;
    int fd;
    do {
        fd = try_open(host, path, flags, &failing);
    } while (fd < 0 && errno == EINTR); /* A user-space file system such as lxcfs may be interrupted. */
    *status = fd < 0 ? failed(host, errno, failing) : SYSINFO_OK;
    return fd;
}

/* ---- Reading ---- */

static bool make_room(struct sysinfo__state *state) {
    size_t capacity = state->capacity * 2;
    char *text = realloc(state->text == state->small_text ? NULL : state->text, capacity);
    if (text == NULL) {
        return false;
    }
    if (state->text == state->small_text) {
        memcpy(text, state->small_text, state->capacity);
    }
    state->text = text;
    state->capacity = capacity;
    return true;
}

/*
 * Reads the rest of a file of which the first pread() returned `count`. If one read returns a whole file, a full buffer
 * is enlarged and the file read again, so that the text is from one moment. Returns an errno, or 0.
 */
static int read_on(struct sysinfo__state *state, int fd, bool is_whole_in_one_read, ssize_t count) {
    size_t length = 0, room = state->capacity - SYSINFO__TEXT_PADDING;
    for (;;) {
        if (count < 0 && errno != EINTR) {
            return errno;
        }
        length += count > 0 ? (size_t)count : 0;
        if (count == 0 || (count > 0 && is_whole_in_one_read && (size_t)count < room)) {
            break;
        }
        if (length == state->capacity - SYSINFO__TEXT_PADDING) {
            if (state->capacity >= LONGEST_TEXT) {
                return EFBIG;
            }
            if (!make_room(state)) {
                return ENOMEM;
            }
            length = is_whole_in_one_read ? 0 : length;
        }
        room = state->capacity - SYSINFO__TEXT_PADDING - length;
        count = pread(fd, state->text + length, room, (off_t)length);
    }
    memset(state->text + length, 0, SYSINFO__TEXT_PADDING);
    state->length = length;
    return 0;
}

static int read_text(struct sysinfo__state *state, int fd, bool is_whole_in_one_read) {
    ssize_t count = pread(fd, state->text, state->capacity - SYSINFO__TEXT_PADDING, 0);
    return read_on(state, fd, is_whole_in_one_read, count);
}

/*
 * A capture may have been through an editor or another system: lines then end with CR LF, and the last one may lack its
 * end. In /proc/stat and /proc/meminfo such a last line may also have been cut, so their decoders decide.
 */
static void tidy_capture(struct sysinfo__state *state, bool may_be_cut) {
    char *text = state->text, *out = memchr(text, '\r', state->length);
    size_t length = state->length;
    if (out != NULL) {
        for (const char *p = out; p < text + length; p++) {
            if (*p != '\r' || (p[1] != '\n' && p + 1 < text + length)) {
                *out++ = *p;
            }
        }
        memset(out, 0, (size_t)(text + length - out));
        length = (size_t)(out - text);
    }
    if (!may_be_cut && length > 0 && text[length - 1] != '\n') {
        text[length++] = '\n'; /* In the padding, enough of which remains. */
    }
    state->length = length;
}

/* A record of the tracker is not a text. */
static bool is_text(const struct sysinfo__state *state) {
    return memchr(state->text, '\0', state->length) == NULL;
}

static int explain_read(struct sysinfo_host *host, int error, const char *path) {
    return error == EFBIG
               ? sysinfo__failed(host, SYSINFO_MALFORMED, 0, path, "is longer than 64 MiB, the most that is read")
               : failed(host, error, path);
}

static bool may_be_cut(const char *path) {
    return strcmp(path, kept_files[SYSINFO__FILE_STAT].path) == 0 ||
           strcmp(path, kept_files[SYSINFO__FILE_MEMINFO].path) == 0;
}

static int64_t file_system(int fd) {
    struct statfs information;
    return fstatfs(fd, &information) == 0 ? (int64_t)information.f_type : 0;
}

static bool is_cgroup_magic(int64_t magic) {
    return magic == CGROUP_MAGIC || magic == CGROUP2_MAGIC;
}

/*
 * True where one read returns a single record. Not for lxcfs and captures; sysfs returns some files page by page, but
 * not the list of online CPUs.
 */
static bool is_from_kernel(int fd, const char *path) {
    int64_t magic = file_system(fd);
    return magic == PROC_MAGIC || is_cgroup_magic(magic) ||
           (magic == SYSFS_MAGIC && path == kept_files[SYSINFO__FILE_ONLINE].path);
}

/*
 * Reads through *fd, and opens it if it is -1. A stale descriptor (its file was removed, or someone closed it) is
 * reopened once. `is_single`, unless NULL, says whether one read returns the whole file, and is updated when it is
 * opened. An optional file that is missing is not reopened: *fd remembers it. `error` is that of a read that has
 * already failed, or 0.
 */
static int read_or_open(struct sysinfo_host *host, const char *path, int *fd, bool *is_single, bool may_be_absent,
                        int error) {
    bool was_open = *fd >= 0;
    if (*fd == SYSINFO__ABSENT) {
        return failed(host, ENOENT, path);
    }
    for (;;) {
        if (*fd < 0) {
            int status;
            *fd = open_path(host, path, 0, &status);
            if (*fd < 0) {
                *fd = may_be_absent && status == SYSINFO_NOT_FOUND ? SYSINFO__ABSENT : -1;
                return status;
            }
            if (is_single != NULL) {
                *is_single = is_from_kernel(*fd, path);
            }
        }
        error = error != 0 ? error : read_text(sysinfo__state(host), *fd, is_single != NULL && *is_single);
        if (error == 0) {
            if (!sysinfo__root_is_own(host) && is_text(sysinfo__state(host))) {
                tidy_capture(sysinfo__state(host), may_be_cut(path));
            }
            return SYSINFO_OK;
        }
        bool is_foreign =
            error == EBADF ||
            (was_open && (error == ESPIPE || error == EISDIR)); /* Someone closed it; the number may be reused. */
        if (!is_foreign) {
            close(*fd);
        }
        *fd = -1;
        bool is_stale = is_foreign || error == ENODEV || error == ENOENT || error == ESTALE;
        if (!was_open || !is_stale) {
            return explain_read(host, error, path);
        }
        was_open = false;
        error = 0;
    }
}

static int read_kept(struct sysinfo_host *host, const char *path, int *fd, bool *is_single, bool may_be_absent) {
    return read_or_open(host, path, fd, is_single, may_be_absent, 0);
}

static int read_file(struct sysinfo_host *host, enum sysinfo__file file, int error) {
    struct sysinfo__state *state = sysinfo__state(host);
    bool *is_single = kept_files[file].is_single_record ? &state->is_single[file] : NULL;
    return read_or_open(host, kept_files[file].path, &state->file[file], is_single, kept_files[file].may_be_absent,
                        error);
}

int sysinfo__file_read(struct sysinfo_host *host, enum sysinfo__file file) {
    return read_file(host, file, 0);
}

int sysinfo__file_read_on(struct sysinfo_host *host, enum sysinfo__file file, ssize_t count) {
    struct sysinfo__state *state = sysinfo__state(host);
    int error = read_on(state, state->file[file], true, count);
    return error == 0 ? SYSINFO_OK : read_file(host, file, error);
}

int sysinfo__file_read_open(struct sysinfo_host *host, const struct sysinfo__kept *file) {
    struct sysinfo__state *state = sysinfo__state(host);
    int error = read_text(state, file->fd, file->is_single);
    if (error == 0 && !sysinfo__root_is_own(host) && is_text(state)) {
        tidy_capture(state, false);
    }
    return error;
}

int sysinfo__file_read_open_on(struct sysinfo_host *host, const struct sysinfo__kept *file, ssize_t count) {
    return read_on(sysinfo__state(host), file->fd, true, count);
}

int sysinfo__file_read_after(struct sysinfo_host *host, const char *path, struct sysinfo__kept *file,
                             bool may_be_absent, int error) {
    return read_or_open(host, path, &file->fd, &file->is_single, may_be_absent, error);
}

int sysinfo__file_read_kept(struct sysinfo_host *host, const char *path, int *fd) {
    return read_kept(host, path, fd, NULL, true);
}

int sysinfo__file_read_single(struct sysinfo_host *host, const char *path, struct sysinfo__kept *file) {
    return read_kept(host, path, &file->fd, &file->is_single, false);
}

int sysinfo__file_read_if_any(struct sysinfo_host *host, const char *path, struct sysinfo__kept *file) {
    return read_kept(host, path, &file->fd, &file->is_single, true);
}

void sysinfo__kept_close(struct sysinfo__kept *file) {
    if (file->fd >= 0) {
        close(file->fd);
    }
    file->fd = -1;
}

int sysinfo__is_cgroup(struct sysinfo_host *host, const char *path, bool *answer) {
    int status;
    char directory[4096];
    size_t length = strlen(path);
    if (sysinfo__root_is_own(host) && length + sizeof "/." <= sizeof directory) {
        struct statfs information;
        memcpy(directory, path, length);
        memcpy(directory + length, "/.", sizeof "/.");
        if (statfs(directory, &information) != 0) {
            status = failed(host, errno, path);
            *answer = false;
            return sysinfo__is_missing(status) ? SYSINFO_OK : status;
        }
        *answer = is_cgroup_magic((int64_t)information.f_type);
        return SYSINFO_OK;
    }
    int fd = open_path(host, path, O_PATH | O_DIRECTORY, &status);
    *answer = false;
    if (fd < 0) {
        return sysinfo__is_missing(status) ? SYSINFO_OK : status;
    }
    int64_t magic = sysinfo__root_is_own(host) ? file_system(fd) : CGROUP_MAGIC;
    *answer = is_cgroup_magic(magic);
    close(fd);
    return SYSINFO_OK;
}

bool sysinfo__may_have_directory(struct sysinfo_host *host, const char *path) {
    int status, fd = open_path(host, path, O_PATH | O_DIRECTORY, &status);
    if (fd >= 0) {
        close(fd);
    }
    return status != SYSINFO_NOT_FOUND;
}

bool sysinfo__has_proc(const struct sysinfo_host *host) {
    struct statfs information;
    return sysinfo__root_is_own(host) && statfs("/proc", &information) == 0 &&
           (int64_t)information.f_type == PROC_MAGIC;
}

uint64_t sysinfo__text_hash(const char *text, size_t length) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

int sysinfo__file_read_once(struct sysinfo_host *host, const char *path) {
    int fd = -1;
    int status = read_kept(host, path, &fd, NULL, false);
    if (fd >= 0) {
        close(fd);
    }
    return status;
}

int sysinfo__directory_walk(struct sysinfo_host *host, const char *path, bool (*visit)(void *context, const char *name),
                            void *context) {
    int status;
    int fd = open_path(host, path, O_DIRECTORY, &status);
    if (fd < 0) {
        return status;
    }
    DIR *directory = fdopendir(fd);
    if (directory == NULL) {
        status = failed(host, errno, path);
        close(fd);
        return status;
    }
    const struct dirent *entry;
    for (errno = 0; (entry = readdir(directory)) != NULL; errno = 0) {
        if (!visit(context, entry->d_name)) {
            errno = 0;
            break;
        }
    }
    status = errno != 0 ? failed(host, errno, path) : SYSINFO_OK;
    closedir(directory);
    return status;
}

bool sysinfo__name_number(const char *name, const char *prefix, const char *suffix, uint64_t *number) {
    size_t prefix_length = strlen(prefix);
    if (strncmp(name, prefix, prefix_length) != 0) {
        return false;
    }
    const char *end = sysinfo__digits(name + prefix_length, number);
    return end != NULL && strcmp(end, suffix) == 0 && *number < UINT64_C(1000000000000000);
}
