/* SPDX-License-Identifier: MIT */
/*
 * Limits below the directories of limits/. Each is a machine whose file `expected` has a line for each figure:
 *
 *     group.field value [~]    ~: it is estimated, otherwise it is not
 *     group.field none         known not to exist
 *     group.field -            unknown
 *     path /group
 */
#include <dirent.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sysinfo/sysinfo.h>

#include "limits_suites.h"

enum { MOST_MACHINES = 128 };
static char names[MOST_MACHINES][64];
static int count;

int find_limit_machines(void) {
    DIR *directory = opendir(LIMITS);
    const struct dirent *entry;
    while (directory != NULL && (entry = readdir(directory)) != NULL && count < MOST_MACHINES) {
        if (entry->d_name[0] != '.') {
            snprintf(names[count++], sizeof names[0], "%.63s", entry->d_name);
        }
    }
    if (directory != NULL) {
        closedir(directory);
    }
    return count;
}

static void check_field(struct sysinfo_host *host, const char *machine, char *name, const char *expected,
                        bool is_estimated) {
    char *dot = strrchr(name, '.');
    ck_assert_ptr_nonnull(dot);
    *dot = '\0';
    const struct sysinfo_field *field = sysinfo_field_find(name, dot + 1);
    *dot = '.';
    ck_assert_msg(field != NULL, "%s: there is no field %s", machine, name);
    uint64_t any[SYSINFO_SLOTS] = {0};
    int status = sysinfo_read(host, field->result, any, sizeof any);
    enum sysinfo_state state = status == SYSINFO_OK ? sysinfo_field_state(field, any) : SYSINFO_FIELD_UNKNOWN;
    double value = status == SYSINFO_OK ? sysinfo_field_double(field, any) : 0;
    if (strcmp(expected, "-") == 0) {
        ck_assert_msg(state == SYSINFO_FIELD_UNKNOWN, "%s: %s is known, %.3f", machine, name, value);
    } else if (strcmp(expected, "none") == 0) {
        ck_assert_msg(state == SYSINFO_FIELD_UNLIMITED, "%s: %s is %.3f, not unlimited", machine, name, value);
    } else {
        ck_assert_msg(state == SYSINFO_FIELD_KNOWN, "%s: %s is not known: %s", machine, name,
                      sysinfo_explain(host, status));
        double wanted = strtod(expected, NULL);
        ck_assert_msg(fabs(value - wanted) <= fabs(wanted) * 1e-12, "%s: %s is %.9f, not %.9f", machine, name, value,
                      wanted);
    }
    ck_assert_msg(status != SYSINFO_OK || sysinfo_field_is_estimated(field, any) == is_estimated, "%s: %s is %s",
                  machine, name, is_estimated ? "not marked as estimated" : "marked as estimated");
}

static void check_path(struct sysinfo_host *host, const char *machine, const char *expected) {
    const char *path = "unset";
    int status = sysinfo_cgroup_path(host, &path);
    if (strcmp(expected, "-") == 0) {
        ck_assert_int_eq(status, SYSINFO_NOT_FOUND);
        ck_assert_ptr_null(path);
    } else {
        ck_assert_msg(status == SYSINFO_OK && strcmp(path, expected) == 0, "%s: the path is %s", machine, path);
    }
}

/* Twice: at first, and from what is kept open. */
START_TEST(every_machine_has_its_expected_figures) {
    char path[1024], line[256], value[128], mark[8];
    struct sysinfo_host *host = NULL;
    ck_assert_int_lt(snprintf(path, sizeof path, "%s/%s", LIMITS, names[_i]), (int)sizeof path);
    ck_assert_int_eq(sysinfo_host_open(&host, path), SYSINFO_OK);
    for (int round = 0; round < 2; round++) {
        ck_assert_int_lt(snprintf(path, sizeof path, "%s/%s/expected", LIMITS, names[_i]), (int)sizeof path);
        FILE *file = fopen(path, "r");
        ck_assert_msg(file != NULL, "%s", path);
        int lines = 0;
        while (fgets(line, sizeof line, file) != NULL) {
            char name[64];
            int fields = sscanf(line, "%63s %127[^ \n~] %7s", name, value, mark);
            if (line[0] == '#') {
                continue;
            }
            lines++;
            if (strcmp(name, "path") == 0) {
                line[strcspn(line, "\n")] = '\0';
                check_path(host, names[_i], line + 5);
            } else {
                ck_assert_int_ge(fields, 2);
                check_field(host, names[_i], name, value, fields == 3 && strcmp(mark, "~") == 0);
            }
        }
        fclose(file);
        ck_assert_int_gt(lines, 0);
    }
    sysinfo_host_close(host);
}
END_TEST

/* A one-off question has the same result, and keeps nothing open. */
START_TEST(every_machine_survives_every_question) {
    char path[1024];
    struct sysinfo_host *host = NULL;
    ck_assert_int_lt(snprintf(path, sizeof path, "%s/%s", LIMITS, names[_i]), (int)sizeof path);
    ck_assert_int_eq(sysinfo_host_open(&host, path), SYSINFO_OK);
    for (const struct sysinfo_field *field = sysinfo_field_next(NULL); field != NULL;
         field = sysinfo_field_next(field)) {
        uint64_t any[SYSINFO_SLOTS];
        int status = sysinfo_read(host, field->result, any, sizeof any);
        ck_assert(status == SYSINFO_OK || strlen(sysinfo_explain(host, status)) > 0);
        ck_assert_int_ne(status, SYSINFO_INVALID);
    }
    int usable = sysinfo_cpu_count(host, SYSINFO_CPU_USABLE);
    ck_assert_int_ge(usable, 1);
    struct sysinfo_cpu_allowance allowance;
    ck_assert_int_eq(sysinfo_usable_cpus(host, &allowance, sizeof allowance), SYSINFO_OK);
    ck_assert_uint_eq(allowance.usable, (uint64_t)usable);
    sysinfo_host_close(host);
}
END_TEST

TCase *limit_machine_tests(void) {
    TCase *tests = tcase_create("limits");
    tcase_add_loop_test(tests, every_machine_has_its_expected_figures, 0, count);
    tcase_add_loop_test(tests, every_machine_survives_every_question, 0, count);
    return tests;
}
