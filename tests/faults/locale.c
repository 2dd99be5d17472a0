/* SPDX-License-Identifier: MIT */
/* A program that called setlocale(): numbers are parsed and printed as in any other. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "roots.h"
#include "run.h"

#include <sysinfo/sysinfo.h>

static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "de_DE"};

START_TEST(a_comma_for_a_point_changes_nothing) {
    char number[32];
    snprintf(number, sizeof number, "%.1f", 0.5);
    ck_assert_str_eq(number, "0,5"); /* The locale is as intended. */
    struct sysinfo_host *host = open_root(FIXTURES "/old-2.6");
    struct sysinfo_load load;
    struct sysinfo_cpu_sample times;
    struct sysinfo_memory memory;
    ck_assert_int_eq(sysinfo_load_average(host, &load, sizeof load), SYSINFO_OK);
    ck_assert(load.min1 == 0.20 && load.min5 == 0.18 && load.min15 == 0.12);
    ck_assert_int_eq(sysinfo_cpu_times(host, &times, sizeof times), SYSINFO_OK);
    ck_assert(times.steal == 0.08);
    ck_assert_int_eq(sysinfo_virtual_memory(host, &memory, sizeof memory), SYSINFO_OK);
    ck_assert_uint_eq(memory.total, UINT64_C(2061404) * 1024);
    sysinfo_host_close(host);
    host = open_root("/nothing");
    ck_assert_int_eq(sysinfo_load_average(host, &load, sizeof load), SYSINFO_NOT_FOUND);
    ck_assert_str_eq(sysinfo_explain(host, SYSINFO_NOT_FOUND), "/nothing: No such file or directory");
    sysinfo_host_close(host);
    ck_assert_str_eq(setlocale(LC_NUMERIC, NULL), setlocale(LC_ALL, NULL));
}
END_TEST

int main(void) {
    size_t i = 0;
    while (i < sizeof names / sizeof names[0] &&
           (setlocale(LC_ALL, names[i]) == NULL ||
            strcmp(localeconv()->decimal_point, ",") != 0)) { /* musl accepts any name. */
        i++;
    }
    if (i == sizeof names / sizeof names[0]) {
        printf(
            "skipped: there is no German locale, and localedef could not make one (Debian: apt-get install locales)\n");
        return RUN_SKIPPED;
    }
    Suite *suite = suite_create("locale");
    TCase *tests = tcase_create("locale");
    tcase_add_test(tests, a_comma_for_a_point_changes_nothing);
    suite_add_tcase(suite, tests);
    return run(suite);
}
