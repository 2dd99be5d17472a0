/* SPDX-License-Identifier: MIT */
/*
 * Names of functions from .symtab, else from .dynsym, of a 64-bit ELF file. The path may come from a file that somebody
 * else wrote: it is opened only if it is a regular file, and read within its bounds.
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
    const unsigned char *table; /* Of symbols. */
    size_t count;
    const char *text; /* Of names. */
    size_t text_size;
};

/* NULL: not within the file. */
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
    for (size_t i = 0; i < count; i++) {
        if (digit(build_id[2 * i]) * 16 + digit(build_id[2 * i + 1]) != note[sizeof head + 4 + i]) {
            return false;
        }
    }
    return true;
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
    if (symbols != NULL && symbols->bytes != NULL) {
        munmap((void *)(uintptr_t)symbols->bytes, symbols->size);
    }
    free(symbols);
}

const char *symbols_find(const struct symbols *symbols, uint64_t address) {
    const char *found = NULL;
    for (size_t i = 0; i < symbols->count; i++) {
        Elf64_Sym symbol;
        memcpy(&symbol, symbols->table + i * sizeof symbol, sizeof symbol);
        if (ELF64_ST_TYPE(symbol.st_info) == STT_FUNC && symbol.st_shndx != SHN_UNDEF && address >= symbol.st_value &&
            address - symbol.st_value < symbol.st_size && symbol.st_name < symbols->text_size) {
            found = symbols->text + symbol.st_name;
            if (ELF64_ST_BIND(symbol.st_info) == STB_GLOBAL) {
                break;
            }
        }
    }
    return found;
}
