/* SPDX-License-Identifier: MIT */
/*
 * Finds out from /proc why a process's heap is not counted. This is slow, so it is done once for each program of each
 * process.
 */
#define _DEFAULT_SOURCE 1
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <sysinfo/sysinfo.h>

#include "parse.h"
#include "platform.h"
#include "run/heaps.h"
#include "text.h"

enum { PATH_ROOM = 64 }; /* For a path below /proc/PID. */

static const char *path_of(char path[PATH_ROOM], int64_t pid, const char *name) {
    snprintf(path, PATH_ROOM, "/proc/%" PRId64 "/%s", pid, name);
    return path;
}

/* Reads a file of a process. False: unreadable. */
static bool read_file(int64_t pid, const char *name, struct text *text) {
    char path[PATH_ROOM];
    int fd = open(path_of(path, pid, name), O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : 1;
    while (length > 0 || (length < 0 && fd >= 0 && errno == EINTR)) {
        text_reserve(text, 4096);
        length = read(fd, text->bytes + text->length, 4095);
        text->length += length > 0 ? (size_t)length : 0;
        text->bytes[text->length] = '\0';
    }
    if (fd >= 0) {
        close(fd);
    }
    return length == 0;
}

/* ---- The program's file ---- */

/* How a program's file is loaded. */
struct program_file {
    bool is_ours;          /* It is for this program's word size and processor. */
    char loader[PATH_MAX]; /* Its dynamic loader; "": it is static. */
};

#if UINTPTR_MAX > UINT32_MAX
typedef Elf64_Ehdr elf_header;
typedef Elf64_Phdr elf_segment;
#define OWN_CLASS ELFCLASS64
#else
typedef Elf32_Ehdr elf_header;
typedef Elf32_Phdr elf_segment;
#define OWN_CLASS ELFCLASS32
#endif

static bool read_at(int fd, void *bytes, size_t length, uint64_t offset) {
    return pread(fd, bytes, length, (off_t)offset) == (ssize_t)length;
}

static bool read_program(int fd, struct program_file *program) {
    elf_header header, own;
    int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    bool is_read = read_at(fd, &header, sizeof header, 0) && memcmp(header.e_ident, ELFMAG, SELFMAG) == 0;
    program->loader[0] = '\0';
    program->is_ours = is_read && header.e_ident[EI_CLASS] == OWN_CLASS &&
                       (self < 0 || !read_at(self, &own, sizeof own, 0) || own.e_machine == header.e_machine);
    if (self >= 0) {
        close(self);
    }
    for (size_t i = 0; is_read && program->is_ours && i < header.e_phnum; i++) {
        elf_segment segment;
        if (!read_at(fd, &segment, sizeof segment, header.e_phoff + i * sizeof segment)) {
            return false;
        }
        if (segment.p_type == PT_INTERP && segment.p_filesz > 0 && segment.p_filesz < sizeof program->loader) {
            is_read = read_at(fd, program->loader, segment.p_filesz, segment.p_offset);
            program->loader[segment.p_filesz] = '\0';
        }
    }
    return is_read;
}

static bool read_program_of(const char *path, struct program_file *program) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool is_read = fd >= 0 && read_program(fd, program);
    if (fd >= 0) {
        close(fd);
    }
    return is_read;
}

/* The loader's name identifies the C library: ld-linux-x86-64.so.2, ld-musl-x86_64.so.1. */
static bool has_other_libc(const struct program_file *program) {
    struct program_file own;
    return read_program_of("/proc/self/exe", &own) && own.loader[0] != '\0' &&
           strcmp(platform_file_name(own.loader), platform_file_name(program->loader)) != 0;
}

/* ---- The process ---- */

/* True if it has more rights than its caller: its loader then ignores LD_PRELOAD. */
static bool is_secure(int64_t pid) {
    struct text text = TEXT_INIT;
    bool is_secure = false;
    if (read_file(pid, "auxv", &text)) {
        unsigned long pair[2];
        for (size_t at = 0; at + sizeof pair <= text.length; at += sizeof pair) {
            memcpy(pair, text.bytes + at, sizeof pair);
            is_secure = is_secure || (pair[0] == AT_SECURE && pair[1] != 0);
        }
    }
    text_free(&text);
    return is_secure;
}

/* Reads the real and the effective user. */
static bool read_users(int64_t pid, double users[2]) {
    struct text text = TEXT_INIT;
    const char *at = read_file(pid, "status", &text) ? strstr(text.bytes, "\nUid:\t") : NULL;
    bool is_read = at != NULL && scan_number(at + strlen("\nUid:\t"), &users[0], &at) && *at == '\t' &&
                   scan_number(at + 1, &users[1], &at);
    text_free(&text);
    return is_read;
}

/* True if the directory has the same path for the process. A process that has ended has no root. */
static bool sees(int64_t pid, const char *directory) {
    char root[PATH_ROOM];
    struct text path = TEXT_INIT;
    struct stat here, there;
    text_addf(&path, "%s%s", path_of(root, pid, "root"), directory);
    bool is_seen = stat(directory, &here) != 0 ||
                   (stat(path.bytes, &there) == 0 ? there.st_dev == here.st_dev && there.st_ino == here.st_ino
                                                  : errno == EACCES || stat(root, &there) != 0);
    text_free(&path);
    return is_seen;
}

/* The addresses of the code and the environment. All are 0 during exec, which sets them last. */
struct places {
    double code, environment;
};

static struct places find_places(int64_t pid) {
    enum { FIRST = 3, CODE = 26, ENVIRONMENT = 50 }; /* Fields of /proc/PID/stat; FIRST is the one after the name. */
    struct text text = TEXT_INIT;
    struct places places = {0};
    const char *at = read_file(pid, "stat", &text) ? strrchr(text.bytes, ')') : NULL;
    at = at != NULL ? strchr(at, ' ') : NULL;
    for (int field = FIRST; at != NULL && field <= ENVIRONMENT; field++, at = strchr(at + 1, ' ')) {
        double *place = field == CODE ? &places.code : field == ENVIRONMENT ? &places.environment : NULL;
        const char *end;
        if (place != NULL && !scan_number(at + 1, place, &end)) {
            break;
        }
    }
    text_free(&text);
    return places;
}

/* Checks whether it started with the variables that the command got. Its environment may also be empty. */
static enum heap_gap look_at_environment(int64_t pid, const char *directory) {
    struct text text = TEXT_INIT;
    struct places before = find_places(pid);
    bool has_preload = false, has_directory = false, is_read = read_file(pid, "environ", &text);
    for (size_t at = 0; is_read && at < text.length; at += strlen(text.bytes + at) + 1) {
        const char *variable = text.bytes + at;
        static const char records[] = SYSINFO_HEAP_RECORDS "=";
        has_preload = has_preload || strncmp(variable, "LD_PRELOAD=", strlen("LD_PRELOAD=")) == 0;
        has_directory = has_directory || (strncmp(variable, records, sizeof records - 1) == 0 &&
                                          strcmp(variable + sizeof records - 1, directory) == 0);
    }
    bool is_empty = is_read && text.length == 0;
    text_free(&text);
    if (!is_read || (has_preload && has_directory)) {
        return HEAP_GAP_NONE;
    }
    /* The environment is also empty during exec, until its end. */
    struct places after = find_places(pid);
    bool is_settled = before.code > 0 && before.code == after.code && before.environment == after.environment;
    if (is_empty && !is_settled) {
        char path[PATH_ROOM], file[1];
        bool has_ended = readlink(path_of(path, pid, "exe"), file, sizeof file) < 0;
        return has_ended ? HEAP_GAP_NONE : HEAP_GAP_LATER;
    }
    return HEAP_GAP_ENVIRONMENT;
}

bool heap_image_is_current(int64_t pid, const char *image, const char *name) {
    static const char removed[] = " (deleted)";
    char path[PATH_ROOM], file[PATH_MAX];
    ssize_t length = readlink(path_of(path, pid, "exe"), file, sizeof file - 1);
    if (length < 0 && (errno == EACCES || errno == EPERM)) {
        return strncmp(platform_file_name(image), name, 15) == 0;
    }
    if (length < 0 || *image == '\0') {
        return true;
    }
    file[length] = '\0';
    size_t used = (size_t)length, wanted = strlen(image), ending = sizeof removed - 1;
    if (used > ending && strcmp(file + used - ending, removed) == 0) {
        used -= ending;
    }
    return used >= wanted && memcmp(file + used - wanted, image, wanted) == 0;
}

enum heap_gap heap_gap_of(int64_t pid, const char *name, const char *directory, const char *parent) {
    char path[PATH_ROOM];
    struct program_file program;
    double users[2] = {-1, -1};
    bool has_users = read_users(pid, users);
    int fd = open(path_of(path, pid, "exe"), O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        bool is_hidden = has_users && (errno == EACCES || errno == EPERM);
        return !is_hidden ? HEAP_GAP_NONE : users[0] == (double)getuid() ? HEAP_GAP_PRIVILEGED : HEAP_GAP_USER;
    }
    bool is_read = read_program(fd, &program);
    close(fd);
    if (!is_read || !has_users) {
        return HEAP_GAP_NONE;
    }
    if (!program.is_ours) {
        return HEAP_GAP_ARCHITECTURE;
    }
    if (program.loader[0] == '\0') {
        return HEAP_GAP_STATIC;
    }
    if (has_other_libc(&program)) {
        return HEAP_GAP_LIBC;
    }
    if (is_secure(pid)) {
        return HEAP_GAP_PRIVILEGED;
    }
    if (users[1] != (double)geteuid() && users[1] != 0) {
        return HEAP_GAP_USER;
    }
    if (!sees(pid, directory)) {
        return HEAP_GAP_ROOT;
    }
    bool is_copy =
        parent != NULL && heap_image_is_current(pid, parent, name); /* And may have overwritten its environment. */
    return is_copy ? HEAP_GAP_NONE : look_at_environment(pid, directory);
}

/* ---- A command that has not started yet ---- */

/* The interpreter of a script, after "#!". False: not a script. */
static bool find_interpreter(const char *path, char interpreter[PATH_MAX]) {
    char line[PATH_MAX] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, line, sizeof line - 1);
    if (fd >= 0) {
        close(fd);
    }
    if (length < 3 || line[0] != '#' || line[1] != '!') {
        return false;
    }
    const char *at = line + 2 + strspn(line + 2, " \t");
    size_t used = strcspn(at, " \t\n");
    memcpy(interpreter, at, used);
    interpreter[used] = '\0';
    return used > 0;
}

static enum heap_gap gap_of_file(const char *path, bool may_be_script) {
    struct program_file program;
    struct stat file;
    char interpreter[PATH_MAX];
    if (may_be_script && find_interpreter(path, interpreter)) {
        return gap_of_file(interpreter, false);
    }
    if (!read_program_of(path, &program)) {
        return HEAP_GAP_NONE;
    }
    if (!program.is_ours) {
        return HEAP_GAP_ARCHITECTURE;
    }
    if (program.loader[0] == '\0') {
        return HEAP_GAP_STATIC;
    }
    if (has_other_libc(&program)) {
        return HEAP_GAP_LIBC;
    }
    bool changes_user = stat(path, &file) == 0 && (((file.st_mode & S_ISUID) != 0 && file.st_uid != geteuid()) ||
                                                   ((file.st_mode & S_ISGID) != 0 && file.st_gid != getegid()));
    changes_user = changes_user || (getuid() != 0 && getxattr(path, "security.capability", NULL, 0) > 0);
    return changes_user ? HEAP_GAP_PRIVILEGED : HEAP_GAP_NONE;
}

enum heap_gap heap_gap_of_command(const char *command) {
    if (strchr(command, '/') != NULL) {
        return gap_of_file(command, true);
    }
    const char *places = getenv("PATH");
    for (const char *at = places != NULL ? places : "/bin:/usr/bin"; at != NULL;) {
        size_t length = strcspn(at, ":");
        struct text path = TEXT_INIT;
        text_addf(&path, "%.*s%s%s", (int)length, at, length > 0 ? "/" : "", command);
        bool is_it = access(path.bytes, X_OK) == 0;
        enum heap_gap gap = is_it ? gap_of_file(path.bytes, true) : HEAP_GAP_NONE;
        text_free(&path);
        if (is_it) {
            return gap;
        }
        at = at[length] == ':' ? at + length + 1 : NULL;
    }
    return HEAP_GAP_NONE;
}

/* ---- Counting ---- */

void heap_gap_count(struct heap_totals *totals, enum heap_gap gap, const char *name) {
    enum { OF_PROCESS = 15 }; /* Bytes that the kernel keeps of a process's name. */
    struct heap_gap_names *names = &totals->gap_names[gap];
    totals->gaps[gap]++;
    for (size_t i = 0; i < names->count; i++) {
        if (strncmp(names->name[i], name, OF_PROCESS) == 0) {
            return;
        }
    }
    if (names->count < MOST_GAP_NAMES) {
        snprintf(names->name[names->count++], sizeof names->name[0], "%s", name);
    } else {
        names->has_more = true;
    }
}
