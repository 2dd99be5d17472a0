/* SPDX-License-Identifier: MIT */
/* Which ELF object an address lies in. */
#include "owner.h"

#include <dlfcn.h>
#include <link.h>
#include <string.h>

struct search {
    uintptr_t address;
    const void *object;
};

static int compare(struct dl_phdr_info *info, size_t size, void *context) {
    (void)size;
    struct search *search = context;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        uintptr_t start = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
        if (info->dlpi_phdr[i].p_type == PT_LOAD && search->address - start < info->dlpi_phdr[i].p_memsz) {
            search->object = info->dlpi_phdr;
            return 1;
        }
    }
    return 0;
}

/* Not dladdr(), which also looks for the symbol (12 us in a C library), and knows nothing in a static program. */
const void *sysinfo__object_of(const void *address) {
    struct search search = {(uintptr_t)address, NULL};
    dl_iterate_phdr(compare, &search);
    return search.object;
}

bool sysinfo__object_has(const void *object, const char *name, void *call) {
    void *symbol = dlsym(RTLD_DEFAULT, name);
    if (symbol == NULL || sysinfo__object_of(symbol) != object) {
        return false;
    }
    memcpy(call, &symbol, sizeof symbol);
    return true;
}
