/* SPDX-License-Identifier: MIT */
/* A C library whose malloc() reports nothing: musl, OpenBSD's, DragonFly's. CMake passes its name as SYSINFO_LIBC. */
#include "owner.h"

#ifndef __linux__
#include "bsd/system.h"
#endif

#include <dlfcn.h>
#include <string.h>
#include <unistd.h>

static const struct sysinfo__allocator silent = {SYSINFO_LIBC, NULL, NULL, NULL};

/*
 * In a program without a dynamic linker all is one object, and the C library's malloc() may have
 * been replaced in it: then nothing is known.
 */
static bool owns(const void *object, struct sysinfo__heap_owner *owner) {
    pid_t (*call)(void) = getpid;
    void *address;
    memcpy(&address, &call, sizeof address);
    if (dlsym(RTLD_DEFAULT, "malloc") == NULL || sysinfo__object_of(address) != object) {
        return false;
    }
    owner->allocator = &silent;
    return true;
}

static void find(struct sysinfo__heap_owner *owner) {
    sysinfo__elf_heap_find(owner, owns);
}

const struct sysinfo__heap_backend sysinfo__heap_backend = {
    .is_tried = true,
    .sources = sysinfo__elf_heap_sources,
    .find = find,
#ifdef __linux__
    .resident = sysinfo__linux_resident,
#else
    .resident = sysinfo__bsd_resident,
#endif
};
