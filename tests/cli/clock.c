/* SPDX-License-Identifier: MIT */
/*
 * A clock of our own, to be preloaded: time passes only where a program sleeps, and where it writes to stdout.
 * CLOCK_WORK is what the first, the second, ... write takes, in milliseconds; the last one is that
 * of all further ones. CLOCK_FILE is a file that changes with the time: after the first sleep it holds
 * what FILE.1 holds, after the second what FILE.2 holds; where there is none, it stays as it is.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int64_t passed; /* Nanoseconds. */
static const char *work;

int clock_gettime(clockid_t clock, struct timespec *now) {
    now->tv_sec = (clock == CLOCK_REALTIME ? 1700000000 : 1000) + passed / 1000000000;
    now->tv_nsec = (long)(passed % 1000000000);
    return 0;
}

/* In place: who has the file open reads the new bytes. */
static void change_file(void) {
    static int sleeps;
    const char *path = getenv("CLOCK_FILE");
    char next[4096], bytes[4096];
    if (path == NULL || snprintf(next, sizeof next, "%s.%d", path, ++sleeps) >= (int)sizeof next) {
        return;
    }
    int from = open(next, O_RDONLY), to = from < 0 ? -1 : open(path, O_WRONLY | O_TRUNC);
    ssize_t count = to < 0 ? -1 : read(from, bytes, sizeof bytes);
    if (count > 0 && syscall(SYS_write, to, bytes, (size_t)count) != count) {
        abort();
    }
    close(from);
    close(to);
}

/* Nobody is woken up to the nanosecond. */
int nanosleep(const struct timespec *request, struct timespec *left) {
    (void)left;
    passed += (int64_t)request->tv_sec * 1000000000 + request->tv_nsec + 1000;
    change_file();
    return 0;
}

ssize_t write(int fd, const void *bytes, size_t count) {
    work = work != NULL ? work : getenv("CLOCK_WORK");
    if (fd == STDOUT_FILENO && work != NULL) {
        char *end;
        passed += strtol(work, &end, 10) * 1000000;
        work = *end != '\0' ? end : work;
    }
    return syscall(SYS_write, fd, bytes, count);
}
