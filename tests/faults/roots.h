/* SPDX-License-Identifier: MIT */
/* Roots that together cover every file that is read. */
#ifndef TESTS_FAULTS_ROOTS_H
#define TESTS_FAULTS_ROOTS_H

#include <check.h>
#include <sysinfo/sysinfo.h>

static const char *const roots[] = {
    NULL,
    FIXTURES "/old-2.6",
    FIXTURES "/linux-2.4",
    FIXTURES "/hugepages",
    FIXTURES "/directories",
    FIXTURES "/offline",
    FIXTURES "/pages-64k",
    /* Control groups of each version, pressure, NUMA nodes. */
    FIXTURES "/../limits/v2-nested",
    FIXTURES "/../limits/v1",
    FIXTURES "/../limits/hybrid",
    FIXTURES "/../../cli/roots/server",
};
enum { ROOTS = sizeof roots / sizeof roots[0] };

static inline struct sysinfo_host *open_root(const char *root) {
    struct sysinfo_host *host = NULL;
    ck_assert_int_eq(sysinfo_host_open(&host, root), SYSINFO_OK);
    return host;
}

#endif
