/* SPDX-License-Identifier: MIT */
/* A program that has more rights than whoever started it loads nothing that obeys the environment. */
#include <check.h>
#include <stdlib.h>
#include <sys/auxv.h>

#include <sysinfo/sysinfo.h>

unsigned long __real_getauxval(unsigned long type);
unsigned long __wrap_getauxval(unsigned long type);
void *__real_dlopen(const char *name, int flags);
void *__wrap_dlopen(const char *name, int flags);

static unsigned long is_secure;
static int loaded;

unsigned long __wrap_getauxval(unsigned long type) {
    return type == AT_SECURE ? is_secure : __real_getauxval(type);
}

void *__wrap_dlopen(const char *name, int flags) {
    loaded++;
    return __real_dlopen(name, flags);
}

START_TEST(a_privileged_program_loads_no_hwloc) {
    struct sysinfo_host *host = NULL;
    struct sysinfo_topology *topology = NULL;
    ck_assert_int_eq(sysinfo_host_open(&host, NULL), SYSINFO_OK);
    is_secure = 1;
    ck_assert_int_eq(sysinfo_topology_read(host, &topology), SYSINFO_DENIED);
    ck_assert_str_eq(sysinfo_explain(host, SYSINFO_DENIED), "topology is not asked for with more rights than whoever started this program has: hwloc obeys the environment");
    ck_assert_ptr_null(topology);
    ck_assert_int_eq(loaded, 0);
    is_secure = 0;
    ck_assert_int_eq(sysinfo_topology_read(host, &topology), SYSINFO_OK);
    ck_assert_int_gt(loaded, 0);
    sysinfo_topology_free(topology);
    sysinfo_host_close(host);
}
END_TEST

START_TEST(a_privileged_program_is_told_everything_else) {
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
    tcase_add_test(tcase, a_privileged_program_is_told_everything_else);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed > 0;
}
