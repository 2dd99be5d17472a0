/* SPDX-License-Identifier: MIT */
/*
 * Makes a whole machine from one input: after a line "@PATH", the text up to the next such line is the content of that
 * file. Only files that the library reads are made, in a directory of this process; those of the previous input are
 * removed.
 */
#ifndef SYSINFO_FUZZ_ROOT_H
#define SYSINFO_FUZZ_ROOT_H

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text.h"

static const char *const root_files[] = {
    "proc/stat",
    "proc/meminfo",
    "proc/vmstat",
    "proc/zoneinfo",
    "proc/loadavg",
    "proc/mounts",
    "proc/pressure/cpu",
    "proc/pressure/memory",
    "proc/self/cgroup",
    "proc/self/cpuset",
    "proc/self/mountinfo",
    "proc/self/status",
    "sys/devices/system/cpu/online",
    "sys/devices/system/cpu/cpu0/online",
    "sys/devices/system/cpu/cpu0/topology/core_cpus_list",
    "sys/devices/system/cpu/cpu0/topology/thread_siblings",
    "sys/devices/system/cpu/cpu1/topology/core_cpus_list",
    "sys/devices/system/cpu/cpu1/topology/thread_siblings_list",
    "sys/devices/system/node/online",
    "sys/devices/system/node/node0/meminfo",
    "sys/devices/system/node/node0/cpulist",
    "sys/devices/system/node/node3/meminfo",
    "sys/devices/system/node/node3/cpumap",
    "sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages",
    "sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages",
    "sys/fs/cgroup/cgroup.controllers",
    "sys/fs/cgroup/memory.stat",
    "sys/fs/cgroup/a/cgroup.controllers",
    "sys/fs/cgroup/a/memory.max",
    "sys/fs/cgroup/a/memory.high",
    "sys/fs/cgroup/a/memory.current",
    "sys/fs/cgroup/a/memory.peak",
    "sys/fs/cgroup/a/memory.stat",
    "sys/fs/cgroup/a/memory.events",
    "sys/fs/cgroup/a/memory.swap.max",
    "sys/fs/cgroup/a/memory.swap.current",
    "sys/fs/cgroup/a/memory.pressure",
    "sys/fs/cgroup/a/cpu.max",
    "sys/fs/cgroup/a/cpu.stat",
    "sys/fs/cgroup/a/cpuset.cpus.effective",
    "sys/fs/cgroup/a/b/memory.max",
    "sys/fs/cgroup/a/b/memory.current",
    "sys/fs/cgroup/a/b/cpu.max",
    "sys/fs/cgroup/memory/a/memory.limit_in_bytes",
    "sys/fs/cgroup/memory/a/memory.usage_in_bytes",
    "sys/fs/cgroup/memory/a/memory.memsw.limit_in_bytes",
    "sys/fs/cgroup/memory/a/memory.memsw.usage_in_bytes",
    "sys/fs/cgroup/memory/a/memory.stat",
    "sys/fs/cgroup/memory/a/memory.failcnt",
    "sys/fs/cgroup/memory/a/memory.use_hierarchy",
    "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us",
    "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us",
    "sys/fs/cgroup/cpu,cpuacct/a/cpu.stat",
    "sys/fs/cgroup/cpu,cpuacct/a/cpuacct.usage",
    "sys/fs/cgroup/cpu,cpuacct/a/cpuacct.stat",
    "sys/fs/cgroup/cpuset/a/cpuset.cpus",
};
enum { ROOT_FILES = sizeof root_files / sizeof root_files[0] };

static char root_path[64];
static bool root_has[ROOT_FILES];

/* /dev/shm is in memory. */
static inline void root_make(void) {
    if (root_path[0] != '\0') {
        return;
    }
    snprintf(root_path, sizeof root_path, "%s/sysinfo-fuzz-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    MUST(mkdtemp(root_path) != NULL);
}

static inline void root_file(size_t file, char *path, size_t size) {
    MUST((size_t)snprintf(path, size, "%s/%s", root_path, root_files[file]) < size);
}

/* Removes a file, and the directories above it that become empty. */
static inline void root_remove(size_t file) {
    char path[256];
    root_file(file, path, sizeof path);
    unlink(path);
    for (char *slash = strrchr(path, '/'); slash > path + strlen(root_path); slash = strrchr(path, '/')) {
        *slash = '\0';
        if (rmdir(path) != 0) {
            break;
        }
    }
    root_has[file] = false;
}

static inline void root_clear(void) {
    for (size_t file = 0; file < ROOT_FILES; file++) {
        if (root_has[file]) {
            root_remove(file);
        }
    }
}

static inline void root_end(void) {
    root_clear();
    rmdir(root_path);
}

static inline void root_write(size_t file, const void *bytes, size_t size) {
    char path[256];
    root_file(file, path, sizeof path);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) {
        for (char *slash = strchr(path + strlen(root_path) + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
            *slash = '\0';
            mkdir(path, 0755);
            *slash = '/';
        }
        fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    }
    MUST(fd >= 0 && write(fd, bytes, size) == (ssize_t)size && close(fd) == 0);
    root_has[file] = true;
}

/* Makes exactly the files that the text names. Returns their number. */
static inline size_t root_fill(const char *text, size_t size) {
    if (root_path[0] == '\0') {
        root_make();
        atexit(root_end);
    }
    root_clear();
    size_t count = 0;
    const char *end = text + size;
    for (const char *line = text, *next; line < end; line = next) {
        const char *body = slow_next_line(line, end);
        next = body;
        while (next < end && *next != '@') {
            next = slow_next_line(next, end);
        }
        for (size_t file = 0; file < ROOT_FILES && *line == '@'; file++) {
            size_t length = strlen(root_files[file]);
            if ((size_t)(body - line) == length + 2 && memcmp(line + 1, root_files[file], length) == 0) {
                root_write(file, body, (size_t)(next - body));
                count++;
            }
        }
    }
    return count;
}

#endif
