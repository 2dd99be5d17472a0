/* SPDX-License-Identifier: MIT */
#include "query.h"

/* GlobalMemoryStatusEx() would describe this process, which a job or a 32-bit address space may limit. */
int sysinfo__win_virtual_memory(struct sysinfo_host *host, struct sysinfo_memory *memory) {
    struct sysinfo__pages pages;
    int status = sysinfo__query_pages(host, &pages);
    if (status != SYSINFO_OK) {
        return status;
    }
    struct sysinfo__page_lists lists;
    bool has_lists = sysinfo__query_page_lists(host, &lists);
    if (!sysinfo__decode_memory(&pages, has_lists ? &lists : NULL, memory)) {
        return sysinfo__failed(host, SYSINFO_MALFORMED, 0, "GetPerformanceInfo", "reported no memory");
    }
    return SYSINFO_OK;
}
