/* SPDX-License-Identifier: MIT */
/* The status of an errno, and its sentence. */
#include <errno.h>

#include "posix/posix.h"
#include "run.h"
#include "suites.h"

static const struct {
    int error, status;
    const char *sentence; /* NULL: no sentence, so the number is shown. */
} errors[] = {
    {ENOENT, SYSINFO_NOT_FOUND, "No such file or directory"},
    {ENOTDIR, SYSINFO_NOT_FOUND, "Not a directory"},
    {EACCES, SYSINFO_DENIED, "Permission denied"},
    {EPERM, SYSINFO_DENIED, "Operation not permitted"},
    {ENODEV, SYSINFO_GONE, "No such device"},
    {ENXIO, SYSINFO_GONE, "No such device or address"},
    {ESRCH, SYSINFO_GONE, "No such process"},
    {ESTALE, SYSINFO_GONE, "Stale file handle"},
    {ENOMEM, SYSINFO_NO_MEMORY, "Cannot allocate memory"},
    {EMFILE, SYSINFO_NO_DESCRIPTOR, "Too many open files"},
    {ENFILE, SYSINFO_NO_DESCRIPTOR, "Too many open files in the system"},
    {ENOSYS, SYSINFO_NOT_SUPPORTED, "The kernel has no such call"},
    {EOPNOTSUPP, SYSINFO_NOT_SUPPORTED, "Operation not supported"},
    {EINTR, SYSINFO_SYSTEM, "Interrupted system call"},
    {EIO, SYSINFO_SYSTEM, "Input/output error"},
    {EBADF, SYSINFO_SYSTEM, "Bad file descriptor"},
    {EISDIR, SYSINFO_SYSTEM, "Is a directory"},
    {EINVAL, SYSINFO_SYSTEM, "Invalid argument"},
    {ESPIPE, SYSINFO_SYSTEM, "It is a pipe, not a file"},
    {ELOOP, SYSINFO_SYSTEM, "Too many levels of symbolic links"},
    {ENAMETOOLONG, SYSINFO_SYSTEM, "File name too long"},
    {ECHILD, SYSINFO_SYSTEM, NULL},
};

START_TEST(an_errno_is_a_status_and_a_sentence) {
    ck_assert_int_eq(sysinfo__posix_status(errors[_i].error), errors[_i].status);
    const char *sentence = sysinfo__posix_error(errors[_i].error);
    if (errors[_i].sentence == NULL) {
        ck_assert_ptr_null(sentence);
    } else {
        ck_assert_ptr_nonnull(sentence);
        ck_assert_str_eq(sentence, errors[_i].sentence);
    }
}
END_TEST

TCase *posix_tests(void) {
    TCase *tests = tcase_create("posix");
    tcase_add_loop_test(tests, an_errno_is_a_status_and_a_sentence, 0, sizeof errors / sizeof errors[0]);
    return tests;
}
