/* SPDX-License-Identifier: MIT */
/* Finds the real allocator, and whether the program calls the tracker at all; serves calls until then. */
#include "inside.h"

#include <dlfcn.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "heap/elf_object.h"

/* ---- Before the real allocator is known: dlsym() may allocate ---- */

char sysinfo__boot[SYSINFO__BOOT_BYTES] __attribute__((aligned(16)));
static size_t boot_used;

/* Each block has its size in front of it, and a flag where glibc has its own, so that free() notices. */
size_t sysinfo__boot_size(const void *block) {
    return ((const size_t *)block)[-2];
}

static void *boot_calloc(size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > sizeof sysinfo__boot - 32 ||
        boot_used > sizeof sysinfo__boot - 32 - bytes) {
        errno = ENOMEM;
        return NULL;
    }
    char *block = sysinfo__boot + boot_used + 16;
    size_t flags = SYSINFO__IS_MAPPED;
    memcpy(block - 16, &bytes, sizeof bytes);
    memcpy(block - 8, &flags, sizeof flags);
    boot_used += 16 + (bytes + 15) / 16 * 16;
    return block;
}

static void *boot_malloc(size_t size) {
    return boot_calloc(1, size);
}

static void boot_free(void *block) {
    (void)block;
}

static void *boot_realloc(void *block, size_t size) {
    (void)block; /* What is of the small one is moved before. */
    return boot_calloc(1, size);
}

static void *boot_aligned(size_t alignment, size_t size) {
    (void)alignment, (void)size;
    errno = ENOMEM;
    return NULL;
}

static int boot_posix_memalign(void **block, size_t alignment, size_t size) {
    (void)block, (void)alignment, (void)size;
    return ENOMEM;
}

static void *boot_mmap(void *address, size_t size, int protection, int flags, int fd, off_t offset) {
    return (void *)syscall(SYS_mmap, address, size, protection, flags, fd, offset);
}

static int boot_munmap(void *address, size_t size) {
    return (int)syscall(SYS_munmap, address, size);
}

static void *boot_mremap(void *old, size_t old_size, size_t size, int flags, ...) {
    va_list more;
    va_start(more, flags);
    void *wanted = va_arg(more, void *);
    va_end(more);
    return (void *)syscall(SYS_mremap, old, old_size, size, flags, wanted);
}

struct sysinfo__real sysinfo__real = {
    .malloc = boot_malloc,
    .free = boot_free,
    .calloc = boot_calloc,
    .realloc = boot_realloc,
    .posix_memalign = boot_posix_memalign,
    .aligned_alloc = boot_aligned,
    .memalign = boot_aligned,
    .valloc = boot_malloc,
    .pvalloc = boot_malloc,
    .reallocarray = NULL,
    .usable_size = NULL,
    .mmap = boot_mmap,
    .munmap = boot_munmap,
    .mremap = boot_mremap,
};

/* ---- The real allocator ---- */

bool sysinfo__has_size_in_front, sysinfo__is_glibc, sysinfo__is_aside;

static void take(void *call, const char *name) {
    void *symbol = dlsym(RTLD_NEXT, name);
    memcpy(call, &symbol, sizeof symbol);
}

#ifdef __GLIBC__

/*
 * Blocks that are too large for the first piece that malloc() takes from the system would change
 * what the program finds. So would one large free chunk, in which glibc leaves pointers (mark.c): each block is freed
 * before the next is allocated, and becomes part of what was never used.
 */
static bool size_is_in_front(const struct sysinfo__real *real) {
    static const size_t sizes[] = {1, 24, 25, 100, 1000, 1033, 5000};
    bool is_so = true;
    for (size_t i = 0; i < 2 * sizeof sizes / sizeof sizes[0]; i++) {
        size_t size = sizes[i / 2];
        void *block = i % 2 == 0 ? real->malloc(size) : real->memalign(64, size);
        if (block == NULL) {
            return false;
        }
        size_t word = sysinfo__word_in_front(block);
        is_so =
            is_so && (word & SYSINFO__IS_MAPPED) == 0 && sysinfo__size_in(word) == (int64_t)real->usable_size(block);
        real->free(block);
    }
    return is_so;
}

/* glibc's own malloc() has a second name, which other allocators take, too, but not the C library's version. */
static bool is_glibc(const struct sysinfo__real *real, const void *object) {
    void *(*own)(size_t);
    take(&own, "__libc_malloc");
    return own != NULL && own == real->malloc &&
           sysinfo__find_object(dlsym(RTLD_NEXT, "gnu_get_libc_version")).object == object;
}

#endif

/* ---- An allocator that cannot be counted ---- */

static void append(char *out, size_t size, const char *text) {
    size_t length = strlen(out), more = strlen(text);
    memcpy(out + length, text, more < size - length - 1 ? more + 1 : size - length - 1);
}

/* As the header has room for: of a text that is longer the end, in which the reason is. */
static void set_owner(const char *path, const char *note) {
    struct sysinfo__record_header *header = &sysinfo__memory.header;
    char text[512] = "";
    append(text, sizeof text, path);
    if (note != NULL) {
        append(text, sizeof text, " (");
        append(text, sizeof text, note);
        append(text, sizeof text, ")");
    }
    size_t length = strlen(text), size = sizeof header->owner, skipped = length < size ? 0 : length - size + 1;
    memcpy(header->owner, text + skipped, length - skipped + 1);
}

/*
 * A sanitizer's runtime that is linked as a library comes after a preloaded one. It expects calls in its own order, so
 * nothing of it may be called before it has started, not even dl_iterate_phdr(), which it also replaces.
 */
static bool is_sanitizer(void *allocate) {
    Dl_info its, runtime;
    void *symbol = dlsym(RTLD_NEXT, "__sanitizer_get_heap_size");
    if (symbol == NULL || dladdr(symbol, &runtime) == 0 || dladdr(allocate, &its) == 0 ||
        its.dli_fbase != runtime.dli_fbase) {
        return false;
    }
    set_owner(its.dli_fname, "sanitizer");
    return true;
}

/* A library that counts or checks malloc() itself may not replace malloc_usable_size(). */
static bool has_foreign_sizes(void *allocate, void *usable_size) {
    struct sysinfo__object_search its = sysinfo__find_object(allocate);
    if (its.object == sysinfo__find_object(usable_size).object) {
        return false;
    }
    set_owner(its.name != NULL && *its.name != '\0' ? its.name : "the program",
              "without a malloc_usable_size() of its own");
    return true;
}

static bool must_stand_aside(const struct sysinfo__real *real) {
    void *allocate, *usable_size;
    memcpy(&allocate, &real->malloc, sizeof allocate);
    memcpy(&usable_size, &real->usable_size, sizeof usable_size);
    return is_sanitizer(allocate) || has_foreign_sizes(allocate, usable_size);
}

static size_t no_size(void *block) {
    (void)block;
    return 0;
}

void sysinfo__find_real(void) {
    struct sysinfo__real real;
    sysinfo__begin_footprint();
    sysinfo__find_confining();
    take(&real.malloc, "malloc");
    take(&real.free, "free");
    take(&real.calloc, "calloc");
    take(&real.realloc, "realloc");
    take(&real.posix_memalign, "posix_memalign");
    take(&real.aligned_alloc, "aligned_alloc");
    take(&real.memalign, "memalign");
    take(&real.valloc, "valloc");
    take(&real.pvalloc, "pvalloc");
    take(&real.reallocarray, "reallocarray");
    take(&real.usable_size, "malloc_usable_size");
    take(&real.mmap, "mmap");
    take(&real.munmap, "munmap");
    take(&real.mremap, "mremap");
    if (real.malloc == NULL || real.free == NULL || real.calloc == NULL || real.realloc == NULL ||
        real.usable_size == NULL || real.mmap == NULL || real.munmap == NULL || real.mremap == NULL) {
        static const char complaint[] = "libsysinfo_heap: there is no malloc() behind it; it cannot be part of a "
                                        "program without shared libraries\n";
        (void)!write(2, complaint, sizeof complaint - 1);
        _exit(127);
    }
    if (must_stand_aside(&real)) {
        real.usable_size = no_size;
        sysinfo__is_aside = true;
        sysinfo__real = real;
        return;
    }
#ifdef __GLIBC__
    void *allocate;
    memcpy(&allocate, &real.malloc, sizeof allocate);
    sysinfo__is_glibc = is_glibc(&real, sysinfo__find_object(allocate).object);
    sysinfo__has_size_in_front = sysinfo__is_glibc && size_is_in_front(&real);
#endif
    sysinfo__memory.header.size_rule = sysinfo__has_size_in_front ? SYSINFO__SIZE_HEADER : SYSINFO__SIZE_USABLE;
    sysinfo__real = real;
}

/* ---- Which malloc() the program calls ---- */

static const struct {
    const char *symbol, *name;
} known[] = {
    {"mallctl", "jemalloc"},
    {"MallocExtension_GetNumericProperty", "tcmalloc"},
    {"mi_malloc", "mimalloc"},
    {"__sanitizer_get_heap_size", "sanitizer"},
};

static const char *allocator_of(const void *object) {
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        Dl_info where;
        void *symbol = dlsym(RTLD_DEFAULT, known[i].symbol);
        if (symbol != NULL && dladdr(symbol, &where) != 0 && where.dli_fbase == object) {
            return known[i].name;
        }
    }
    return NULL;
}

static void name_owner(void) {
    Dl_info where;
    void *symbol = dlsym(RTLD_DEFAULT, "malloc");
    if (symbol == NULL || dladdr(symbol, &where) == 0) {
        set_owner("not known", NULL);
    } else {
        set_owner(where.dli_fname, allocator_of(where.dli_fbase));
    }
}

/* Tries it: a program may define malloc(), or have a stub that only looks like one. */
void sysinfo__find_owner(void) {
    void *(*volatile allocate)(size_t) = malloc;
    void (*volatile release)(void *) = free;
    node_t *node = sysinfo__find_node();
    if (node == NULL) {
        return;
    }
    node_t before = *node;
    release(allocate(1));
    if (node->allocs == before.allocs) {
        name_owner();
        return;
    }
    sysinfo__add(&node->allocs, -1);
    sysinfo__add(&node->frees, -1);
    STORE(node->peak, before.peak);
}
