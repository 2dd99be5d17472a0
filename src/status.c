/* SPDX-License-Identifier: MIT */
#include <sysinfo/status.h>

static const struct {
    int status;
    const char *name, *meaning;
} rows[] = {
    {SYSINFO_OK, "SYSINFO_OK", "success"},
    {SYSINFO_NOT_SUPPORTED, "SYSINFO_NOT_SUPPORTED", "not supported on this system"},
    {SYSINFO_NOT_FOUND, "SYSINFO_NOT_FOUND", "the source of the figure does not exist"},
    {SYSINFO_DENIED, "SYSINFO_DENIED", "access was denied"},
    {SYSINFO_GONE, "SYSINFO_GONE", "it disappeared while it was read"},
    {SYSINFO_MALFORMED, "SYSINFO_MALFORMED", "its content is not what it should be"},
    {SYSINFO_NO_MEMORY, "SYSINFO_NO_MEMORY", "no memory"},
    {SYSINFO_INVALID, "SYSINFO_INVALID", "an argument is not valid"},
    {SYSINFO_NOT_YET, "SYSINFO_NOT_YET", "no interval to measure over yet"},
    {SYSINFO_NO_DESCRIPTOR, "SYSINFO_NO_DESCRIPTOR", "no file descriptor is left"},
    {SYSINFO_SYSTEM, "SYSINFO_SYSTEM", "the system reported an error"},
    {SYSINFO_UNKNOWN, "SYSINFO_UNKNOWN", "not reported by this machine"},
};
enum { ROWS = sizeof rows / sizeof rows[0] };

const char *sysinfo_status_name(int status) {
    for (int i = 0; i < ROWS; i++) {
        if (rows[i].status == status) {
            return rows[i].name;
        }
    }
    return "SYSINFO_?";
}

const char *sysinfo_status_meaning(int status) {
    for (int i = 0; i < ROWS; i++) {
        if (rows[i].status == status) {
            return rows[i].meaning;
        }
    }
    return "not a status of this library";
}
