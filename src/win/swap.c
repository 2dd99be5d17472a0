/* SPDX-License-Identifier: MIT */
#include "query.h"

int sysinfo__win_swap_memory(struct sysinfo_host *host, struct sysinfo_swap *swap) {
    static const char source[] = "NtQuerySystemInformation(SystemPageFileInformation)";
    struct sysinfo__pages pages;
    int status = sysinfo__query_pages(host, &pages); /* For the size of a page. */
    if (status != SYSINFO_OK) {
        return status;
    }
    status = sysinfo__query(host, SYSINFO__CLASS_PAGE_FILE, source);
    if (status == SYSINFO_NOT_SUPPORTED || status == SYSINFO_DENIED) {
        sysinfo__estimate_page_files(&pages, swap);
        return swap->present != 0 ? SYSINFO_OK : status;
    }
    const struct sysinfo__state *state = sysinfo__state(host);
    if (status == SYSINFO_OK && !sysinfo__decode_page_files(state->buffer, state->length, pages.page_size, swap)) {
        status = sysinfo__failed(host, SYSINFO_MALFORMED, 0, source, "returned entries that do not match their sizes");
    }
    return status;
}
