/* SPDX-License-Identifier: MIT */
/* Which object (the program, or one of its libraries) an address lies in. For the library and for the tracker. */
#ifndef SYSINFO_HEAP_ELF_OBJECT_H
#define SYSINFO_HEAP_ELF_OBJECT_H

#include <link.h>
#include <stddef.h>
#include <stdint.h>

struct sysinfo__object_search {
    uintptr_t address;
    const void *object;
    const char *name;
};

static inline int sysinfo__is_in_object(struct dl_phdr_info *info, size_t size, void *context) {
    (void)size;
    struct sysinfo__object_search *search = context;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        uintptr_t start = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
        if (info->dlpi_phdr[i].p_type == PT_LOAD && search->address - start < info->dlpi_phdr[i].p_memsz) {
            search->object = info->dlpi_phdr;
            search->name = info->dlpi_name;
            return 1;
        }
    }
    return 0;
}

/*
 * `object` is a number to compare, NULL: none; `name` its path, "" for the program.
 *
 * Not dladdr(), which also looks for the symbol (12 us in a C library), and knows nothing in a static program.
 */
static inline struct sysinfo__object_search sysinfo__find_object(const void *address) {
    struct sysinfo__object_search search = {(uintptr_t)address, NULL, NULL};
    dl_iterate_phdr(sysinfo__is_in_object, &search);
    return search;
}

#endif
