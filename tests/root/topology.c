/* SPDX-License-Identifier: MIT */
/* Machines for which hwloc reports something else than the kernel, or less. */
#include <sysinfo/sysinfo.h>

#include "directory.h"
#include "suites.h"

#define CPUS "sys/devices/system/cpu"

static struct sysinfo_host *host;
static struct sysinfo_topology_object_list *list;

static void write_cpu(int cpu, const char *file, const char *text) {
    char path[128];
    snprintf(path, sizeof path, CPUS "/cpu%d/%s", cpu, file);
    directory_write(path, text);
}

static void write_online(const char *cpus) {
    directory_write(CPUS "/online", cpus);
    directory_write(CPUS "/possible", cpus);
    directory_write(CPUS "/present", cpus);
}

/* Core siblings are those of a package. Writes masks for the first 32 CPUs, because old kernels have no lists. */
static void write_place(int cpu, const char *package, const char *core, unsigned siblings, unsigned core_siblings) {
    char mask[16];
    write_cpu(cpu, "topology/physical_package_id", package);
    write_cpu(cpu, "topology/core_id", core);
    snprintf(mask, sizeof mask, "%08x\n", siblings);
    write_cpu(cpu, "topology/thread_siblings", mask);
    snprintf(mask, sizeof mask, "%08x\n", core_siblings);
    write_cpu(cpu, "topology/core_siblings", mask);
}

static void write_cache(int cpu, int index, const char *level, const char *type, const char *size, unsigned cpus) {
    const struct {
        const char *file, *text;
    } files[] = {{"level", level}, {"type", type}, {"size", size}};
    char path[64], mask[16];
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        snprintf(path, sizeof path, "cache/index%d/%s", index, files[i].file);
        write_cpu(cpu, path, files[i].text);
    }
    snprintf(path, sizeof path, "cache/index%d/shared_cpu_map", index);
    snprintf(mask, sizeof mask, "%08x\n", cpus);
    write_cpu(cpu, path, mask);
}

/* Returns false in a build without hwloc, or on a system that lacks its library. */
static bool read_topology(void) {
    ck_assert_int_eq(sysinfo_host_open(&host, directory_root), SYSINFO_OK);
    ck_assert_int_eq(setenv("HWLOC_FSROOT", directory_root, 1), 0);
    int status = sysinfo_topology_objects(host, &list);
    ck_assert_msg(status == SYSINFO_OK || status == SYSINFO_NOT_SUPPORTED, "%s", sysinfo_explain(host, status));
    return status == SYSINFO_OK;
}

static void make(void) {
    host = NULL;
    list = NULL;
    directory_make();
}

static void clear(void) {
    sysinfo_topology_object_list_free(list);
    sysinfo_host_close(host);
    ck_assert_int_eq(unsetenv("HWLOC_FSROOT"), 0);
    directory_remove();
}

static size_t count(uint32_t type) {
    return sysinfo_topology_object_list_count_type(list, type);
}

/* The row number `index` among those of that type. */
static size_t find(uint32_t type, int index) {
    const struct sysinfo_topology_object *object;
    for (size_t row = 0; (object = sysinfo_topology_object_list_at(list, row)) != NULL; row++) {
        if (object->type == type && index-- == 0) {
            return row;
        }
    }
    ck_abort_msg("there is no row %d of type %u", index, (unsigned)type);
}

/* The row that contains `row`. */
static size_t above(size_t row) {
    uint64_t depth = sysinfo_topology_object_list_at(list, row)->depth;
    while (sysinfo_topology_object_list_at(list, row)->depth >= depth) {
        row--;
    }
    return row;
}

static void expect(size_t row, uint64_t type, const char *cpus) {
    const struct sysinfo_topology_object *object = sysinfo_topology_object_list_at(list, row);
    ck_assert_uint_eq(object->type, type);
    ck_assert_str_eq(sysinfo_topology_object_list_cpus(list, row), cpus);
}

static void expect_cores(int cores) {
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_PHYSICAL), cores);
    ck_assert_uint_eq(count(SYSINFO_TOPOLOGY_CORE), (size_t)cores);
}

/* ---- Cores ---- */

/* hwloc reads the processor family from cpuinfo and, for another root, from a file of its own. */
static void write_bulldozer(void) {
    write_online("0-3\n");
    directory_write("proc/hwloc-nofile-info", "OSName: Linux\nArchitecture: x86_64\n");
    directory_write("proc/cpuinfo", "processor\t: 0\nvendor_id\t: AuthenticAMD\ncpu family\t: 21\nmodel\t\t: 1\n\n");
}

/* AMD's family 15h: hwloc counts each of the two threads as a core; the kernel and lscpu do not. */
START_TEST(a_compute_unit_is_one_core_of_two_threads) {
    write_bulldozer();
    for (int cpu = 0; cpu < 4; cpu++) {
        const char *const numbers[] = {"0\n", "1\n", "2\n", "3\n"};
        unsigned unit = 3U << cpu / 2 * 2;
        write_place(cpu, "0\n", numbers[cpu], unit, 15);
        write_cache(cpu, 0, "1\n", "Data\n", "16K\n", 1U << cpu);
        write_cache(cpu, 1, "1\n", "Instruction\n", "64K\n", unit);
        write_cache(cpu, 2, "2\n", "Unified\n", "2048K\n", unit);
    }
    if (!read_topology()) {
        return;
    }
    expect_cores(2);
    ck_assert_uint_eq(count(SYSINFO_TOPOLOGY_PACKAGE), 1);
    ck_assert_uint_eq(count(SYSINFO_TOPOLOGY_CPU), 4);
    ck_assert_uint_eq(count(SYSINFO_TOPOLOGY_CACHE), 8);
    for (int unit = 0; unit < 2; unit++) {
        const char *cpus = unit == 0 ? "0-1" : "2-3";
        size_t core = find(SYSINFO_TOPOLOGY_CORE, unit);
        expect(core, SYSINFO_TOPOLOGY_CORE, cpus);
        const struct sysinfo_topology_object *object = sysinfo_topology_object_list_at(list, core);
        ck_assert(object->cpus == 2 && object->number == (uint64_t)unit * 2);
        expect(above(core), SYSINFO_TOPOLOGY_CACHE, cpus); /* L1i; in it the core, and in it an L1d for each CPU. */
        expect(above(above(core)), SYSINFO_TOPOLOGY_CACHE, cpus);
        expect(above(above(above(core))), SYSINFO_TOPOLOGY_PACKAGE, "0-3");
        for (int thread = 0; thread < 2; thread++) {
            size_t cpu = find(SYSINFO_TOPOLOGY_CPU, unit * 2 + thread);
            ck_assert_uint_eq(sysinfo_topology_object_list_at(list, cpu)->number, (uint64_t)(unit * 2 + thread));
            ck_assert_uint_eq(above(above(cpu)), core);
        }
    }
}
END_TEST

/* hwloc looks only for lists and masks with one of the names, and treats the rest as one core. */
START_TEST(cores_of_any_sibling_file_agree) {
    write_online("0-2,10\n");
    write_cpu(0, "topology/thread_siblings", "3\n");
    write_cpu(1, "topology/thread_siblings", "3\n");
    write_cpu(2, "topology/core_cpus", "4\n");
    write_cpu(10, "topology/thread_siblings_list", "10\n");
    if (!read_topology()) {
        return;
    }
    expect_cores(3);
    expect(find(SYSINFO_TOPOLOGY_CORE, 0), SYSINFO_TOPOLOGY_CORE, "0-1");
    expect(find(SYSINFO_TOPOLOGY_CORE, 1), SYSINFO_TOPOLOGY_CORE, "2");
    expect(find(SYSINFO_TOPOLOGY_CORE, 2), SYSINFO_TOPOLOGY_CORE, "10");
}
END_TEST

/* A core whose threads have distant numbers, in caches with another order. */
START_TEST(threads_of_a_core_need_not_be_neighbours) {
    write_bulldozer();
    for (int cpu = 0; cpu < 4; cpu++) {
        const char *const numbers[] = {"0\n", "1\n", "2\n", "3\n"};
        write_place(cpu, "0\n", numbers[cpu], 5U << cpu % 2, 15);
        write_cache(cpu, 0, "1\n", "Data\n", "16K\n", 1U << cpu);
        write_cache(cpu, 1, "1\n", "Instruction\n", "64K\n", 1U << cpu);
    }
    if (!read_topology()) {
        return;
    }
    expect_cores(2);
    expect(find(SYSINFO_TOPOLOGY_CORE, 0), SYSINFO_TOPOLOGY_CORE, "0,2");
    expect(find(SYSINFO_TOPOLOGY_CORE, 1), SYSINFO_TOPOLOGY_CORE, "1,3");
    const uint64_t order[] = {0, 2, 1, 3};
    for (int i = 0; i < 4; i++) {
        size_t cpu = find(SYSINFO_TOPOLOGY_CPU, i);
        ck_assert_uint_eq(sysinfo_topology_object_list_at(list, cpu)->number, order[i]);
        ck_assert_uint_eq(above(above(above(cpu))), find(SYSINFO_TOPOLOGY_CORE, i / 2));
    }
}
END_TEST

/* ---- Packages ---- */

static const struct {
    const char *package[4], *core[4];
    size_t packages;
} packages[] = {
    {{"0\n", "0\n", "0\n", "0\n"}, {"0\n", "8\n", "16\n", "24\n"}, 1},   /* sparc64: each CPU is its own sibling. */
    {{"3\n", "3\n", "7\n", "7\n"}, {"0\n", "1\n", "0\n", "1\n"}, 2},     /* Numbered from anywhere. */
    {{"7\n", "3\n", "7\n", "3\n"}, {"0\n", "0\n", "1\n", "1\n"}, 2},     /* Alternating. */
    {{"0\n", "0\n", "512\n", "512\n"}, {"0\n", "0\n", "0\n", "0\n"}, 4}, /* ia64: the number of a board. */
    {{"-1\n", "-1\n", "-1\n", "-1\n"}, {"0\n", "1\n", "2\n", "3\n"}, 4}, /* No number. */
    {{"0\n", "0\n", "0\n", "x\n"}, {"0\n", "1\n", "2\n", "3\n"}, 4},
    {{"0\n", "0\n", "0\n", "0\n"}, {"-1\n", "-1\n", "-1\n", "-1\n"}, 4},
};

START_TEST(a_package_is_what_has_its_number) {
    write_online("0-3\n");
    for (int cpu = 0; cpu < 4; cpu++) {
        write_place(cpu, packages[_i].package[cpu], packages[_i].core[cpu], 1U << cpu, 1U << cpu);
    }
    if (!read_topology()) {
        return;
    }
    expect_cores(4);
    ck_assert_uint_eq(count(SYSINFO_TOPOLOGY_PACKAGE), packages[_i].packages);
    for (size_t i = 0; i < packages[_i].packages; i++) {
        size_t row = find(SYSINFO_TOPOLOGY_PACKAGE, (int)i);
        const struct sysinfo_topology_object *package = sysinfo_topology_object_list_at(list, row);
        ck_assert_uint_eq(package->cpus, 4 / packages[_i].packages);
        ck_assert(package->depth == 1 && above(row) == 0);
    }
    for (int i = 0; i < 4; i++) {
        size_t core = find(SYSINFO_TOPOLOGY_CORE, i);
        ck_assert_uint_eq(sysinfo_topology_object_list_at(list, above(core))->type, SYSINFO_TOPOLOGY_PACKAGE);
        ck_assert_uint_eq(above(find(SYSINFO_TOPOLOGY_CPU, i)), core);
    }
}
END_TEST

/* ---- Nodes ---- */

START_TEST(an_invented_node_is_dropped) {
    write_online("0-1\n");
    directory_write("proc/meminfo", "MemTotal: 1000000 kB\nMemFree: 500000 kB\n");
    write_place(0, "0\n", "0\n", 1, 3);
    write_place(1, "0\n", "1\n", 2, 3);
    if (_i == 1) {
        directory_write("sys/devices/system/node/online", "0\n");
        directory_write("sys/devices/system/node/node0/cpumap", "00000003\n");
        directory_write("sys/devices/system/node/node0/meminfo", "Node 0 MemTotal: 1000000 kB\n");
    }
    if (!read_topology()) {
        return;
    }
    ck_assert_uint_eq(count(SYSINFO_TOPOLOGY_NUMA_NODE), (size_t)_i);
    ck_assert_uint_eq(count(SYSINFO_TOPOLOGY_PACKAGE), 1);
    expect_cores(2);
}
END_TEST

/* ---- Caches ---- */

static void expect_cache(int index, uint64_t level, uint64_t type, uint64_t bytes) {
    size_t row = find(SYSINFO_TOPOLOGY_CACHE, index);
    const struct sysinfo_topology_object *cache = sysinfo_topology_object_list_at(list, row);
    ck_assert(cache->depth == 1 && above(row) == 0);
    ck_assert(!SYSINFO_HAS(cache, cpus) && SYSINFO_HAS(cache, bytes));
    ck_assert(cache->level == level && cache->cache_type == type && cache->bytes == bytes);
    ck_assert_str_eq(sysinfo_topology_object_list_cpus(list, row), "");
}

#define S390 "vendor_id       : IBM/S390\n# processors    : 2\nbogomips per cpu: 3033.00\n"
#define PRIVATE                                                                                   \
    "cache0          : level=1 type=Data scope=Private size=128K line_size=256 associativity=8\n" \
    "cache1          : level=1 type=Instruction scope=Private size=96K line_size=256 associativity=6\n"
#define SHARED                                                                                         \
    "cache2          : level=2 type=Data scope=Private size=2048K line_size=256 associativity=8\n"     \
    "cache3          : level=3 type=Unified scope=Shared size=65536K line_size=256 associativity=16\n" \
    "cache4          : level=4 type=Unified scope=Shared size=491520K line_size=256 associativity=30\n"

START_TEST(caches_of_s390_that_cpus_share_are_in_cpuinfo) {
    write_online("0-1\n");
    directory_write("proc/cpuinfo", S390 PRIVATE SHARED "processor 0: version = FF, identification = 123456\n");
    for (int cpu = 0; cpu < 2; cpu++) {
        write_place(cpu, "0\n", cpu == 0 ? "0\n" : "1\n", 1U << cpu, 3);
        write_cache(cpu, 0, "1\n", "Data\n", "128K\n", 1U << cpu);
        write_cache(cpu, 1, "1\n", "Instruction\n", "96K\n", 1U << cpu);
        write_cache(cpu, 2, "2\n", "Data\n", "2048K\n", 1U << cpu);
    }
    if (!read_topology()) {
        return;
    }
    ck_assert_uint_eq(count(SYSINFO_TOPOLOGY_CACHE), 8); /* Three for each CPU, and the two. */
    expect_cache(0, 3, SYSINFO_CACHE_UNIFIED, 67108864);
    expect_cache(1, 4, SYSINFO_CACHE_UNIFIED, 503316480);
    expect(find(SYSINFO_TOPOLOGY_CACHE, 2), SYSINFO_TOPOLOGY_CACHE, "0");
}
END_TEST

START_TEST(odd_caches_of_cpuinfo_are_left_out) {
    write_online("0\n");
    directory_write("proc/cpuinfo", S390 "cache0 : level=1 type=Data scope=Private size=K line_size=256\n"
                                         "cache1 : level=1 type=Other scope=Private size=4K\n"
                                         "cache2 : level= type=Data scope=Private size=4K\n"
                                         "cache3 : type=Data scope=Private size=4K\n"
                                         "cache4 : level=3 type=Unified scope=Shared size=0K\n"
                                         "cache5 : level=3 type=Unified scope=Shared size=99999999999999999999K\n"
                                         "cache6 : level=3 type=Unified scope=Shared size=8M\n"
                                         "cache size : level=3 type=Unified size=4K\n"
                                         "cache7 : level=2 type=Unified scope=Shared size=4K");
    write_place(0, "0\n", "0\n", 1, 1);
    if (!read_topology()) {
        return;
    }
    ck_assert_uint_eq(count(SYSINFO_TOPOLOGY_CACHE), 1);
    expect_cache(0, 2, SYSINFO_CACHE_UNIFIED, 4096);
}
END_TEST

/* No cache directory, and files in bytes; the second CPU's caches are equal except for the last. */
START_TEST(caches_of_sparc64_are_in_files_of_each_cpu) {
    write_online("0-1\n");
    for (int cpu = 0; cpu < 2; cpu++) {
        write_place(cpu, "0\n", cpu == 0 ? "0\n" : "1\n", 1U << cpu, 1U << cpu);
        write_cpu(cpu, "l1_dcache_size", "16384\n");
        write_cpu(cpu, "l1_icache_size", "32768\n");
        write_cpu(cpu, "l1_dcache_line_size", "32\n");
        write_cpu(cpu, "l2_cache_size", cpu == 0 ? "4194304\n" : "524288\n");
    }
    if (!read_topology()) {
        return;
    }
    ck_assert_uint_eq(count(SYSINFO_TOPOLOGY_CACHE), 4);
    expect_cache(0, 1, SYSINFO_CACHE_DATA, 16384);
    expect_cache(1, 1, SYSINFO_CACHE_INSTRUCTION, 32768);
    expect_cache(2, 2, SYSINFO_CACHE_UNIFIED, 4194304);
    expect_cache(3, 2, SYSINFO_CACHE_UNIFIED, 524288);
}
END_TEST

/* The kernel writes 0 if the firmware reports no size. */
START_TEST(a_cache_of_no_size_is_unknown) {
    write_online("0\n");
    write_place(0, "0\n", "0\n", 1, 1);
    write_cpu(0, "l1_dcache_size", "16384\n");
    write_cpu(0, "l1_icache_size", "0\n");
    write_cpu(0, "l2_cache_size", "x\n");
    if (!read_topology()) {
        return;
    }
    ck_assert_uint_eq(count(SYSINFO_TOPOLOGY_CACHE), 1);
    expect_cache(0, 1, SYSINFO_CACHE_DATA, 16384);
}
END_TEST

/* ---- Files that make hwloc abort or wait ---- */

/* NULL: the topology was read. */
static const char *refusal(void) {
    ck_assert_int_eq(sysinfo_host_open(&host, directory_root), SYSINFO_OK);
    ck_assert_int_eq(setenv("HWLOC_FSROOT", directory_root, 1), 0);
    int status = sysinfo_topology_objects(host, &list);
    return status == SYSINFO_OK ? NULL : sysinfo_explain(host, status);
}

static bool has_hwloc(void) {
    write_online("0\n");
    write_place(0, "0\n", "0\n", 1, 1);
    bool answer = read_topology();
    sysinfo_topology_object_list_free(list);
    sysinfo_host_close(host);
    list = NULL;
    host = NULL;
    return answer;
}

static void expect_refusal(const char *path, const char *complaint) {
    char expected[2 * DIRECTORY_PATH];
    const char *sentence = refusal();
    snprintf(expected, sizeof expected, "%s%s %s", directory_root, path, complaint);
    ck_assert_ptr_nonnull(sentence);
    ck_assert_str_eq(sentence, expected);
}

START_TEST(a_pipe_is_refused_instead_of_waited_for) {
    static const char *const places[] = {"/" CPUS "/cpu0/topology/core_siblings", "/" CPUS "/cpu0/cache/index0/size",
                                         "/proc/meminfo"};
    char path[DIRECTORY_PATH], target[DIRECTORY_PATH];
    if (!has_hwloc()) {
        return;
    }
    write_cpu(0, "cache/index0/size", "4K\n");
    directory_write("proc/meminfo", "MemTotal: 1 kB\n");
    directory_path(path, places[_i / 2] + 1);
    directory_path(target, "pipe");
    ck_assert_int_eq(unlink(path), 0);
    bool is_link = _i % 2 == 1;
    ck_assert_int_eq(mkfifo(is_link ? target : path, 0600), 0);
    ck_assert(!is_link || symlink(target, path) == 0);
    expect_refusal(places[_i / 2], "is neither a file nor a directory: hwloc could wait for it forever");
}
END_TEST

START_TEST(nodes_without_any_do_not_end_the_process) {
    if (!has_hwloc()) {
        return;
    }
    directory_write("sys/devices/system/node/has_memory", "\n");
    if (_i == 1) {
        directory_write("sys/devices/system/node/online", "\n");
    }
    if (_i < 2) {
        expect_refusal("/sys/devices/system/node", "has no nodes: hwloc would end this process");
    } else {
        directory_write("sys/devices/system/node/online", "0\n");
        ck_assert_ptr_null(refusal());
    }
}
END_TEST

TCase *topology_tests(void) {
    TCase *tests = tcase_create("topology");
    tcase_add_checked_fixture(tests, make, clear);
    tcase_add_test(tests, a_compute_unit_is_one_core_of_two_threads);
    tcase_add_test(tests, cores_of_any_sibling_file_agree);
    tcase_add_test(tests, threads_of_a_core_need_not_be_neighbours);
    tcase_add_loop_test(tests, a_package_is_what_has_its_number, 0, (int)(sizeof packages / sizeof packages[0]));
    tcase_add_loop_test(tests, an_invented_node_is_dropped, 0, 2);
    tcase_add_test(tests, caches_of_s390_that_cpus_share_are_in_cpuinfo);
    tcase_add_test(tests, odd_caches_of_cpuinfo_are_left_out);
    tcase_add_test(tests, caches_of_sparc64_are_in_files_of_each_cpu);
    tcase_add_test(tests, a_cache_of_no_size_is_unknown);
    tcase_add_loop_test(tests, a_pipe_is_refused_instead_of_waited_for, 0, 6);
    tcase_add_loop_test(tests, nodes_without_any_do_not_end_the_process, 0, 3);
    return tests;
}
