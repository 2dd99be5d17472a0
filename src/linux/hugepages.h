/* SPDX-License-Identifier: MIT */
/* Free huge pages of every size. */
#ifndef SYSINFO_LINUX_HUGEPAGES_H
#define SYSINFO_LINUX_HUGEPAGES_H

#include "backend.h"

/*
 * Bytes in free huge pages of all sizes, from sys/kernel/mm/hugepages: meminfo
 * tells the free ones of the default size only. *is_known is cleared where the
 * machine does not say.
 */
int sysinfo__free_huge_pages(struct sysinfo_host *host, uint64_t *bytes, bool *is_known);

/* What sysinfo__free_huge_pages() keeps open. */
void sysinfo__huge_pages_open(struct sysinfo__huge_pages *huge_pages);
void sysinfo__huge_pages_close(struct sysinfo__huge_pages *huge_pages);

#endif
