/* SPDX-License-Identifier: MIT */
/*
 * Every question about a machine whose files are the input: results are valid, repeatable, and parts do not exceed the
 * whole.
 */
#include "root.h"

#include <sysinfo/sysinfo.h>

static bool is_status(int status) {
    return status == SYSINFO_OK || status == SYSINFO_NOT_YET || status == SYSINFO_NOT_FOUND ||
           status == SYSINFO_MALFORMED || status == SYSINFO_UNKNOWN || status == SYSINFO_GONE ||
           status == SYSINFO_SYSTEM;
}

/* A failure explains itself in one line, and names a file of that root if it concerns one. */
static void must_be_explained(struct sysinfo_host *host, int status) {
    MUST(is_status(status));
    const char *text = sysinfo_explain(host, status);
    MUST(*text != '\0' && strchr(text, '\n') == NULL);
    MUST(*text != '/' || strncmp(text, root_path, strlen(root_path)) == 0);
}

static void check_memory(struct sysinfo_host *host) {
    struct sysinfo_memory memory, again;
    int status = sysinfo_virtual_memory(host, &memory, sizeof memory);
    must_be_explained(host, status);
    MUST(sysinfo_virtual_memory(host, &again, sizeof again) == status);
    if (status != SYSINFO_OK) {
        return;
    }
    MUST(memcmp(&memory, &again, sizeof memory) == 0);
    must_be_a_result(&memory, sizeof memory);
    must_be_a_share(memory.percent);
    MUST(SYSINFO_HAS(&memory, total) && memory.total > 0);
    const uint64_t parts[] = {memory.available,     memory.used,    memory.free,      memory.active,
                              memory.inactive,      memory.buffers, memory.cached,    memory.shared,
                              memory.slab,          memory.dirty,   memory.writeback, memory.hugepages_total,
                              memory.hugepages_free};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        MUST(parts[i] <= memory.total);
    }
    MUST(!SYSINFO_HAS(&memory, available) || memory.used == memory.total - memory.available);
    struct sysinfo_allowance usable;
    status = sysinfo_usable_memory(host, &usable, sizeof usable);
    must_be_explained(host, status);
    if (status == SYSINFO_OK) {
        must_be_a_result(&usable, sizeof usable);
        MUST(!SYSINFO_HAS(&usable, usable) || usable.usable <= memory.available);
        MUST(!SYSINFO_HAS(&usable, usable) || !SYSINFO_HAS(&usable, limit) || usable.usable <= usable.limit ||
             SYSINFO_IS_ESTIMATED(&usable, usable));
    }
}

static void check_swap(struct sysinfo_host *host) {
    struct sysinfo_swap swap;
    int status = sysinfo_swap_memory(host, &swap, sizeof swap);
    must_be_explained(host, status);
    if (status == SYSINFO_OK) {
        must_be_a_result(&swap, sizeof swap);
        must_be_a_share(swap.percent);
        MUST(!SYSINFO_HAS(&swap, total) || (swap.used <= swap.total && swap.free <= swap.total));
        MUST(!SYSINFO_HAS(&swap, used) || swap.used + swap.free == swap.total);
    }
    struct sysinfo_allowance usable;
    int usable_status = sysinfo_usable_swap(host, &usable, sizeof usable);
    must_be_explained(host, usable_status);
    if (usable_status == SYSINFO_OK) {
        must_be_a_result(&usable, sizeof usable);
        MUST(status != SYSINFO_OK || !SYSINFO_HAS(&swap, free) || usable.usable <= swap.free);
    }
}

static void check_cpus(struct sysinfo_host *host) {
    struct sysinfo_cpu_sample_list *samples = NULL;
    struct sysinfo_processors counts;
    int status = sysinfo_cpu_times_percpu(host, &samples);
    must_be_explained(host, status);
    for (size_t i = 0; i < sysinfo_cpu_sample_list_count(samples); i++) {
        const struct sysinfo_cpu_sample *row = sysinfo_cpu_sample_list_at(samples, i);
        must_be_a_result(row, sizeof *row);
        MUST(i == 0 || row->cpu >= sysinfo_cpu_sample_list_at(samples, i - 1)->cpu);
    }
    sysinfo_cpu_sample_list_free(samples);
    status = sysinfo_cpu_counts(host, &counts, sizeof counts);
    must_be_explained(host, status);
    if (status == SYSINFO_OK) {
        must_be_a_result(&counts, sizeof counts);
        MUST(!SYSINFO_HAS(&counts, count) || counts.count > 0);
        MUST(!SYSINFO_HAS(&counts, cores) || (counts.cores > 0 && counts.cores <= counts.count));
    }
    struct sysinfo_cpu_allowance usable;
    int usable_status = sysinfo_usable_cpus(host, &usable, sizeof usable);
    must_be_explained(host, usable_status);
    if (usable_status == SYSINFO_OK) {
        must_be_a_result(&usable, sizeof usable);
        MUST(usable.usable >= 1 && usable.quota >= 0);
        MUST(status != SYSINFO_OK || !SYSINFO_HAS(&counts, count) || usable.usable <= counts.count);
        MUST(!SYSINFO_HAS(&usable, quota) || usable.quota > (double)UINT32_MAX ||
             (double)usable.usable < usable.quota + 1 || usable.usable == 1);
    }
}

static void check_cgroup(struct sysinfo_host *host) {
    struct sysinfo_cgroup group;
    for (int round = 0; round < 2; round++) {
        int status = sysinfo_cgroup_usage(host, &group, sizeof group);
        must_be_explained(host, status);
        if (status == SYSINFO_OK) {
            must_be_a_result(&group, sizeof group);
            must_be_a_share(group.cpu_percent);
            MUST(group.interval >= 0 && group.cpu_time >= 0 && group.throttled >= 0);
        }
    }
    const char *path;
    int status = sysinfo_cgroup_path(host, &path);
    must_be_explained(host, status);
    MUST(status != SYSINFO_OK || (*path == '/' && strchr(path, '\n') == NULL));
    static int (*const pressures[])(struct sysinfo_host *host, struct sysinfo_pressure *pressure, size_t size) = {
        sysinfo_cpu_pressure, sysinfo_memory_pressure, sysinfo_cgroup_memory_pressure};
    for (size_t i = 0; i < sizeof pressures / sizeof pressures[0]; i++) {
        struct sysinfo_pressure pressure;
        status = pressures[i](host, &pressure, sizeof pressure);
        must_be_explained(host, status);
        if (status == SYSINFO_OK) {
            must_be_a_result(&pressure, sizeof pressure);
            must_be_a_share(pressure.some_avg10);
            must_be_a_share(pressure.full_avg300);
        }
    }
}

static void check_nodes(struct sysinfo_host *host) {
    struct sysinfo_numa_node_list *list = NULL;
    must_be_explained(host, sysinfo_numa_nodes(host, &list));
    for (size_t i = 0; i < sysinfo_numa_node_list_count(list); i++) {
        const struct sysinfo_numa_node *node = sysinfo_numa_node_list_at(list, i);
        must_be_a_result(node, sizeof *node);
        MUST(!SYSINFO_HAS(node, total) || (node->free <= node->total && node->used <= node->total));
        const char *cpus = sysinfo_numa_node_list_cpus(list, i);
        struct sysinfo__cpu_set set = {NULL, 0};
        char *text = text_of((const uint8_t *)cpus, strlen(cpus));
        MUST(sysinfo__decode_cpu_list(text, strlen(cpus), &set) == SYSINFO__CPU_SET_OK &&
             sysinfo__cpu_set_count(&set) == node->cpus);
        sysinfo__cpu_set_free(&set);
        free(text);
    }
    sysinfo_numa_node_list_free(list);
}

static void check_rest(struct sysinfo_host *host) {
    struct sysinfo_load load;
    struct sysinfo_stats stats;
    struct sysinfo_cpu_sample times;
    int status = sysinfo_load_average(host, &load, sizeof load);
    must_be_explained(host, status);
    MUST(status != SYSINFO_OK || (load.min1 >= 0 && load.min5 >= 0 && load.min15 >= 0));
    must_be_explained(host, sysinfo_cpu_stats(host, &stats, sizeof stats));
    status = sysinfo_cpu_times(host, &times, sizeof times);
    must_be_explained(host, status);
    if (status == SYSINFO_OK) {
        struct sysinfo_cpu_sample boot = times;
        struct sysinfo_cpu_usage usage;
        memset((char *)&boot + 16, 0, sizeof boot - 16); /* All counters are 0. */
        status = sysinfo_cpu_usage_between(&boot, &times, &usage, sizeof usage);
        MUST(status == SYSINFO_OK || status == SYSINFO_NOT_YET || status == SYSINFO_INVALID);
        if (status == SYSINFO_OK) {
            must_be_a_usage(&usage);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = text_of(data, size);
    root_fill(text, size);
    struct sysinfo_host *host = NULL;
    MUST(sysinfo_host_open(&host, root_path) == SYSINFO_OK);
    check_memory(host);
    check_swap(host);
    check_cpus(host);
    check_cgroup(host);
    check_nodes(host);
    check_rest(host);
    sysinfo_host_close(host);
    free(text);
    return 0;
}
