/* SPDX-License-Identifier: MIT */
#include "questions.h"

#include <string.h>

#define SIZE (SYSINFO_SLOTS * 8)

static int cpu_times(struct sysinfo_host *host, uint64_t *answer) {
    return sysinfo_cpu_times(host, (void *)answer, SIZE);
}

static int cpu_percent(struct sysinfo_host *host, uint64_t *answer) {
    return sysinfo_cpu_percent(host, 0.002, (void *)(answer + 2));
}

static int cpu_percent_since_last(struct sysinfo_host *host, uint64_t *answer) {
    return sysinfo_cpu_percent(host, 0, (void *)(answer + 2));
}

static int cpu_times_percent(struct sysinfo_host *host, uint64_t *answer) {
    return sysinfo_cpu_times_percent(host, 0.002, (void *)answer, SIZE);
}

static int cpu_times_percent_since_last(struct sysinfo_host *host, uint64_t *answer) {
    return sysinfo_read(host, SYSINFO_RESULT_CPU_USAGE, answer, SIZE);
}

static int cpu_times_percpu(struct sysinfo_host *host, uint64_t *answer) {
    struct sysinfo_cpu_sample_list *list = NULL;
    int status = sysinfo_cpu_times_percpu(host, &list);
    if (status == SYSINFO_OK) {
        memcpy(answer, sysinfo_cpu_sample_list_all(list), sizeof(struct sysinfo_cpu_sample));
    }
    sysinfo_cpu_sample_list_free(list);
    return status;
}

static int cpu_times_percent_percpu(struct sysinfo_host *host, uint64_t *answer) {
    struct sysinfo_cpu_usage_list *list = NULL;
    int status = sysinfo_cpu_usage_percpu(host, 0.002, &list);
    answer[2] = sysinfo_cpu_usage_list_count(list);
    sysinfo_cpu_usage_list_free(list);
    return status;
}

static int cpu_counts(struct sysinfo_host *host, uint64_t *answer) {
    return sysinfo_cpu_counts(host, (void *)answer, SIZE);
}

static int cpu_count(struct sysinfo_host *host, uint64_t *answer) {
    int count = sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL);
    answer[2] = count > 0 ? (uint64_t)count : 0;
    return count > 0 ? SYSINFO_OK : count;
}

static int cpu_freq(struct sysinfo_host *host, uint64_t *answer) {
    return sysinfo_cpu_freq(host, (void *)answer, SIZE);
}

static int cpu_freq_percpu(struct sysinfo_host *host, uint64_t *answer) {
    struct sysinfo_cpu_frequency_list *list = NULL;
    int status = sysinfo_cpu_freq_percpu(host, &list);
    answer[2] = sysinfo_cpu_frequency_list_count(list);
    sysinfo_cpu_frequency_list_free(list);
    return status;
}

static int cpu_info(struct sysinfo_host *host, uint64_t *answer) {
    return sysinfo_cpu_info(host, (void *)answer, SIZE);
}

static int virtual_memory(struct sysinfo_host *host, uint64_t *answer) {
    return sysinfo_virtual_memory(host, (void *)answer, SIZE);
}

static int swap_memory(struct sysinfo_host *host, uint64_t *answer) {
    return sysinfo_swap_memory(host, (void *)answer, SIZE);
}

static int load_average(struct sysinfo_host *host, uint64_t *answer) {
    return sysinfo_load_average(host, (void *)answer, SIZE);
}

static int cpu_stats(struct sysinfo_host *host, uint64_t *answer) {
    return sysinfo_cpu_stats(host, (void *)answer, SIZE);
}

static int usable_memory(struct sysinfo_host *host, uint64_t *answer) {
    return sysinfo_usable_memory(host, (void *)answer, SIZE);
}

static int usable_swap(struct sysinfo_host *host, uint64_t *answer) {
    return sysinfo_usable_swap(host, (void *)answer, SIZE);
}

static int usable_cpus(struct sysinfo_host *host, uint64_t *answer) {
    return sysinfo_usable_cpus(host, (void *)answer, SIZE);
}

static int usable_cores(struct sysinfo_host *host, uint64_t *answer) {
    int count = sysinfo_cpu_count(host, SYSINFO_CPU_USABLE_CORES);
    answer[2] = count > 0 ? (uint64_t)count : 0;
    return count > 0 ? SYSINFO_OK : count;
}

static int cgroup_usage(struct sysinfo_host *host, uint64_t *answer) {
    return sysinfo_cgroup_usage(host, (void *)answer, SIZE);
}

static int cgroup_path(struct sysinfo_host *host, uint64_t *answer) {
    const char *path;
    int status = sysinfo_cgroup_path(host, &path);
    answer[2] = status == SYSINFO_OK ? strlen(path) : 0;
    return status;
}

static int memory_pressure(struct sysinfo_host *host, uint64_t *answer) {
    return sysinfo_memory_pressure(host, (void *)answer, SIZE);
}

static int cgroup_memory_pressure(struct sysinfo_host *host, uint64_t *answer) {
    return sysinfo_cgroup_memory_pressure(host, (void *)answer, SIZE);
}

static int numa_read(struct sysinfo_host *host, uint64_t *answer) {
    struct sysinfo_numa_node_list *list = NULL;
    int status = sysinfo_numa_nodes(host, &list);
    answer[2] = sysinfo_numa_node_list_count(list);
    sysinfo_numa_node_list_free(list);
    return status;
}

static int page_stats(struct sysinfo_host *host, uint64_t *answer) {
    return sysinfo_page_stats(host, (void *)answer, SIZE);
}

static int process_info(struct sysinfo_host *host, uint64_t *answer) {
    return sysinfo_process_info(host, (void *)answer, SIZE);
}

static int process_detail(struct sysinfo_host *host, uint64_t *answer) {
    return sysinfo_process_detail(host, (void *)answer, SIZE);
}

static int process_memory(struct sysinfo_host *host, uint64_t *answer) {
    return sysinfo_process_memory(host, answer + 2);
}

static int get(struct sysinfo_host *host, uint64_t *answer) {
    double value = 0;
    int status = sysinfo_get(host, "mem.total", &value);
    answer[2] = (uint64_t)value;
    return status;
}

static int get_uint64(struct sysinfo_host *host, uint64_t *answer) {
    return sysinfo_get_uint64(host, "stats.ctx_switches", answer + 2);
}

const struct question questions[] = {
    {"cpu_times", cpu_times, false, false},
    {"cpu_percent", cpu_percent, false, false},
    {"cpu_percent since last", cpu_percent_since_last, false, true},
    {"cpu_times_percent", cpu_times_percent, false, false},
    {"cpu_times_percent since last", cpu_times_percent_since_last, false, true},
    {"cpu_times_percpu", cpu_times_percpu, true, false},
    {"cpu_times_percent_percpu", cpu_times_percent_percpu, true, false},
    {"cpu_counts", cpu_counts, true, false},
    {"cpu_count", cpu_count, true, false},
    {"cpu_freq", cpu_freq, true, false, false, true, true},
    {"cpu_freq_percpu", cpu_freq_percpu, true, false, false, true, true},
    {"cpu_info", cpu_info, true, false, false, false},
    {"virtual_memory", virtual_memory, false, false},
    {"swap_memory", swap_memory, false, false},
    {"load_average", load_average, false, false},
    {"cpu_stats", cpu_stats, false, false},
    {"usable_memory", usable_memory, false, false, true},
    {"usable_swap", usable_swap, false, false, true},
    {"usable_cpus", usable_cpus, false, false, true},
    {"usable_cores", usable_cores, true, false, true, true},
    {"cgroup_usage", cgroup_usage, false, false, true, true},
    {"cgroup_path", cgroup_path, false, true, true, true},
    {"memory_pressure", memory_pressure, false, false, false, true},
    {"cgroup_memory_pressure", cgroup_memory_pressure, false, false, true, true},
    {"numa_read", numa_read, true, false, false, true},
    {"page_stats", page_stats, false, false, false, true},
    {"process_info", process_info, false, false, false, true},
    {"process_detail", process_detail, false, false, false, true},
    {"process_memory", process_memory, false, false, false, true},
    {"get", get, false, false},
    {"get_uint64", get_uint64, false, false},
};
const int question_count = sizeof questions / sizeof questions[0];

bool question_is_answered(const struct question *question, int status) {
    bool is_absent = status == SYSINFO_NOT_FOUND || status == SYSINFO_NOT_SUPPORTED || status == SYSINFO_UNKNOWN;
    return status == SYSINFO_OK || status == SYSINFO_NOT_YET || (question->is_rare && is_absent);
}
