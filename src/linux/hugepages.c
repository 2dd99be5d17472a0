/* SPDX-License-Identifier: MIT */
#include "linux.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "scan.h"

#define DIRECTORY "/sys/kernel/mm/hugepages"

void sysinfo__huge_pages_open(struct sysinfo__huge_pages *huge_pages) {
    memset(huge_pages, 0, sizeof *huge_pages);
    for (int i = 0; i < SYSINFO__HUGE_PAGE_SIZES; i++) {
        huge_pages->size[i].fd = -1;
    }
}

void sysinfo__huge_pages_close(struct sysinfo__huge_pages *huge_pages) {
    for (int i = 0; i < SYSINFO__HUGE_PAGE_SIZES; i++) {
        if (huge_pages->size[i].fd >= 0) {
            close(huge_pages->size[i].fd);
        }
    }
}

/* Directories are named "hugepages-2048kB". */
static bool note_size(void *context, const char *name) {
    struct sysinfo__huge_pages *huge_pages = context;
    uint64_t kib;
    if (huge_pages->sizes < SYSINFO__HUGE_PAGE_SIZES && sysinfo__name_number(name, "hugepages-", "kB", &kib)) {
        huge_pages->size[huge_pages->sizes++].bytes = kib * 1024;
    }
    return true;
}

int sysinfo__free_huge_pages(struct sysinfo_host *host, uint64_t *bytes, bool *is_known) {
    struct sysinfo__state *state = sysinfo__state(host);
    struct sysinfo__huge_pages *huge_pages = &state->huge_pages;
    int status = SYSINFO_OK;
    if (!huge_pages->is_searched) {
        status = sysinfo__directory_walk(host, DIRECTORY, note_size, huge_pages);
        if (status != SYSINFO_OK) { /* An incomplete list of sizes is useless. */
            huge_pages->sizes = 0;
        }
        huge_pages->is_searched = status == SYSINFO_OK || status == SYSINFO_NOT_FOUND;
    }
    *bytes = 0;
    *is_known = huge_pages->sizes > 0;
    for (int i = 0; i < huge_pages->sizes && status == SYSINFO_OK; i++) {
        char path[96];
        snprintf(path, sizeof path, DIRECTORY "/hugepages-%llukB/free_hugepages",
                 (unsigned long long)(huge_pages->size[i].bytes / 1024));
        status = sysinfo__file_read_kept(host, path, &huge_pages->size[i].fd);
        uint64_t pages, of_size;
        if (status != SYSINFO_OK || sysinfo__scan_number(state->text, &pages) == NULL ||
            __builtin_mul_overflow(pages, huge_pages->size[i].bytes, &of_size) ||
            __builtin_add_overflow(*bytes, of_size, bytes)) {
            *is_known = false;
        }
    }
    if (sysinfo__is_missing(status)) {
        *is_known = false;
        return SYSINFO_OK;
    }
    return status;
}
