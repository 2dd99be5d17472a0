/* SPDX-License-Identifier: MIT */
/*
 * What a call of usable memory, swap and CPUs costs beside the floor: one pread of
 * each file that the library keeps open for it, through descriptors of our own.
 * Which files these are is found out from /proc/self/fd, so that the floor fits
 * whatever cgroups this process is in.
 *
 * Rounds of both are interleaved, and the ratio is the median of those of each
 * round: on a busy machine only that means anything.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sysinfo/sysinfo.h>

enum { ROUNDS = 401, CALLS = 40, MOST_FILES = 128 };

static struct sysinfo_host *host;
static int file[MOST_FILES];
static int files;
static char text[1 << 16];

static bool usable_memory(void) {
    struct sysinfo_allowance allowance;
    return sysinfo_usable_memory(host, &allowance, sizeof allowance) == SYSINFO_OK;
}

static bool usable_swap(void) {
    struct sysinfo_allowance allowance;
    return sysinfo_usable_swap(host, &allowance, sizeof allowance) == SYSINFO_OK;
}

static bool usable_cpus(void) {
    struct sysinfo_cpu_allowance allowance;
    return sysinfo_usable_cpus(host, &allowance, sizeof allowance) == SYSINFO_OK;
}

static bool cgroup_usage(void) {
    struct sysinfo_cgroup cgroup;
    return sysinfo_cgroup_usage(host, &cgroup, sizeof cgroup) == SYSINFO_OK;
}

/* Opens for ourselves what the host keeps open in descriptors from `first` on. */
static void open_floor(int first) {
    static char path[MOST_FILES][4096];
    files = 0;
    for (int fd = first; files < MOST_FILES; fd++) {
        char link[64];
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t length = readlink(link, path[files], sizeof path[0] - 1);
        if (length < 0) {
            break;
        }
        path[files++][length] = '\0';
    }
    for (int i = 0; i < files; i++) {
        file[i] = open(path[i], O_RDONLY | O_CLOEXEC);
    }
}

static bool read_floor(void) {
    bool is_read = files > 0;
    for (int i = 0; i < files; i++) {
        is_read = pread(file[i], text, sizeof text, 0) >= 0 && is_read;
    }
    return is_read;
}

static double time_of(bool (*call)(void)) {
    struct timespec before, after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    for (int i = 0; i < CALLS; i++) {
        if (!call()) {
            fprintf(stderr, "a call failed\n");
            exit(1);
        }
    }
    clock_gettime(CLOCK_MONOTONIC, &after);
    return ((double)(after.tv_sec - before.tv_sec) * 1e9 + (double)(after.tv_nsec - before.tv_nsec)) / CALLS;
}

static int by_size(const void *a, const void *b) {
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static double median(double *values) {
    qsort(values, ROUNDS, sizeof *values, by_size);
    return values[ROUNDS / 2];
}

static void compare(const char *name, bool (*call)(void)) {
    static double ratio[ROUNDS], floor_time[ROUNDS];
    int first = dup(0);
    close(first);
    if (sysinfo_host_open(&host, NULL) != SYSINFO_OK || !call() || !call()) {
        printf("%-14s not supported here\n", name);
        sysinfo_host_close(host);
        return;
    }
    open_floor(first);
    for (int round = 0; round < ROUNDS; round++) {
        bool is_floor_first = round % 2 == 0;
        double before = is_floor_first ? time_of(read_floor) : 0;
        double library = time_of(call);
        floor_time[round] = is_floor_first ? before : time_of(read_floor);
        ratio[round] = library / floor_time[round];
    }
    printf("%-14s %2d files   floor %7.0f ns   ratio %.3f\n", name, files, median(floor_time), median(ratio));
    for (int i = 0; i < files; i++) {
        close(file[i]);
    }
    sysinfo_host_close(host);
}

int main(void) {
    compare("usable_memory", usable_memory);
    compare("usable_swap", usable_swap);
    compare("usable_cpus", usable_cpus);
    compare("cgroup_usage", cgroup_usage);
    return 0;
}
