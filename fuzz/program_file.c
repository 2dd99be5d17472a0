/* SPDX-License-Identifier: MIT */
/* The file of a program that a tracked process starts; it may contain any bytes. */
#include <sys/mman.h>
#include <unistd.h>

#include "harness.h"
#include "tracker/program_file.h"

static bool is_in(const uint8_t *data, size_t size, const char *text, size_t length) {
    for (size_t at = 0; at + length <= size; at++) {
        if (memcmp(data + at, text, length) == 0) {
            return true;
        }
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static int fd = -1;
    struct sysinfo__program_file program;
    if (fd < 0) {
        fd = memfd_create("program", 0);
    }
    MUST(fd >= 0 && ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
    memset(&program, 'x', sizeof program);
    enum sysinfo__format format = sysinfo__read_program(fd, &program);
    size_t length = strnlen(program.loader, sizeof program.loader);
    MUST(length < sizeof program.loader && format != SYSINFO__FORMAT_HIDDEN);
    MUST(is_in(data, size, program.loader, length));
    bool is_script = size > 2 && memcmp(data, "#!", 2) == 0, is_elf = size >= 16 && memcmp(data, "\177ELF", 4) == 0;
    if (format == SYSINFO__FORMAT_SCRIPT) {
        MUST(is_script && length > 0 && strpbrk(program.loader, " \t\n") == NULL && !program.is_ours);
        MUST(data[2 + strspn((const char *)data + 2, " \t")] == (uint8_t)program.loader[0]);
    } else if (format == SYSINFO__FORMAT_ELF) {
        MUST(is_elf && (program.is_ours || length == 0));
    }
    MUST(!program.is_ours || is_elf);
    return 0;
}
