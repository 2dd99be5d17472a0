/* SPDX-License-Identifier: MIT */
/* Sentences and statuses for Windows errors and NTSTATUS. FormatMessage() would use the user's language. */
#include "query.h"

/* Windows errors are small numbers, and a failing NTSTATUS has its top bits set, so one table holds both. */
static const struct {
    uint32_t error;
    int status;
    const char *sentence;
} errors[] = {
    {1, SYSINFO_NOT_SUPPORTED, "Incorrect function"},
    {2, SYSINFO_NOT_FOUND, "No such file"},
    {3, SYSINFO_NOT_FOUND, "No such folder"},
    {5, SYSINFO_DENIED, "Access is denied"},
    {8, SYSINFO_NO_MEMORY, "Not enough memory"},
    {14, SYSINFO_NO_MEMORY, "Not enough memory"},
    {50, SYSINFO_NOT_SUPPORTED, "Not supported"},
    {87, SYSINFO_SYSTEM, "Invalid parameter"},
    {120, SYSINFO_NOT_SUPPORTED, "Not supported on this system"},
    {1450, SYSINFO_NO_MEMORY, "Insufficient system resources"},
    {0xC0000001, SYSINFO_SYSTEM, "Unsuccessful"},
    {0xC0000002, SYSINFO_NOT_SUPPORTED, "Not implemented"},
    {0xC0000003, SYSINFO_NOT_SUPPORTED, "Not an information class of this system"},
    {0xC0000004, SYSINFO_SYSTEM, "Length does not match the information class"},
    {0xC0000005, SYSINFO_SYSTEM, "Access violation"},
    {0xC000000D, SYSINFO_SYSTEM, "Invalid parameter"},
    {0xC0000017, SYSINFO_NO_MEMORY, "Not enough memory"},
    {0xC0000022, SYSINFO_DENIED, "Access is denied"},
    {0xC0000061, SYSINFO_DENIED, "A required privilege is not held"},
    {0xC000009A, SYSINFO_NO_MEMORY, "Insufficient system resources"},
    {0xC00000BB, SYSINFO_NOT_SUPPORTED, "Not supported"},
};

const char *sysinfo__win_error(int64_t system_error) {
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        if (errors[i].error == system_error) {
            return errors[i].sentence;
        }
    }
    return NULL;
}

int sysinfo__win_status(uint32_t error) {
    for (size_t i = 0; i < sizeof errors / sizeof errors[0]; i++) {
        if (errors[i].error == error) {
            return errors[i].status;
        }
    }
    return SYSINFO_SYSTEM;
}
