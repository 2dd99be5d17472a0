/* SPDX-License-Identifier: MIT */
/* How many bytes a page of the host has. */
#ifndef SYSINFO_LINUX_PAGE_SIZE_H
#define SYSINFO_LINUX_PAGE_SIZE_H

#include "backend.h"

/*
 * Of this machine: what the system says. Of another root: the power of two that
 * makes free memory in pages (nr_free_pages of its vmstat) equal free memory in
 * bytes (MemFree of its meminfo); the two files are not of the same instant, so a
 * quarter of difference is let pass. Where they do not say, it is this machine's
 * page size, and *is_guess is set. Pass 0 for what is not known.
 */
uint64_t sysinfo__page_size(const struct sysinfo_host *host, uint64_t free_bytes, uint64_t free_pages, bool *is_guess);

/* Whether a failure means that this machine does not tell, rather than that asking it went wrong. */
bool sysinfo__is_not_told(int status);

#endif
