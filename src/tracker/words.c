/* SPDX-License-Identifier: MIT */
#include "sites.h"

#include <sys/mman.h>

uint32_t **sysinfo__areas, *sysinfo__area_list, sysinfo__area_count;

void *sysinfo__reserve(size_t size) {
    int error = errno;
    void *memory =
        sysinfo__real.mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    errno = error;
    if (memory == MAP_FAILED) {
        return NULL;
    }
    sysinfo__own_range(memory, size);
    return memory;
}

struct sysinfo__range sysinfo__range[SYSINFO__RANGES];

void sysinfo__own_range(const void *memory, size_t size) {
    for (size_t i = 0; i < SYSINFO__RANGES; i++) {
        uintptr_t nothing = 0;
        if (LOAD(sysinfo__range[i].start) == 0 &&
            __atomic_compare_exchange_n(&sysinfo__range[i].start, &nothing, (uintptr_t)memory, false, __ATOMIC_RELAXED,
                                        __ATOMIC_RELAXED)) {
            STORE(sysinfo__range[i].end, (uintptr_t)memory + size);
            return;
        }
    }
}

void sysinfo__disown_range(const void *memory) {
    for (size_t i = 0; i < SYSINFO__RANGES; i++) {
        if (LOAD(sysinfo__range[i].start) == (uintptr_t)memory) {
            STORE(sysinfo__range[i].end, 0);
            STORE(sysinfo__range[i].start, 0);
            return;
        }
    }
}

bool sysinfo__words_begin(void) {
    if (sysinfo__areas == NULL) {
        sysinfo__areas = sysinfo__reserve(SYSINFO__AREAS * sizeof *sysinfo__areas);
    }
    if (sysinfo__area_list == NULL) {
        sysinfo__area_list = sysinfo__reserve(SYSINFO__AREAS * sizeof *sysinfo__area_list);
    }
    return sysinfo__areas != NULL && sysinfo__area_list != NULL;
}

uint32_t *sysinfo__make_word(const void *block) {
    uintptr_t address = (uintptr_t)block;
    if (address >> SYSINFO__ADDRESS_BITS != 0) {
        return NULL;
    }
    uint32_t **place = &sysinfo__areas[address >> SYSINFO__AREA_BITS];
    if (LOAD(*place) == NULL) {
        size_t size = SYSINFO__AREA_WORDS * sizeof(uint32_t);
        uint32_t *leaf = sysinfo__reserve(size), *nothing = NULL;
        if (leaf == NULL) {
            return NULL;
        }
        if (__atomic_compare_exchange_n(place, &nothing, leaf, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED)) {
            uint32_t next = __atomic_fetch_add(&sysinfo__area_count, 1, __ATOMIC_RELAXED);
            STORE(sysinfo__area_list[next], (uint32_t)(address >> SYSINFO__AREA_BITS));
        } else {
            sysinfo__disown_range(leaf);
            (void)sysinfo__real.munmap(leaf, size);
        }
    }
    return sysinfo__find_word(block);
}
