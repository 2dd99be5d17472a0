/* SPDX-License-Identifier: MIT */
#include "platform.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A closed descriptor is taken by /dev/null opened the wrong way round, so that using it still fails. */
void platform_start(void) {
    for (int fd = 0; fd <= 2; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) < 0) {
            return;
        }
    }
}

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

int64_t platform_wall_clock(void) {
    struct timespec now = {0, 0};
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

const char *platform_write(int fd, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t written = write(fd, bytes, count);
        if (written < 0 && errno != EINTR) {
            return strerror(errno);
        }
        if (written > 0) {
            bytes += written;
            count -= (size_t)written;
        }
    }
    return NULL;
}

double platform_cpu_tick(void) {
    return 0.01;
}
