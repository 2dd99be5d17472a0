/* SPDX-License-Identifier: MIT */
#include "heap/owner.h"

const bool sysinfo__heap_is_tried = true;
const struct sysinfo__source sysinfo__heap_sources[] = {{0, 0, NULL}};

void sysinfo__heap_find(struct sysinfo__heap_owner *owner) {
    owner->allocator = NULL;
}
