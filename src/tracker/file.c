/* SPDX-License-Identifier: MIT */
/*
 * The record in a file, which is mapped over the tracker's memory. No descriptor stays open. On an error, the tracker
 * goes on without a file.
 */
#include "inside.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <sysinfo/heap_tracker.h>

enum { PATH_BYTES = 1024, MOST_NAMES = 10000 };

static char path[PATH_BYTES];
static uint64_t file_bytes; /* Of it, what is there and mapped; memory beyond is not used. */
static int is_growing;

static size_t whole_pages(size_t bytes) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (bytes + page - 1) / page * page;
}

size_t sysinfo__record_used(const struct sysinfo__memory *content) {
    return whole_pages(sizeof content->header + LOAD(content->header.nodes) * sizeof content->node[0]);
}

/* A file that grows beyond the process's limit would raise SIGXFSZ. */
static bool may_grow(void) {
    struct rlimit limit;
    return getrlimit(RLIMIT_FSIZE, &limit) == 0 &&
           (limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= SYSINFO__RECORD_BYTES);
}

/*
 * Writes zeros to allocate the space: touching a hole in a full file system would raise SIGBUS.
 */
static bool write_all(int fd, const void *bytes, size_t count, size_t at) {
    while (count > 0) {
        ssize_t written = pwrite(fd, bytes, count, (off_t)at);
        if (written <= 0) {
            return false;
        }
        bytes = (const char *)bytes + written;
        at += (size_t)written;
        count -= (size_t)written;
    }
    return true;
}

static int make_file(const char *directory) {
    for (int i = 0; i < MOST_NAMES; i++) {
        int length = snprintf(path, sizeof path, "%s/%ld.%d", directory, (long)getpid(), i);
        if (length < 0 || (size_t)length >= sizeof path) {
            return -1;
        }
        int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd >= 0 || errno != EEXIST) {
            return fd;
        }
    }
    return -1;
}

/*
 * Maps no more than the file has: garbage collectors and leak detectors read every page that is mapped.
 */
static bool map_part(int fd, size_t from, size_t to) {
    return sysinfo__real.mmap((char *)&sysinfo__memory + from, to - from, PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_FIXED, fd, (off_t)from) != MAP_FAILED;
}

static bool map_file(int fd, const struct sysinfo__memory *content) {
    size_t used = sysinfo__record_used(content), magic = sizeof content->header.magic;
    if (!write_all(fd, (const char *)content + magic, used - magic, magic) || !map_part(fd, 0, used)) {
        return false;
    }
    file_bytes = used;
    is_growing = 0;
    memcpy(sysinfo__memory.header.magic, SYSINFO__RECORD_MAGIC, magic);
    return true;
}

/* As the environment was at the start: the program may change it later, and its children keep the directory. */
const char *sysinfo__records_directory(void) {
    static char directory[PATH_BYTES - 32];
    static bool is_known;
    if (!is_known) {
        is_known = true;
        const char *named = secure_getenv(SYSINFO_HEAP_RECORDS);
        if (named != NULL && named[0] == '/' && strlen(named) < sizeof directory) {
            memcpy(directory, named, strlen(named) + 1);
        }
    }
    return directory[0] != '\0' ? directory : NULL;
}

bool sysinfo__record_to_file(const struct sysinfo__memory *content) {
    const char *directory = sysinfo__records_directory();
    if (directory == NULL || !may_grow()) {
        return false;
    }
    int fd = make_file(directory);
    if (fd < 0) {
        return false;
    }
    bool is_mapped = map_file(fd, content);
    if (!is_mapped) {
        (void)unlink(path);
    }
    (void)close(fd);
    return is_mapped;
}

void sysinfo__record_to_memory(const struct sysinfo__memory *content) {
    if (sysinfo__real.mmap(&sysinfo__memory, sizeof sysinfo__memory, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != MAP_FAILED) {
        memcpy(&sysinfo__memory, content, sysinfo__record_used(content));
    }
}

/* One thread at a time. Another one does not wait, but counts in the shared node. */
bool sysinfo__record_has_room(uint32_t nodes) {
    size_t needed = sizeof sysinfo__memory.header + nodes * sizeof sysinfo__memory.node[0];
    if (!sysinfo__is_recording || needed <= __atomic_load_n(&file_bytes, __ATOMIC_ACQUIRE)) {
        return true;
    }
    if (__atomic_exchange_n(&is_growing, 1, __ATOMIC_ACQUIRE) != 0) {
        return false;
    }
    size_t wanted = whole_pages(needed);
    int fd = !sysinfo__is_confined && may_grow() ? open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW) : -1;
    if (fd >= 0) {
        static const char zeros[512];
        size_t at = file_bytes;
        while (at < wanted && write_all(fd, zeros, sizeof zeros, at)) {
            at += sizeof zeros;
        }
        bool is_mapped = at >= wanted && map_part(fd, file_bytes, wanted);
        (void)close(fd);
        if (is_mapped) {
            __atomic_store_n(&file_bytes, wanted, __ATOMIC_RELEASE);
        }
    }
    bool is_there = file_bytes >= needed;
    __atomic_store_n(&is_growing, 0, __ATOMIC_RELEASE);
    return is_there;
}
