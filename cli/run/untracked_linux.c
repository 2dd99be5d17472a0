/* SPDX-License-Identifier: MIT */
#define _DEFAULT_SOURCE 1
#include "run/untracked.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "digits.h"
#include "fail.h"
#include "platform.h"

enum note_kind {
    IS_OWN,   /* The process becomes the program. */
    IS_CHILD, /* A child becomes it. */
    IS_DONE,  /* A child became it, and has ended. */
    IS_NOT,   /* The program did not start. */
    NOTE_KINDS
};

struct note {
    int64_t pid;
    uint64_t time; /* Nanoseconds since boot. */
    enum heap_gap gap;
    enum note_kind kind;
    bool is_new; /* Read since the last sample. */
};

struct notes {
    struct note *note;
    size_t count, room;
};

struct untracked {
    int fd;
    uint64_t space;          /* The PID namespace of this process; 0: unknown. */
    double ticks;            /* Per second, of process start times. */
    struct notes own, child; /* `child`: those of the last reading. */
};

static void add(struct notes *notes, const struct note *note) {
    if (notes->count == notes->room) {
        notes->room = notes->room == 0 ? 16 : notes->room * 2;
        notes->note = realloc(notes->note, notes->room * sizeof *notes->note);
        if (notes->note == NULL) {
            fail_no_memory();
        }
    }
    notes->note[notes->count++] = *note;
}

struct untracked *untracked_open(int directory) {
    struct stat space;
    struct untracked *untracked = calloc(1, sizeof *untracked);
    if (untracked == NULL) {
        fail_no_memory();
    }
    untracked->fd = mkdirat(directory, UNTRACKED, 0700) == 0
                        ? openat(directory, UNTRACKED, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                        : -1;
    untracked->space = stat("/proc/self/ns/pid", &space) == 0 ? space.st_ino : 0;
    untracked->ticks = (double)sysconf(_SC_CLK_TCK);
    if (untracked->fd < 0) {
        free(untracked);
        return NULL;
    }
    return untracked;
}

void untracked_close(struct untracked *untracked) {
    if (untracked != NULL) {
        close(untracked->fd);
        free(untracked->own.note);
        free(untracked->child.note);
        free(untracked);
    }
}

/* ---- One note ---- */

/* PID.TIME.REASON[.child|.done|.not] */
static bool parse_name(const char *name, struct note *note) {
    static const char *const kinds[NOTE_KINDS] = {
        [IS_OWN] = "", [IS_CHILD] = ".child", [IS_DONE] = ".done", [IS_NOT] = ".not"};
    static const struct {
        const char *word;
        enum heap_gap gap;
    } reasons[] = {
        {"static", HEAP_GAP_STATIC},
        {"set_user_id", HEAP_GAP_PRIVILEGED},
        {"environment", HEAP_GAP_ENVIRONMENT},
        {"architecture", HEAP_GAP_ARCHITECTURE},
        {"libc", HEAP_GAP_LIBC},
    };
    uint64_t pid;
    *note = (struct note){.is_new = true};
    if (take_digits(&name, 18, &pid) == 0 || *name++ != '.' || take_digits(&name, 19, &note->time) == 0 ||
        *name++ != '.') {
        return false;
    }
    note->pid = (int64_t)pid;
    size_t length = strcspn(name, ".");
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (strlen(reasons[i].word) == length && memcmp(name, reasons[i].word, length) == 0) {
            note->gap = reasons[i].gap;
        }
    }
    for (enum note_kind kind = IS_OWN; kind < NOTE_KINDS; kind++) {
        if (strcmp(name + length, kinds[kind]) == 0) {
            note->kind = kind;
            return note->gap != HEAP_GAP_NONE;
        }
    }
    return false;
}

/* Reads the program from "NAMESPACE:PATH". False: the process's number is of another namespace, or there is no note. */
static bool read_content(const struct untracked *untracked, const char *name, char content[PATH_MAX],
                         const char **program) {
    uint64_t space;
    const char *at = content;
    ssize_t length = readlinkat(untracked->fd, name, content, PATH_MAX - 1);
    content[length > 0 ? length : 0] = '\0';
    if (take_digits(&at, 19, &space) == 0 || *at != ':') {
        return false;
    }
    *program = platform_file_name(at + 1);
    return space == 0 || untracked->space == 0 || space == untracked->space;
}

/* A withdrawal appears only after the note was removed, so it is never read first. */
static void take(struct untracked *untracked, const struct note *note, const char *program,
                 struct heap_totals *totals) {
    struct notes *own = &untracked->own;
    if (note->kind != IS_NOT) {
        heap_gap_count(totals, note->gap, program);
    } else if (totals->gaps[note->gap] > 0) {
        totals->gaps[note->gap]--;
    }
    if (note->kind == IS_OWN) {
        add(own, note);
    }
    for (size_t i = 0; note->kind == IS_NOT && i < own->count; i++) {
        if (own->note[i].pid == note->pid && own->note[i].time == note->time) {
            own->note[i--] = own->note[--own->count];
        }
    }
}

/* ---- All of them ---- */

static bool is_alive(const struct tree *tree, int64_t pid) {
    const struct process *process = tree_find(tree, pid);
    return process != NULL ? !process->is_dead : kill((pid_t)pid, 0) == 0 || errno != ESRCH;
}

/* Returns true if it was removed. */
static bool read_one(struct untracked *untracked, const char *name, const struct tree *tree,
                     struct heap_totals *totals) {
    char content[PATH_MAX];
    const char *program;
    struct note note;
    if (!parse_name(name, &note)) {
        return false;
    }
    bool is_ours = read_content(untracked, name, content, &program);
    if (is_ours && (note.kind == IS_CHILD || note.kind == IS_DONE)) {
        add(&untracked->child, &note);
    }
    if (is_ours && note.kind == IS_CHILD && tree != NULL && is_alive(tree, note.pid)) {
        return false; /* It waits for the child's number. */
    }
    bool is_removed = unlinkat(untracked->fd, name, 0) == 0;
    if (is_removed && is_ours) {
        take(untracked, &note, program, totals);
    }
    return is_removed;
}

size_t untracked_read(struct untracked *untracked, const struct tree *tree, struct heap_totals *totals) {
    size_t count = 0;
    if (untracked == NULL) {
        return 0;
    }
    untracked->child.count = 0;
    int copy = openat(untracked->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = copy >= 0 ? fdopendir(copy) : NULL;
    for (const struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        count += read_one(untracked, entry->d_name, tree, totals) ? 1 : 0;
    }
    if (directory != NULL) {
        closedir(directory);
    } else if (copy >= 0) {
        close(copy);
    }
    return count;
}

bool untracked_has(const struct untracked *untracked, int64_t pid, uint64_t started) {
    for (size_t i = 0; untracked != NULL && i < untracked->own.count; i++) {
        const struct note *note = &untracked->own.note[i];
        if (note->pid == pid && (double)started <= (double)note->time / 1e9 * untracked->ticks) {
            return true;
        }
    }
    return false;
}

bool untracked_has_child(const struct untracked *untracked, int64_t parent, enum heap_gap gap) {
    for (size_t i = 0; untracked != NULL && i < untracked->child.count; i++) {
        if (untracked->child.note[i].pid == parent && untracked->child.note[i].gap == gap) {
            return true;
        }
    }
    return false;
}

void untracked_forget(struct untracked *untracked, const struct tree *tree) {
    size_t kept = 0;
    for (size_t i = 0; untracked != NULL && i < untracked->own.count; i++) {
        struct note *note = &untracked->own.note[i];
        if (note->is_new || is_alive(tree, note->pid)) {
            note->is_new = false;
            untracked->own.note[kept++] = *note;
        }
    }
    if (untracked != NULL) {
        untracked->own.count = kept;
    }
}
