/* SPDX-License-Identifier: MIT */
/* sysinfo itself, and the functions of the C library. */
#include <sysinfo/sysinfo.h>
#include <unistd.h>

#include "bench.h"

static struct sysinfo_host *host;
static struct sysinfo_cpu_sample_list *list;

static const char *open_host(void) {
    return sysinfo_host_open(&host, NULL) == SYSINFO_OK ? NULL : "no memory";
}

static void close_host(void) {
    sysinfo_cpu_sample_list_free(list);
    sysinfo_host_close(host);
}

static bool cpu_times(void) {
    struct sysinfo_cpu_sample times;
    return sysinfo_cpu_times(host, &times, sizeof times) == SYSINFO_OK;
}

static bool cpu_times_percpu(void) {
    return sysinfo_cpu_times_percpu(host, &list) == SYSINFO_OK;
}

static bool cpu_percent(void) {
    double percent;
    int status = sysinfo_cpu_percent(host, 0, &percent);
    return status == SYSINFO_OK || status == SYSINFO_NOT_YET;
}

static bool virtual_memory(void) {
    struct sysinfo_memory memory;
    return sysinfo_virtual_memory(host, &memory, sizeof memory) == SYSINFO_OK;
}

static bool swap_memory(void) {
    struct sysinfo_swap swap;
    return sysinfo_swap_memory(host, &swap, sizeof swap) == SYSINFO_OK;
}

static bool cpu_count(void) {
    return sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL) > 0;
}

static bool core_count(void) {
    return sysinfo_cpu_count(host, SYSINFO_CPU_PHYSICAL) > 0;
}

static bool cpu_freq(void) {
    struct sysinfo_cpu_frequency frequency;
    int status = sysinfo_cpu_freq(host, &frequency, sizeof frequency);
    return status == SYSINFO_OK || status == SYSINFO_UNKNOWN;
}

static bool cpu_info(void) {
    struct sysinfo_cpu_description description;
    return sysinfo_cpu_info(host, &description, sizeof description) == SYSINFO_OK;
}

static bool process_memory(void) {
    uint64_t rss;
    return sysinfo_process_memory(host, &rss) == SYSINFO_OK;
}

static bool get_available(void) {
    double available;
    return sysinfo_get(host, "mem.available", &available) == SYSINFO_OK;
}

const struct peer peer_sysinfo = {
    .name = "sysinfo",
    .open = open_host,
    .close = close_host,
    .call = {cpu_times, cpu_times_percpu, cpu_percent, virtual_memory, swap_memory, cpu_count, core_count, cpu_freq,
             cpu_info, process_memory, get_available},
};

static bool count_by_sysconf(void) {
    return sysconf(_SC_NPROCESSORS_ONLN) > 0;
}

const struct peer peer_libc = {.name = "libc", .call[CPU_COUNT] = count_by_sysconf};
