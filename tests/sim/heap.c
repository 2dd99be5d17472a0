/* SPDX-License-Identifier: MIT */
/* The heap of this process, as each system's C library reports it. */
#include "cases.h"

#include <string.h>

#if SIM_FREEBSD || SIM_NETBSD || SIM_MACOS
static void fill(void) {
    sim.heap.is_there = true;
    sim.heap.allocated = 5000000;
    sim.heap.cached = 20000;
    sim.heap.mapped = 8000000;
    sim.heap.retained = 1000000;
    sim.heap.page = 4096;
    sim.heap.dirty = 60;
    sim.heap.muzzy = 4;
    sim.heap.resident = 7500000;
    sim.heap.blocks = 1234;
    sim.heap.arenas = 4;
    sim.heap.released = 100;
    sim.heap.footprint = 9000000;
}
#endif

START_TEST(an_allocator_that_is_not_known_is_not_supported) {
    struct sysinfo_heap heap;
    uint64_t released;
    ck_assert_int_eq(sysinfo_heap_info(host, &heap, sizeof heap), SYSINFO_NOT_SUPPORTED);
    ck_assert_int_eq(sysinfo_heap_trim(host, &released), SYSINFO_NOT_SUPPORTED);
    ck_assert_ptr_null(sysinfo_heap_allocator(host));
}
END_TEST

#if SIM_FREEBSD || SIM_NETBSD || SIM_MACOS
static const char self[] = IS("kern.proc.pid", "kern.proc2", "", "task_info");

START_TEST(the_allocator_of_the_system_is_reported) {
    struct sysinfo_heap heap;
    fill();
    ck_assert_int_eq(sysinfo_heap_info(host, &heap, sizeof heap), SYSINFO_OK);
    ck_assert_str_eq(sysinfo_heap_allocator(host), IS("jemalloc", "jemalloc", "", "macos"));
    ck_assert_uint_eq(heap.used, IS(4980000, 4980000, 0, 5000000));
    ck_assert_uint_eq(heap.footprint, IS(9000000, 9000000, 0, 8000000));
    ck_assert_uint_eq(heap.free, heap.footprint - heap.used);
    ck_assert_uint_eq(heap.blocks, 1234);
    ck_assert_uint_eq(heap.arenas, 4);
    ck_assert_int_eq(SYSINFO_HAS(&heap, resident), IS(1, 1, 0, 0));
    ck_assert_uint_eq(heap.resident, IS(7500000, 7500000, 0, 0));
    ck_assert_uint_eq(heap.reclaimable, IS(64 * 4096, 64 * 4096, 0, 0));
    ck_assert_uint_eq(heap.estimated, heap.present); /* It was never compared with what was allocated. */
    sim.heap.peak = 6000000;                         /* Which the zones that macOS has by default do not keep. */
    ck_assert(!SYSINFO_HAS(&heap, peak));
    ck_assert_int_eq(sysinfo_heap_info(host, &heap, sizeof heap), SYSINFO_OK);
    ck_assert_uint_eq(heap.peak, IS(0, 0, 0, 6000000));
}
END_TEST

/* What a trim gave back is what the process has less of: its resident pages, on macOS its footprint. */
START_TEST(a_trim_is_measured_by_the_size_of_the_process) {
    uint64_t released = 0;
    fill();
    ck_assert_int_eq(sysinfo_heap_trim(host, &released), SYSINFO_OK);
    ck_assert_uint_eq(released, 100 * sim.page_size);
    sim.heap.released = 0;
    ck_assert_int_eq(sysinfo_heap_trim(host, &released), SYSINFO_OK);
    ck_assert_uint_eq(released, 0);
    sim_fault = (struct sim_fault){.name = self, .error = SIM_EIO, .is_set = true};
    ck_assert_int_eq(sysinfo_heap_trim(host, &released), SYSINFO_SYSTEM);
    ck_assert_int_eq(sysinfo_heap_trim(host, NULL), SYSINFO_OK);
}
END_TEST
#endif

#if SIM_FREEBSD || SIM_NETBSD
/* Free pages that nobody has touched are not in memory: no more is reclaimable than the process has. */
START_TEST(what_is_reclaimable_is_at_most_what_is_resident) {
    struct sysinfo_heap heap;
    fill();
    sim.heap.mapped = 80000000;
    sim.heap.dirty = 10000;
    sim.process.rss = 1500;
    ck_assert_int_eq(sysinfo_heap_info(host, &heap, sizeof heap), SYSINFO_OK);
    ck_assert_uint_eq(heap.reclaimable, 1500 * sim.page_size);
    sim_fault = (struct sim_fault){.name = self, .error = SIM_EPERM, .is_set = true};
    ck_assert_int_eq(sysinfo_heap_info(host, &heap, sizeof heap), SYSINFO_OK);
    ck_assert_uint_eq(heap.reclaimable, UINT64_C(10004) * 4096);
}
END_TEST

START_TEST(a_jemalloc_without_statistics_is_not_supported) {
    struct sysinfo_heap heap;
    fill();
    sim.heap.has_no_statistics = true;
    ck_assert_int_eq(sysinfo_heap_info(host, &heap, sizeof heap), SYSINFO_NOT_SUPPORTED);
    ck_assert_str_eq(sysinfo_explain(host, SYSINFO_NOT_SUPPORTED), "jemalloc was built without statistics");
    sim_fault = (struct sim_fault){.name = "epoch", .error = SIM_EIO, .is_set = true};
    ck_assert_int_eq(sysinfo_heap_info(host, &heap, sizeof heap), SYSINFO_UNKNOWN);
}
END_TEST
#elif SIM_MACOS
START_TEST(zones_that_cannot_be_listed_are_not_known) {
    struct sysinfo_heap heap;
    fill();
    ck_assert_int_eq(sysinfo_heap_info(host, &heap, sizeof heap), SYSINFO_OK);
    sim_fault = (struct sim_fault){.name = "malloc_get_all_zones", .error = SIM_EIO, .is_set = true};
    ck_assert_int_eq(sysinfo_heap_info(host, &heap, sizeof heap), SYSINFO_OK);
    ck_assert(SYSINFO_HAS(&heap, used) && !SYSINFO_HAS(&heap, arenas));
    sysinfo_host_close(host); /* A new host looks for the allocator again. */
    ck_assert_int_eq(sysinfo_host_open(&host, NULL), SYSINFO_OK);
    ck_assert_int_eq(sysinfo_heap_info(host, &heap, sizeof heap), SYSINFO_NOT_SUPPORTED);
}
END_TEST

START_TEST(a_first_zone_of_another_library_is_not_that_of_the_system) {
    struct sysinfo_heap heap;
    fill();
    sim.heap.is_other = true;
    ck_assert_int_eq(sysinfo_heap_info(host, &heap, sizeof heap), SYSINFO_NOT_SUPPORTED);
    ck_assert_ptr_null(sysinfo_heap_allocator(host));
}
END_TEST

START_TEST(a_first_zone_of_no_library_is_not_that_of_the_system) {
    struct sysinfo_heap heap;
    fill();
    sim_fault = (struct sim_fault){.name = "dladdr", .error = SIM_EIO, .is_set = true};
    ck_assert_int_eq(sysinfo_heap_info(host, &heap, sizeof heap), SYSINFO_NOT_SUPPORTED);
}
END_TEST
#else
/* Its name is known, and nothing of its heap. */
START_TEST(an_allocator_that_reports_nothing_has_a_name) {
    struct sysinfo_heap heap;
    sim.heap.is_there = true;
    ck_assert_str_eq(sysinfo_heap_allocator(host), sim_name);
    ck_assert_int_eq(sysinfo_heap_info(host, &heap, sizeof heap), SYSINFO_NOT_SUPPORTED);
    ck_assert_int_eq(sysinfo_heap_trim(host, NULL), SYSINFO_NOT_SUPPORTED);
}
END_TEST
#endif

void add_heap(TCase *cases) {
    tcase_add_test(cases, an_allocator_that_is_not_known_is_not_supported);
#if SIM_FREEBSD || SIM_NETBSD || SIM_MACOS
    tcase_add_test(cases, the_allocator_of_the_system_is_reported);
    tcase_add_test(cases, a_trim_is_measured_by_the_size_of_the_process);
#endif
#if SIM_FREEBSD || SIM_NETBSD
    tcase_add_test(cases, what_is_reclaimable_is_at_most_what_is_resident);
    tcase_add_test(cases, a_jemalloc_without_statistics_is_not_supported);
#elif SIM_MACOS
    tcase_add_test(cases, zones_that_cannot_be_listed_are_not_known);
    tcase_add_test(cases, a_first_zone_of_another_library_is_not_that_of_the_system);
    tcase_add_test(cases, a_first_zone_of_no_library_is_not_that_of_the_system);
#else
    tcase_add_test(cases, an_allocator_that_reports_nothing_has_a_name);
#endif
}
