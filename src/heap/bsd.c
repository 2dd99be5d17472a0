/* SPDX-License-Identifier: MIT */
/* FreeBSD and NetBSD, whose malloc() is jemalloc's. Untested on both. */
#include "bsd/system.h"
#include "owner.h"

static void find(struct sysinfo__heap_owner *owner) {
    sysinfo__elf_heap_find(owner, NULL);
}

const struct sysinfo__heap_backend sysinfo__heap_backend = {
    .sources = sysinfo__elf_heap_sources, .find = find, .resident = sysinfo__bsd_resident};
