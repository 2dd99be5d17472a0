/* SPDX-License-Identifier: MIT */
#include <uv.h>

#include "bench.h"

static bool cpu_times_percpu(void) {
    uv_cpu_info_t *cpus;
    int count;
    if (uv_cpu_info(&cpus, &count) != 0) {
        return false;
    }
    uv_free_cpu_info(cpus, count);
    return true;
}

static bool virtual_memory(void) {
    return uv_get_total_memory() > 0 && uv_get_free_memory() > 0;
}

/* Only those that this process may use. */
static bool cpu_count(void) {
    return uv_available_parallelism() > 0;
}

const struct peer peer_libuv = {
    .name = "libuv",
    .call = {[CPU_TIMES_PERCPU] = cpu_times_percpu, [VIRTUAL_MEMORY] = virtual_memory, [CPU_COUNT] = cpu_count}};
