/* SPDX-License-Identifier: MIT */
/*
 * The list of modules only grows: a block may outlive the library that allocated it.
 *
 * glibc 2.35 and later find a module without a lock. Elsewhere, an address outside the known modules makes the tracker
 * walk the dynamic linker's list, under its lock.
 */
#include "sites.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#ifdef __GLIBC__
#define FINDS_OBJECT __GLIBC_PREREQ(2, 35)
#else
#define FINDS_OBJECT 0
#endif

struct sysinfo__module *sysinfo__module;
uint32_t sysinfo__modules = 1;

/* Modules that are loaded now, of those met so far. */
static uint16_t *loaded;
static uint32_t loaded_count;
static int lock;
static char program[4096]; /* The path of the one that has no name in the list. */

/* Gives up after a while: this may be a signal handler that interrupted the holder. */
static bool take_lock(void) {
    enum { ATTEMPTS = 1000 };
    for (int i = 0; i < ATTEMPTS; i++) {
        if (__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE) == 0) {
            return true;
        }
        sched_yield();
    }
    return false;
}

bool sysinfo__modules_begin(void) {
    if (sysinfo__module == NULL) {
        ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
        program[length > 0 ? length : 0] = '\0';
        sysinfo__module = sysinfo__reserve(SYSINFO__MODULES_MOST * sizeof *sysinfo__module);
        loaded = sysinfo__reserve(SYSINFO__MODULES_MOST * sizeof *loaded);
    }
    return sysinfo__module != NULL && loaded != NULL;
}

/* Stores all paths one after the other. */
static const char *keep_path(const char *path) {
    enum { PATHS = 1 << 20 };
    static char *paths;
    static size_t used;
    size_t length = strlen(path) + 1;
    if (paths == NULL) {
        paths = sysinfo__reserve(PATHS);
    }
    if (paths == NULL || length > PATHS - used) {
        return "";
    }
    memcpy(paths + used, path, length);
    used += length;
    return paths + used - length;
}

static size_t aligned(size_t size) {
    return (size + 3) & ~(size_t)3;
}

static void take_build_id(struct sysinfo__module *module, const unsigned char *note, size_t size) {
    ElfW(Nhdr) head;
    while (size >= sizeof head) {
        memcpy(&head, note, sizeof head);
        size_t name = aligned(head.n_namesz), text = aligned(head.n_descsz), whole = sizeof head + name + text;
        if (name > size || text > size || whole > size) {
            return;
        }
        if (head.n_type == NT_GNU_BUILD_ID && head.n_namesz == 4 && memcmp(note + sizeof head, "GNU", 4) == 0) {
            module->build_id_size = head.n_descsz < SYSINFO__BUILD_ID_MOST ? head.n_descsz : SYSINFO__BUILD_ID_MOST;
            memcpy(module->build_id, note + sizeof head + name, module->build_id_size);
            return;
        }
        note += whole;
        size -= whole;
    }
}

static void read_headers(struct sysinfo__module *module, uintptr_t bias, const ElfW(Phdr) * part, size_t parts) {
    module->bias = bias;
    module->start = UINTPTR_MAX;
    for (size_t i = 0; i < parts; i++) {
        uintptr_t start = bias + part[i].p_vaddr;
        if (part[i].p_type == PT_LOAD) {
            module->start = start < module->start ? start : module->start;
            module->end = start + part[i].p_memsz > module->end ? start + part[i].p_memsz : module->end;
        } else if (part[i].p_type == PT_GNU_EH_FRAME) {
            module->unwind_table = (const unsigned char *)start;
        } else if (part[i].p_type == PT_NOTE && module->build_id_size == 0) {
            take_build_id(module, (const unsigned char *)start, part[i].p_memsz);
        }
    }
}

static bool is_same(const struct sysinfo__module *a, const struct sysinfo__module *b, const char *path) {
    return a->start == b->start && a->end == b->end && a->build_id_size == b->build_id_size &&
           memcmp(a->build_id, b->build_id, a->build_id_size) == 0 && strcmp(a->path, path) == 0;
}

/* Under the lock. A module that is loaded again gets its number back. */
static uint32_t add(const struct sysinfo__module *found, const char *path) {
    uint32_t number = 1;
    while (number < sysinfo__modules && !is_same(&sysinfo__module[number], found, path)) {
        number++;
    }
    if (number == SYSINFO__MODULES_MOST) {
        return 0;
    }
    if (number == sysinfo__modules) {
        sysinfo__module[number] = *found;
        sysinfo__module[number].path = keep_path(path);
        __atomic_store_n(&sysinfo__modules, number + 1, __ATOMIC_RELEASE);
    }
    uint32_t count = LOAD(loaded_count);
    for (uint32_t i = 0; i < count; i++) {
        if (loaded[i] == number) {
            return number;
        }
    }
    if (count < SYSINFO__MODULES_MOST) {
        STORE(loaded[count], (uint16_t)number);
        __atomic_store_n(&loaded_count, count + 1, __ATOMIC_RELEASE);
    }
    return number;
}

#if FINDS_OBJECT

static uint32_t describe(uintptr_t address) {
    struct dl_find_object object;
    struct sysinfo__module module = {0};
    if (_dl_find_object((void *)address, &object) != 0) {
        return 0;
    }
    const ElfW(Ehdr) *head = object.dlfo_map_start;
    if (memcmp(head->e_ident, ELFMAG, SELFMAG) != 0 || head->e_phentsize != sizeof(ElfW(Phdr))) {
        return 0;
    }
    const ElfW(Phdr) *part = (const ElfW(Phdr) *)(const void *)((const char *)head + head->e_phoff);
    read_headers(&module, object.dlfo_link_map->l_addr, part, head->e_phnum);
    const char *path = object.dlfo_link_map->l_name;
    return add(&module, path != NULL && *path != '\0' ? path : program);
}

#else

struct search {
    uintptr_t address;
    uint32_t number;
};

static int look_at(struct dl_phdr_info *object, size_t size, void *context) {
    (void)size;
    struct search *search = context;
    struct sysinfo__module module = {0};
    read_headers(&module, object->dlpi_addr, object->dlpi_phdr, object->dlpi_phnum);
    if (search->address < module.start || search->address >= module.end) {
        return 0;
    }
    const char *path = object->dlpi_name;
    search->number = add(&module, path != NULL && *path != '\0' ? path : program);
    return 1;
}

static uint32_t describe(uintptr_t address) {
    struct search search = {address, 0};
    (void)dl_iterate_phdr(look_at, &search);
    return search.number;
}

#endif

static uint32_t find_loaded(uintptr_t address) {
    uint32_t count = __atomic_load_n(&loaded_count, __ATOMIC_ACQUIRE);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number = LOAD(loaded[i]);
        const struct sysinfo__module *module = &sysinfo__module[number];
        if (address >= module->start && address < module->end) {
            return number;
        }
    }
    return 0;
}

uint32_t sysinfo__find_module(uintptr_t address) {
    uint32_t number = find_loaded(address);
    if (number != 0 || !take_lock()) {
        return number;
    }
    number = describe(address);
    __atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
    return number;
}

void sysinfo__forget_modules(void) {
    bool is_held = take_lock();
    __atomic_store_n(&loaded_count, 0, __ATOMIC_RELEASE);
    if (is_held) {
        __atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
    }
}

void sysinfo__own_modules(void) {
    lock = 0;
}

uint32_t sysinfo__find_module_alone(uintptr_t address) {
    return FINDS_OBJECT ? sysinfo__find_module(address) : find_loaded(address);
}

/* ---- Thread-local variables ---- */

struct sysinfo__thread_locals sysinfo__thread_locals[SYSINFO__THREAD_LOCALS_MOST];
uint32_t sysinfo__thread_locals_count;

static int take_thread_locals(struct dl_phdr_info *object, size_t size, void *context) {
    (void)size, (void)context;
    uintptr_t bytes = 0;
    for (size_t i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        if (part->p_type == PT_TLS) {
            bytes = part->p_memsz;
        }
    }
    if (bytes == 0 || object->dlpi_tls_data == NULL || sysinfo__thread_locals_count == SYSINFO__THREAD_LOCALS_MOST) {
        return 0;
    }
    struct sysinfo__thread_locals next = {
        .module = 0, .start = (intptr_t)((uintptr_t)object->dlpi_tls_data - sysinfo__control_block()), .size = bytes};
    struct sysinfo__module module = {0};
    read_headers(&module, object->dlpi_addr, object->dlpi_phdr, object->dlpi_phnum);
    const char *path = object->dlpi_name;
    next.module = add(&module, path != NULL && *path != '\0' ? path : program);
    uint32_t at = sysinfo__thread_locals_count++;
    for (; at > 0 && sysinfo__thread_locals[at - 1].start > next.start; at--) {
        sysinfo__thread_locals[at] = sysinfo__thread_locals[at - 1];
    }
    sysinfo__thread_locals[at] = next;
    return 0;
}

void sysinfo__find_thread_locals(void) {
    if (take_lock()) {
        sysinfo__thread_locals_count = 0;
        (void)dl_iterate_phdr(take_thread_locals, NULL);
        __atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
    }
}
