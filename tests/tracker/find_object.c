/* SPDX-License-Identifier: MIT */
/*
 * _dl_find_object() for musl: gcc's unwinder, as built for glibc, finds frame tables only through it. For processors
 * whose tables need no data base.
 */
#define _GNU_SOURCE 1
#include <link.h>
#include <stdint.h>
#include <string.h>

/* As in glibc's <dlfcn.h>. */
struct object {
    unsigned long long flags;
    void *start, *end;
    struct link_map *map;
    void *table;
    unsigned long long reserved[7];
};

struct search {
    uintptr_t address;
    struct object *found;
};

int _dl_find_object(void *address, struct object *found);

static int look(struct dl_phdr_info *info, size_t size, void *argument) {
    const struct search *search = argument;
    uintptr_t start = 0, end = 0, table = 0;
    (void)size;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        uintptr_t at = info->dlpi_addr + segment->p_vaddr;
        if (segment->p_type == PT_LOAD && search->address - at < segment->p_memsz) {
            start = at;
            end = at + segment->p_memsz;
        }
        table = segment->p_type == PT_GNU_EH_FRAME ? at : table;
    }
    if (end == 0 || table == 0) {
        return 0;
    }
    memset(search->found, 0, sizeof *search->found);
    search->found->start = (void *)start;
    search->found->end = (void *)end;
    search->found->table = (void *)table;
    return 1;
}

int _dl_find_object(void *address, struct object *found) {
    struct search search = {(uintptr_t)address, found};
    return dl_iterate_phdr(look, &search) == 1 ? 0 : -1;
}
