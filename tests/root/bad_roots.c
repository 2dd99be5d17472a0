/* SPDX-License-Identifier: MIT */
/* Roots that are not directories, and links that would lead out of one. */
#include <errno.h>
#include <sys/syscall.h>

#include <sysinfo/sysinfo.h>

#include "directory.h"
#include "suites.h"

static void expect_failure(const char *root, int status, const char *explanation) {
    struct sysinfo_host *host = NULL;
    struct sysinfo_memory memory = {.present = 47};
    ck_assert_int_eq(sysinfo_host_open(&host, root), SYSINFO_OK);
    for (int round = 0; round < 2; round++) {
        ck_assert_int_eq(sysinfo_virtual_memory(host, &memory, sizeof memory), status);
        ck_assert_str_eq(sysinfo_explain(host, status), explanation);
        ck_assert_int_lt(sysinfo_cpu_count(host, SYSINFO_CPU_LOGICAL), 0);
    }
    ck_assert_uint_eq(memory.present, 47);
    sysinfo_host_close(host);
}

START_TEST(a_root_that_is_not_a_directory_is_named) {
    char path[DIRECTORY_PATH], text[DIRECTORY_PATH + 64];
    directory_path(path, "nothing");
    snprintf(text, sizeof text, "%s: No such file or directory", path);
    expect_failure(path, SYSINFO_NOT_FOUND, text);
    directory_write("file", "x");
    directory_path(path, "file");
    snprintf(text, sizeof text, "%s: Not a directory", path);
    expect_failure(path, SYSINFO_NOT_FOUND, text);
    directory_path(path, "file/"); /* Without the trailing slash. */
    expect_failure(path, SYSINFO_NOT_FOUND, text);
    snprintf(text, sizeof text, "%s/proc/meminfo: No such file or directory", directory_root);
    expect_failure(directory_root, SYSINFO_NOT_FOUND, text);
}
END_TEST

static void expect_total(const char *root, uint64_t kib) {
    struct sysinfo_host *host = NULL;
    struct sysinfo_memory memory;
    ck_assert_int_eq(sysinfo_host_open(&host, root), SYSINFO_OK);
    int status = sysinfo_virtual_memory(host, &memory, sizeof memory);
    ck_assert_msg(status == SYSINFO_OK, "%s", sysinfo_explain(host, status));
    ck_assert_uint_eq(memory.total, kib * 1024);
    sysinfo_host_close(host);
}

START_TEST(a_root_may_be_relative_and_end_with_slashes) {
    char path[DIRECTORY_PATH], here[4096];
    directory_write("machine/proc/meminfo", "MemTotal: 77 kB\nMemAvailable: 7 kB\n");
    directory_path(path, "machine///");
    expect_total(path, 77);
    ck_assert_ptr_nonnull(getcwd(here, sizeof here));
    ck_assert_int_eq(chdir(directory_root), 0);
    expect_total("machine", 77);
    expect_total("./machine/", 77);
    ck_assert_int_eq(chdir(here), 0);
}
END_TEST

START_TEST(links_stay_below_the_root) {
    char path[DIRECTORY_PATH];
    uint64_t how[3] = {O_PATH, 0, 0}; /* struct open_how of Linux 5.6 */
    long fd = syscall(SYS_openat2, AT_FDCWD, directory_root, how, sizeof how);
    if (fd < 0) {
        printf("skipped: this kernel or its sandbox has no openat2, without which links are followed as they are "
               "(error %d)\n",
               errno);
        return;
    }
    close((int)fd);
    directory_write("machine/elsewhere/absolute", "MemTotal: 55 kB\nMemAvailable: 7 kB\n");
    directory_write("machine/proc/x", "");
    directory_path(path, "machine/proc/meminfo");
    ck_assert_int_eq(symlink("/elsewhere/absolute", path), 0);
    directory_path(path, "machine/");
    expect_total(path, 55);
    directory_path(path, "machine/proc/meminfo");
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(symlink("../../../../../../../../../elsewhere/absolute", path),
                     0); /* ".." in the root is the root. */
    directory_path(path, "machine");
    expect_total(path, 55);
    directory_path(path, "machine/proc/meminfo");
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(symlink("/proc/meminfo", path), 0); /* A link to itself, not to this machine's file. */
    directory_path(path, "machine");
    struct sysinfo_host *host = NULL;
    struct sysinfo_memory memory;
    ck_assert_int_eq(sysinfo_host_open(&host, path), SYSINFO_OK);
    ck_assert_int_eq(sysinfo_virtual_memory(host, &memory, sizeof memory), SYSINFO_SYSTEM);
    ck_assert_int_eq(sysinfo_system_error(host), ELOOP);
    sysinfo_host_close(host);
}
END_TEST

TCase *bad_root_tests(void) {
    TCase *tests = tcase_create("bad_roots");
    tcase_add_checked_fixture(tests, directory_make, directory_remove);
    tcase_add_test(tests, a_root_that_is_not_a_directory_is_named);
    tcase_add_test(tests, a_root_may_be_relative_and_end_with_slashes);
    tcase_add_test(tests, links_stay_below_the_root);
    return tests;
}
