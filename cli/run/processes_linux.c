/* SPDX-License-Identifier: MIT */
/*
 * /proc. Children are listed in /proc/PID/task/TID/children (CONFIG_PROC_CHILDREN); without those files, all of /proc
 * is read. The kernel does not guarantee a complete list while children exit.
 *
 * Files stay open between samples: reading again costs a third of reopening. They fail once the process has ended, even
 * if its pid was reused. The kernel keeps a page for each.
 */
#include "run/process_source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "digits.h"
#include "fail.h"
#include "platform.h"
#include "text.h"

/* The files of each process that are read and kept open. */
enum file { STAT, STATUS, CHILDREN, FILES };
static const char *const file_names[FILES] = {"%" PRId64 "/stat", "%" PRId64 "/status",
                                              "%" PRId64 "/task/%" PRId64 "/children"};
enum { MOST_FILES = 8192 };

struct proc {
    int directory;
    size_t kept, most_kept; /* Open files, and their limit, which is 0 once it was too high. */
    uint64_t page;
    double ticks;
    struct text file; /* What was read last. */
};

/* ---- Decoders ---- */

static uint64_t scan(const char **text) {
    uint64_t number = 0;
    while (**text == ' ' || **text == '\t' || **text == '-') {
        (*text)++;
    }
    take_digits(text, MOST_DIGITS, &number);
    return number;
}

/* /proc/PID/stat. The name is in parentheses and may contain parentheses itself: the last one ends it. */
static bool decode_stat(const struct proc *proc, const char *text, struct process *process) {
    const char *open = strchr(text, '('), *close = strrchr(text, ')');
    if (open == NULL || close == NULL || close < open || close[1] != ' ' || close[2] == '\0') {
        return false;
    }
    memset(process, 0, sizeof *process);
    size_t length = (size_t)(close - open - 1);
    length = length < sizeof process->name ? length : sizeof process->name - 1;
    memcpy(process->name, open + 1, length);
    process->pid = (int64_t)scan(&text);
    const char *at = close + 3;
    enum {
        PARENT = 4,
        MINOR_FAULTS = 10,
        MAJOR_FAULTS = 12,
        UTIME = 14,
        STIME,
        CUTIME,
        CSTIME,
        THREADS = 20,
        STARTED = 22,
        RSS = 24,
        FIELDS
    };
    uint64_t field[FIELDS];
    for (int i = PARENT; i < FIELDS; i++) {
        if (*at != ' ') {
            return false;
        }
        field[i] = scan(&at);
    }
    process->parent = (int64_t)field[PARENT];
    process->faults = field[MINOR_FAULTS] + field[MAJOR_FAULTS];
    process->cpu = (double)(field[UTIME] + field[STIME]) / proc->ticks;
    process->children_cpu = (double)(field[CUTIME] + field[CSTIME]) / proc->ticks;
    process->threads = field[THREADS];
    process->is_dead =
        (close[2] == 'Z' || close[2] == 'X') && process->threads <= 1; /* Otherwise only its first thread has ended. */
    process->started = field[STARTED];
    process->rss = field[RSS] * proc->page;
    return true;
}

/* The bytes of a line "Key:   123 kB". */
static bool decode_kilobytes(const char *text, const char *key, uint64_t *bytes) {
    size_t length = strlen(key);
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, key, length) == 0) {
            line += length;
            *bytes = scan(&line) * 1024;
            return true;
        }
    }
    return false;
}

/* ---- Readers ---- */

/* Reads a whole file into proc->file. The kernel returns it whole, or page by page if it is longer. */
static bool read_whole(struct proc *proc, int fd) {
    text_clear(&proc->file);
    for (;;) {
        text_reserve(&proc->file, 4096);
        size_t room = proc->file.capacity - proc->file.length - 1;
        ssize_t length = pread(fd, proc->file.bytes + proc->file.length, room, (off_t)proc->file.length);
        if (length < 0 && errno == EINTR) {
            continue;
        }
        if (length > 0) {
            proc->file.length += (size_t)length;
        }
        proc->file.bytes[proc->file.length] = '\0';
        if (length < 2048) { /* Less than a page, so it is the last part. */
            return length >= 0 && proc->file.length > 0;
        }
    }
}

static void close_file(struct proc *proc, int *file) {
    if (*file >= 0) {
        close(*file);
        proc->kept--;
    }
    *file = -1;
}

static void close_files(struct proc *proc, int file[FILES]) {
    for (int i = 0; i < FILES; i++) {
        close_file(proc, &file[i]);
    }
}

static void forget(struct tree *tree, struct process *process) {
    close_files(tree->system, process->file);
}

static void forget_all(struct tree *tree, struct process_table *table) {
    for (size_t i = 0; i < table->count; i++) {
        forget(tree, &table->row[i]);
    }
}

/* Running out of descriptors must not make a process look gone; from then on, nothing is kept open. */
static int open_file(struct tree *tree, const char *path, int flags) {
    struct proc *proc = tree->system;
    int fd = openat(proc->directory, path, O_RDONLY | O_CLOEXEC | flags);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE) && proc->kept > 0) {
        forget_all(tree, &tree->now);
        forget_all(tree, &tree->before);
        proc->most_kept = 0;
        fd = openat(proc->directory, path, O_RDONLY | O_CLOEXEC | flags);
    }
    return fd;
}

static bool read_file(struct tree *tree, const char *path) {
    int fd = open_file(tree, path, 0);
    bool is_read = fd >= 0 && read_whole(tree->system, fd);
    if (fd >= 0) {
        close(fd);
    }
    return is_read;
}

/* Reads a file of a process, and keeps it open in `file`. */
static bool read_kept(struct tree *tree, int file[FILES], int64_t pid, enum file which) {
    struct proc *proc = tree->system;
    if (file[which] >= 0) {
        return read_whole(proc, file[which]);
    }
    char path[80];
    snprintf(path, sizeof path, file_names[which], pid, pid);
    int fd = open_file(tree, path, 0);
    bool is_read = fd >= 0 && read_whole(proc, fd);
    if (fd >= 0 && proc->kept < proc->most_kept) {
        file[which] = fd;
        proc->kept++;
    } else if (fd >= 0) {
        close(fd);
    }
    return is_read;
}

/* Uses the files that are already open for it. */
static bool read_process(struct tree *tree, int64_t pid, struct process *process) {
    struct proc *proc = tree->system;
    struct process *past = process_table_find(&tree->before, pid);
    int file[FILES] = {-1, -1, -1};
    if (past != NULL) {
        memcpy(file, past->file, sizeof file);
        memset(past->file, -1, sizeof past->file);
    }
    bool is_read = read_kept(tree, file, pid, STAT);
    if (!is_read && past != NULL) { /* Gone; a new process may have its pid. */
        close_files(proc, file);
        is_read = read_kept(tree, file, pid, STAT);
    }
    if (!is_read || !decode_stat(proc, proc->file.bytes, process) || process->pid != pid) {
        close_files(proc, file);
        return false;
    }
    memcpy(process->file, file, sizeof file);
    return true;
}

/*
 * The kernel takes twice as long over /proc/PID/status as over stat. Without a page fault no page was touched for the
 * first time, and with the same RSS none was given back or merged: then status says what it said.
 */
static void complete(struct tree *tree, struct process *process) {
    struct proc *proc = tree->system;
    const struct process *past = process_table_find(&tree->before, process->pid);
    uint64_t peak;
    if (past != NULL && past->is_complete && past->started == process->started && past->faults == process->faults &&
        past->rss == process->rss) {
        process->peak = past->peak > process->peak ? past->peak : process->peak;
        process->anonymous = past->anonymous;
        process->is_complete = true;
        return;
    }
    if (!read_kept(tree, process->file, process->pid, STATUS)) {
        return;
    }
    if (decode_kilobytes(proc->file.bytes, "VmHWM:", &peak) && peak > process->peak) {
        process->peak = peak;
    }
    decode_kilobytes(proc->file.bytes, "RssAnon:", &process->anonymous); /* Since Linux 4.5. */
    process->is_complete = true;
    if (past == NULL) { /* Most processes of a large tree sleep; only those that are read again keep it open. */
        close_file(proc, &process->file[STATUS]);
    }
}

/* Also for a process that has ended since its stat was read, and has no memory any more. */
static void add_pss(struct tree *tree, struct process *process) {
    struct proc *proc = tree->system;
    char path[64];
    struct process now;
    snprintf(path, sizeof path, "%" PRId64 "/smaps_rollup", process->pid);
    process->pss = 0;
    process->is_estimated = false;
    if (process->is_dead || (read_file(tree, path) && decode_kilobytes(proc->file.bytes, "Pss:", &process->pss))) {
        return;
    }
    if (read_kept(tree, process->file, process->pid, STAT) && decode_stat(proc, proc->file.bytes, &now) &&
        now.started == process->started && now.rss > 0) {
        process->pss = now.rss;
        process->is_estimated = true;
    }
}

/* ---- Children ---- */

/* Adds those listed in proc->file. */
static void add_pids(const struct proc *proc, struct pids *pids) {
    for (const char *at = proc->file.bytes; is_digit(*at); at += *at == ' ') {
        pids_add(pids, (int64_t)scan(&at));
    }
}

static DIR *open_directory(struct tree *tree, const char *path) {
    int fd = open_file(tree, path, O_DIRECTORY);
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);
    if (directory == NULL && fd >= 0) {
        close(fd);
    }
    return directory;
}

static void add_children_of_threads(struct tree *tree, int64_t pid, struct pids *pids) {
    char path[80];
    snprintf(path, sizeof path, "%" PRId64 "/task", pid);
    DIR *directory = open_directory(tree, path);
    if (directory == NULL) {
        return;
    }
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        snprintf(path, sizeof path, "%" PRId64 "/task/%.20s/children", pid, entry->d_name);
        if (*entry->d_name != '.' && read_file(tree, path)) {
            add_pids(tree->system, pids);
        }
    }
    closedir(directory);
}

static void add_children(struct tree *tree, struct process *process, struct pids *pids) {
    if (process->threads > 1) {
        add_children_of_threads(tree, process->pid, pids);
    } else if (read_kept(tree, process->file, process->pid, CHILDREN)) {
        add_pids(tree->system, pids);
    }
}

/* ---- All of /proc, without children files ---- */

static void list(struct tree *tree) {
    const struct proc *proc = tree->system;
    DIR *directory = open_directory(tree, ".");
    if (directory == NULL) {
        return;
    }
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        const char *name = entry->d_name;
        struct process process;
        char path[64];
        snprintf(path, sizeof path, "%.20s/stat", name);
        if (*name >= '1' && *name <= '9' && read_file(tree, path) && decode_stat(proc, proc->file.bytes, &process)) {
            memset(process.file, -1, sizeof process.file);
            process_table_insert(&tree->all, &process);
        }
    }
    closedir(directory);
}

/* ---- Opening ---- */

/* From now on, orphaned daemons of the tree become children of this process. */
static void adopt_daemons(void) {
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
}

static bool open_proc(struct tree *tree, const char *directory, const char **why) {
    struct proc *proc = calloc(1, sizeof *proc);
    if (proc == NULL) {
        fail_no_memory();
    }
    tree->system = proc;
    proc->most_kept = platform_allow_descriptors(MOST_FILES) / 4 * 3;
    proc->page = (uint64_t)sysconf(_SC_PAGESIZE);
    proc->ticks = (double)sysconf(_SC_CLK_TCK);
    proc->directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    char path[80];
    snprintf(path, sizeof path, "%" PRId64 "/stat", tree->root);
    if (proc->directory < 0 || !read_file(tree, path)) {
        *why = proc->directory < 0 ? "/proc cannot be read" : "/proc does not show it";
        return false;
    }
    snprintf(path, sizeof path, file_names[CHILDREN], tree->root, tree->root);
    tree->has_children = faccessat(proc->directory, path, R_OK, 0) == 0;
    if (tree->is_self) {
        adopt_daemons();
    }
    return true;
}

static bool prepare(void) {
    siginfo_t child;
    adopt_daemons();
    return waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT | __WALL) != 0 && errno == ECHILD;
}

static void close_proc(struct tree *tree) {
    struct proc *proc = tree->system;
    if (proc->directory >= 0) {
        close(proc->directory);
    }
    text_free(&proc->file);
    free(proc);
}

const struct process_source process_source = {
    .open = open_proc,
    .prepare = prepare,
    .close = close_proc,
    .list = list,
    .read = read_process,
    .children = add_children,
    .complete = complete,
    .pss = add_pss,
    .forget = forget,
    .has_children_cpu = true,
};
