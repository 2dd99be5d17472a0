/* SPDX-License-Identifier: MIT */
/*
 * A program with more rights than the user who started it loads nothing that obeys the environment; other programs load
 * hwloc if it is installed.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include <sysinfo/sysinfo.h>

#include "directory.h"

unsigned long __real_getauxval(unsigned long type);
unsigned long __wrap_getauxval(unsigned long type);
void *__real_dlopen(const char *name, int flags);
void *__wrap_dlopen(const char *name, int flags);

static unsigned long is_secure;
static int loaded;
static int is_missing;

unsigned long __wrap_getauxval(unsigned long type) {
    return type == AT_SECURE ? is_secure : __real_getauxval(type);
}

void *__wrap_dlopen(const char *name, int flags) {
    loaded++;
    return is_missing ? NULL : __real_dlopen(name, flags);
}

START_TEST(a_privileged_program_loads_no_hwloc) {
    struct sysinfo_host *host = NULL;
    struct sysinfo_topology_object_list *topology = NULL;
    ck_assert_int_eq(sysinfo_host_open(&host, NULL), SYSINFO_OK);
    is_secure = 1;
    ck_assert_int_eq(sysinfo_topology_objects(host, &topology), SYSINFO_DENIED);
    ck_assert_str_eq(
        sysinfo_explain(host, SYSINFO_DENIED),
        "topology is not read by a program that has more rights than its caller: hwloc obeys environment variables");
    ck_assert_ptr_null(topology);
    ck_assert_int_eq(loaded, 0);
    is_secure = 0;
    ck_assert_int_eq(sysinfo_topology_objects(host, &topology), SYSINFO_OK);
    ck_assert_int_gt(loaded, 0);
    sysinfo_topology_object_list_free(topology);
    sysinfo_host_close(host);
}
END_TEST

START_TEST(hwloc_is_reported_missing_until_it_is_installed) {
    struct sysinfo_host *host = NULL;
    struct sysinfo_topology_object_list *topology = NULL;
    ck_assert_int_eq(sysinfo_host_open(&host, NULL), SYSINFO_OK);
    is_missing = 1;
    ck_assert_int_eq(sysinfo_topology_objects(host, &topology), SYSINFO_NOT_SUPPORTED);
    ck_assert_ptr_nonnull(strstr(sysinfo_explain(host, SYSINFO_NOT_SUPPORTED), "needs the hwloc library"));
    ck_assert_ptr_null(topology);
    is_missing = 0;
    ck_assert_int_eq(sysinfo_topology_objects(host, &topology), SYSINFO_OK);
    sysinfo_topology_object_list_free(topology);
    sysinfo_host_close(host);
}
END_TEST

/* A synthetic machine of hwloc. Group: a level that only hwloc knows. */
START_TEST(dies_are_reported_and_groups_are_not) {
    struct sysinfo_topology_object_list *topology = NULL;
    ck_assert_int_eq(setenv("HWLOC_SYNTHETIC", "package:2 die:2 group:2 l2:2(size=1048576) core:1 pu:2", 1), 0);
    ck_assert_int_eq(sysinfo_topology_objects(NULL, &topology), SYSINFO_OK);
    ck_assert_uint_eq(sysinfo_topology_object_list_count_type(topology, SYSINFO_TOPOLOGY_PACKAGE), 2);
    ck_assert_uint_eq(sysinfo_topology_object_list_count_type(topology, SYSINFO_TOPOLOGY_DIE), 4);
    ck_assert_uint_eq(sysinfo_topology_object_list_count_type(topology, SYSINFO_TOPOLOGY_CORE), 16);
    ck_assert_uint_eq(sysinfo_topology_object_list_count_type(topology, SYSINFO_TOPOLOGY_CPU), 32);
    const struct sysinfo_topology_object *object;
    uint64_t deepest = 0;
    for (size_t i = 0; (object = sysinfo_topology_object_list_at(topology, i)) != NULL; i++) {
        ck_assert(object->type >= SYSINFO_TOPOLOGY_MACHINE && object->depth <= deepest + 1);
        ck_assert(object->type != SYSINFO_TOPOLOGY_CACHE || (object->level == 2 && object->bytes == 1048576));
        deepest = object->depth > deepest ? object->depth : deepest;
    }
    ck_assert_uint_eq(deepest, 5); /* Machine, package, die, cache, core, CPU. */
    sysinfo_topology_object_list_free(topology);
}
END_TEST

static int read_below_root(const char *hwloc_root) {
    struct sysinfo_host *host = NULL;
    struct sysinfo_topology_object_list *topology = NULL;
    ck_assert_int_eq(setenv("HWLOC_FSROOT", hwloc_root, 1), 0);
    ck_assert_int_eq(sysinfo_host_open(&host, directory_root), SYSINFO_OK);
    int status = sysinfo_topology_objects(host, &topology);
    ck_assert_ptr_null(topology);
    sysinfo_host_close(host);
    return status;
}

/* Trailing slashes do not change the root; a synthetic machine is never that root. */
START_TEST(another_root_must_be_that_of_hwloc) {
    char path[DIRECTORY_PATH];
    directory_make();
    directory_write("sys/devices/system/cpu/online", "0-1\n");
    ck_assert_int_eq(setenv("HWLOC_SYNTHETIC", "core:2 pu:1", 1), 0);
    ck_assert_int_eq(setenv("HWLOC_HIDE_ERRORS", "2", 1), 0); /* Because this root has few files. */
    ck_assert_int_eq(read_below_root(directory_root), SYSINFO_UNKNOWN);
    directory_path(path, "");
    ck_assert_int_eq(read_below_root(path), SYSINFO_UNKNOWN);
    directory_path(path, "/");
    ck_assert_int_eq(read_below_root(path), SYSINFO_UNKNOWN);
    directory_path(path, "sys");
    ck_assert_int_eq(read_below_root(path), SYSINFO_NOT_SUPPORTED);
    strcpy(path, directory_root);
    path[strlen(path) - 1] = '-'; /* Same length, another name. */
    ck_assert_int_eq(read_below_root(path), SYSINFO_NOT_SUPPORTED);
    ck_assert_int_eq(read_below_root("/"), SYSINFO_NOT_SUPPORTED);
    directory_remove();
}
END_TEST

/* Four CPUs, two per core. */
static void write_cpus(void) {
    static const char *const names[] = {"thread_siblings", "core_cpus", "core_siblings",
                                        "package_cpus",    "core_id",   "physical_package_id"};
    char name[96], text[32];
    for (int cpu = 0; cpu < 4; cpu++) {
        const unsigned values[] = {cpu < 2 ? 3 : 12, cpu < 2 ? 3 : 12, 15, 15, cpu < 2 ? 0 : 1, 0};
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            snprintf(name, sizeof name, "sys/devices/system/cpu/cpu%d/topology/%s", cpu, names[i]);
            snprintf(text, sizeof text, i < 4 ? "%08x\n" : "%u\n", values[i]);
            directory_write(name, text);
        }
    }
    directory_write("sys/devices/system/cpu/online", "0-3\n");
}

START_TEST(the_topology_of_a_root_is_read_anew_when_other_cpus_are_online) {
    struct sysinfo_host *host = NULL;
    struct sysinfo_topology_object_list *topology = NULL;
    directory_make();
    write_cpus();
    ck_assert_int_eq(setenv("HWLOC_FSROOT", directory_root, 1), 0);
    ck_assert_int_eq(sysinfo_host_open(&host, directory_root), SYSINFO_OK);
    static const struct {
        const char *online;
        int reads;
        size_t cpus;
    } steps[] = {{"0-3\n", 1, 4}, {"0-3\n", 0, 4}, {"0-2\n", 1, 3}, {"0-2\n", 0, 3}, {"0-3\n", 1, 4}};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        directory_write("sys/devices/system/cpu/online", steps[i].online);
        loaded = 0;
        int status = sysinfo_topology_objects(host, &topology);
        ck_assert_msg(status == SYSINFO_OK, "%s", sysinfo_explain(host, status));
        ck_assert_int_eq(loaded, steps[i].reads);
        ck_assert_uint_eq(sysinfo_topology_object_list_count_type(topology, SYSINFO_TOPOLOGY_CPU), steps[i].cpus);
        ck_assert_uint_eq(sysinfo_topology_object_list_count_type(topology, SYSINFO_TOPOLOGY_CORE), 2);
    }
    sysinfo_topology_object_list_free(topology);
    sysinfo_host_close(host);
    directory_remove();
}
END_TEST

START_TEST(a_privileged_program_gets_everything_else) {
    struct sysinfo_memory memory;
    struct sysinfo_heap heap;
    is_secure = 1;
    ck_assert_int_eq(sysinfo_virtual_memory(NULL, &memory, sizeof memory), SYSINFO_OK);
    ck_assert_int_gt(sysinfo_cpu_count(NULL, SYSINFO_CPU_LOGICAL), 0);
    ck_assert_int_eq(sysinfo_heap_info(NULL, &heap, sizeof heap), SYSINFO_OK);
    ck_assert_int_eq(loaded, 0);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("privileged");
    TCase *tcase = tcase_create("privileged");
    tcase_add_test(tcase, a_privileged_program_loads_no_hwloc);
    tcase_add_test(tcase, hwloc_is_reported_missing_until_it_is_installed);
    tcase_add_test(tcase, dies_are_reported_and_groups_are_not);
    tcase_add_test(tcase, another_root_must_be_that_of_hwloc);
    tcase_add_test(tcase, the_topology_of_a_root_is_read_anew_when_other_cpus_are_online);
    tcase_add_test(tcase, a_privileged_program_gets_everything_else);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
