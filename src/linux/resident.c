/* SPDX-License-Identifier: MIT */
#include <unistd.h>

#include "heap/owner.h"
#include "linux.h"
#include "scan.h"

/* /proc/self/statm counts in pages: all, in memory, in memory and of a file ... */
int sysinfo__linux_resident(struct sysinfo_host *host, uint64_t *bytes) {
    static const char path[] = "/proc/self/statm";
    int status = sysinfo__file_read_once(host, path);
    if (status != SYSINFO_OK) {
        return status == SYSINFO_NOT_FOUND || status == SYSINFO_DENIED ? SYSINFO_UNKNOWN : status;
    }
    uint64_t pages[3];
    const char *p = sysinfo__state(host)->text;
    for (int i = 0; i < 3; i++) {
        p = sysinfo__scan_number(sysinfo__scan_blanks(p), &pages[i]);
        if (p == NULL) {
            return sysinfo__failed(host, SYSINFO_MALFORMED, 0, path, "does not begin with three numbers");
        }
    }
    uint64_t page_size = (uint64_t)sysconf(_SC_PAGESIZE);
    *bytes = pages[1] > pages[2] ? (pages[1] - pages[2]) * page_size : 0;
    return SYSINFO_OK;
}
