/* SPDX-License-Identifier: MIT */
#include <statgrab.h>

#include "bench.h"

static const char *start(void) {
    return sg_init(1) == SG_ERROR_NONE ? NULL : "sg_init failed";
}

static void stop(void) {
    sg_shutdown();
}

static bool cpu_times(void) {
    size_t count;
    return sg_get_cpu_stats(&count) != NULL;
}

static bool cpu_percent(void) {
    size_t count;
    return sg_get_cpu_percents(&count) != NULL;
}

static bool virtual_memory(void) {
    size_t count;
    return sg_get_mem_stats(&count) != NULL;
}

static bool swap_memory(void) {
    size_t count;
    return sg_get_swap_stats(&count) != NULL;
}

static bool cpu_count(void) {
    size_t count;
    const sg_host_info *machine = sg_get_host_info(&count);
    return machine != NULL && machine->ncpus > 0;
}

const struct peer peer_libstatgrab = {
    .name = "libstatgrab",
    .open = start,
    .close = stop,
    .call = {cpu_times, NULL, cpu_percent, virtual_memory, swap_memory, cpu_count},
};
