/* SPDX-License-Identifier: MIT */
/*
 * Notes programs that this process starts and that cannot be counted, as they may end before `sysinfo run` samples
 * them. It examines the file of each program before the start. A note is a symbolic link in a directory beside the
 * records (docs/tracker.md): that takes one system call, no descriptor, and no limit on files applies to it.
 *
 * All of this may run in a child of vfork(), which shares its parent's memory, and in a signal handler: it allocates
 * and locks nothing, and keeps errno.
 */
#include "inside.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <pthread.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include <sysinfo/heap_tracker.h>

#include "program_file.h"

#define EXPORT __attribute__((visibility("default")))
#define UNTRACKED "untracked"
#define SHELL "/bin/sh"

enum { PATH_ROOM = 1024, NAME_ROOM = 96, MOST_INTERPRETERS = 5 };

typedef char *const words_t[];

static struct {
    int (*execve)(const char *path, words_t argv, words_t envp);
    int (*execvpe)(const char *file, words_t argv, words_t envp);
    int (*fexecve)(int fd, words_t argv, words_t envp);
    int (*spawn)(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attributes, words_t argv, words_t envp);
    int (*spawnp)(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
                  const posix_spawnattr_t *attributes, words_t argv, words_t envp);
    int (*system)(const char *command);
    FILE *(*popen)(const char *command, const char *type);
} real;

static void take(void *call, const char *name) {
    void *symbol = dlsym(RTLD_NEXT, name);
    memcpy(call, &symbol, sizeof symbol);
}

void sysinfo__find_starts(void) {
    if (real.popen == NULL) {
        take(&real.execve, "execve");
        take(&real.execvpe, "execvpe");
        take(&real.fexecve, "fexecve");
        take(&real.spawn, "posix_spawn");
        take(&real.spawnp, "posix_spawnp");
        take(&real.system, "system");
        take(&real.popen, "popen");
    }
}

/* ---- The file ---- */

/* The dynamic loader of this program; NULL: unknown. */
static const char *own_loader(void) {
    const ElfW(Phdr) *segment = (const ElfW(Phdr) *)getauxval(AT_PHDR);
    size_t count = segment != NULL ? getauxval(AT_PHNUM) : 0;
    uintptr_t bias = 0;
    const char *loader = NULL;
    for (size_t i = 0; i < count; i++) {
        bias = segment[i].p_type == PT_PHDR ? (uintptr_t)segment - segment[i].p_vaddr : bias;
        loader = segment[i].p_type == PT_INTERP ? (const char *)(bias + segment[i].p_vaddr) : loader;
    }
    return loader;
}

static const char *last_part(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* Finds the loader itself, which can run as a program and load another one. */
static bool is_same_file(const struct stat *file, const char *path) {
    struct stat other;
    return path != NULL && stat(path, &other) == 0 && other.st_dev == file->st_dev && other.st_ino == file->st_ino;
}

/* False on a file system that is mounted nosuid, and in a process that has renounced new privileges. */
static bool may_gain_rights(const char *path) {
    struct statfs system;
    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1 &&
           (statfs(path, &system) != 0 || ((unsigned long)system.f_flags & ST_NOSUID) == 0);
}

/*
 * True if the program's rights will differ from those of this process's real user, or if its effective user already
 * does: the loader then ignores LD_PRELOAD.
 */
static bool is_privileged(const char *path, const struct stat *file) {
    uid_t real_user = getuid(), user = geteuid();
    gid_t real_group = getgid(), group = getegid();
    bool sets_user = (file->st_mode & S_ISUID) != 0;
    bool sets_group = (file->st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP);
    bool sets_capabilities = real_user != 0 && getxattr(path, "security.capability", NULL, 0) > 0;
    if ((sets_user || sets_group || sets_capabilities) && may_gain_rights(path)) {
        user = sets_user ? file->st_uid : user;
        group = sets_group ? file->st_gid : group;
        return sets_capabilities || user != real_user || group != real_group;
    }
    return user != real_user || group != real_group;
}

static enum sysinfo__gap gap_of_elf(const struct sysinfo__program_file *program, const struct stat *file) {
    const char *own = own_loader();
    if (!program->is_ours) {
        return SYSINFO__GAP_ARCHITECTURE;
    }
    if (program->loader[0] == '\0') {
        return is_same_file(file, own) ? SYSINFO__GAP_NONE : SYSINFO__GAP_STATIC;
    }
    bool is_other = own != NULL && strcmp(last_part(own), last_part(program->loader)) != 0;
    return is_other ? SYSINFO__GAP_LIBC : SYSINFO__GAP_NONE;
}

/* False: there is no such program. `has_shell`: the shell runs a file that the kernel cannot. */
static bool examine(const char *path, bool has_shell, enum sysinfo__gap *gap) {
    struct sysinfo__program_file program;
    *gap = SYSINFO__GAP_NONE;
    for (int i = 0; i < MOST_INTERPRETERS; i++) {
        struct stat file;
        if (stat(path, &file) != 0 || !S_ISREG(file.st_mode)) {
            return false;
        }
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        enum sysinfo__format format = fd < 0 ? SYSINFO__FORMAT_HIDDEN : sysinfo__read_program(fd, &program);
        if (fd >= 0) {
            (void)close(fd);
        }
        if (format == SYSINFO__FORMAT_SCRIPT) {
            path = program.loader;
        } else if (format == SYSINFO__FORMAT_OTHER && has_shell) {
            path = SHELL;
            has_shell = false;
        } else {
            *gap = format == SYSINFO__FORMAT_ELF ? gap_of_elf(&program, &file) : SYSINFO__GAP_NONE;
            *gap = *gap == SYSINFO__GAP_NONE && is_privileged(path, &file) ? SYSINFO__GAP_PRIVILEGED : *gap;
            return format != SYSINFO__FORMAT_OTHER;
        }
    }
    return false;
}

/* True if a program with this environment loads the tracker and records in the same directory. */
static bool has_variables(words_t environment, const char *directory) {
    bool is_loaded = false, is_recorded = false;
    for (size_t i = 0; environment != NULL && environment[i] != NULL; i++) {
        static const char preload[] = "LD_PRELOAD=", records[] = SYSINFO_HEAP_RECORDS "=";
        const char *variable = environment[i];
        is_loaded = is_loaded || (strncmp(variable, preload, sizeof preload - 1) == 0 &&
                                  strstr(variable, SYSINFO_HEAP_LIBRARY) != NULL);
        is_recorded = is_recorded || (strncmp(variable, records, sizeof records - 1) == 0 &&
                                      strcmp(variable + sizeof records - 1, directory) == 0);
    }
    return is_loaded && is_recorded;
}

/* The file that execvp() finds; NULL: none. */
static const char *search(const char *file, char path[PATH_ROOM]) {
    const char *places = getenv("PATH");
    size_t length = strlen(file);
    if (strchr(file, '/') != NULL || length == 0) {
        return length == 0 ? NULL : file;
    }
    for (const char *at = places != NULL ? places : "/bin:/usr/bin"; at != NULL;) {
        size_t used = strcspn(at, ":");
        struct stat found;
        if (used + length + 2 <= PATH_ROOM) {
            memcpy(path, at, used);
            path[used] = '/';
            memcpy(path + used + (used > 0 ? 1 : 0), file, length + 1);
            if (stat(path, &found) == 0 && S_ISREG(found.st_mode) && access(path, X_OK) == 0) {
                return path;
            }
        }
        at = at[used] == ':' ? at + used + 1 : NULL;
    }
    return NULL;
}

/* ---- A note ---- */

/* A process that goes on as the program, or whose child does. */
struct note {
    uint64_t time; /* Nanoseconds on CLOCK_BOOTTIME; 0: there is no note. */
    pid_t process;
    enum sysinfo__gap gap;
    const char *kind;
};
#define IS_OWN ""
#define IS_CHILD ".child"
#define HAD_CHILD ".done" /* One that has ended. */
#define IS_NOT ".not"     /* Withdraws a note that was read already. */

/* A signal handler may not call snprintf(). */
static char *add_text(char *at, const char *text) {
    size_t length = strlen(text);
    memcpy(at, text, length + 1);
    return at + length;
}

static char *add_number(char *at, uint64_t number) {
    char digits[24];
    size_t first = sizeof digits - 1;
    digits[first] = '\0';
    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return add_text(at, digits + first);
}

static bool add_path(char path[PATH_ROOM], const struct note *note, const char *kind) {
    static const char *const words[] = {"", "static", "set_user_id", "environment", "architecture", "libc"};
    const char *directory = sysinfo__records_directory();
    if (strlen(directory) + NAME_ROOM > PATH_ROOM) {
        return false;
    }
    char *at = add_text(add_text(path, directory), "/" UNTRACKED "/");
    at = add_text(add_number(at, (uint64_t)note->process), ".");
    at = add_text(add_number(at, note->time), ".");
    (void)add_text(add_text(at, words[note->gap]), kind);
    return true;
}

/* The PID namespace and the program's path, cut at the front if it does not fit. */
static void add_content(char content[PATH_ROOM], const char *program) {
    struct stat space;
    size_t length = strlen(program), room = PATH_ROOM - NAME_ROOM, skipped = length > room ? length - room : 0;
    char *at = add_number(content, stat("/proc/self/ns/pid", &space) == 0 ? space.st_ino : 0);
    (void)add_text(add_text(at, ":"), program + skipped);
}

static void leave(struct note *note, const char *program) {
    char path[PATH_ROOM], content[PATH_ROOM];
    struct timespec now;
    add_content(content, program);
    (void)clock_gettime(CLOCK_BOOTTIME, &now);
    note->time = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
    while (add_path(path, note, note->kind)) {
        if (symlink(content, path) == 0) {
            return;
        }
        if (errno != EEXIST) {
            break;
        }
        note->time++;
    }
    note->time = 0;
}

/* exec is not a cancellation point, but open() and close() are. */
struct aside {
    int cancel, error;
};

static struct aside step_aside(void) {
    struct aside aside = {.error = errno};
    (void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &aside.cancel);
    return aside;
}

static void step_back(struct aside aside) {
    (void)pthread_setcancelstate(aside.cancel, NULL);
    errno = aside.error;
}

enum { IS_SEARCHED = 1, HAS_SHELL = 2, IS_DESCRIPTOR = 4 };

static __attribute__((noinline)) void note_file(struct note *note, const char *file, words_t environment,
                                                unsigned how) {
    char found[PATH_ROOM];
    const char *path = (how & IS_SEARCHED) != 0 ? search(file, found) : file;
    if (path == NULL || !examine(path, (how & HAS_SHELL) != 0, &note->gap)) {
        return;
    }
    if (note->gap == SYSINFO__GAP_NONE && !has_variables(environment, sysinfo__records_directory())) {
        note->gap = SYSINFO__GAP_ENVIRONMENT;
    }
    if (note->gap != SYSINFO__GAP_NONE) {
        ssize_t length = (how & IS_DESCRIPTOR) != 0 ? readlink(path, found, sizeof found - 1) : -1;
        if (length > 0) {
            found[length] = '\0';
            path = found;
        }
        leave(note, path);
    }
}

/* `file`: NULL is none. */
static struct note begin(const char *kind, const char *file, words_t environment, unsigned how) {
    struct note note = {.kind = kind};
    sysinfo__find_starts();
    if (sysinfo__records_directory() != NULL && file != NULL && !sysinfo__is_confined) {
        struct aside aside = step_aside();
        note.process = getpid();
        note_file(&note, file, environment, how);
        step_back(aside);
    }
    return note;
}

/* The program did not start. */
static void take_back(const struct note *note) {
    if (note->time == 0) {
        return;
    }
    struct aside aside = step_aside();
    char path[PATH_ROOM], content[PATH_ROOM];
    if (add_path(path, note, note->kind) && unlink(path) != 0 && add_path(path, note, IS_NOT)) {
        add_content(content, "");
        (void)symlink(content, path);
    }
    step_back(aside);
}

/* The child's number is known now. Its note is there before the parent's is removed. */
static void name_child(const struct note *note, pid_t child) {
    if (note->time == 0) {
        return;
    }
    struct aside aside = step_aside();
    char path[PATH_ROOM], content[PATH_ROOM];
    struct note own = {.process = child, .gap = note->gap, .kind = IS_OWN};
    if (add_path(path, note, note->kind)) {
        ssize_t length = readlink(path, content, sizeof content - 1);
        content[length > 0 ? length : 0] = '\0';
        const char *colon = strchr(content, ':');
        if (colon != NULL) {
            leave(&own, colon + 1);
        }
        (void)unlink(path);
    }
    step_back(aside);
}

static void end_child(const struct note *note) {
    if (note->time == 0) {
        return;
    }
    struct aside aside = step_aside();
    char path[PATH_ROOM], over[PATH_ROOM];
    if (add_path(path, note, note->kind) && add_path(over, note, HAD_CHILD)) {
        (void)rename(path, over);
    }
    step_back(aside);
}

/* ---- exec ---- */

static int start_file(const char *path, char *const argv[], char *const envp[]) {
    struct note note = begin(IS_OWN, path, envp, 0);
    int status = real.execve(path, argv, envp);
    take_back(&note);
    return status;
}

static int start_command(const char *file, char *const argv[], char *const envp[]) {
    struct note note = begin(IS_OWN, file, envp, IS_SEARCHED | HAS_SHELL);
    int status = real.execvpe(file, argv, envp);
    take_back(&note);
    return status;
}

EXPORT int execve(const char *path, char *const argv[], char *const envp[]) {
    return start_file(path, argv, envp);
}

EXPORT int execv(const char *path, char *const argv[]) {
    return start_file(path, argv, environ);
}

EXPORT int execvpe(const char *file, char *const argv[], char *const envp[]) {
    return start_command(file, argv, envp);
}

EXPORT int execvp(const char *file, char *const argv[]) {
    return start_command(file, argv, environ);
}

EXPORT int fexecve(int fd, char *const argv[], char *const envp[]) {
    char path[NAME_ROOM];
    (void)add_number(add_text(path, "/proc/self/fd/"), fd >= 0 ? (uint64_t)fd : 0);
    struct note note = begin(IS_OWN, fd >= 0 ? path : NULL, envp, IS_DESCRIPTOR);
    int status = real.fexecve(fd, argv, envp);
    take_back(&note);
    return status;
}

/* The words after the first, up to NULL. They are copied to the caller's stack, as nothing may allocate. */
struct words {
    va_list list;
};

static size_t count_words(const char *first, struct words *more) {
    size_t count = 0;
    for (const char *word = first; word != NULL; word = va_arg(more->list, const char *)) {
        count++;
    }
    return count;
}

static void collect_words(char **words, const char *first, struct words *more) {
    memcpy(words, &first, sizeof *words); /* exec does not change the words, despite its type. */
    while (*words != NULL) {
        *++words = va_arg(more->list, char *);
    }
}

/* Sets `words` to room in the caller's frame, which a function could not, and leaves `more` after the NULL. */
#define COLLECT_WORDS(words, first, more)                                            \
    va_start((more).list, first);                                                    \
    (words) = __builtin_alloca((count_words(first, &(more)) + 1) * sizeof *(words)); \
    va_end((more).list);                                                             \
    va_start((more).list, first);                                                    \
    collect_words(words, first, &(more))

EXPORT int execl(const char *path, const char *argument, ...) {
    char **words;
    struct words more;
    COLLECT_WORDS(words, argument, more);
    va_end(more.list);
    return start_file(path, words, environ);
}

EXPORT int execlp(const char *file, const char *argument, ...) {
    char **words;
    struct words more;
    COLLECT_WORDS(words, argument, more);
    va_end(more.list);
    return start_command(file, words, environ);
}

EXPORT int execle(const char *path, const char *argument, ...) {
    char **words;
    struct words more;
    COLLECT_WORDS(words, argument, more);
    char **environment = va_arg(more.list, char **);
    va_end(more.list);
    return start_file(path, words, environment);
}

/* ---- Children ---- */

EXPORT int posix_spawn(pid_t *restrict pid, const char *restrict path,
                       const posix_spawn_file_actions_t *restrict actions, const posix_spawnattr_t *restrict attributes,
                       char *const argv[restrict], char *const envp[restrict]) {
    pid_t child;
    struct note note = begin(IS_CHILD, path, envp, 0);
    int error = real.spawn(pid != NULL ? pid : &child, path, actions, attributes, argv, envp);
    if (error != 0) {
        take_back(&note);
    } else {
        name_child(&note, pid != NULL ? *pid : child);
    }
    return error;
}

EXPORT int posix_spawnp(pid_t *restrict pid, const char *restrict file,
                        const posix_spawn_file_actions_t *restrict actions,
                        const posix_spawnattr_t *restrict attributes, char *const argv[restrict],
                        char *const envp[restrict]) {
    pid_t child;
    struct note note = begin(IS_CHILD, file, envp, IS_SEARCHED | HAS_SHELL);
    int error = real.spawnp(pid != NULL ? pid : &child, file, actions, attributes, argv, envp);
    if (error != 0) {
        take_back(&note);
    } else {
        name_child(&note, pid != NULL ? *pid : child);
    }
    return error;
}

/* system() and popen() do not report the number of their shell. */
EXPORT int system(const char *command) {
    struct note note = begin(IS_CHILD, command != NULL ? SHELL : NULL, environ, 0);
    int status = real.system(command);
    end_child(&note);
    return status;
}

EXPORT FILE *popen(const char *command, const char *type) {
    struct note note = begin(IS_CHILD, SHELL, environ, 0);
    FILE *stream = real.popen(command, type);
    if (stream == NULL) {
        take_back(&note);
    }
    return stream;
}
