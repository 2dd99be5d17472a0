/* SPDX-License-Identifier: MIT */
/* Names of hwloc's library that lead nowhere, or to an old one, are passed over for the next. */
#include <check.h>
#include <string.h>

#include <sysinfo/sysinfo.h>

#include "run.h"

START_TEST(the_first_library_that_has_everything_is_taken) {
    struct sysinfo_host *host;
    struct sysinfo_topology_object_list *list = NULL;
    ck_assert_int_eq(sysinfo_host_open(&host, NULL), SYSINFO_OK);
    int status = sysinfo_topology_objects(host, &list);
#if IS_INSTALLED
    ck_assert_msg(status == SYSINFO_OK, "%s", sysinfo_explain(host, status));
    ck_assert_ptr_nonnull(sysinfo_topology_object_list_at(list, 0));
#else
    ck_assert_int_eq(status, SYSINFO_NOT_SUPPORTED);
    ck_assert_ptr_nonnull(strstr(sysinfo_explain(host, status), "needs the hwloc library"));
#endif
    sysinfo_topology_object_list_free(list);
    sysinfo_host_close(host);
}
END_TEST

int main(void) {
    Suite *suite = suite_create("hwloc");
    TCase *tests = tcase_create("load");
    tcase_add_test(tests, the_first_library_that_has_everything_is_taken);
    suite_add_tcase(suite, tests);
    return run(suite);
}
