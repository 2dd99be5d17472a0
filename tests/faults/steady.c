/* SPDX-License-Identifier: MIT */
/* The cost of a call with a warm host, counted. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "directory.h"
#include "faults.h"
#include "questions.h"
#include "roots.h"

/* The current length of a file; -1: unreadable. */
static long length_of(const char *path) {
    static char text[1 << 22];
    long length = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t count;
    while (fd >= 0 && (count = read(fd, text, sizeof text)) > 0) {
        length += count;
    }
    if (fd >= 0) {
        close(fd);
    }
    return fd < 0 ? -1 : length;
}

static bool is_procfs(void) {
    struct statfs information;
    return statfs("/proc/stat", &information) == 0 && information.f_type == 0x9fa0 &&
           statfs("/proc/meminfo", &information) == 0 && information.f_type == 0x9fa0;
}

static bool has_one_size_of_huge_pages(struct sysinfo_host *host) {
    struct sysinfo_memory memory;
    ck_assert_int_eq(sysinfo_virtual_memory(host, &memory, sizeof memory), SYSINFO_OK);
    return memory.hugepages_total == 0 && !SYSINFO_IS_ESTIMATED(&memory, available);
}

/* ---- Every public function that queries the system; the caller keeps lists, as a meter does ---- */

#define FUNCTIONS_THAT_FILL(F)                  \
    F(cpu_times, sysinfo_cpu_sample)            \
    F(cpu_counts, sysinfo_processors)           \
    F(virtual_memory, sysinfo_memory)           \
    F(swap_memory, sysinfo_swap)                \
    F(load_average, sysinfo_load)               \
    F(cpu_stats, sysinfo_stats)                 \
    F(page_stats, sysinfo_paging)               \
    F(cpu_info, sysinfo_cpu_description)        \
    F(usable_memory, sysinfo_allowance)         \
    F(usable_swap, sysinfo_allowance)           \
    F(usable_cpus, sysinfo_cpu_allowance)       \
    F(cgroup_usage, sysinfo_cgroup)             \
    F(cpu_pressure, sysinfo_pressure)           \
    F(memory_pressure, sysinfo_pressure)        \
    F(io_pressure, sysinfo_pressure)            \
    F(irq_pressure, sysinfo_pressure)           \
    F(cgroup_cpu_pressure, sysinfo_pressure)    \
    F(cgroup_memory_pressure, sysinfo_pressure) \
    F(cgroup_io_pressure, sysinfo_pressure)     \
    F(cgroup_irq_pressure, sysinfo_pressure)    \
    F(heap_info, sysinfo_heap)                  \
    F(process_info, sysinfo_process)            \
    F(heap_detail, sysinfo_heap)

#define FILL(name, type)                               \
    static int name(struct sysinfo_host *host) {       \
        struct type out;                               \
        return sysinfo_##name(host, &out, sizeof out); \
    }
FUNCTIONS_THAT_FILL(FILL)
#undef FILL

static int cpu_percent(struct sysinfo_host *host) {
    double percent;
    return sysinfo_cpu_percent(host, 0.001, &percent);
}

static int cpu_percent_since_last(struct sysinfo_host *host) {
    double percent;
    return sysinfo_cpu_percent(host, 0, &percent);
}

static int cpu_times_percent(struct sysinfo_host *host) {
    struct sysinfo_cpu_usage usage;
    return sysinfo_cpu_times_percent(host, 0.001, &usage, sizeof usage);
}

static int read_any(struct sysinfo_host *host) {
    uint64_t slots[SYSINFO_SLOTS];
    return sysinfo_read(host, SYSINFO_RESULT_CPU_USAGE, slots, sizeof slots);
}

static int count_of(struct sysinfo_host *host, enum sysinfo_cpu_kind which) {
    int count = sysinfo_cpu_count(host, which);
    return count > 0 ? SYSINFO_OK : count;
}

static int count_cpus(struct sysinfo_host *host) {
    return count_of(host, SYSINFO_CPU_LOGICAL);
}

static int count_cores(struct sysinfo_host *host) {
    return count_of(host, SYSINFO_CPU_PHYSICAL);
}

static int count_usable(struct sysinfo_host *host) {
    return count_of(host, SYSINFO_CPU_USABLE);
}

static int count_usable_cores(struct sysinfo_host *host) {
    return count_of(host, SYSINFO_CPU_USABLE_CORES);
}

static struct {
    struct sysinfo_cpu_sample_list *samples, *before, *after;
    struct sysinfo_cpu_usage_list *usages, *between;
    struct sysinfo_numa_node_list *nodes;
    struct sysinfo_limit_level_list *levels;
    struct sysinfo_topology_object_list *topology;
} kept;

static void free_kept(void) {
    sysinfo_cpu_sample_list_free(kept.samples);
    sysinfo_cpu_sample_list_free(kept.before);
    sysinfo_cpu_sample_list_free(kept.after);
    sysinfo_cpu_usage_list_free(kept.usages);
    sysinfo_cpu_usage_list_free(kept.between);
    sysinfo_numa_node_list_free(kept.nodes);
    sysinfo_limit_level_list_free(kept.levels);
    sysinfo_topology_object_list_free(kept.topology);
    memset(&kept, 0, sizeof kept);
}

static int cpu_times_percpu(struct sysinfo_host *host) {
    return sysinfo_cpu_times_percpu(host, &kept.samples);
}

static int cpu_times_percent_percpu(struct sysinfo_host *host) {
    return sysinfo_cpu_usage_percpu(host, 0.001, &kept.usages);
}

static int cpu_percent_percpu(struct sysinfo_host *host) {
    return sysinfo_cpu_percent_percpu(host, 0.001, &kept.usages);
}

static int cpu_usage_list_between(struct sysinfo_host *host) {
    struct sysinfo_cpu_sample_list **list = kept.before == NULL ? &kept.before : &kept.after;
    int status = sysinfo_cpu_times_percpu(host, list);
    return status != SYSINFO_OK ? status
           : kept.after == NULL ? SYSINFO_NOT_YET
                                : sysinfo_cpu_usage_list_between(kept.before, kept.after, &kept.between);
}

/* An unknown number of CPUs is looked for each time, as in sysinfo_cpu_count() itself. */
static int limit_levels(struct sysinfo_host *host) {
    return sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL) < 0 ? SYSINFO_UNKNOWN
                                                            : sysinfo_limit_levels(host, &kept.levels);
}

static int numa_read(struct sysinfo_host *host) {
    return sysinfo_numa_nodes(host, &kept.nodes);
}

static int topology_read(struct sysinfo_host *host) {
    return sysinfo_topology_objects(host, &kept.topology);
}

static int cgroup_path(struct sysinfo_host *host) {
    const char *path;
    return sysinfo_cgroup_path(host, &path);
}

static int heap_allocator(struct sysinfo_host *host) {
    return sysinfo_heap_allocator(host) != NULL ? SYSINFO_OK : SYSINFO_NOT_SUPPORTED;
}

static int process_memory(struct sysinfo_host *host) {
    uint64_t rss;
    return sysinfo_process_memory(host, &rss);
}

static int get(struct sysinfo_host *host) {
    double value;
    return sysinfo_get(host, "mem.total", &value);
}

static int get_uint64(struct sysinfo_host *host) {
    uint64_t value;
    return sysinfo_get_uint64(host, "swap.total", &value);
}

static int explain(struct sysinfo_host *host) {
    int status = sysinfo_cpu_percent(host, -1, NULL);
    return sysinfo_explain(host, status)[0] != '\0' && sysinfo_system_error(host) == 0 ? SYSINFO_OK : status;
}

static const struct asked {
    const char *function; /* Without "sysinfo_"; some occur more than once. */
    int (*ask)(struct sysinfo_host *host);
} asked[] = {
#define FILL(name, type) {#name, name},
    FUNCTIONS_THAT_FILL(FILL)
#undef FILL
        {"cpu_percent", cpu_percent},
    {"cpu_percent", cpu_percent_since_last},
    {"cpu_times_percent", cpu_times_percent},
    {"read", read_any},
    {"cpu_count", count_cpus},
    {"cpu_count", count_cores},
    {"cpu_count", count_usable},
    {"cpu_count", count_usable_cores},
    {"cpu_times_percpu", cpu_times_percpu},
    {"cpu_usage_percpu", cpu_times_percent_percpu},
    {"cpu_percent_percpu", cpu_percent_percpu},
    {"cpu_usage_list_between", cpu_usage_list_between},
    {"numa_nodes", numa_read},
    {"limit_levels", limit_levels},
    {"topology_objects", topology_read},
    {"cgroup_path", cgroup_path},
    {"process_memory", process_memory},
    {"get", get},
    {"get_uint64", get_uint64},
    {"heap_allocator", heap_allocator},
    {"explain", explain},
    {"system_error", explain},
};
enum { ASKED = sizeof asked / sizeof asked[0] };

/* Asks until it has succeeded. False: it never does. */
static bool warm_up(struct sysinfo_host *host, const struct asked *question) {
    for (int i = 0; i < 200; i++) {
        int status = question->ask(host);
        if (status != SYSINFO_NOT_YET) {
            return status == SYSINFO_OK;
        }
        usleep(1000); /* Until a tick of CPU time has passed. */
    }
    return question->ask == cpu_percent_since_last; /* Never repeats below a root that does not change. */
}

/* Functions that do not query the system, or cannot be repeated. */
static const char *const not_asked[] = {
    "process_detail", /* Opens the directory of descriptors each time. */
    "cpu_freq",       /* Opens files of each CPU each time. */
    "cpu_freq_percpu",
    "backend",
    "cpu_frequency_list_all",
    "cpu_frequency_list_at",
    "cpu_frequency_list_count",
    "cpu_frequency_list_free",
    "cpu_sample_list_all",
    "cpu_sample_list_at",
    "cpu_sample_list_count",
    "cpu_sample_list_free",
    "cpu_usage_between",
    "cpu_usage_list_all",
    "cpu_usage_list_at",
    "cpu_usage_list_count",
    "cpu_usage_list_explain",
    "cpu_usage_list_free",
    "field_double",
    "field_find",
    "field_is_estimated",
    "field_next",
    "field_source",
    "field_state",
    "field_text",
    "field_uint64",
    "host_close",
    "host_open",
    "limit_level_list_at",
    "limit_level_list_count",
    "limit_level_list_free",
    "limit_level_list_name",
    "numa_node_list_at",
    "numa_node_list_count",
    "numa_node_list_cpus",
    "numa_node_list_free",
    "status_meaning",
    "status_name",
    "topology_object_list_at",
    "topology_object_list_count_type",
    "topology_object_list_cpus",
    "topology_object_list_free",
    "unit_name",
    "version",
    "heap_growth",
    "heap_trim", /* They change the heap by design. */
    "heap_recorded",
    "mark", /* They use a file that the caller names, and keep nothing open. */
    "heap_counts",
    "heap_enter",
    "heap_enter_rss",
    "heap_leave",
    "heap_scopes_close",
    "heap_scopes_count",
    "heap_scopes_open",
    "heap_scopes_print",
    "heap_scopes_row",
    "heap_generation",
    "heap_sites_keep",
    "heap_snapshot_block",
    "heap_snapshot_blocks",
    "heap_snapshot_bytes",
    "heap_snapshot_close",
    "heap_snapshot_edge",
    "heap_snapshot_edges",
    "heap_snapshot_find",
    "heap_snapshot_leak",
    "heap_snapshot_leaks",
    "heap_snapshot_moment",
    "heap_snapshot_open",
    "heap_snapshot_read",
    "heap_snapshot_root",
    "heap_snapshot_roots",
    "heap_snapshot_site",
    "heap_snapshot_sites",
    "heap_snapshot_subtract",
    "heap_thread_counts",
    "heap_unreachable_begin",
    "heap_unreachable_end",
    "heap_watch", /* They use the tracker in this process, and read nothing. */
};

static bool is_known(const char *function) {
    bool is_found = false;
    for (int i = 0; i < ASKED; i++) {
        is_found = is_found || strcmp(asked[i].function, function) == 0;
    }
    for (size_t i = 0; i < sizeof not_asked / sizeof not_asked[0]; i++) {
        is_found = is_found || strcmp(not_asked[i], function) == 0;
    }
    return is_found;
}

START_TEST(every_public_function_is_asked_here) {
    FILE *symbols = fopen(SYMBOLS, "r");
    ck_assert_ptr_nonnull(symbols);
    char name[128];
    int count = 0;
    for (; fscanf(symbols, "%127s", name) == 1; count++) {
        ck_assert_int_eq(strncmp(name, "sysinfo_", 8), 0);
        ck_assert_msg(is_known(name + 8), "%s is a new function: add it to asked[] or to not_asked[]", name);
    }
    fclose(symbols);
    ck_assert_int_gt(count, 50);
}
END_TEST

START_TEST(a_warm_host_neither_allocates_nor_opens) {
    struct sysinfo_host *host = open_root(roots[_i]);
    /*
     * Without the kernel's list of online CPUs, each CPU's own file is read every time: nothing else shows that they
     * are unchanged.
     */
    bool is_without_list = roots[_i] != NULL && strcmp(roots[_i], FIXTURES "/directories") == 0;
    int successes = 0;
    for (int i = 0; i < ASKED; i++) {
        if (!warm_up(host, &asked[i]) || (is_without_list && strstr(asked[i].function, "cpu") != NULL)) {
            continue; /* A missing file may be looked for each time. */
        }
        successes++;
        for (int round = 0; round < 20; round++) {
            faults_begin(FAULT_MEMORY, -1, 0);
            int status = asked[i].ask(host);
            faults_end();
            ck_assert(status == SYSINFO_OK || status == SYSINFO_NOT_YET);
            ck_assert_msg(faults.calls[FAULT_MEMORY] + faults.calls[FAULT_PAGE] == 0, "%s: %s allocates",
                          roots[_i] == NULL ? "/" : roots[_i], asked[i].function);
            ck_assert_msg(faults.calls[FAULT_OPEN] == 0, "%s: %s opens a file", roots[_i] == NULL ? "/" : roots[_i],
                          asked[i].function);
        }
    }
    ck_assert_int_ge(successes, roots[_i] == NULL ? 15 : 2);
    free_kept();
    sysinfo_host_close(host);
}
END_TEST

START_TEST(unreported_cores_are_not_looked_for_again) {
    directory_make();
    directory_write("sys/devices/system/cpu/online", "0-1\n");
    directory_write("proc/self/status", "Cpus_allowed:\t3\n");
    struct sysinfo_host *host = open_root(directory_root);
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_USABLE_CORES), SYSINFO_UNKNOWN);
    faults_begin(FAULT_OPEN, -1, 0);
    int count = sysinfo_cpu_count(host, SYSINFO_CPU_USABLE_CORES);
    faults_end();
    ck_assert_int_eq(count, SYSINFO_UNKNOWN);
    ck_assert_int_eq(faults.calls[FAULT_OPEN], 0);
    directory_write("sys/devices/system/cpu/cpu1/topology/core_cpus_list", "1\n");
    directory_write("proc/self/status", "Cpus_allowed:\t2\n");
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_USABLE_CORES), 1); /* Other CPUs may have other cores. */
    sysinfo_host_close(host);
    directory_remove();
}
END_TEST

static int count_opens_for_frequencies(struct sysinfo_host *host) {
    struct sysinfo_cpu_frequency frequency;
    faults_begin(FAULT_OPEN, -1, 0);
    int status = sysinfo_cpu_freq(host, &frequency, sizeof frequency);
    faults_end();
    ck_assert_int_eq(status, SYSINFO_OK);
    return faults.calls[FAULT_OPEN];
}

/* How many calls look for one file: two where openat2() is not known, as in valgrind. */
static int count_opens_for_a_file(struct sysinfo_host *host) {
    struct sysinfo_load load;
    faults_begin(FAULT_OPEN, -1, 0);
    int status = sysinfo_load_average(host, &load, sizeof load);
    faults_end();
    ck_assert_int_eq(status, SYSINFO_NOT_FOUND);
    return faults.calls[FAULT_OPEN];
}

/* For each CPU the directory of cpufreq and the firmware's file, and once that of the policies. */
START_TEST(without_cpufreq_only_its_directories_are_looked_for) {
    enum { CPUS = 8 };
    directory_make();
    directory_write("sys/devices/system/cpu/online", "0-7\n");
    directory_write("proc/cpuinfo", "processor\t: 0\ncpu MHz\t\t: 500.000\n\n");
    struct sysinfo_host *host = open_root(directory_root);
    int first = count_opens_for_frequencies(host), later = count_opens_for_a_file(host) * (2 * CPUS + 1);
    ck_assert_int_gt(first, later);
    ck_assert_int_eq(count_opens_for_frequencies(host), later);
    ck_assert_int_eq(count_opens_for_frequencies(host), later);
    sysinfo_host_close(host);
    directory_remove();
}
END_TEST

static const struct {
    const char *name;
    int reads;
} single_reads[] = {
    {"cpu_times", 1},        {"cpu_percent", 2},    {"cpu_percent since last", 1}, {"cpu_times_percent since last", 1},
    {"cpu_times_percpu", 1}, {"virtual_memory", 1}, {"load_average", 1},           {"cpu_stats", 1},
    {"cpu_counts", 1}};

/* A container may have another list over the kernel's, which is read to its end: the second read returns nothing. */
static bool is_sysfs(void) {
    struct statfs information;
    return statfs("/sys/devices/system/cpu/online", &information) == 0 && information.f_type == 0x62656572;
}

START_TEST(stat_meminfo_and_loadavg_come_whole_in_one_read) {
    struct sysinfo_host *host = open_root(NULL);
    if (!is_procfs() || !has_one_size_of_huge_pages(host)) {
        printf("skipped: /proc is no procfs here, or the machine has huge pages to look for\n");
        sysinfo_host_close(host);
        return;
    }
    for (size_t s = 0; s < sizeof single_reads / sizeof single_reads[0]; s++) {
        int i = 0;
        while (i < question_count && strcmp(questions[i].name, single_reads[s].name) != 0) {
            i++;
        }
        ck_assert_int_lt(i, question_count);
        uint64_t answer[SYSINFO_SLOTS];
        questions[i].ask(host, answer);
        questions[i].ask(host, answer);
        faults_begin(FAULT_READ, -1, 0);
        questions[i].ask(host, answer);
        faults_end();
        int more = strcmp(questions[i].name, "cpu_counts") == 0 && !is_sysfs();
        ck_assert_msg(faults.calls[FAULT_READ] == single_reads[s].reads + more, "%s: %d reads", questions[i].name,
                      faults.calls[FAULT_READ]);
    }
    sysinfo_host_close(host);
}
END_TEST

START_TEST(a_one_off_call_allocates_nothing) {
    uint64_t answer[SYSINFO_SLOTS];
    enum { BUFFER = 8000 };
    if (length_of("/proc/stat") > BUFFER || length_of("/proc/meminfo") > BUFFER || length_of("/proc/vmstat") > BUFFER) {
        printf("skipped: the files of this machine do not fit the buffer of a one-off host\n");
        return;
    }
    for (int i = 0; i < question_count; i++) {
        if (questions[i].allocates || questions[i].needs_past || questions[i].looks_first) {
            continue;
        }
        faults_begin(FAULT_MEMORY, -1, 0);
        int status = questions[i].ask(NULL, answer);
        faults_end();
        ck_assert_msg(question_is_answered(&questions[i], status), "%s: %s", questions[i].name,
                      sysinfo_status_name(status));
        ck_assert_msg(faults.calls[FAULT_MEMORY] == 0, "%s allocates", questions[i].name);
    }
}
END_TEST

START_TEST(opening_a_host_touches_no_file) {
    faults_begin(FAULT_OPEN, -1, 0);
    struct sysinfo_host *host = NULL;
    int status = sysinfo_host_open(&host, "/no/such/directory");
    faults_end();
    ck_assert_int_eq(status, SYSINFO_OK);
    ck_assert_int_eq(faults.calls[FAULT_OPEN] + faults.calls[FAULT_READ], 0);
    sysinfo_host_close(host);
}
END_TEST

TCase *steady_tests(void) {
    TCase *tests = tcase_create("steady");
    tcase_add_test(tests, every_public_function_is_asked_here);
    tcase_add_loop_test(tests, a_warm_host_neither_allocates_nor_opens, 0, ROOTS);
    tcase_add_test(tests, unreported_cores_are_not_looked_for_again);
    tcase_add_test(tests, without_cpufreq_only_its_directories_are_looked_for);
    tcase_add_test(tests, stat_meminfo_and_loadavg_come_whole_in_one_read);
    tcase_add_test(tests, a_one_off_call_allocates_nothing);
    tcase_add_test(tests, opening_a_host_touches_no_file);
    return tests;
}
