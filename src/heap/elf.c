/* SPDX-License-Identifier: MIT */
/* Which ELF object an address lies in. */
#include "owner.h"

#include <dlfcn.h>
#include <link.h>
#include <string.h>

#include "heap/elf_object.h"

const void *sysinfo__object_of(const void *address) {
    return sysinfo__find_object(address).object;
}

bool sysinfo__object_has(const void *object, const char *name, void *call) {
    void *symbol = dlsym(RTLD_DEFAULT, name);
    if (symbol == NULL || sysinfo__object_of(symbol) != object) {
        return false;
    }
    memcpy(call, &symbol, sizeof symbol);
    return true;
}
