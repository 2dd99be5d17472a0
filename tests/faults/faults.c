/* SPDX-License-Identifier: MIT */
#include "faults.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct faults faults = {.fail_at = {-1, -1, -1}};

void faults_begin(enum fault kind, int at, int error) {
    memset(faults.calls, 0, sizeof faults.calls);
    for (int i = 0; i < FAULTS; i++) {
        faults.fail_at[i] = -1;
    }
    faults.has_failed = false;
    faults.fail_at[kind] = at;
    faults.error = error;
    faults.is_counting = true;
}

void faults_end(void) {
    faults.is_counting = false;
    faults.longest_read = 0;
}

static bool fails(enum fault kind) {
    if (!faults.is_counting || faults.calls[kind]++ != faults.fail_at[kind]) {
        return false;
    }
    faults.has_failed = true;
    errno = faults.error;
    return true;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);
int __real_open(const char *path, int flags, ...);
int __real_openat(int folder, const char *path, int flags, ...);
long __real_syscall(long number, ...);
ssize_t __real_pread(int fd, void *buffer, size_t size, off_t offset);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void __wrap_free(void *block);
int __wrap_open(const char *path, int flags, ...);
int __wrap_openat(int folder, const char *path, int flags, ...);
long __wrap_syscall(long number, ...);
ssize_t __wrap_pread(int fd, void *buffer, size_t size, off_t offset);

static void *counted(void *block) {
    faults.blocks += faults.is_tracking && block != NULL;
    return block;
}

void *__wrap_malloc(size_t size) {
    return fails(FAULT_MEMORY) ? NULL : counted(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size) {
    return fails(FAULT_MEMORY) ? NULL : counted(__real_calloc(count, size));
}

void *__wrap_realloc(void *block, size_t size) {
    if (fails(FAULT_MEMORY)) {
        return NULL;
    }
    bool is_new = block == NULL;
    void *moved = __real_realloc(block, size);
    return is_new ? counted(moved) : moved;
}

void __wrap_free(void *block) {
    faults.blocks -= faults.is_tracking && block != NULL;
    __real_free(block);
}

int __wrap_open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    int mode = flags & O_CREAT ? va_arg(rest, int) : 0;
    va_end(rest);
    return fails(FAULT_OPEN) ? -1 : __real_open(path, flags, mode);
}

int __wrap_openat(int folder, const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    int mode = flags & O_CREAT ? va_arg(rest, int) : 0;
    va_end(rest);
    return fails(FAULT_OPEN) ? -1 : __real_openat(folder, path, flags, mode);
}

/* The library makes one call in this way, openat2(), which has four arguments. */
long __wrap_syscall(long number, ...) {
    va_list rest;
    va_start(rest, number);
    int folder = va_arg(rest, int);
    const char *path = va_arg(rest, const char *);
    void *how = va_arg(rest, void *);
    size_t size = va_arg(rest, size_t);
    va_end(rest);
    return fails(FAULT_OPEN) ? -1 : __real_syscall(number, folder, path, how, size);
}

ssize_t __wrap_pread(int fd, void *buffer, size_t size, off_t offset) {
    if (fails(FAULT_READ)) {
        return -1;
    }
    if (faults.is_counting && faults.longest_read > 0 && size > (size_t)faults.longest_read) {
        size = (size_t)faults.longest_read;
    }
    return __real_pread(fd, buffer, size, offset);
}
