/* SPDX-License-Identifier: MIT */
/*
 * Sentences and statuses for errno, the same in every locale: strerror() translates, and not every libc has an
 * alternative.
 */
#include "posix.h"

#include <errno.h>

const char *sysinfo__posix_error(int64_t system_error) {
    switch (system_error) {
    case EPERM:
        return "Operation not permitted";
    case ENOENT:
        return "No such file or directory";
    case ESRCH:
        return "No such process";
    case EINTR:
        return "Interrupted system call";
    case EIO:
        return "Input/output error";
    case ENXIO:
        return "No such device or address";
    case EBADF:
        return "Bad file descriptor";
    case ENOMEM:
        return "Cannot allocate memory";
    case EACCES:
        return "Permission denied";
    case ENODEV:
        return "No such device";
    case ENOTDIR:
        return "Not a directory";
    case EISDIR:
        return "Is a directory";
    case EINVAL:
        return "Invalid argument";
    case ENFILE:
        return "Too many open files in the system";
    case EMFILE:
        return "Too many open files";
    case ESPIPE:
        return "It is a pipe, not a file";
    case ELOOP:
        return "Too many levels of symbolic links";
    case ENAMETOOLONG:
        return "File name too long";
    case ENOSYS:
        return "The kernel has no such call";
    case ESTALE:
        return "Stale file handle";
    case EOPNOTSUPP:
        return "Operation not supported";
    default:
        return NULL;
    }
}

int sysinfo__posix_status(int error) {
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        return SYSINFO_NOT_FOUND;
    case EACCES:
    case EPERM:
        return SYSINFO_DENIED;
    case ENODEV:
    case ENXIO:
    case ESRCH:
    case ESTALE:
        return SYSINFO_GONE;
    case ENOMEM:
        return SYSINFO_NO_MEMORY;
    case EMFILE:
    case ENFILE:
        return SYSINFO_NO_DESCRIPTOR;
    case ENOSYS:
    case EOPNOTSUPP:
        return SYSINFO_NOT_SUPPORTED;
    default:
        return SYSINFO_SYSTEM;
    }
}
