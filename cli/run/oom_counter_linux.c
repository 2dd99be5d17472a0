/* SPDX-License-Identifier: MIT */
/*
 * The path in /proc/self/cgroup starts from the root of this process's cgroup namespace. In the initial namespace that
 * is the root of the hierarchy, which can be mounted as a whole. Only then do both together lead to the process's own
 * group, and the mounts need not be read.
 */
#define _DEFAULT_SOURCE 1
#include "run/oom_counter.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "digits.h"

/* Longer than any of these files that is read here. */
enum { ROOM = 4096 };

/* Reads a file from its start; false: it is empty, longer than `text`, or cannot be read. */
static bool read_text(int file, char text[ROOM]) {
    ssize_t length;
    do {
        length = pread(file, text, ROOM, 0);
    } while (length < 0 && errno == EINTR);
    if (length <= 0 || length == ROOM) {
        return false;
    }
    text[length] = '\0';
    return true;
}

/*
 * Moves the path of the line "4:memory:/path", for a key ":memory:/", to the start of the text, without the slash that
 * it begins with. False: there is no such line.
 */
static bool find_group(char text[ROOM], const char *key) {
    size_t length = strlen(key);
    const char *end;
    for (const char *line = text; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        const char *group = strchr(line, ':');
        if (group != NULL && strncmp(group, key, length) == 0) {
            group += length;
            memmove(text, group, (size_t)(end - group));
            text[end - group] = '\0';
            return true;
        }
    }
    return false;
}

/* The inode number of the initial namespace is fixed; kernels without namespaces have no such file. */
static bool is_initial_namespace(void) {
    static const char initial[] = "cgroup:[4026531835]";
    char name[64];
    ssize_t length = readlink("/proc/self/ns/cgroup", name, sizeof name);
    return length < 0 ? errno == ENOENT
                      : (size_t)length == sizeof initial - 1 && memcmp(name, initial, sizeof initial - 1) == 0;
}

/* Opens a file of the group that `text` names. The root of a hierarchy is the inode 1 of its file system. */
static int open_below(const char *root, char text[ROOM], const char *name) {
    struct stat status;
    size_t length = strlen(text), size = strlen(name) + 1;
    if (length + 1 + size > ROOM) {
        return -1;
    }
    text[length] = '/';
    memcpy(text + length + 1, name, size);
    int directory = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool is_root = directory >= 0 && fstat(directory, &status) == 0 && status.st_ino == 1;
    int file = is_root ? openat(directory, length > 0 ? text : name, O_RDONLY | O_CLOEXEC) : -1;
    if (directory >= 0) {
        close(directory);
    }
    return file;
}

int oom_counter_open(void) {
    char text[ROOM];
    int file = open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);
    bool is_read = file >= 0 && read_text(file, text);
    if (file >= 0) {
        close(file);
    }
    if (!is_read || !is_initial_namespace()) {
        return -1;
    }
    if (find_group(text, ":memory:/")) {
        return open_below("/sys/fs/cgroup/memory", text, "memory.oom_control");
    }
    return find_group(text, "::/") ? open_below("/sys/fs/cgroup", text, "memory.events") : -1;
}

/* The number in the line that begins with `key`. */
static bool find_count(const char *text, const char *key, uint64_t *count) {
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, key, strlen(key)) == 0) {
            line += strlen(key);
            return take_digits(&line, MOST_DIGITS, count) > 0;
        }
    }
    return false;
}

bool oom_counter_read(int file, struct oom_counts *counts) {
    char text[ROOM];
    if (file < 0 || !read_text(file, text)) {
        return false;
    }
    counts->events = 0;
    counts->has_events = find_count(text, "oom ", &counts->events);
    return find_count(text, "oom_kill ", &counts->kills);
}

void oom_counter_close(int file) {
    if (file >= 0) {
        close(file);
    }
}
