/* SPDX-License-Identifier: MIT */
/*
 * The floor: pread of the same kernel files through open descriptors, without decoding. A file that procfs produces as
 * one record needs one call; the others end with a call that returns nothing.
 */
#include <fcntl.h>
#include <unistd.h>

#include "bench.h"

enum { STAT, MEMINFO, VMSTAT, ONLINE, CPUINFO, STATM, FILES };
static const char *const paths[FILES] = {"/proc/stat",    "/proc/meminfo",
                                         "/proc/vmstat",  "/sys/devices/system/cpu/online",
                                         "/proc/cpuinfo", "/proc/self/statm"};
static int file[FILES];
static char text[1 << 20];

static const char *open_all(void) {
    for (int i = 0; i < FILES; i++) {
        file[i] = open(paths[i], O_RDONLY | O_CLOEXEC);
        if (file[i] < 0) {
            return "cannot open the files of procfs and sysfs";
        }
    }
    return NULL;
}

static void close_all(void) {
    for (int i = 0; i < FILES; i++) {
        close(file[i]);
    }
}

static bool read_record(int i) {
    return pread(file[i], text, sizeof text, 0) > 0;
}

static bool read_to_end(int i) {
    size_t length = 0;
    ssize_t count;
    while ((count = pread(file[i], text + length, sizeof text - length, (off_t)length)) > 0) {
        length += (size_t)count;
    }
    return count == 0 && length > 0;
}

static bool read_stat(void) {
    return read_record(STAT);
}

static bool read_meminfo(void) {
    return read_record(MEMINFO);
}

static bool read_meminfo_and_vmstat(void) {
    return read_record(MEMINFO) && read_to_end(VMSTAT);
}

static bool read_online(void) {
    return read_record(ONLINE);
}

static bool read_cpuinfo_and_online(void) {
    return read_to_end(CPUINFO) && read_record(ONLINE);
}

static bool read_statm(void) {
    return read_record(STATM);
}

const struct peer peer_floor = {
    .name = "floor",
    .open = open_all,
    .close = close_all,
    .call = {read_stat, read_stat, read_stat, read_meminfo, read_meminfo_and_vmstat, read_online, read_online,
             read_cpuinfo_and_online, read_online, read_statm, read_meminfo},
};
