/* SPDX-License-Identifier: MIT */
/*
 * Captured machines. For each row of expected.tsv: its counts, including those of what the captured process was allowed
 * to use and of what hwloc knows, and the figures of proc/meminfo and proc/stat as a simpler parser reads them.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sysinfo/sysinfo.h>

#include "run.h"

enum { MOST_MACHINES = 256 };
static struct {
    char directory[128];
    int lines, logical, cores;                   /* lines -1: there is no proc/stat. */
    int allowed, allowed_cores, packages, nodes; /* packages -1: not in the row. */
} machines[MOST_MACHINES];
static int machine_count;

/* Splits a row at tabs; columns may be empty. */
static int split(char *line, char **column, int most) {
    int count = 0;
    line[strcspn(line, "\r\n")] = '\0';
    for (char *p = line; p != NULL && count < most; count++) {
        column[count] = p;
        p = strchr(p, '\t');
        if (p != NULL) {
            *p++ = '\0';
        }
    }
    return count;
}

static bool read_table(void) {
    FILE *table = fopen(MACHINES "/expected.tsv", "r");
    char line[1024], *column[9];
    while (table != NULL && fgets(line, sizeof line, table) != NULL && machine_count < MOST_MACHINES) {
        int columns = line[0] == '#' ? 0 : split(line, column, 9);
        if (columns < 5) {
            continue;
        }
        snprintf(machines[machine_count].directory, sizeof machines[0].directory, "%s", column[1]);
        machines[machine_count].lines = column[2][0] == '\0' ? -1 : atoi(column[2]);
        machines[machine_count].logical = atoi(column[3]);
        machines[machine_count].cores = atoi(column[4]);
        machines[machine_count].packages = columns < 9 ? -1 : atoi(column[7]);
        machines[machine_count].allowed = columns < 9 ? machines[machine_count].logical : atoi(column[5]);
        machines[machine_count].allowed_cores = columns < 9 ? machines[machine_count].cores : atoi(column[6]);
        machines[machine_count].nodes = columns < 9 ? 0 : atoi(column[8]);
        machine_count++;
    }
    if (table != NULL) {
        fclose(table);
    }
    return machine_count > 0;
}

static void machine_path(char *out, size_t size, int machine, const char *file) {
    ck_assert_int_lt(snprintf(out, size, "%s/%s%s", UNPACKED, machines[machine].directory, file), (int)size);
}

static struct sysinfo_host *open_machine(int machine) {
    char root[1024];
    struct sysinfo_host *host = NULL;
    machine_path(root, sizeof root, machine, "");
    ck_assert_int_eq(sysinfo_host_open(&host, root), SYSINFO_OK);
    return host;
}

START_TEST(counts_are_right_or_unknown) {
    struct sysinfo_host *host = open_machine(_i);
    for (int round = 0; round < 2; round++) {
        int logical = sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL),
            cores = sysinfo_cpu_count(host, SYSINFO_CPU_PHYSICAL);
        ck_assert_msg(logical == machines[_i].logical, "%s: %d logical CPUs", machines[_i].directory, logical);
        ck_assert_msg(cores == (machines[_i].cores > 0 ? machines[_i].cores : SYSINFO_UNKNOWN), "%s: %d cores",
                      machines[_i].directory, cores);
    }
    sysinfo_host_close(host);
}
END_TEST

START_TEST(usable_cpus_are_those_that_the_captured_process_was_allowed) {
    struct sysinfo_host *host = open_machine(_i);
    for (int round = 0; round < 2; round++) {
        int usable = sysinfo_cpu_count(host, SYSINFO_CPU_USABLE),
            cores = sysinfo_cpu_count(host, SYSINFO_CPU_USABLE_CORES);
        ck_assert_msg(usable == machines[_i].allowed, "%s: %d usable CPUs", machines[_i].directory, usable);
        ck_assert_msg(cores == (machines[_i].allowed_cores > 0 ? machines[_i].allowed_cores : SYSINFO_UNKNOWN),
                      "%s: %d usable cores", machines[_i].directory, cores);
    }
    sysinfo_host_close(host);
}
END_TEST

START_TEST(packages_are_right_or_unknown) {
    struct sysinfo_host *host = open_machine(_i);
    struct sysinfo_cpu_description description = {.present = 0};
    int status = sysinfo_cpu_info(host, &description, sizeof description);
    ck_assert(status == SYSINFO_OK || status == SYSINFO_UNKNOWN);
    if (machines[_i].packages >= 0 && SYSINFO_HAS(&description, packages)) {
        ck_assert_msg(description.packages == (uint64_t)machines[_i].packages, "%s: %d packages",
                      machines[_i].directory, (int)description.packages);
    }
    ck_assert(!SYSINFO_HAS(&description, cores_performance) ||
              description.cores_performance + description.cores_efficiency == (uint64_t)machines[_i].cores);
    sysinfo_host_close(host);
}
END_TEST

/* The average of the lines "cpu MHz" and "clock", as scanf() reads them. */
START_TEST(frequencies_are_those_of_cpuinfo) {
    char path[1024], line[4096];
    struct sysinfo_host *host = open_machine(_i);
    struct sysinfo_cpu_frequency all;
    double megahertz, sum = 0;
    int lines = 0;
    machine_path(path, sizeof path, _i, "/proc/cpuinfo");
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "cpu MHz : %lf", &megahertz) == 1 || sscanf(line, "clock : %lfMHz", &megahertz) == 1) {
            sum += megahertz;
            lines++;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    int status = sysinfo_cpu_freq(host, &all, sizeof all);
    ck_assert(status == SYSINFO_OK || (status == SYSINFO_UNKNOWN && lines == 0));
    if (lines == machines[_i].logical) {
        ck_assert_double_eq_tol((double)all.current, sum / lines * 1e6, 1e3);
    }
    ck_assert(status != SYSINFO_OK || !SYSINFO_HAS(&all, min) || (all.min > 0 && all.min <= all.max));
    sysinfo_host_close(host);
}
END_TEST

/* The nodes in sysfs, which may differ from hwloc's: it adds one if there is none, and leaves out doubtful ones. */
START_TEST(numa_nodes_are_those_of_sysfs) {
    char path[1024], line[256];
    struct sysinfo_host *host = open_machine(_i);
    struct sysinfo_numa_node_list *list = NULL;
    const struct sysinfo_numa_node *node;
    int status = sysinfo_numa_nodes(host, &list);
    machine_path(path, sizeof path, _i, "/sys/devices/system/node");
    DIR *directory = opendir(path);
    size_t nodes = 0;
    for (const struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        nodes += strncmp(entry->d_name, "node", 4) == 0 && entry->d_name[4] >= '0' && entry->d_name[4] <= '9';
    }
    if (directory != NULL) {
        closedir(directory);
    }
    ck_assert_int_eq(status, nodes > 0 ? SYSINFO_OK : SYSINFO_NOT_FOUND);
    ck_assert_uint_eq(sysinfo_numa_node_list_count(list), nodes);
    for (size_t i = 0; (node = sysinfo_numa_node_list_at(list, i)) != NULL; i++) {
        char file[128];
        unsigned long long kib = 0;
        snprintf(file, sizeof file, "/sys/devices/system/node/node%llu/meminfo", (unsigned long long)node->number);
        machine_path(path, sizeof path, _i, file);
        FILE *meminfo = fopen(path, "r");
        while (meminfo != NULL && fgets(line, sizeof line, meminfo) != NULL &&
               sscanf(line, "Node %*u MemTotal: %llu", &kib) != 1) {
        }
        if (meminfo != NULL) {
            fclose(meminfo);
        }
        ck_assert_uint_eq(node->total, kib * 1024);
    }
    sysinfo_numa_node_list_free(list);
    sysinfo_host_close(host);
}
END_TEST

START_TEST(topology_matches_hwloc) {
    struct sysinfo_host *host = open_machine(_i);
    struct sysinfo_topology_object_list *list = NULL;
    char root[1024];
    machine_path(root, sizeof root, _i, _i % 2 == 0 ? "" : "/"); /* In both spellings. */
    ck_assert_int_eq(sysinfo_topology_objects(host, &list), SYSINFO_NOT_SUPPORTED);
    ck_assert_int_eq(setenv("HWLOC_FSROOT", root, 1), 0);
    int status = sysinfo_topology_objects(host, &list);
    ck_assert_int_eq(unsetenv("HWLOC_FSROOT"), 0);
    if (status != SYSINFO_NOT_SUPPORTED) { /* A build without hwloc, or a system that lacks its library. */
        ck_assert_msg(status == SYSINFO_OK, "%s", sysinfo_explain(host, status));
        ck_assert_uint_eq(sysinfo_topology_object_list_count_type(list, SYSINFO_TOPOLOGY_CPU),
                          (size_t)machines[_i].logical);
        ck_assert_uint_eq(sysinfo_topology_object_list_count_type(list, SYSINFO_TOPOLOGY_CORE),
                          (size_t)machines[_i].cores);
        if (machines[_i].packages >= 0) {
            ck_assert_uint_eq(sysinfo_topology_object_list_count_type(list, SYSINFO_TOPOLOGY_PACKAGE),
                              (size_t)machines[_i].packages);
            struct sysinfo_numa_node_list *nodes = NULL;
            bool names_any = sysinfo_numa_nodes(host, &nodes) == SYSINFO_OK;
            sysinfo_numa_node_list_free(nodes);
            ck_assert_uint_eq(sysinfo_topology_object_list_count_type(list, SYSINFO_TOPOLOGY_NUMA_NODE),
                              names_any ? (size_t)machines[_i].nodes : 0); /* hwloc adds one if there is none. */
        }
    }
    sysinfo_topology_object_list_free(list);
    sysinfo_host_close(host);
}
END_TEST

/* The value of a key of meminfo in bytes, or UINT64_MAX. */
static uint64_t meminfo_value(FILE *meminfo, const char *key) {
    char line[512], name[64];
    unsigned long long kib;
    rewind(meminfo);
    while (fgets(line, sizeof line, meminfo) != NULL) {
        if (sscanf(line, "%63[^:]: %llu", name, &kib) == 2 && strcmp(name, key) == 0) {
            return kib * 1024;
        }
    }
    return UINT64_MAX;
}

START_TEST(memory_matches_meminfo) {
    char path[1024];
    machine_path(path, sizeof path, _i, "/proc/meminfo");
    FILE *meminfo = fopen(path, "r");
    struct sysinfo_host *host = open_machine(_i);
    struct sysinfo_memory m;
    struct sysinfo_swap s;
    int status = sysinfo_virtual_memory(host, &m, sizeof m);
    if (meminfo == NULL || meminfo_value(meminfo, "MemTotal") == UINT64_MAX) {
        ck_assert_int_eq(status, meminfo == NULL ? SYSINFO_NOT_FOUND : SYSINFO_MALFORMED);
    } else {
        ck_assert_msg(status == SYSINFO_OK, "%s", sysinfo_explain(host, status));
        ck_assert_uint_eq(m.total, meminfo_value(meminfo, "MemTotal"));
        const struct {
            const char *key;
            bool is_known;
            uint64_t value;
        } lines[] = {{"MemFree", SYSINFO_HAS(&m, free), m.free},
                     {"Buffers", SYSINFO_HAS(&m, buffers), m.buffers},
                     {"Active", SYSINFO_HAS(&m, active), m.active},
                     {"Inactive", SYSINFO_HAS(&m, inactive), m.inactive},
                     {"Slab", SYSINFO_HAS(&m, slab), m.slab},
                     {"Dirty", SYSINFO_HAS(&m, dirty), m.dirty},
                     {"Shmem", SYSINFO_HAS(&m, shared), m.shared},
                     {"Committed_AS", SYSINFO_HAS(&m, committed), m.committed},
                     {"Zswap", SYSINFO_HAS(&m, zswap), m.zswap},
                     {"CommitLimit", SYSINFO_HAS(&m, commit_limit), m.commit_limit},
                     {"Zswapped", SYSINFO_HAS(&m, zswapped), m.zswapped}};
        for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
            uint64_t expected = meminfo_value(meminfo, lines[i].key);
            ck_assert_msg(lines[i].is_known == (expected != UINT64_MAX), "%s", lines[i].key);
            ck_assert_msg(!lines[i].is_known || lines[i].value == expected, "%s", lines[i].key);
        }
        uint64_t available = meminfo_value(meminfo, "MemAvailable");
        ck_assert(SYSINFO_HAS(&m, available) && m.available <= m.total && m.used + m.available == m.total);
        ck_assert_int_eq(SYSINFO_IS_ESTIMATED(&m, available), available == UINT64_MAX || available == 0);
        ck_assert(SYSINFO_IS_ESTIMATED(&m, available) || m.available == available);
        if (meminfo_value(meminfo, "SwapTotal") != UINT64_MAX) {
            ck_assert_int_eq(sysinfo_swap_memory(host, &s, sizeof s), SYSINFO_OK);
            ck_assert_uint_eq(s.total, meminfo_value(meminfo, "SwapTotal"));
            ck_assert_uint_eq(s.free, meminfo_value(meminfo, "SwapFree"));
        }
    }
    sysinfo_host_close(host);
    if (meminfo != NULL) {
        fclose(meminfo);
    }
}
END_TEST

/* The line for all CPUs, or for the CPU with that number. False: no such line. */
static bool stat_line(FILE *stat, int cpu, unsigned long long column[4]) {
    static char line[1 << 20];
    char label[32], name[32];
    snprintf(label, sizeof label, cpu < 0 ? "cpu" : "cpu%d", cpu);
    rewind(stat);
    while (fgets(line, sizeof line, stat) != NULL) {
        if (sscanf(line, "%31s %llu %llu %llu %llu", name, &column[0], &column[1], &column[2], &column[3]) == 5 &&
            strcmp(name, label) == 0) {
            return true;
        }
    }
    return false;
}

static void expect_columns(const struct sysinfo_cpu_sample *sample, const unsigned long long column[4]) {
    ck_assert(sample->user == (double)column[0] / 100 && sample->nice == (double)column[1] / 100);
    ck_assert(sample->system == (double)column[2] / 100 && sample->idle == (double)column[3] / 100);
}

START_TEST(cpu_times_match_proc_stat) {
    char path[1024];
    machine_path(path, sizeof path, _i, "/proc/stat");
    FILE *stat = fopen(path, "r");
    struct sysinfo_host *host = open_machine(_i);
    struct sysinfo_cpu_sample_list *list = NULL;
    struct sysinfo_cpu_sample times;
    unsigned long long column[4];
    ck_assert_int_eq(stat != NULL, machines[_i].lines >= 0);
    int status = sysinfo_cpu_times_percpu(host, &list);
    ck_assert_int_eq(sysinfo_cpu_times(host, &times, sizeof times), status);
    if (stat == NULL) {
        ck_assert_int_eq(status, SYSINFO_NOT_FOUND);
    } else if (!stat_line(stat, -1, column)) {
        ck_assert_int_eq(status, SYSINFO_MALFORMED);
    } else {
        ck_assert_int_eq(status, SYSINFO_OK);
        expect_columns(&times, column);
        expect_columns(sysinfo_cpu_sample_list_all(list), column);
        ck_assert_int_eq((int)sysinfo_cpu_sample_list_count(list), machines[_i].lines);
        const struct sysinfo_cpu_sample *row;
        for (size_t i = 0; (row = sysinfo_cpu_sample_list_at(list, i)) != NULL; i++) {
            ck_assert(stat_line(stat, (int)row->cpu, column));
            expect_columns(row, column);
        }
    }
    sysinfo_cpu_sample_list_free(list);
    sysinfo_host_close(host);
    if (stat != NULL) {
        fclose(stat);
    }
}
END_TEST

START_TEST(everything_else_is_reported_or_explained) {
    struct sysinfo_host *host = open_machine(_i);
    uint64_t any[SYSINFO_SLOTS];
    for (uint32_t result = SYSINFO_RESULT_CPU_USAGE; result <= SYSINFO_RESULT_STATS; result++) {
        int status = sysinfo_read(host, result, any, sizeof any);
        ck_assert(status == SYSINFO_OK || status == SYSINFO_NOT_YET || status == SYSINFO_NOT_FOUND ||
                  status == SYSINFO_MALFORMED);
        ck_assert(status == SYSINFO_OK || strcmp(sysinfo_explain(host, status), sysinfo_status_meaning(status)) != 0);
    }
    sysinfo_host_close(host);
}
END_TEST

int main(void) {
    if (strlen(MACHINES) == 0) {
        printf("skipped: no captured machines; name their directory with -DSYSINFO_MACHINES_DIR=...\n");
        return RUN_SKIPPED;
    }
    if (!read_table()) {
        printf("%s/expected.tsv cannot be read\n", MACHINES);
        return 1;
    }
    Suite *suite = suite_create("root_machines");
    TCase *tests = tcase_create("machines");
    tcase_add_loop_test(tests, counts_are_right_or_unknown, 0, machine_count);
    tcase_add_loop_test(tests, packages_are_right_or_unknown, 0, machine_count);
    tcase_add_loop_test(tests, frequencies_are_those_of_cpuinfo, 0, machine_count);
    tcase_add_loop_test(tests, usable_cpus_are_those_that_the_captured_process_was_allowed, 0, machine_count);
    tcase_add_loop_test(tests, numa_nodes_are_those_of_sysfs, 0, machine_count);
    tcase_add_loop_test(tests, topology_matches_hwloc, 0, machine_count);
    tcase_add_loop_test(tests, memory_matches_meminfo, 0, machine_count);
    tcase_add_loop_test(tests, cpu_times_match_proc_stat, 0, machine_count);
    tcase_add_loop_test(tests, everything_else_is_reported_or_explained, 0, machine_count);
    suite_add_tcase(suite, tests);
    return run(suite);
}
