/* SPDX-License-Identifier: MIT */
/*
 * /proc of a process tree. Processes come and go while it is read: one that cannot
 * be read any more is left out, and the walk goes on.
 *
 * The way down is /proc/PID/task/TID/children (CONFIG_PROC_CHILDREN). The kernel
 * does not promise a whole list there while children exit, so what was in the tree
 * at the last sample and still lives stays in it, whoever its parent is now: that
 * is also how a daemon of a watched process is not lost. Without those files all
 * of /proc is read.
 *
 * Files stay open from sample to sample: reading again costs a third of opening
 * again. Of a process that is gone they say so, whoever has its pid now.
 */
#include "run/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "digits.h"
#include "fail.h"
#include "text.h"

/* Processes, found by their pid. */
struct table {
    struct process *row;
    size_t count, room;
    uint32_t *slot; /* Number of the row + 1; 0: free. A power of two of them, at least twice as many as rows. */
    size_t slots;
};

/* What is read of each process, and kept open. */
enum file { STAT, STATUS, CHILDREN, FILES };
static const char *const file_names[FILES] = {"%" PRId64 "/stat", "%" PRId64 "/status",
                                              "%" PRId64 "/task/%" PRId64 "/children"};
enum {
    MOST_KEPT = 240
}; /* Of the 256 to 1024 that a process may usually have open; none any more once that was too many. */

struct tree {
    int proc;
    size_t kept, most_kept; /* Files that are open, and may be. */
    int root_children[FILES];
    int64_t root;
    bool is_self, has_children_files;
    uint64_t page;
    double ticks;
    int64_t *foreign;
    size_t foreigners;
    struct table now, before, all;
    struct text file; /* What was read last. */
    struct tree_sample sample;
};

/* ---- The table ---- */

static size_t slot_of(const struct table *table, int64_t pid) {
    size_t slot = (size_t)((uint64_t)pid * UINT64_C(0x9E3779B97F4A7C15) >> 32) & (table->slots - 1);
    while (table->slot[slot] != 0 && table->row[table->slot[slot] - 1].pid != pid) {
        slot = (slot + 1) & (table->slots - 1);
    }
    return slot;
}

static struct process *find(const struct table *table, int64_t pid) {
    uint32_t at = table->slots == 0 ? 0 : table->slot[slot_of(table, pid)];
    return at == 0 ? NULL : &table->row[at - 1];
}

static void grow(struct table *table) {
    table->room = table->room == 0 ? 64 : table->room * 2;
    table->slots = table->room * 2;
    table->row = realloc(table->row, table->room * sizeof *table->row);
    free(table->slot);
    table->slot = calloc(table->slots, sizeof *table->slot);
    if (table->row == NULL || table->slot == NULL) {
        fail_no_memory();
    }
    for (size_t i = 0; i < table->count; i++) {
        table->slot[slot_of(table, table->row[i].pid)] = (uint32_t)i + 1;
    }
}

static struct process *insert(struct table *table, const struct process *process) {
    if (table->count == table->room) {
        grow(table);
    }
    struct process *row = &table->row[table->count++];
    *row = *process;
    table->slot[slot_of(table, process->pid)] = (uint32_t)table->count;
    return row;
}

static void clear(struct table *table) {
    table->count = 0;
    if (table->slots > 0) {
        memset(table->slot, 0, table->slots * sizeof *table->slot);
    }
}

static void release(struct table *table) {
    free(table->row);
    free(table->slot);
}

/* ---- Decoders ---- */

static uint64_t scan(const char **text) {
    uint64_t number = 0;
    while (**text == ' ' || **text == '\t' || **text == '-') {
        (*text)++;
    }
    take_digits(text, MOST_DIGITS, &number);
    return number;
}

/* /proc/PID/stat. The name stands in parentheses and may hold anything, those too: what counts is the last one. */
static bool decode_stat(const struct tree *tree, const char *text, struct process *process) {
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
    enum { PARENT = 4, UTIME = 14, STIME, CUTIME, CSTIME, THREADS = 20, STARTED = 22, RSS = 24, FIELDS };
    uint64_t field[FIELDS];
    for (int i = PARENT; i < FIELDS; i++) {
        if (*at != ' ') {
            return false;
        }
        field[i] = scan(&at);
    }
    process->parent = (int64_t)field[PARENT];
    process->cpu = (double)(field[UTIME] + field[STIME]) / tree->ticks;
    process->children_cpu = (double)(field[CUTIME] + field[CSTIME]) / tree->ticks;
    process->threads = field[THREADS];
    process->is_dead =
        (close[2] == 'Z' || close[2] == 'X') && process->threads <= 1; /* Else only its first thread has ended. */
    process->started = field[STARTED];
    process->rss = field[RSS] * tree->page;
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

/* Reads a whole file into tree->file. The kernel hands these out whole, or page by page when they are longer. */
static bool read_whole(struct tree *tree, int fd) {
    text_clear(&tree->file);
    for (;;) {
        text_reserve(&tree->file, 4096);
        size_t room = tree->file.capacity - tree->file.length - 1;
        ssize_t length = pread(fd, tree->file.bytes + tree->file.length, room, (off_t)tree->file.length);
        if (length < 0 && errno == EINTR) {
            continue;
        }
        if (length > 0) {
            tree->file.length += (size_t)length;
        }
        tree->file.bytes[tree->file.length] = '\0';
        if (length < 2048) { /* No page, so the last. */
            return length >= 0 && tree->file.length > 0;
        }
    }
}

static void close_files(struct tree *tree, int file[FILES]) {
    for (int i = 0; i < FILES; i++) {
        if (file[i] >= 0) {
            close(file[i]);
            tree->kept--;
        }
        file[i] = -1;
    }
}

/* Closes what is open of those in a table. */
static void forget(struct tree *tree, struct table *table) {
    for (size_t i = 0; i < table->count; i++) {
        close_files(tree, table->row[i].file);
    }
}

/*
 * A process must not be taken for gone because this one has no descriptor left: then nothing is
 * kept open any more.
 */
static int open_file(struct tree *tree, const char *path, int flags) {
    int fd = openat(tree->proc, path, O_RDONLY | O_CLOEXEC | flags);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE) && tree->kept > 0) {
        forget(tree, &tree->now);
        forget(tree, &tree->before);
        tree->most_kept = 0;
        fd = openat(tree->proc, path, O_RDONLY | O_CLOEXEC | flags);
    }
    return fd;
}

static bool read_file(struct tree *tree, const char *path) {
    int fd = open_file(tree, path, 0);
    bool is_read = fd >= 0 && read_whole(tree, fd);
    if (fd >= 0) {
        close(fd);
    }
    return is_read;
}

/* Reads a file of a process, and keeps it open in `file`. */
static bool read_kept(struct tree *tree, int file[FILES], int64_t pid, enum file which) {
    if (file[which] >= 0) {
        return read_whole(tree, file[which]);
    }
    char path[80];
    snprintf(path, sizeof path, file_names[which], pid, pid);
    int fd = open_file(tree, path, 0);
    bool is_read = fd >= 0 && read_whole(tree, fd);
    if (fd >= 0 && tree->kept < tree->most_kept) {
        file[which] = fd;
        tree->kept++;
    } else if (fd >= 0) {
        close(fd);
    }
    return is_read;
}

/* The process of that pid, with the files that are open of it already. False: there is none. */
static bool read_process(struct tree *tree, int64_t pid, struct process *process) {
    struct process *past = find(&tree->before, pid);
    int file[FILES] = {-1, -1, -1};
    if (past != NULL) {
        memcpy(file, past->file, sizeof file);
        memset(past->file, -1, sizeof past->file);
    }
    bool is_read = read_kept(tree, file, pid, STAT);
    if (!is_read && past != NULL) { /* Gone; perhaps there is a new one. */
        close_files(tree, file);
        is_read = read_kept(tree, file, pid, STAT);
    }
    if (!is_read || !decode_stat(tree, tree->file.bytes, process) || process->pid != pid) {
        close_files(tree, file);
        return false;
    }
    memcpy(process->file, file, sizeof file);
    return true;
}

/* Takes a process into the sample. */
static void keep(struct tree *tree, const struct process *process) {
    struct process *row = insert(&tree->now, process);
    row->peak = row->anonymous = row->rss;
    uint64_t peak, anonymous;
    if (row->is_dead || !read_kept(tree, row->file, row->pid, STATUS)) {
        return;
    }
    if (decode_kilobytes(tree->file.bytes, "VmHWM:", &peak) && peak > row->peak) {
        row->peak = peak;
    }
    if (decode_kilobytes(tree->file.bytes, "RssAnon:", &anonymous)) { /* Since Linux 4.5. */
        row->anonymous = anonymous;
    }
}

static void add_pid(struct tree *tree, int64_t pid) {
    struct process process;
    if (find(&tree->now, pid) == NULL && read_process(tree, pid, &process)) {
        keep(tree, &process);
    }
}

static bool is_foreign(const struct tree *tree, int64_t pid) {
    for (size_t i = 0; i < tree->foreigners; i++) {
        if (tree->foreign[i] == pid) {
            return true;
        }
    }
    return false;
}

/* ---- Down the tree, from children files ---- */

/* Adds those whose numbers stand in tree->file. */
static void add_list(struct tree *tree, bool is_root) {
    struct text list = tree->file; /* Reading the children themselves needs the buffer. */
    tree->file = (struct text)TEXT_INIT;
    for (const char *at = list.bytes; is_digit(*at); at += *at == ' ') {
        int64_t child = (int64_t)scan(&at);
        if (!is_root || !is_foreign(tree, child)) {
            add_pid(tree, child);
        }
    }
    text_free(&tree->file);
    tree->file = list;
}

static void add_children_of_threads(struct tree *tree, int64_t pid) {
    char path[80];
    snprintf(path, sizeof path, "%" PRId64 "/task", pid);
    int fd = open_file(tree, path, O_DIRECTORY);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (folder == NULL) {
        if (fd >= 0) {
            close(fd);
        }
        return;
    }
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        snprintf(path, sizeof path, "%" PRId64 "/task/%.20s/children", pid, entry->d_name);
        if (*entry->d_name != '.' && read_file(tree, path)) {
            add_list(tree, false);
        }
    }
    closedir(folder);
}

/* This process has one thread. */
static void add_own_children(struct tree *tree) {
    if (read_kept(tree, tree->root_children, tree->root, CHILDREN)) {
        add_list(tree, true);
    }
}

/* Those below the rows from `first` on, which become rows themselves. */
static void descend(struct tree *tree, size_t first) {
    for (size_t i = first; i < tree->now.count; i++) {
        struct process *process = &tree->now.row[i];
        if (!process->is_dead && process->threads > 1) {
            add_children_of_threads(tree, process->pid);
        } else if (!process->is_dead && read_kept(tree, process->file, process->pid, CHILDREN)) {
            add_list(tree, false); /* Moves the rows. */
        }
    }
}

static void add_remembered(struct tree *tree) {
    for (size_t i = 0; i < tree->before.count; i++) {
        struct process process;
        const struct process *past = &tree->before.row[i];
        if (find(&tree->now, past->pid) != NULL || !read_process(tree, past->pid, &process)) {
            continue;
        }
        if (process.started == past->started) {
            keep(tree, &process);
        } else {
            close_files(tree, process.file);
        }
    }
}

static void walk(struct tree *tree) {
    if (tree->is_self) {
        add_own_children(tree);
    } else {
        add_pid(tree, tree->root);
    }
    descend(tree, 0);
    size_t found = tree->now.count;
    add_remembered(tree);
    if (tree->is_self) { /* Those that lost their parents meanwhile. */
        add_own_children(tree);
    }
    descend(tree, found);
}

/* ---- All of /proc, where there are no children files ---- */

static void read_all(struct tree *tree) {
    clear(&tree->all);
    int fd = open_file(tree, ".", O_DIRECTORY);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (folder == NULL) {
        if (fd >= 0) {
            close(fd);
        }
        return;
    }
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        const char *name = entry->d_name;
        struct process process;
        char path[64];
        snprintf(path, sizeof path, "%.20s/stat", name);
        if (*name >= '1' && *name <= '9' && read_file(tree, path) && decode_stat(tree, tree->file.bytes, &process)) {
            memset(process.file, -1, sizeof process.file);
            insert(&tree->all, &process);
        }
    }
    closedir(folder);
}

static bool belongs(const struct tree *tree, const struct process *process) {
    if (process->pid == tree->root) {
        return !tree->is_self;
    }
    if (tree->is_self && process->parent == tree->root) {
        return !is_foreign(tree, process->pid);
    }
    const struct process *past = find(&tree->before, process->pid);
    return find(&tree->now, process->parent) != NULL || (past != NULL && past->started == process->started);
}

static void search(struct tree *tree) {
    read_all(tree);
    for (size_t found = SIZE_MAX; found != tree->now.count;) {
        found = tree->now.count;
        for (size_t i = 0; i < tree->all.count; i++) {
            const struct process *process = &tree->all.row[i];
            if (find(&tree->now, process->pid) == NULL && belongs(tree, process)) {
                keep(tree, process);
            }
        }
    }
}

/* ---- A sample ---- */

/* Also of a process that has ended since its stat was read: it has no memory any more. */
static void add_pss(struct tree *tree, struct process *process) {
    char path[64];
    struct process now;
    snprintf(path, sizeof path, "%" PRId64 "/smaps_rollup", process->pid);
    process->pss = 0;
    process->is_estimated = false;
    if (process->is_dead || (read_file(tree, path) && decode_kilobytes(tree->file.bytes, "Pss:", &process->pss))) {
        return;
    }
    if (read_kept(tree, process->file, process->pid, STAT) && decode_stat(tree, tree->file.bytes, &now) &&
        now.started == process->started && now.rss > 0) {
        process->pss = now.rss;
        process->is_estimated = true;
    }
}

void tree_add_pss(struct tree *tree) {
    tree->sample.pss = 0;
    tree->sample.is_estimated = false;
    for (size_t i = 0; i < tree->now.count; i++) {
        struct process *process = &tree->now.row[i];
        add_pss(tree, process);
        tree->sample.pss += process->pss;
        tree->sample.is_estimated = tree->sample.is_estimated || process->is_estimated;
    }
}

const struct tree_sample *tree_take(struct tree *tree, bool with_pss) {
    struct table spare = tree->before;
    tree->before = tree->now;
    tree->now = spare;
    clear(&tree->now);
    if (tree->has_children_files) {
        walk(tree);
    } else {
        search(tree);
    }
    forget(tree, &tree->before); /* Those that are gone. */
    struct tree_sample *sample = &tree->sample;
    *sample = (struct tree_sample){.process = tree->now.row, .processes = tree->now.count};
    for (size_t i = 0; i < tree->now.count; i++) {
        const struct process *process = &tree->now.row[i];
        sample->alive += process->is_dead ? 0 : 1;
        sample->rss += process->rss;
        sample->cpu += process->cpu + process->children_cpu;
    }
    if (with_pss) {
        tree_add_pss(tree);
    }
    return sample;
}

const struct process *tree_find(const struct tree *tree, int64_t pid) {
    return find(&tree->now, pid);
}

const struct process *tree_before(const struct tree *tree, const struct process *process) {
    const struct process *past = find(&tree->before, process->pid);
    return past != NULL && past->started == process->started ? past : NULL;
}

/* ---- Opening ---- */

/* Whoever is a child already, of a shell that became this program, is none of the command's tree. */
static void remember_foreign(struct tree *tree) {
    const struct tree_sample *sample = tree_take(tree, false);
    tree->foreign = calloc(sample->processes + 1, sizeof *tree->foreign);
    if (tree->foreign == NULL) {
        fail_no_memory();
    }
    for (size_t i = 0; i < sample->processes; i++) {
        if (sample->process[i].parent == tree->root) {
            tree->foreign[tree->foreigners++] = sample->process[i].pid;
        }
    }
    forget(tree, &tree->now);
    clear(&tree->now);
}

bool tree_was_foreign(struct tree *tree, int64_t pid) {
    for (size_t i = 0; i < tree->foreigners; i++) {
        if (tree->foreign[i] == pid) {
            tree->foreign[i] = tree->foreign[--tree->foreigners];
            return true;
        }
    }
    return false;
}

struct tree *tree_open(const char *proc, int64_t root, bool is_self, const char **why) {
    struct tree *tree = calloc(1, sizeof *tree);
    if (tree == NULL) {
        fail_no_memory();
    }
    tree->root = root;
    tree->is_self = is_self;
    tree->most_kept = MOST_KEPT;
    tree->page = (uint64_t)sysconf(_SC_PAGESIZE);
    tree->ticks = (double)sysconf(_SC_CLK_TCK);
    tree->proc = open(proc, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    memset(tree->root_children, -1, sizeof tree->root_children);
    char path[80];
    snprintf(path, sizeof path, "%" PRId64 "/stat", root);
    if (tree->proc < 0 || !read_file(tree, path)) {
        *why = tree->proc < 0 ? "/proc cannot be read" : "/proc does not show it";
        tree_free(tree);
        return NULL;
    }
    snprintf(path, sizeof path, "%" PRId64 "/task/%" PRId64 "/children", root, root);
    tree->has_children_files = faccessat(tree->proc, path, R_OK, 0) == 0;
    if (is_self) {
        prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
        remember_foreign(tree);
    }
    return tree;
}

void tree_free(struct tree *tree) {
    if (tree == NULL) {
        return;
    }
    close_files(tree, tree->root_children);
    forget(tree, &tree->now);
    forget(tree, &tree->before);
    if (tree->proc >= 0) {
        close(tree->proc);
    }
    release(&tree->now);
    release(&tree->before);
    release(&tree->all);
    free(tree->foreign);
    text_free(&tree->file);
    free(tree);
}
