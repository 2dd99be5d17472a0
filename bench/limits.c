/* SPDX-License-Identifier: MIT */
/*
 * Usable memory, swap and CPUs, and the use of the process's own cgroup, beside their floor: one pread of each file
 * that the library keeps open for them, through separate descriptors. /proc/self/fd shows which files these are, so the
 * floor is right for any cgroups. Of usable CPUs, half of the answer is in no file: their floor asks for the affinity
 * too.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sysinfo/sysinfo.h>

#include "bench.h"

enum { CALLS = 40, MOST_FILES = 128 };

static struct sysinfo_host *host;
static int file[MOST_FILES];
static int files;
static char text[1 << 16];
static bool asks_affinity; /* The floor does. */

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

/* Opens separately what the host keeps open in descriptors from `first` on. */
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
    cpu_set_t allowed;
    return is_read && (!asks_affinity || sched_getaffinity(0, sizeof allowed, &allowed) == 0);
}

/* Negative: a call failed. */
static double time_of(bool (*call)(void)) {
    double start = now_seconds();
    for (int i = 0; i < CALLS; i++) {
        if (!call()) {
            return -1;
        }
    }
    return now_seconds() - start;
}

static void compare(const char *name, bool (*call)(void), double bar, int rounds, double *times,
                    struct figures *figures) {
    int first = dup(0);
    close(first);
    if (sysinfo_host_open(&host, NULL) != SYSINFO_OK || !call() || !call()) {
        skip(name, "is not supported here");
        sysinfo_host_close(host);
        return;
    }
    open_floor(first);
    double *floor = times, *library = times + rounds;
    bool has_run = true;
    for (int round = 0; round < rounds && has_run; round++) {
        bool is_floor_first = round % 2 == 0;
        floor[round] = is_floor_first ? time_of(read_floor) : 0;
        library[round] = time_of(call);
        floor[round] = is_floor_first ? floor[round] : time_of(read_floor);
        has_run = floor[round] > 0 && library[round] > 0;
    }
    if (has_run) {
        char who[32];
        snprintf(who, sizeof who, "floor, %d files%s", files, asks_affinity ? ", affinity" : "");
        add_figure(figures, name, who, floor, floor, rounds, CALLS, 0);
        add_figure(figures, name, "sysinfo", library, floor, rounds, CALLS, bar);
    } else {
        skip(name, "failed");
    }
    for (int i = 0; i < files; i++) {
        close(file[i]);
    }
    sysinfo_host_close(host);
}

void bench_limits(int rounds, struct figures *figures) {
    double *times = malloc(2 * (size_t)rounds * sizeof *times);
    if (times != NULL) {
        compare("usable_memory", usable_memory, 1.10, rounds, times, figures);
        compare("usable_swap", usable_swap, 1.10, rounds, times, figures);
        asks_affinity = true;
        compare("usable_cpus", usable_cpus, 1.10, rounds, times, figures);
        asks_affinity = false;
        compare("cgroup_usage", cgroup_usage, 1.15, rounds, times, figures);
    }
    free(times);
}
