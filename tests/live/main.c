/* SPDX-License-Identifier: MIT */
/* Compares this machine's figures with other sources of the same facts. */
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>
#if SYSINFO_WITH_HWLOC
#include <hwloc.h>
#endif

#include <sysinfo/sysinfo.h>

#include "run.h"

static struct sysinfo_host *open_host(void) {
    struct sysinfo_host *host = NULL;
    ck_assert_int_eq(sysinfo_host_open(&host, NULL), SYSINFO_OK);
    return host;
}

/* The numbers in a list such as "0-3,8", as sysfs and hwloc write them. */
static int count_in_list(const char *list) {
    int count = 0, first, last, used;
    while (sscanf(list, "%d%n", &first, &used) == 1) {
        list += used;
        last = first;
        if (sscanf(list, "-%d%n", &last, &used) == 1) {
            list += used;
        }
        count += last - first + 1;
        list += *list == ',';
    }
    return count;
}

START_TEST(logical_cpus_are_those_that_sysfs_lists) {
    char list[4096] = "";
    FILE *online = fopen("/sys/devices/system/cpu/online", "r");
    if (online == NULL) {
        printf("skipped: this machine has no /sys/devices/system/cpu/online\n");
        return;
    }
    ck_assert_ptr_nonnull(fgets(list, sizeof list, online));
    fclose(online);
    struct sysinfo_host *host = open_host();
    struct sysinfo_cpu_sample_list *rows = NULL;
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL), count_in_list(list));
    ck_assert_int_eq(sysinfo_cpu_times_percpu(host, &rows), SYSINFO_OK);
    ck_assert_int_eq((int)sysinfo_cpu_sample_list_count(rows), count_in_list(list));
    sysinfo_cpu_sample_list_free(rows);
    sysinfo_host_close(host);
}
END_TEST

START_TEST(counts_are_those_of_the_librarys_topology) {
    struct sysinfo_host *host = open_host();
    struct sysinfo_topology_object_list *topology = NULL;
    int status = sysinfo_topology_objects(host, &topology);
    if (status == SYSINFO_OK) {
        ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL),
                         (int)sysinfo_topology_object_list_count_type(topology, SYSINFO_TOPOLOGY_CPU));
        ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_PHYSICAL),
                         (int)sysinfo_topology_object_list_count_type(topology, SYSINFO_TOPOLOGY_CORE));
        const struct sysinfo_topology_object *object;
        for (size_t i = 0; (object = sysinfo_topology_object_list_at(topology, i)) != NULL; i++) {
            ck_assert_int_eq(count_in_list(sysinfo_topology_object_list_cpus(topology, i)), (int)object->cpus);
        }
    } else {
        ck_assert_int_eq(status, SYSINFO_NOT_SUPPORTED);
    }
    sysinfo_topology_object_list_free(topology);
    sysinfo_host_close(host);
}
END_TEST

START_TEST(the_topology_read_twice_is_the_same) {
    struct sysinfo_host *host = open_host(), *other = open_host();
    struct sysinfo_topology_object_list *first = NULL, *second = NULL;
    int status = sysinfo_topology_objects(host, &first);
    for (int round = 0; round < 2 && status == SYSINFO_OK; round++) {
        ck_assert_int_eq(sysinfo_topology_objects(round == 0 ? host : other, &second), SYSINFO_OK);
        size_t i = 0;
        for (const struct sysinfo_topology_object *object; (object = sysinfo_topology_object_list_at(first, i)) != NULL;
             i++) {
            ck_assert_ptr_nonnull(sysinfo_topology_object_list_at(second, i));
            ck_assert_mem_eq(object, sysinfo_topology_object_list_at(second, i), sizeof *object);
            ck_assert_str_eq(sysinfo_topology_object_list_cpus(first, i), sysinfo_topology_object_list_cpus(second, i));
        }
        ck_assert_ptr_null(sysinfo_topology_object_list_at(second, i));
    }
    sysinfo_topology_object_list_free(first);
    sysinfo_topology_object_list_free(second);
    sysinfo_host_close(host);
    sysinfo_host_close(other);
}
END_TEST

#if SYSINFO_WITH_HWLOC
/* Uses hwloc linked into the test, not through the library. */
START_TEST(counts_are_those_of_hwloc) {
    hwloc_topology_t topology;
    ck_assert_int_eq(hwloc_topology_init(&topology), 0);
    ck_assert_int_eq(hwloc_topology_set_flags(topology, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED), 0);
    ck_assert_int_eq(hwloc_topology_load(topology), 0);
    struct sysinfo_host *host = open_host();
    struct sysinfo_topology_object_list *list = NULL;
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL), hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_PU));
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_PHYSICAL), hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_CORE));
    ck_assert_int_eq(sysinfo_topology_objects(host, &list), SYSINFO_OK);
    ck_assert_int_eq((int)sysinfo_topology_object_list_count_type(list, SYSINFO_TOPOLOGY_PACKAGE),
                     hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_PACKAGE));
    ck_assert_int_eq((int)sysinfo_topology_object_list_count_type(list, SYSINFO_TOPOLOGY_NUMA_NODE),
                     hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_NUMANODE));
    for (uint64_t level = 1; level <= 3; level++) {
        static const hwloc_obj_type_t types[] = {HWLOC_OBJ_L1CACHE, HWLOC_OBJ_L2CACHE, HWLOC_OBJ_L3CACHE};
        int caches = 0;
        const struct sysinfo_topology_object *object;
        for (size_t i = 0; (object = sysinfo_topology_object_list_at(list, i)) != NULL; i++) {
            caches += object->type == SYSINFO_TOPOLOGY_CACHE && object->level == level &&
                      object->cache_type != SYSINFO_CACHE_INSTRUCTION;
        }
        ck_assert_int_eq(caches, hwloc_get_nbobjs_by_type(topology, types[level - 1]));
    }
    sysinfo_topology_object_list_free(list);
    sysinfo_host_close(host);
    hwloc_topology_destroy(topology);
}
END_TEST
#endif

static uint64_t free_for_the_kernel(const struct sysinfo *kernel) {
    return (uint64_t)kernel->freeram * kernel->mem_unit;
}

/* Other programs allocate and free meanwhile, so repeat until a reading lies between two of the kernel's. */
START_TEST(memory_is_that_of_the_system_call) {
    struct sysinfo_host *host = open_host();
    struct sysinfo_memory memory;
    struct sysinfo_swap swap;
    struct sysinfo before, after;
    bool is_near = false;
    for (int attempt = 0; attempt < 100 && !is_near; attempt++) {
        ck_assert_int_eq(sysinfo(&before), 0);
        ck_assert_int_eq(sysinfo_virtual_memory(host, &memory, sizeof memory), SYSINFO_OK);
        ck_assert_int_eq(sysinfo_swap_memory(host, &swap, sizeof swap), SYSINFO_OK);
        ck_assert_int_eq(sysinfo(&after), 0);
        uint64_t least = free_for_the_kernel(&before), most = free_for_the_kernel(&after), slack = memory.total / 1000;
        if (least > most) {
            uint64_t other = least;
            least = most;
            most = other;
        }
        is_near = memory.free + slack >= least && memory.free <= most + slack &&
                  memory.total == (uint64_t)after.totalram * after.mem_unit &&
                  swap.total == (uint64_t)after.totalswap * after.mem_unit;
        usleep((useconds_t)attempt * 1000);
    }
    ck_assert_uint_eq(memory.total, (uint64_t)after.totalram * after.mem_unit);
    ck_assert_uint_eq(swap.total, (uint64_t)after.totalswap * after.mem_unit);
    ck_assert(SYSINFO_HAS(&memory, available) && SYSINFO_HAS(&memory, free) && SYSINFO_HAS(&memory, cached));
    ck_assert_msg(is_near, "free: %ju, and %ju for the kernel", (uintmax_t)memory.free,
                  (uintmax_t)free_for_the_kernel(&after));
    sysinfo_host_close(host);
}
END_TEST

/*
 * The C library may use another call, which is not cut to two digits; between two readings, the figures may change
 * once.
 */
START_TEST(load_averages_are_those_of_the_c_library) {
    struct sysinfo_host *host = open_host();
    struct sysinfo_load load;
    double before[3], after[3];
    bool is_equal = false;
    for (int attempt = 0; attempt < 100 && !is_equal; attempt++) {
        ck_assert_int_eq(getloadavg(before, 3), 3);
        ck_assert_int_eq(sysinfo_load_average(host, &load, sizeof load), SYSINFO_OK);
        ck_assert_int_eq(getloadavg(after, 3), 3);
        if (memcmp(before, after, sizeof before) == 0) {
            is_equal = fabs(load.min1 - before[0]) < 0.011 && fabs(load.min5 - before[1]) < 0.011 &&
                       fabs(load.min15 - before[2]) < 0.011;
        }
    }
    ck_assert(is_equal);
    sysinfo_host_close(host);
}
END_TEST

static bool add_up(const struct sysinfo_cpu_sample_list *list) {
    double user = 0, system = 0, nice = 0, tolerance = 0.02 * (double)sysinfo_cpu_sample_list_count(list) + 0.02;
    const struct sysinfo_cpu_sample *row, *all = sysinfo_cpu_sample_list_all(list);
    for (size_t i = 0; (row = sysinfo_cpu_sample_list_at(list, i)) != NULL; i++) {
        user += row->user;
        system += row->system;
        nice += row->nice;
    }
    bool are_all_online = sysconf(_SC_NPROCESSORS_CONF) == (long)sysinfo_cpu_sample_list_count(list);
    double least = are_all_online ? -tolerance : -INFINITY;
    return user - all->user >= least && user - all->user <= tolerance && system - all->system >= least &&
           system - all->system <= tolerance && nice - all->nice >= least && nice - all->nice <= tolerance;
}

/*
 * The kernel sums each column before rounding to ticks, and includes offline CPUs. It writes the rows after the sum,
 * and may have been interrupted between.
 */
START_TEST(the_cpus_add_up_to_all) {
    struct sysinfo_host *host = open_host();
    struct sysinfo_cpu_sample_list *list = NULL;
    bool is_right = false;
    for (int attempt = 0; attempt < 100 && !is_right; attempt++) {
        ck_assert_int_eq(sysinfo_cpu_times_percpu(host, &list), SYSINFO_OK);
        is_right = add_up(list);
    }
    ck_assert(is_right);
    sysinfo_cpu_sample_list_free(list);
    sysinfo_host_close(host);
}
END_TEST

/* While a child computes, the CPUs are at least slightly busy, and the counters of user time confirm it. */
START_TEST(a_busy_child_moves_the_percentage) {
    struct sysinfo_host *host = open_host();
    struct sysinfo_cpu_sample before, after;
    struct sysinfo_cpu_usage usage;
    ck_assert_int_eq(sysinfo_cpu_times(host, &before, sizeof before), SYSINFO_OK);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        for (volatile unsigned i = 0;; i++) {
        }
    }
    double percent = 0;
    int status = SYSINFO_NOT_YET;
    for (int attempt = 0; attempt < 50 && !(status == SYSINFO_OK && percent > 5); attempt++) {
        status = sysinfo_cpu_percent(host, 0.2, &percent);
    }
    ck_assert_int_eq(kill(child, SIGKILL), 0);
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    ck_assert_int_eq(status, SYSINFO_OK);
    ck_assert_msg(percent * sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL) > 5, "%g %%", percent);
    ck_assert_int_eq(sysinfo_cpu_times(host, &after, sizeof after), SYSINFO_OK);
    ck_assert(after.user + after.nice > before.user + before.nice);
    ck_assert_int_eq(sysinfo_cpu_usage_between(&before, &after, &usage, sizeof usage), SYSINFO_OK);
    ck_assert(usage.user + usage.nice > 0 && usage.percent > 0);
    sysinfo_host_close(host);
}
END_TEST

START_TEST(counters_of_the_kernel_grow) {
    struct sysinfo_host *host = open_host();
    struct sysinfo_stats before, after;
    ck_assert_int_eq(sysinfo_cpu_stats(host, &before, sizeof before), SYSINFO_OK);
    usleep(20000); /* Sleeping causes a context switch. */
    ck_assert_int_eq(sysinfo_cpu_stats(host, &after, sizeof after), SYSINFO_OK);
    ck_assert(SYSINFO_HAS(&before, ctx_switches) && SYSINFO_HAS(&before, interrupts));
    ck_assert(after.ctx_switches > before.ctx_switches && after.interrupts >= before.interrupts);
    sysinfo_host_close(host);
}
END_TEST

/* "/" is this machine, the same as no root. */
START_TEST(figures_of_the_root_directory_are_those_of_the_machine) {
    struct sysinfo_host *host = open_host(), *root = NULL;
    struct sysinfo_memory a, b;
    ck_assert_int_eq(sysinfo_host_open(&root, "/../"), SYSINFO_OK); /* Another spelling, read as a directory. */
    ck_assert_int_eq(sysinfo_virtual_memory(host, &a, sizeof a), SYSINFO_OK);
    ck_assert_int_eq(sysinfo_virtual_memory(root, &b, sizeof b), SYSINFO_OK);
    ck_assert_uint_eq(a.present, b.present);
    ck_assert_uint_eq(a.total, b.total);
    ck_assert_int_eq(sysinfo_cpu_count(host, SYSINFO_CPU_PHYSICAL), sysinfo_cpu_count(root, SYSINFO_CPU_PHYSICAL));
    struct sysinfo_swap s, t;
    ck_assert_int_eq(sysinfo_swap_memory(host, &s, sizeof s), SYSINFO_OK);
    ck_assert_int_eq(sysinfo_swap_memory(root, &t, sizeof t), SYSINFO_OK);
    ck_assert(s.total == t.total && s.present == t.present &&
              t.sin >= s.sin); /* The page size was derived, or this machine's used. */
    sysinfo_host_close(host);
    sysinfo_host_close(root);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("live");
    TCase *tests = tcase_create("live");
    tcase_add_test(tests, logical_cpus_are_those_that_sysfs_lists);
    tcase_add_test(tests, counts_are_those_of_the_librarys_topology);
    tcase_add_test(tests, the_topology_read_twice_is_the_same);
#if SYSINFO_WITH_HWLOC
    tcase_add_test(tests, counts_are_those_of_hwloc);
#endif
    tcase_add_test(tests, memory_is_that_of_the_system_call);
    tcase_add_test(tests, load_averages_are_those_of_the_c_library);
    tcase_add_test(tests, the_cpus_add_up_to_all);
    tcase_add_test(tests, a_busy_child_moves_the_percentage);
    tcase_add_test(tests, counters_of_the_kernel_grow);
    tcase_add_test(tests, figures_of_the_root_directory_are_those_of_the_machine);
    suite_add_tcase(suite, tests);
    return run(suite);
}
