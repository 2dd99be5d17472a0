/* SPDX-License-Identifier: MIT */
/* A C library whose malloc() tells nothing of itself: musl, OpenBSD's. CMake gives its name as SYSINFO_LIBC. */
#include "owner.h"

#include <dlfcn.h>
#include <string.h>
#include <unistd.h>

const bool sysinfo__heap_is_tried = true;

static const struct sysinfo__allocator silent = {SYSINFO_LIBC, NULL, NULL};

/*
 * In a program without a dynamic linker all is one object, and the C library's malloc() may have
 * been replaced in it: then nothing is known.
 */
bool sysinfo__libc_owns(const void *object, struct sysinfo__heap_owner *owner) {
    pid_t (*call)(void) = getpid;
    void *address;
    memcpy(&address, &call, sizeof address);
    if (dlsym(RTLD_DEFAULT, "malloc") == NULL || sysinfo__object_of(address) != object) {
        return false;
    }
    owner->allocator = &silent;
    return true;
}
