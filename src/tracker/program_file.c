/* SPDX-License-Identifier: MIT */
#include "program_file.h"

#include <link.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

/* Contains the table of segments and the loader's path of most programs. */
enum { HEAD = 1024 };

struct file {
    int fd;
    size_t length; /* Bytes in `head`. */
    char head[HEAD];
};

static bool fetch(const struct file *file, void *out, size_t size, uint64_t offset) {
    if (offset <= file->length && size <= file->length - offset) {
        memcpy(out, file->head + offset, size);
        return true;
    }
    return offset <= INT64_MAX && pread(file->fd, out, size, (off_t)offset) == (ssize_t)size;
}

static enum sysinfo__format take_interpreter(const struct file *file, struct sysinfo__program_file *program) {
    size_t at = 2, used = 0;
    while (at < file->length && (file->head[at] == ' ' || file->head[at] == '\t')) {
        at++;
    }
    while (at + used < file->length && strchr(" \t\n", file->head[at + used]) == NULL && /* A zero ends it, too. */
           used + 1 < sizeof program->loader) {
        used++;
    }
    memcpy(program->loader, file->head + at, used);
    program->loader[used] = '\0';
    return used > 0 ? SYSINFO__FORMAT_SCRIPT : SYSINFO__FORMAT_OTHER;
}

/* The ELF header of the tracker, or of the program that it is linked into. */
/* NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): the linker chooses the name. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));
/* NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming) */

static bool is_ours(const ElfW(Ehdr) * header) {
    return memcmp(header->e_ident, __ehdr_start.e_ident, EI_VERSION) == 0 &&
           header->e_machine == __ehdr_start.e_machine && header->e_phentsize == sizeof(ElfW(Phdr));
}

/* Cuts a loader's path that does not fit. */
static enum sysinfo__format take_loader(const struct file *file, struct sysinfo__program_file *program) {
    ElfW(Ehdr) header;
    memset(&header, 0, sizeof header);
    if (!fetch(file, &header, sizeof header, 0) && !fetch(file, header.e_ident, sizeof header.e_ident, 0)) {
        return SYSINFO__FORMAT_OTHER;
    }
    program->is_ours = is_ours(&header);
    for (size_t i = 0; program->is_ours && i < header.e_phnum; i++) {
        ElfW(Phdr) segment;
        if (!fetch(file, &segment, sizeof segment, header.e_phoff + i * sizeof segment)) {
            return SYSINFO__FORMAT_OTHER;
        }
        if (segment.p_type == PT_INTERP) {
            size_t room = sizeof program->loader - 1, size = segment.p_filesz < room ? segment.p_filesz : room;
            bool is_read = fetch(file, program->loader, size, segment.p_offset);
            program->loader[is_read ? size : 0] = '\0';
            return is_read ? SYSINFO__FORMAT_ELF : SYSINFO__FORMAT_OTHER;
        }
    }
    return SYSINFO__FORMAT_ELF;
}

enum sysinfo__format sysinfo__read_program(int fd, struct sysinfo__program_file *program) {
    struct file file = {.fd = fd};
    ssize_t length = pread(fd, file.head, sizeof file.head, 0);
    file.length = length > 0 ? (size_t)length : 0;
    program->is_ours = false;
    program->loader[0] = '\0';
    if (length < 0) {
        return SYSINFO__FORMAT_HIDDEN;
    }
    if (file.length > 2 && file.head[0] == '#' && file.head[1] == '!') {
        return take_interpreter(&file, program);
    }
    bool is_elf = file.length >= EI_NIDENT && memcmp(file.head, ELFMAG, SELFMAG) == 0;
    return is_elf ? take_loader(&file, program) : SYSINFO__FORMAT_OTHER;
}
