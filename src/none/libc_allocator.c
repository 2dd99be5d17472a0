/* SPDX-License-Identifier: MIT */
/*
 * The C library has no allocator of its own making: that of FreeBSD and NetBSD is jemalloc. Nobody
 * has run this on either yet.
 */
#include "heap/owner.h"

const bool sysinfo__heap_is_tried = false;

bool sysinfo__libc_owns(const void *object, struct sysinfo__heap_owner *owner) {
    (void)object;
    (void)owner;
    return false;
}
