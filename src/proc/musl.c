/* SPDX-License-Identifier: MIT */
/* musl's malloc(), which tells nothing of itself. */
#include "owner.h"

#include <dlfcn.h>
#include <string.h>

static const struct sysinfo__allocator musl = {"musl", NULL, NULL};

/* In a program without a dynamic linker all is one object, and musl's malloc() may have been replaced in it: then nothing is known. */
bool sysinfo__libc_owns(const void *object, struct sysinfo__heap_owner *owner) {
    void *(*lookup)(void *, const char *) = dlsym;
    void *address;
    memcpy(&address, &lookup, sizeof address);
    if (dlsym(RTLD_DEFAULT, "malloc") == NULL || sysinfo__object_of(address) != object) {
        return false;
    }
    owner->allocator = &musl;
    return true;
}
