/* SPDX-License-Identifier: MIT */
/* Who owns malloc() where programs are made of ELF objects: Linux and the BSDs. */
#include "owner.h"

#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>

/*
 * A program that is linked to a fixed address (-no-pie) and takes the address of malloc() gets that of a stub in the
 * program, so that such pointers compare equal everywhere. The owner is then found by another function that every
 * allocator has, and whose address programs rarely take.
 */
static const void *behind_stub(const void *address) {
#ifdef __GLIBC__
    Dl_info information;
    void *entry = NULL; /* The symbol at that address: only a stub is not defined there. */
    if (dladdr1(address, &information, &entry, RTLD_DL_SYMENT) == 0 || entry == NULL ||
        ((const ElfW(Sym) *)entry)->st_shndx != SHN_UNDEF) {
        return NULL;
    }
    void *aligned = dlsym(RTLD_DEFAULT, "posix_memalign");
    return aligned == NULL ? NULL : sysinfo__object_of(aligned);
#else
    (void)address;
    return NULL;
#endif
}

static bool is_another(const void *object, struct sysinfo__heap_owner *owner) {
    return sysinfo__sanitizer_owns(object, owner) || sysinfo__jemalloc_owns(object, owner) ||
           sysinfo__tcmalloc_owns(object, owner) || sysinfo__mimalloc_owns(object, owner);
}

static bool is_in_tracker(const struct sysinfo__tracker *tracker, const void *address) {
    return tracker != NULL && sysinfo__object_of(tracker) == sysinfo__object_of(address);
}

/*
 * The address of malloc(), as this process calls it. Where that is the tracker's, which counts or only passes calls on,
 * the address of the real one.
 */
static const void *malloc_address(void) {
    const struct sysinfo__tracker *counting = sysinfo__counting_tracker();
    if (counting != NULL) {
        return counting->real_malloc();
    }
    /* Through a volatile pointer: a compiler may know that malloc is a builtin of this program. */
    void *(*volatile function)(size_t) = malloc;
    void *(*allocate)(size_t) = function;
    void *address;
    memcpy(&address, &allocate, sizeof address);
    const struct sysinfo__tracker *tracker = sysinfo__known_tracker();
    return is_in_tracker(tracker, address) ? tracker->real_malloc() : address;
}

static bool of_no_libc(const void *object, struct sysinfo__heap_owner *owner) {
    (void)object;
    (void)owner;
    return false;
}

void sysinfo__elf_heap_find(struct sysinfo__heap_owner *owner,
                            bool (*libc_owns)(const void *object, struct sysinfo__heap_owner *owner)) {
    const void *address = malloc_address();
    const void *object = sysinfo__object_of(address);
    libc_owns = libc_owns != NULL ? libc_owns : of_no_libc;
    if (object == NULL || libc_owns(object, owner)) {
        return;
    }
    if (!is_another(object, owner) && (object = behind_stub(address)) != NULL && !libc_owns(object, owner)) {
        (void)is_another(object, owner);
    }
    (void)dlerror(); /* What failed above was to be expected; the second call frees its text. */
    (void)dlerror();
}

const struct sysinfo__source sysinfo__elf_heap_sources[] = {
    HEAP(used, "glibc: uordblks + hblkhd of mallinfo2(); jemalloc: stats.allocated - tcache_bytes; tcmalloc: "
               "generic.current_allocated_bytes; sanitizers: "
               "__sanitizer_get_current_allocated_bytes(); musl and others: the tracker"),
    HEAP(used_mapped, "glibc: hblkhd of mallinfo2()"),
    HEAP(footprint, "glibc: arena + hblkhd of mallinfo2(); jemalloc: stats.mapped + stats.retained; tcmalloc: "
                    "generic.heap_size; mimalloc: current_commit of "
                    "mi_process_info(); sanitizers: __sanitizer_get_heap_size()"),
    HEAP(free, "footprint - used"),
    HEAP(reclaimable,
         "glibc, in detail: estimated from the free lists in malloc_info(); jemalloc: dirty and muzzy pages; tcmalloc: "
         "tcmalloc.pageheap_free_bytes"),
    HEAP(resident, "jemalloc: stats.resident; tcmalloc: generic.total_physical_bytes"),
    HEAP(arenas, "glibc, in detail: malloc_info(); jemalloc: arenas.narenas"),
    HEAP(blocks, "the tracker (libsysinfo_heap): allocs - frees; jemalloc: nmalloc - ndalloc of all arenas"),
    HEAP(allocs, "the tracker; jemalloc: nrequests of all arenas"),
    HEAP(frees, "the tracker; jemalloc: allocs - blocks"),
    HEAP(peak, "the tracker (libsysinfo_heap), where it is"),
    HEAP(failed, "the tracker (libsysinfo_heap), where it is"),
    NO_MORE_SOURCES,
};
