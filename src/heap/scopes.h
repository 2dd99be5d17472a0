/* SPDX-License-Identifier: MIT */
#ifndef SYSINFO_SCOPES_H
#define SYSINFO_SCOPES_H

#include <sysinfo/heap_tracker.h>

/* Adds a scope that was left to the row of its place. */
void sysinfo__scopes_add(struct sysinfo_heap_scopes *table, const struct sysinfo_heap_place *place,
                         const struct sysinfo_heap_scope *scope);

#endif
