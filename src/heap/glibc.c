/* SPDX-License-Identifier: MIT */
/*
 * glibc's malloc().
 *
 * mallinfo2() (2.33) sums all arenas, whatever older manuals say, in 64 bits; where
 * it does not exist, malloc_info() says the same as a text. All calls are weak: in
 * a static program with another allocator they would pull glibc's in beside it.
 */
#include "owner.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "decode_malloc_info.h"

#pragma weak malloc_info
#pragma weak malloc_trim
#pragma weak mallopt
#if __GLIBC_PREREQ(2, 33)
#pragma weak mallinfo2
#else
#pragma weak mallinfo
#endif

/* ---- malloc_info() ---- */

static ssize_t decode_piece(void *context, const char *text, size_t length) {
    sysinfo__decode_malloc_info(context, text, length);
    return (ssize_t)length;
}

static int read_malloc_info(struct sysinfo_host *host, struct sysinfo__malloc_info *info) {
    memset(info, 0, sizeof *info);
    info->page_size = (uint64_t)sysconf(_SC_PAGESIZE);
    char buffer[2048];
    FILE *stream = fopencookie(info, "w", (cookie_io_functions_t){.write = decode_piece});
    if (stream == NULL) {
        return sysinfo__failed(host, SYSINFO_NO_MEMORY, 0, "malloc_info()", "had no memory for its output");
    }
    setvbuf(stream, buffer, _IOFBF, sizeof buffer);
    malloc_info(0, stream);
    fclose(stream);
    return info->is_complete ? SYSINFO_OK
                             : sysinfo__failed(host, SYSINFO_MALFORMED, 0, "malloc_info()", "wrote incomplete output");
}

/* ---- The figures ---- */

#if __GLIBC_PREREQ(2, 33)

static int set_sums(struct sysinfo_host *host, struct sysinfo_heap *heap, uint64_t *top) {
    (void)host; /* The other way can fail. */
    struct mallinfo2 sums = mallinfo2();
    FACT(heap, used, sums.uordblks + sums.hblkhd);
    FACT(heap, used_mapped, sums.hblkhd);
    FACT(heap, footprint, sums.arena + sums.hblkhd);
    *top = sums.keepcost; /* Of the main arena. */
    return SYSINFO_OK;
}

#else

/*
 * Some 500 bytes of the stream that it is read through are counted as well, and where the top
 * begins is not reported.
 */
static int set_sums(struct sysinfo_host *host, struct sysinfo_heap *heap, uint64_t *top) {
    struct sysinfo__malloc_info info;
    int status = read_malloc_info(host, &info);
    if (status == SYSINFO_OK) {
        GUESS(heap, used, info.system - info.fast - info.rest + info.mapped);
        FACT(heap, used_mapped, info.mapped);
        FACT(heap, footprint, info.system + info.mapped);
    }
    *top = 0;
    return status;
}

#endif

static int set_reclaimable(struct sysinfo_host *host, uint64_t top, struct sysinfo_heap *heap) {
    struct sysinfo__malloc_info info;
    int status = read_malloc_info(host, &info);
    if (status != SYSINFO_OK) {
        return status;
    }
    FACT(heap, arenas, info.arenas);
    GUESS(heap, reclaimable, info.releasable + (top > info.page_size ? top - info.page_size : 0));
    return SYSINFO_OK;
}

/*
 * A parameter that glibc does not know changes nothing, but every call of mallopt() first merges
 * the freed small chunks of the main arena.
 */
static void merge_small_chunks(void) {
    enum { NO_PARAMETER = -4711 };
    (void)mallopt(NO_PARAMETER, 0);
}

static int report(struct sysinfo_host *host, const struct sysinfo__heap_owner *owner, bool in_detail,
                  struct sysinfo_heap *heap) {
    (void)owner;
    if (in_detail) {
        merge_small_chunks();
    }
    uint64_t top;
    int status = set_sums(host, heap, &top);
    if (status != SYSINFO_OK) {
        return status;
    }
    return in_detail ? set_reclaimable(host, top, heap) : SYSINFO_OK;
}

/*
 * malloc_trim() leaves the tops of all arenas but the main one. Freeing a block of more than 64 KiB
 * trims that of this thread's.
 */
static int trim(struct sysinfo_host *host, const struct sysinfo__heap_owner *owner) {
    (void)host;
    (void)owner;
    void *volatile block = malloc(70000);
    free(block);
    malloc_trim(0);
    return SYSINFO_OK;
}

/*
 * Since 2.26 a thread keeps some freed blocks of each size up to 1032 bytes, on 32 bits 516, which mallinfo2() counts
 * as in use: 7, since 2.42 16. With blocks of many sizes these caches go on filling for as long as the program runs.
 */
static void fill_cache(void) {
    enum { MOST = 16, SIZES = 130 };
    void *volatile block[MOST];
    for (size_t size = 1; size <= SIZES; size++) {
        for (size_t i = 0; i < MOST; i++) {
            block[i] = malloc(size * sizeof(void *));
        }
        for (size_t i = 0; i < MOST; i++) {
            free(block[i]);
        }
    }
}

static const struct sysinfo__allocator glibc = {"glibc", report, trim, fill_cache};

static bool holds_something(void) {
#if __GLIBC_PREREQ(2, 33)
    struct mallinfo2 sums = mallinfo2();
#else
    struct mallinfo sums = mallinfo(); /* Wraps in 32 bits, and is not 0 for that. */
#endif
    return sums.arena != 0 || sums.hblkhd != 0;
}

/*
 * Something may replace glibc's malloc() without owning the symbol, as valgrind
 * does. Then glibc holds nothing at all, even while a block is out.
 */
static bool is_in_use(void) {
    if (holds_something()) {
        return true;
    }
    void *volatile block = malloc(1);
    bool does_now = holds_something();
    free(block);
    return does_now;
}

static bool owns(const void *object, struct sysinfo__heap_owner *owner) {
    int (*call)(int, FILE *) = malloc_info;
    void *address;
    memcpy(&address, &call, sizeof address);
    if (address == NULL || sysinfo__object_of(address) != object || !is_in_use()) {
        return false;
    }
    owner->allocator = &glibc;
    return true;
}

static void find(struct sysinfo__heap_owner *owner) {
    sysinfo__elf_heap_find(owner, owns);
}

const struct sysinfo__heap_backend sysinfo__heap_backend = {
    .is_tried = true,
    .sources = sysinfo__elf_heap_sources,
    .find = find,
    .resident = sysinfo__linux_resident,
};
