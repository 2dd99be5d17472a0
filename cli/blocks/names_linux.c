/* SPDX-License-Identifier: MIT */
/*
 * Gets functions, files and lines from libdw of elfutils. It is loaded when a table is printed, not linked, because
 * that would slow the start of every other command. Without it, functions come from the symbol tables.
 *
 * A file whose build id differs from that of the program that ran is not used: its names would be wrong.
 */
#define _DEFAULT_SOURCE 1
#include "blocks/blocks.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fail.h"

/* The functions of libdw that are used, declared as in its manual. */
struct callbacks {
    void *find_elf, *find_debuginfo, *section_address;
    char **debuginfo_path;
};
struct libdw {
    void *library;
    void *(*begin)(const struct callbacks *);
    void (*end)(void *);
    void *(*report_offline)(void *, const char *, const char *, int);
    int (*report_end)(void *, int (*)(void *, void *, const char *, uint64_t, void *), void *);
    void *(*getelf)(void *, uint64_t *);
    int (*build_id)(void *, const unsigned char **, uint64_t *);
    const char *(*addrname)(void *, uint64_t);
    void *(*getsrc)(void *, uint64_t);
    const char *(*lineinfo)(void *, uint64_t *, int *, int *, uint64_t *, uint64_t *);
    void *(*nextcu)(void *, void *, uint64_t *);
    int (*haspc)(void *, uint64_t);
    void *(*getsrc_die)(void *, uint64_t);
    const char *(*linesrc)(void *, uint64_t *, uint64_t *);
    int (*lineno)(void *, int *);
    struct callbacks callbacks;
};

struct module {
    const char *path, *build_id; /* Copied from the first frame that was looked up. */
    void *dwfl, *handle;         /* NULL: unknown to libdw. */
    uint64_t bias;
    struct symbols *symbols; /* For variables, and for functions if there is no libdw. */
    bool has_symbols;        /* They were looked for. */
};

struct known {
    uint64_t offset;
    size_t module;
    struct place place;
};

struct names {
    struct libdw dw;
    struct module *module;
    size_t modules;
    struct known *known; /* Open addressing; an offset of 0 marks a free slot. */
    size_t room, used;
};

static bool take(struct libdw *dw, void *function, const char *name) {
    void *symbol = dlsym(dw->library, name);
    memcpy(function, &symbol, sizeof symbol);
    return symbol != NULL;
}

static void load(struct libdw *dw) {
    unsetenv("DEBUGINFOD_URLS"); /* Nothing is fetched from the network. */
    dw->library = dlopen("libdw.so.1", RTLD_NOW | RTLD_LOCAL);
    if (dw->library == NULL) {
        return;
    }
    bool is_whole = take(dw, &dw->begin, "dwfl_begin") && take(dw, &dw->end, "dwfl_end") &&
                    take(dw, &dw->report_offline, "dwfl_report_offline") &&
                    take(dw, &dw->report_end, "dwfl_report_end") && take(dw, &dw->getelf, "dwfl_module_getelf") &&
                    take(dw, &dw->build_id, "dwfl_module_build_id") &&
                    take(dw, &dw->addrname, "dwfl_module_addrname") && take(dw, &dw->getsrc, "dwfl_module_getsrc") &&
                    take(dw, &dw->lineinfo, "dwfl_lineinfo") && take(dw, &dw->nextcu, "dwfl_module_nextcu") &&
                    take(dw, &dw->haspc, "dwarf_haspc") && take(dw, &dw->getsrc_die, "dwarf_getsrc_die") &&
                    take(dw, &dw->linesrc, "dwarf_linesrc") && take(dw, &dw->lineno, "dwarf_lineno") &&
                    take(dw, &dw->callbacks.find_elf, "dwfl_build_id_find_elf") &&
                    take(dw, &dw->callbacks.find_debuginfo, "dwfl_standard_find_debuginfo") &&
                    take(dw, &dw->callbacks.section_address, "dwfl_offline_section_address");
    if (!is_whole) {
        dlclose(dw->library);
        dw->library = NULL;
    }
}

struct names *names_open(void) {
    struct names *names = calloc(1, sizeof *names);
    if (names == NULL) {
        fail_no_memory();
    }
    load(&names->dw);
    return names;
}

void names_close(struct names *names) {
    for (size_t i = 0; i < names->modules; i++) {
        if (names->module[i].dwfl != NULL) {
            names->dw.end(names->module[i].dwfl);
        }
        symbols_close(names->module[i].symbols);
    }
    if (names->dw.library != NULL) {
        dlclose(names->dw.library);
    }
    free(names->module);
    free(names->known);
    free(names);
}

/* ---- A module ---- */

/* The path may come from a file that someone else wrote, and libdw would block on a FIFO. */
static bool is_regular(const char *path) {
    struct stat file;
    return stat(path, &file) == 0 && S_ISREG(file.st_mode);
}

static bool ask_libdw(struct libdw *dw, struct module *module) {
    module->dwfl = is_regular(module->path) ? dw->begin(&dw->callbacks) : NULL;
    module->handle = module->dwfl != NULL ? dw->report_offline(module->dwfl, module->path, module->path, -1) : NULL;
    const unsigned char *bytes = NULL;
    uint64_t address;
    bool is_it = module->handle != NULL && dw->report_end(module->dwfl, NULL, NULL) == 0 &&
                 dw->getelf(module->handle, &module->bias) != NULL;
    if (is_it) {
        int count = dw->build_id(module->handle, &bytes, &address);
        is_it = count >= 0 && is_build_id(bytes, (size_t)count, module->build_id);
    }
    if (!is_it && module->dwfl != NULL) {
        dw->end(module->dwfl);
        module->dwfl = module->handle = NULL;
    }
    return is_it;
}

static size_t find_module(struct names *names, const struct sysinfo_heap_frame *frame) {
    for (size_t i = 0; i < names->modules; i++) {
        if (strcmp(names->module[i].path, frame->module) == 0 &&
            strcmp(names->module[i].build_id, frame->build_id) == 0) {
            return i;
        }
    }
    struct module *grown = realloc(names->module, (names->modules + 1) * sizeof *grown);
    if (grown == NULL) {
        fail_no_memory();
    }
    names->module = grown;
    struct module *module = &names->module[names->modules];
    *module = (struct module){.path = frame->module, .build_id = frame->build_id};
    if (*frame->module == '/' && names->dw.library != NULL) {
        (void)ask_libdw(&names->dw, module);
    }
    return names->modules++;
}

static struct symbols *symbols_of(struct module *module) {
    if (!module->has_symbols && *module->path == '/') {
        module->symbols = symbols_open(module->path, module->build_id);
    }
    module->has_symbols = true;
    return module->symbols;
}

/* ---- A frame ---- */

/* Searches unit by unit: clang writes no address table, without which dwfl_module_getsrc() finds nothing. */
static const char *search_units(const struct libdw *dw, void *handle, uint64_t address, int *number) {
    uint64_t bias = 0;
    for (void *unit = NULL; (unit = dw->nextcu(handle, unit, &bias)) != NULL;) {
        void *line = dw->haspc(unit, address - bias) == 1 ? dw->getsrc_die(unit, address - bias) : NULL;
        if (line != NULL && dw->lineno(line, number) == 0) {
            return dw->linesrc(line, NULL, NULL);
        }
    }
    return NULL;
}

static struct place look_up(struct names *names, struct module *module, uint64_t offset) {
    struct place place = {NULL, NULL, 0};
    uint64_t address = offset - 1; /* Inside the call, which may be the last instruction of its line. */
    if (module->handle != NULL) {
        const struct libdw *dw = &names->dw;
        place.function = dw->addrname(module->handle, address + module->bias);
        void *line = dw->getsrc(module->handle, address + module->bias);
        const char *file = line != NULL ? dw->lineinfo(line, NULL, &place.line, NULL, NULL, NULL)
                                        : search_units(dw, module->handle, address + module->bias, &place.line);
        const char *slash = file != NULL ? strrchr(file, '/') : NULL;
        place.file = slash != NULL ? slash + 1 : file;
    } else if (symbols_of(module) != NULL) {
        place.function = symbols_find(module->symbols, SYMBOL_FUNCTION, address, NULL);
    }
    return place;
}

static struct known *find_known(struct names *names, size_t module, uint64_t offset) {
    size_t i = (size_t)((offset * UINT64_C(0x9E3779B97F4A7C15)) >> 20) + module;
    struct known *known = &names->known[i & (names->room - 1)];
    while (known->offset != 0 && (known->offset != offset || known->module != module)) {
        known = &names->known[++i & (names->room - 1)];
    }
    return known;
}

static void grow(struct names *names) {
    struct known *old = names->known;
    size_t room = names->room;
    names->room = room == 0 ? 1024 : room * 2;
    names->known = calloc(names->room, sizeof *names->known);
    if (names->known == NULL) {
        fail_no_memory();
    }
    for (size_t i = 0; i < room; i++) {
        if (old[i].offset != 0) {
            *find_known(names, old[i].module, old[i].offset) = old[i];
        }
    }
    free(old);
}

struct place names_find(struct names *names, const struct sysinfo_heap_frame *frame) {
    if (frame->offset == 0) {
        return (struct place){NULL, NULL, 0};
    }
    if (names->used * 2 >= names->room) {
        grow(names);
    }
    size_t module = find_module(names, frame);
    struct known *known = find_known(names, module, frame->offset);
    if (known->offset == 0) {
        *known = (struct known){frame->offset, module, look_up(names, &names->module[module], frame->offset)};
        names->used++;
    }
    return known->place;
}

const char *names_variable(struct names *names, const struct sysinfo_heap_frame *place, bool is_thread_local,
                           uint64_t *offset) {
    size_t number = find_module(names, place); /* May reallocate the array. */
    struct module *module = &names->module[number];
    enum symbol_kind kind = is_thread_local ? SYMBOL_THREAD_LOCAL : SYMBOL_VARIABLE;
    return symbols_of(module) == NULL ? NULL : symbols_find(module->symbols, kind, place->offset, offset);
}
