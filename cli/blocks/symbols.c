/* SPDX-License-Identifier: MIT */
/*
 * Names of functions from .symtab, else from .dynsym, of a 64-bit ELF file. The path may come from a file that someone
 * else wrote, so only a regular file is opened, and every read is checked against its bounds.
 */
#define _DEFAULT_SOURCE 1
#include "blocks/blocks.h"

#include <elf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fail.h"

struct symbols {
    const unsigned char *bytes;
    size_t size;
    const unsigned char *table; /* The symbol table. */
    size_t count;
    const char *text; /* The string table. */
    size_t text_size;
    struct symbol *sorted[SYMBOL_KINDS]; /* By address; NULL: not needed yet. */
    size_t sorted_count[SYMBOL_KINDS];
};

struct symbol {
    uint64_t start, size;
    const char *name;
    bool is_global;
};

/* Returns NULL if the part is not within the file. */
static const unsigned char *part(const struct symbols *symbols, uint64_t offset, uint64_t size) {
    return offset <= symbols->size && size <= symbols->size - offset ? symbols->bytes + offset : NULL;
}

static bool read_section(const struct symbols *symbols, const Elf64_Ehdr *head, size_t index, Elf64_Shdr *section) {
    const unsigned char *bytes = part(symbols, head->e_shoff + index * sizeof *section, sizeof *section);
    if (bytes == NULL || head->e_shoff > symbols->size) {
        return false;
    }
    memcpy(section, bytes, sizeof *section);
    return true;
}

static bool take_table(struct symbols *symbols, const Elf64_Ehdr *head, const Elf64_Shdr *section) {
    Elf64_Shdr names;
    if (section->sh_entsize != sizeof(Elf64_Sym) || section->sh_link >= head->e_shnum ||
        !read_section(symbols, head, section->sh_link, &names)) {
        return false;
    }
    const unsigned char *table = part(symbols, section->sh_offset, section->sh_size),
                        *text = part(symbols, names.sh_offset, names.sh_size);
    if (table == NULL || text == NULL || names.sh_size == 0 || text[names.sh_size - 1] != '\0') {
        return false;
    }
    symbols->table = table;
    symbols->count = (size_t)section->sh_size / sizeof(Elf64_Sym);
    symbols->text = (const char *)text;
    symbols->text_size = (size_t)names.sh_size;
    return true;
}

static int digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool is_build_id(const unsigned char *bytes, size_t count, const char *text) {
    if (*text == '\0') {
        return true;
    }
    if (strlen(text) != 2 * count) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (digit(text[2 * i]) * 16 + digit(text[2 * i + 1]) != bytes[i]) {
            return false;
        }
    }
    return true;
}

static bool has_build_id(const struct symbols *symbols, const Elf64_Shdr *section, const char *build_id) {
    const unsigned char *note = part(symbols, section->sh_offset, section->sh_size);
    Elf64_Nhdr head;
    size_t count = strlen(build_id) / 2;
    if (note == NULL || section->sh_size < sizeof head + 4 + count) {
        return false;
    }
    memcpy(&head, note, sizeof head);
    if (head.n_type != NT_GNU_BUILD_ID || head.n_namesz != 4 || head.n_descsz != count) {
        return false;
    }
    return is_build_id(note + sizeof head + 4, count, build_id);
}

static bool read_tables(struct symbols *symbols, const char *build_id) {
    Elf64_Ehdr head;
    const unsigned char *bytes = part(symbols, 0, sizeof head);
    if (bytes == NULL) {
        return false;
    }
    memcpy(&head, bytes, sizeof head);
    bool is_it = *build_id == '\0', has_table = false;
    if (memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 || head.e_ident[EI_CLASS] != ELFCLASS64 ||
        head.e_shentsize != sizeof(Elf64_Shdr)) {
        return false;
    }
    for (size_t i = 0; i < head.e_shnum; i++) {
        Elf64_Shdr section;
        if (!read_section(symbols, &head, i, &section)) {
            return false;
        }
        is_it = is_it || (section.sh_type == SHT_NOTE && has_build_id(symbols, &section, build_id));
        if (section.sh_type == SHT_SYMTAB || (section.sh_type == SHT_DYNSYM && !has_table)) {
            has_table = take_table(symbols, &head, &section) || has_table;
        }
    }
    return is_it && has_table;
}

struct symbols *symbols_open(const char *path, const char *build_id) {
    struct stat file;
    struct symbols *symbols = calloc(1, sizeof *symbols);
    if (symbols == NULL) {
        fail_no_memory();
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    void *bytes = MAP_FAILED;
    if (fd >= 0 && fstat(fd, &file) == 0 && S_ISREG(file.st_mode) && file.st_size > 0) {
        symbols->size = (size_t)file.st_size;
        bytes = mmap(NULL, symbols->size, PROT_READ, MAP_PRIVATE, fd, 0);
    }
    if (fd >= 0) {
        close(fd);
    }
    symbols->bytes = bytes != MAP_FAILED ? bytes : NULL;
    if (symbols->bytes == NULL || !read_tables(symbols, build_id)) {
        symbols_close(symbols);
        return NULL;
    }
    return symbols;
}

void symbols_close(struct symbols *symbols) {
    if (symbols == NULL) {
        return;
    }
    if (symbols->bytes != NULL) {
        munmap((void *)(uintptr_t)symbols->bytes, symbols->size);
    }
    for (size_t i = 0; i < SYMBOL_KINDS; i++) {
        free(symbols->sorted[i]);
    }
    free(symbols);
}

/* ---- A symbol ---- */

/*
 * Of several symbols at one address, the search finds the last: the largest, then a global one, then the first
 * alphabetically.
 */
static int by_address(const void *a, const void *b) {
    const struct symbol *left = a, *right = b;
    if (left->start != right->start) {
        return left->start < right->start ? -1 : 1;
    }
    if (left->size != right->size) {
        return left->size < right->size ? -1 : 1;
    }
    if (left->is_global != right->is_global) {
        return left->is_global ? 1 : -1;
    }
    return strcmp(right->name, left->name);
}

static void sort(struct symbols *symbols, enum symbol_kind kind) {
    static const unsigned char types[SYMBOL_KINDS] = {STT_FUNC, STT_OBJECT, STT_TLS};
    struct symbol *sorted = calloc(symbols->count + 1, sizeof *sorted);
    size_t count = 0;
    if (sorted == NULL) {
        fail_no_memory();
    }
    for (size_t i = 0; i < symbols->count; i++) {
        Elf64_Sym symbol;
        memcpy(&symbol, symbols->table + i * sizeof symbol, sizeof symbol);
        if (ELF64_ST_TYPE(symbol.st_info) == types[kind] && symbol.st_shndx != SHN_UNDEF &&
            symbol.st_name < symbols->text_size && symbol.st_size > 0) {
            sorted[count++] = (struct symbol){symbol.st_value, symbol.st_size, symbols->text + symbol.st_name,
                                              ELF64_ST_BIND(symbol.st_info) == STB_GLOBAL};
        }
    }
    qsort(sorted, count, sizeof *sorted, by_address);
    symbols->sorted[kind] = sorted;
    symbols->sorted_count[kind] = count;
}

const char *symbols_find(struct symbols *symbols, enum symbol_kind kind, uint64_t address, uint64_t *offset) {
    enum { BACK = 8 }; /* Symbols may nest. */
    if (symbols->sorted[kind] == NULL) {
        sort(symbols, kind);
    }
    const struct symbol *sorted = symbols->sorted[kind];
    size_t low = 0, high = symbols->sorted_count[kind];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sorted[middle].start <= address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    for (size_t i = low; i > 0 && low - i < BACK; i--) {
        if (address - sorted[i - 1].start < sorted[i - 1].size) {
            if (offset != NULL) {
                *offset = address - sorted[i - 1].start;
            }
            return sorted[i - 1].name;
        }
    }
    return NULL;
}
