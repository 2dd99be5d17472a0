/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <unistd.h>

#include "heap/owner.h"
#include "linux.h"
#include "scan.h"

static int read_own(struct sysinfo_host *host, const char *path) {
    int status = sysinfo__file_read_once(host, path);
    return status == SYSINFO_NOT_FOUND || status == SYSINFO_DENIED ? SYSINFO_UNKNOWN : status;
}

/* Reads /proc/self/statm, in pages: all, resident, resident pages of files, and so on. */
static int read_counters(struct sysinfo_host *host, uint64_t *bytes) {
    static const char path[] = "/proc/self/statm";
    int status = read_own(host, path);
    if (status != SYSINFO_OK) {
        return status;
    }
    uint64_t pages[3];
    if (!sysinfo__decode_statm(sysinfo__state(host)->text, pages)) {
        return sysinfo__failed(host, SYSINFO_MALFORMED, 0, path, "does not begin with three numbers");
    }
    uint64_t page_size = (uint64_t)sysconf(_SC_PAGESIZE);
    *bytes = pages[1] > pages[2] ? (pages[1] - pages[2]) * page_size : 0;
    return SYSINFO_OK;
}

/* Reads /proc/self/smaps_rollup (Linux 4.14), which counts the pages themselves, in KiB. */
static int read_pages(struct sysinfo_host *host, uint64_t *bytes) {
    static const char key[] = "\nAnonymous:";
    int status = read_own(host, "/proc/self/smaps_rollup");
    if (status != SYSINFO_OK) {
        return status;
    }
    const char *p = strstr(sysinfo__state(host)->text, key);
    if (p == NULL || sysinfo__scan_number(sysinfo__scan_blanks(p + sizeof key - 1), bytes) == NULL) {
        return SYSINFO_UNKNOWN;
    }
    *bytes *= 1024;
    return SYSINFO_OK;
}

/*
 * The counters are cheap but imprecise: a thread updates them only after 64 page faults (Linux up to 6.1), or each CPU
 * after 32 or more (up to 6.15).
 */
int sysinfo__linux_resident(struct sysinfo_host *host, bool is_exact, uint64_t *bytes) {
    return is_exact && read_pages(host, bytes) == SYSINFO_OK ? SYSINFO_OK : read_counters(host, bytes);
}
