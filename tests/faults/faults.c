/* SPDX-License-Identifier: MIT */
#include "faults.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct faults faults;

void faults_begin(enum fault kind, int at, int error) {
    memset(faults.calls, 0, sizeof faults.calls);
    for (int i = 0; i < FAULTS; i++) {
        faults.fail_at[i] = -1;
    }
    faults.has_failed = false;
    faults.fail_at[kind] = at;
    faults.error = error;
    faults.before = NULL;
    faults.is_counting = true;
}

void faults_begin_with(enum fault kind, int at, void (*before)(void)) {
    faults_begin(kind, at, 0);
    faults.before = before;
}

void faults_end(void) {
    faults.is_counting = false;
    faults.longest_read = faults.longest_write = 0;
    faults.is_advice_ignored = false;
}

static bool fails(enum fault kind) {
    if (!faults.is_counting || faults.calls[kind]++ != faults.fail_at[kind]) {
        return false;
    }
    faults.has_failed = true;
    if (faults.before != NULL) {
        int saved = errno;
        faults.is_counting = false;
        faults.before();
        faults.is_counting = true;
        errno = saved;
        return false;
    }
    errno = faults.error;
    return true;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);
int __real_open(const char *path, int flags, ...);
int __real_openat(int directory, const char *path, int flags, ...);
long __real_syscall(long number, ...);
ssize_t __real_pread(int fd, void *buffer, size_t size, off_t offset);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void __wrap_free(void *block);
int __wrap_open(const char *path, int flags, ...);
int __wrap_openat(int directory, const char *path, int flags, ...);
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

int __wrap_openat(int directory, const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    int mode = flags & O_CREAT ? va_arg(rest, int) : 0;
    va_end(rest);
    return fails(FAULT_OPEN) ? -1 : __real_openat(directory, path, flags, mode);
}

/* The library only calls openat2() this way, which has four arguments. */
long __wrap_syscall(long number, ...) {
    va_list rest;
    va_start(rest, number);
    int directory = va_arg(rest, int);
    const char *path = va_arg(rest, const char *);
    void *how = va_arg(rest, void *);
    size_t size = va_arg(rest, size_t);
    va_end(rest);
#ifdef SYS_openat2
    if (number == SYS_openat2 && fails(FAULT_OPEN)) {
        return -1;
    }
#endif
    return __real_syscall(number, directory, path, how, size);
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

/* ---- Directories ---- */

DIR *__real_fdopendir(int fd);
struct dirent *__real_readdir(DIR *directory);
DIR *__wrap_fdopendir(int fd);
struct dirent *__wrap_readdir(DIR *directory);

DIR *__wrap_fdopendir(int fd) {
    return fails(FAULT_DIRECTORY) ? NULL : __real_fdopendir(fd);
}

struct dirent *__wrap_readdir(DIR *directory) {
    return fails(FAULT_DIRECTORY) ? NULL : __real_readdir(directory);
}

/* The set's contents do not matter, and its type differs between systems. */
int __real_sched_getaffinity(pid_t process, size_t size, void *set);
int __wrap_sched_getaffinity(pid_t process, size_t size, void *set);

int __wrap_sched_getaffinity(pid_t process, size_t size, void *set) {
    return fails(FAULT_AFFINITY) ? -1 : __real_sched_getaffinity(process, size, set);
}

/* ---- Further calls of the command: files it writes, and processes ---- */

ssize_t __real_write(int fd, const void *bytes, size_t size);
int __real_fsync(int fd);
int __real_rename(const char *from, const char *to);
int __real_ftruncate(int fd, off_t length);
int __real_pipe(int ends[2]);
pid_t __real_fork(void);
char *__real_strdup(const char *string);
FILE *__real_fopen(const char *path, const char *mode);
ssize_t __wrap_write(int fd, const void *bytes, size_t size);
int __wrap_fsync(int fd);
int __wrap_rename(const char *from, const char *to);
int __wrap_ftruncate(int fd, off_t length);
int __wrap_pipe(int ends[2]);
pid_t __wrap_fork(void);
char *__wrap_strdup(const char *string);
FILE *__wrap_fopen(const char *path, const char *mode);

/* Writes to stderr never fail: they report the failure. */
ssize_t __wrap_write(int fd, const void *bytes, size_t size) {
    if (fd != STDERR_FILENO && fails(FAULT_WRITE)) {
        return -1;
    }
    if (faults.is_counting && faults.longest_write > 0 && size > (size_t)faults.longest_write) {
        size = (size_t)faults.longest_write;
    }
    return __real_write(fd, bytes, size);
}

int __wrap_fsync(int fd) {
    return fails(FAULT_WRITE) ? -1 : __real_fsync(fd);
}

int __wrap_rename(const char *from, const char *to) {
    return faults.error != EINTR && fails(FAULT_WRITE) ? -1 : __real_rename(from, to); /* No signal interrupts it. */
}

int __wrap_ftruncate(int fd, off_t length) {
    return faults.error != EINTR && fails(FAULT_WRITE) ? -1 : __real_ftruncate(fd, length);
}

int __wrap_pipe(int ends[2]) {
    return fails(FAULT_PROCESS) ? -1 : __real_pipe(ends);
}

pid_t __wrap_fork(void) {
    return fails(FAULT_PROCESS) ? -1 : __real_fork();
}

char *__wrap_strdup(const char *string) {
    return fails(FAULT_MEMORY) ? NULL : counted(__real_strdup(string));
}

FILE *__wrap_fopen(const char *path, const char *mode) {
    return fails(FAULT_OPEN) ? NULL : __real_fopen(path, mode);
}

/* ---- Streams, and what else only the command calls ---- */

size_t __real_fread(void *bytes, size_t size, size_t count, FILE *file);
size_t __real_fwrite(const void *bytes, size_t size, size_t count, FILE *file);
int __real_fflush(FILE *file);
ssize_t __real_read(int fd, void *bytes, size_t size);
void *__real_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset);
int __real_madvise(void *address, size_t size, int advice);
char *__real_mkdtemp(char *path);
int __real_mkdirat(int directory, const char *path, mode_t mode);
DIR *__real_opendir(const char *path);
size_t __wrap_fread(void *bytes, size_t size, size_t count, FILE *file);
size_t __wrap_fwrite(const void *bytes, size_t size, size_t count, FILE *file);
int __wrap_fflush(FILE *file);
ssize_t __wrap_read(int fd, void *bytes, size_t size);
void *__wrap_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset);
int __wrap_madvise(void *address, size_t size, int advice);
char *__wrap_mkdtemp(char *path);
int __wrap_mkdirat(int directory, const char *path, mode_t mode);
DIR *__wrap_opendir(const char *path);

/* The stream itself must know of its failure: its file becomes one that cannot be read. */
size_t __wrap_fread(void *bytes, size_t size, size_t count, FILE *file) {
    if (faults.error != EINTR && fails(FAULT_READ)) {                     /* The C library reads on after a signal. */
        int broken = __real_open("/proc/self/mem", O_RDONLY | O_CLOEXEC); /* No page has address 0: EIO. */
        (void)dup2(broken, fileno(file));
        (void)close(broken);
    }
    return __real_fread(bytes, size, count, file);
}

size_t __wrap_fwrite(const void *bytes, size_t size, size_t count, FILE *file) {
    return faults.error != EINTR && file != stderr && fails(FAULT_WRITE) ? 0 : __real_fwrite(bytes, size, count, file);
}

int __wrap_fflush(FILE *file) {
    bool is_counted = faults.error != EINTR && file != NULL && file != stderr;
    return is_counted && fails(FAULT_WRITE) ? EOF : __real_fflush(file);
}

ssize_t __wrap_read(int fd, void *bytes, size_t size) {
    return fails(FAULT_READ) ? -1 : __real_read(fd, bytes, size);
}

void *__wrap_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset) {
    bool is_own = (flags & MAP_PRIVATE) != 0 && (flags & MAP_ANONYMOUS) != 0;
    return fails(is_own ? FAULT_PAGE : FAULT_MEMORY) ? MAP_FAILED
                                                     : __real_mmap(address, size, protection, flags, fd, offset);
}

int __wrap_madvise(void *address, size_t size, int advice) {
    if (faults.is_advice_ignored) {
        return 0;
    }
    return fails(FAULT_PAGE) ? -1 : __real_madvise(address, size, advice);
}

char *__wrap_mkdtemp(char *path) {
    return fails(FAULT_DIRECTORY) ? NULL : __real_mkdtemp(path);
}

int __wrap_mkdirat(int directory, const char *path, mode_t mode) {
    return fails(FAULT_DIRECTORY) ? -1 : __real_mkdirat(directory, path, mode);
}

DIR *__wrap_opendir(const char *path) {
    return fails(FAULT_DIRECTORY) ? NULL : __real_opendir(path);
}

/* ---- hwloc, which the library loads ---- */

void *__real_dlopen(const char *path, int flags);
void *__real_dlsym(void *handle, const char *name);
void *__wrap_dlopen(const char *path, int flags);
void *__wrap_dlsym(void *handle, const char *name);

void *__wrap_dlopen(const char *path, int flags) {
    return fails(FAULT_LIBRARY) ? NULL : __real_dlopen(path, flags);
}

#if __has_include(<hwloc/autogen/config.h>) /* A cross compiler finds hwloc.h alone. */
#include <hwloc.h>
#else
typedef struct hwloc_topology *hwloc_topology_t;
typedef struct hwloc_bitmap_s *hwloc_bitmap_t;
typedef const struct hwloc_bitmap_s *hwloc_const_bitmap_t;
enum hwloc_type_filter_e { HWLOC_TYPE_FILTER_KEEP_ALL };
#endif

/* Each call of hwloc's that may fail, behind one of the same type. */
#define HWLOC_CALLS                                                                                                 \
    CALL(hwloc_topology_init, int, (hwloc_topology_t * topology), (topology), -1)                                   \
    CALL(hwloc_topology_set_flags, int, (hwloc_topology_t topology, unsigned long flags), (topology, flags), -1)    \
    CALL(hwloc_topology_set_icache_types_filter, int, (hwloc_topology_t topology, enum hwloc_type_filter_e filter), \
         (topology, filter), -1)                                                                                    \
    CALL(hwloc_topology_load, int, (hwloc_topology_t topology), (topology), -1)                                     \
    CALL(hwloc_bitmap_alloc, hwloc_bitmap_t, (void), (), NULL)                                                      \
    CALL(hwloc_bitmap_list_asprintf, int, (char **text, hwloc_const_bitmap_t set), (text, set), -1)                 \
    CALL(hwloc_cpukinds_get_nr, int, (hwloc_topology_t topology, unsigned long flags), (topology, flags), -1)

#define CALL(name, type, parameters, arguments, failure)               \
    static type(*real_##name) parameters;                              \
    static type failing_##name parameters {                            \
        return fails(FAULT_LIBRARY) ? failure : real_##name arguments; \
    }
HWLOC_CALLS
#undef CALL

/* The runtime of a sanitizer calls this before its strcmp() can be used, or memory is known to it. */
__attribute__((no_sanitize("address"))) void *__wrap_dlsym(void *handle, const char *name) {
    void *symbol = fails(FAULT_LIBRARY) ? NULL : __real_dlsym(handle, name);
    if (name[0] != 'h' || name[1] != 'w') {
        return symbol;
    }
#define CALL(call, type, parameters, arguments, failure) \
    if (symbol != NULL && strcmp(name, #call) == 0) {    \
        type(*failing) parameters = failing_##call;      \
        memcpy(&real_##call, &symbol, sizeof symbol);    \
        memcpy(&symbol, &failing, sizeof symbol);        \
    }
    HWLOC_CALLS
#undef CALL
    return symbol;
}

/* ---- Clocks ---- */

int __real_clock_gettime(clockid_t clock, struct timespec *now);
int __real_nanosleep(const struct timespec *request, struct timespec *left);
int __wrap_clock_gettime(clockid_t clock, struct timespec *now);
int __wrap_nanosleep(const struct timespec *request, struct timespec *left);

static struct timespec of_seconds(double seconds) {
    struct timespec time = {(time_t)seconds, 0};
    time.tv_nsec = (long)((seconds - (double)time.tv_sec) * 1e9);
    return time;
}

int __wrap_clock_gettime(clockid_t clock, struct timespec *now) {
    if (clock == CLOCK_MONOTONIC && faults.time > 0) {
        *now = of_seconds(faults.time);
        return 0;
    }
    if (clock == CLOCK_REALTIME && faults.wall > 0) {
        *now = of_seconds(faults.wall);
        faults.wall += faults.wall_step;
        return 0;
    }
    return __real_clock_gettime(clock, now);
}

int __wrap_nanosleep(const struct timespec *request, struct timespec *left) {
    if (faults.time <= 0) {
        return __real_nanosleep(request, left);
    }
    double seconds = (double)request->tv_sec + (double)request->tv_nsec / 1e9;
    faults.time += seconds;
    faults.wall += faults.wall > 0 ? seconds : 0;
    return 0;
}

int open_descriptors(void) {
    DIR *directory = opendir("/proc/self/fd");
    int count = 0;
    ck_assert_ptr_nonnull(directory);
    while (readdir(directory) != NULL) {
        count++;
    }
    closedir(directory);
    return count;
}
