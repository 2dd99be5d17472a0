/* SPDX-License-Identifier: MIT */
/*
 * The directory is in memory (/dev/shm) if possible: each file is a page that its process writes to constantly, and the
 * kernel would keep writing it to a disk. A lock on the directory shows that its owner lives; directories of killed
 * owners are removed by the next run.
 */
#define _DEFAULT_SOURCE 1
#include "run/heaps.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sysinfo/sysinfo.h>

#include "digits.h"
#include "fail.h"
#include "platform.h"
#include "run/untracked.h"
#include "text.h"

#define DIRECTORY_BEGIN "sysinfo-heap-"
enum { NAME_ROOM = 48 }; /* For "PID.N". */

/* A file of the directory. */
struct entry {
    int64_t pid;
    uint64_t number;
    bool is_new, is_counted, is_foreign; /* New; has figures; has a private allocator. */
    bool is_in_tree;                     /* Its process is in the last sample. */
    bool has_kept;                       /* `kept` is known at present. */
    bool is_over;                        /* Its process runs another program; the totals include it. */
    struct heap_program program;
};

/* A process as last seen. With another name, it runs another program. */
struct known {
    int64_t pid, parent;
    uint64_t started;
    char name[20];
    enum heap_gap gap; /* Why it is not counted, while it has no record. */
    bool is_due;       /* Will be counted at the next look, unless a note on it is found by then. */
    bool is_counted;   /* It was counted. */
};

struct heaps {
    char *directory;
    int fd;
    struct text preload;
    struct sysinfo_host *host;
    struct entry *entry; /* By pid and number. */
    size_t entries, departed;
    struct known *known; /* By pid. */
    size_t knowns;
    struct untracked *untracked;
    struct heap_sample sample;
    struct heap_totals totals;
    enum heap_gap foreseen; /* For the command, from its file; NONE once a sample or a record knows more. */
    int64_t command;        /* The command's process. */
    char command_name[32];
};

/* ---- The directory ---- */

static void remove_files(const char *path) {
    DIR *directory = opendir(path);
    for (const struct dirent *file; directory != NULL && (file = readdir(directory)) != NULL;) {
        unlinkat(dirfd(directory), file->d_name, 0);
    }
    if (directory != NULL) {
        closedir(directory);
    }
}

/* Processes that outlive this program may still create files in it. */
static void remove_directory(const char *path) {
    enum { ATTEMPTS = 100 };
    struct text notes = TEXT_INIT;
    text_addf(&notes, "%s/" UNTRACKED, path);
    for (int i = 0; i < ATTEMPTS; i++) {
        remove_files(notes.bytes);
        (void)rmdir(notes.bytes);
        remove_files(path);
        if (rmdir(path) == 0 || (errno != ENOTEMPTY && errno != EEXIST)) {
            break;
        }
    }
    text_free(&notes);
}

/* Opens and locks it, unless someone else holds the lock. */
static int hold(const char *path) {
    struct stat file;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0 && (fstat(fd, &file) != 0 || file.st_uid != geteuid() || flock(fd, LOCK_EX | LOCK_NB) != 0)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

/* Removes directories left behind by owners that were killed. */
static void remove_stale(const char *place) {
    DIR *directory = opendir(place);
    for (const struct dirent *file; directory != NULL && (file = readdir(directory)) != NULL;) {
        struct text path = TEXT_INIT;
        text_addf(&path, "%s/%s", place, file->d_name);
        int fd = strncmp(file->d_name, DIRECTORY_BEGIN, strlen(DIRECTORY_BEGIN)) == 0 ? hold(path.bytes) : -1;
        if (fd >= 0) {
            remove_directory(path.bytes);
            close(fd);
        }
        text_free(&path);
    }
    if (directory != NULL) {
        closedir(directory);
    }
}

/* Another instance that is starting may mistake the new directory for a stale one and remove it; then try again. */
static bool make_in(struct heaps *heaps, const char *place) {
    for (int i = 0; i < 10 && heaps->fd < 0 && *place == '/'; i++) {
        struct text path = TEXT_INIT;
        struct stat file;
        text_addf(&path, "%s/" DIRECTORY_BEGIN "XXXXXX", place);
        if (mkdtemp(path.bytes) == NULL) {
            text_free(&path);
            return false;
        }
        heaps->fd = hold(path.bytes);
        if (heaps->fd >= 0 && stat(path.bytes, &file) != 0) {
            close(heaps->fd);
            heaps->fd = -1;
        }
        heaps->directory = heaps->fd >= 0 ? path.bytes : NULL;
        if (heaps->fd < 0) {
            text_free(&path);
        }
    }
    return heaps->fd >= 0;
}

static bool make_directory(struct heaps *heaps) {
    const char *own = getenv("TMPDIR");
    const char *const places[] = {"/dev/shm", own != NULL ? own : "", "/tmp"};
    bool is_made = false;
    for (size_t i = 0; i < sizeof places / sizeof places[0] && !is_made; i++) {
        remove_stale(places[i]);
        is_made = make_in(heaps, places[i]);
    }
    return is_made;
}

struct heaps *heaps_open(void) {
    struct heaps *heaps = calloc(1, sizeof *heaps);
    if (heaps == NULL) {
        fail_no_memory();
    }
    heaps->fd = -1;
    int status = preload_find(&heaps->preload);
    if (status == 0 && !make_directory(heaps)) {
        status = trouble("cannot create a directory for the counts in /dev/shm, TMPDIR or /tmp: %s", strerror(errno));
    }
    if (status == 0 && sysinfo_host_open(&heaps->host, NULL) != SYSINFO_OK) {
        fail_no_memory();
    }
    if (status != 0) {
        heaps_close(heaps);
        return NULL;
    }
    heaps->untracked = untracked_open(heaps->fd);
    return heaps;
}

void heaps_foresee(struct heaps *heaps, const char *command) {
    heaps->foreseen = heap_gap_of_command(command);
    snprintf(heaps->command_name, sizeof heaps->command_name, "%s", platform_file_name(command));
}

void heaps_started(struct heaps *heaps, int64_t pid) {
    heaps->command = pid;
}

const char *heaps_preload(const struct heaps *heaps) {
    return heaps->preload.bytes;
}

const char *heaps_directory(const struct heaps *heaps) {
    return heaps->directory;
}

void heaps_close(struct heaps *heaps) {
    if (heaps == NULL) {
        return;
    }
    untracked_close(heaps->untracked);
    if (heaps->fd >= 0) {
        remove_directory(heaps->directory);
        close(heaps->fd);
    }
    sysinfo_host_close(heaps->host);
    free(heaps->directory);
    free(heaps->entry);
    free(heaps->known);
    text_free(&heaps->preload);
    free(heaps);
}

static int by_pid(const void *a, const void *b) {
    const struct known *left = a, *right = b;
    return left->pid < right->pid ? -1 : left->pid > right->pid ? 1 : 0;
}

/* ---- The list of files ---- */

static int by_pid_and_number(const void *a, const void *b) {
    const struct entry *left = a, *right = b;
    if (left->pid != right->pid) {
        return left->pid < right->pid ? -1 : 1;
    }
    return left->number < right->number ? -1 : left->number > right->number ? 1 : 0;
}

static bool parse_name(const char *name, struct entry *entry) {
    uint64_t pid;
    memset(entry, 0, sizeof *entry);
    if (take_digits(&name, 18, &pid) == 0 || *name++ != '.' || take_digits(&name, 18, &entry->number) == 0 ||
        *name != '\0') {
        return false;
    }
    entry->pid = entry->program.pid = (int64_t)pid;
    return true;
}

/* Lists the existing files and keeps what is known about them. */
static void list(struct heaps *heaps) {
    struct entry *entries = NULL, entry;
    size_t count = 0, room = 0;
    DIR *directory = opendir(heaps->directory);
    for (const struct dirent *file; directory != NULL && (file = readdir(directory)) != NULL;) {
        if (!parse_name(file->d_name, &entry)) {
            continue;
        }
        if (count == room) {
            room = room == 0 ? 64 : room * 2;
            entries = realloc(entries, room * sizeof *entries);
            if (entries == NULL) {
                fail_no_memory();
            }
        }
        const struct entry *past =
            heaps->entries == 0 ? NULL : bsearch(&entry, heaps->entry, heaps->entries, sizeof entry, by_pid_and_number);
        entries[count] = past != NULL ? *past : entry;
        entries[count++].is_new = past == NULL;
    }
    if (directory != NULL) {
        closedir(directory);
    }
    if (count > 0) {
        qsort(entries, count, sizeof *entries, by_pid_and_number);
    }
    free(heaps->entry);
    heaps->entry = entries;
    heaps->entries = count;
}

/* ---- One file ---- */

static uint64_t above(uint64_t number, uint64_t other) {
    return number > other ? number - other : 0;
}

static void take_figures(struct heap_program *program, const struct sysinfo_heap_record *record) {
    program->state = record->has_ended != 0 ? PROGRAM_ENDED : PROGRAM_RUNS;
    program->allocs = above(record->allocs, record->inherited_allocs);
    program->frees = above(record->frees, record->inherited_frees);
    program->failed = above(record->failed, record->inherited_failed);
    program->is_fork = record->inherited_allocs > 0;
    program->in_use = record->live;
    program->blocks = record->blocks;
    program->inherited_blocks = record->inherited_blocks;
    program->left = above(record->live, record->inherited_live);
    program->left_blocks = above(record->blocks, record->inherited_blocks);
    /* The record's own peak is updated in batches, so a look may have seen more in use. */
    program->peak = record->peak > program->peak ? record->peak : program->peak;
    program->mapped = record->mapped;
    program->mapped_peak = record->mapped_peak;
    memcpy(program->image, record->image, sizeof program->image);
    if (program->name[0] == '\0') {
        snprintf(program->name, sizeof program->name, "%.19s", platform_file_name(record->image));
    }
}

/* Memory that malloc() holds without a block in it. More than the process's other memory cannot be resident. */
static void take_kept(struct entry *entry, const struct sysinfo_heap_record *record, const struct process *process) {
    struct heap_program *program = &entry->program;
    /* Not for a process that has ended: the kernel is already releasing its memory. */
    entry->has_kept = SYSINFO_HAS(record, footprint) && record->has_ended == 0;
    if (entry->has_kept) {
        program->has_kept = true;
        /* The footprint is as of the allocator's last update; if more is in use by now, take what it kept then. */
        uint64_t live = record->live <= record->footprint ? record->live : record->footprint_live;
        uint64_t unused = above(record->footprint, live), room = above(process->anonymous, record->live);
        program->kept = unused < room ? unused : room;
        program->kept_peak = program->kept > program->kept_peak ? program->kept : program->kept_peak;
    }
}

static void note_owner(struct heaps *heaps, struct entry *entry, const struct sysinfo_heap_record *record) {
    if (entry->is_foreign) {
        return;
    }
    entry->is_foreign = true;
    entry->is_counted = false; /* It was read before it had found that out. */
    heaps->foreseen = entry->pid == heaps->command ? HEAP_GAP_NONE : heaps->foreseen;
    heap_gap_count(&heaps->totals, HEAP_GAP_ALLOCATOR, platform_file_name(record->image));
    if (heaps->totals.owner[0] == '\0') {
        memcpy(heaps->totals.owner, record->owner, sizeof heaps->totals.owner);
    }
}

/* Reads a record, and takes its figures if it has any. */
static void read_entry(struct heaps *heaps, struct entry *entry, struct sysinfo_heap_record *record) {
    struct text path = TEXT_INIT;
    text_addf(&path, "%s/%" PRId64 ".%" PRIu64, heaps->directory, entry->pid, entry->number);
    int status = sysinfo_heap_recorded(heaps->host, path.bytes, record, sizeof *record);
    text_free(&path);
    if (status != SYSINFO_OK) { /* It is still being written. */
        memset(record, 0, sizeof *record);
    } else if (record->is_tracked == 0) {
        note_owner(heaps, entry, record);
    } else {
        take_figures(&entry->program, record);
        entry->program.peak = entry->program.in_use > entry->program.peak ? entry->program.in_use : entry->program.peak;
        heaps->sample.peak = entry->program.peak > heaps->sample.peak ? entry->program.peak : heaps->sample.peak;
        entry->is_counted = true;
    }
}

/* Keeps the programs with the highest peaks, sorted. */
static void keep_largest(struct heap_totals *totals, const struct heap_program *program) {
    size_t at = totals->largests;
    while (at > 0 && totals->largest[at - 1].peak < program->peak) {
        at--;
    }
    if (at == MOST_LARGEST) {
        return;
    }
    size_t behind = totals->largests - at - (totals->largests == MOST_LARGEST ? 1 : 0);
    memmove(&totals->largest[at + 1], &totals->largest[at], behind * sizeof *program);
    totals->largest[at] = *program;
    totals->largests += totals->largests < MOST_LARGEST ? 1 : 0;
}

static void add_up(struct heap_totals *totals, const struct heap_program *program) {
    totals->programs++;
    totals->forks += program->is_fork ? 1 : 0;
    totals->running += program->state == PROGRAM_RUNS ? 1 : 0;
    totals->allocs += program->allocs;
    totals->frees += program->frees;
    totals->failed += program->failed;
    if (program->state == PROGRAM_ENDED) {
        totals->ended++;
        totals->left += program->left;
        totals->left_blocks += program->left_blocks;
    }
    keep_largest(totals, program);
}

/*
 * A process that seemed to have started without the variables, because it overwrote its environment, is counted after
 * all.
 */
static void take_back_gap(struct heaps *heaps, int64_t pid) {
    const struct known key = {.pid = pid};
    struct known *known = heaps->knowns == 0 ? NULL : bsearch(&key, heaps->known, heaps->knowns, sizeof key, by_pid);
    if (known != NULL && known->gap == HEAP_GAP_ENVIRONMENT) {
        heaps->totals.gaps[known->gap] -= known->is_counted ? 1 : 0;
        known->gap = HEAP_GAP_NONE;
        known->is_due = known->is_counted = false;
    }
    heaps->foreseen = pid == heaps->command ? HEAP_GAP_NONE : heaps->foreseen;
}

/* Adds up the figures of a program that is over, after its last reading. */
static void take_leave(struct heaps *heaps, struct entry *entry) {
    if (entry->is_counted && !entry->is_over) {
        take_back_gap(heaps, entry->pid);
        entry->program.state = entry->program.state == PROGRAM_RUNS ? PROGRAM_GONE : entry->program.state;
        add_up(&heaps->totals, &entry->program);
    }
    entry->is_over = true;
}

static void remove_file(struct heaps *heaps, const struct entry *entry) {
    char name[NAME_ROOM];
    snprintf(name, sizeof name, "%" PRId64 ".%" PRIu64, entry->pid, entry->number);
    unlinkat(heaps->fd, name, 0);
    heaps->departed++;
}

/* ---- A sample ---- */

/* What is known of a process since the last sample, whichever program it ran; NULL: it is new. */
static const struct known *find_past(const struct heaps *heaps, const struct process *process) {
    const struct known key = {.pid = process->pid};
    const struct known *known =
        heaps->knowns == 0 ? NULL : bsearch(&key, heaps->known, heaps->knowns, sizeof key, by_pid);
    return known != NULL && known->started == process->started ? known : NULL;
}

/* The same, unless it runs another program now. */
static const struct known *find_known(const struct heaps *heaps, const struct process *process) {
    const struct known *known = find_past(heaps, process);
    return known != NULL && strcmp(known->name, process->name) == 0 ? known : NULL;
}

static bool is_news(const struct heaps *heaps, const struct process *process) {
    return find_known(heaps, process) == NULL;
}

static bool lives(int64_t pid, const struct process *process) {
    return process != NULL ? !process->is_dead : kill((pid_t)pid, 0) == 0 || errno != ESRCH;
}

/* Whether the process has not exec'ed an untracked program. */
static bool runs_it(const struct heaps *heaps, const struct entry *entry, const struct process *process) {
    return !entry->is_counted || (!entry->is_new && !is_news(heaps, process)) ||
           heap_image_is_current(entry->pid, entry->program.image, process->name);
}

/* Adds its memory outside of malloc(), and how much of that it may have mapped itself. */
static void add_outside(struct heap_sample *sum, struct entry *entry, uint64_t anonymous) {
    struct heap_program *program = &entry->program;
    uint64_t outside = above(anonymous, program->in_use + (entry->has_kept ? program->kept : 0));
    sum->anonymous += anonymous;
    sum->outside += outside;
    program->mapped_now = program->mapped < outside ? program->mapped : outside;
    sum->mapped += program->mapped_now;
}

static void add_to_sample(struct heap_sample *sum, const struct entry *entry) {
    const struct heap_program *program = &entry->program;
    sum->has_any = true;
    sum->allocs += program->allocs;
    sum->frees += program->frees;
    if (entry->is_in_tree) {
        sum->processes++;
        sum->in_use += program->in_use;
        sum->blocks += program->blocks;
        sum->with_kept += entry->has_kept ? 1 : 0;
        sum->kept += entry->has_kept ? program->kept : 0;
    }
}

/* Reads the last file of a process that is alive. */
static void look_at_current(struct heaps *heaps, struct entry *entry, const struct process *process) {
    struct sysinfo_heap_record record;
    read_entry(heaps, entry, &record);
    bool is_in_tree = process != NULL && process->rss > 0; /* Without memory, it was killed and is still exiting. */
    entry->is_in_tree = is_in_tree;
    if (process != NULL && !runs_it(heaps, entry, process)) {
        take_leave(heaps, entry);
    } else if (entry->is_counted) {
        take_back_gap(heaps, entry->pid);
        if (is_in_tree) {
            memcpy(entry->program.name, process->name, sizeof entry->program.name);
            take_kept(entry, &record, process);
            add_outside(&heaps->sample, entry, process->anonymous);
        }
        add_to_sample(&heaps->sample, entry);
    }
}

/*
 * Reads the files of all processes, and removes those of a process that has ended. Files of its earlier programs stay
 * until then: the next program would reuse their names, and the highest number would no longer be the latest. Whether a
 * process lives is checked before its file is read, so one that ends in between is read again next time.
 */
static void look(struct heaps *heaps, const struct tree *tree) {
    size_t kept = 0;
    for (size_t i = 0, next; i < heaps->entries; i = next) {
        int64_t pid = heaps->entry[i].pid;
        const struct process *process = tree != NULL ? tree_find(tree, pid) : NULL;
        bool is_alive = lives(pid, process);
        for (next = i; next < heaps->entries && heaps->entry[next].pid == pid; next++) {
            struct entry *entry = &heaps->entry[next];
            bool is_last = next + 1 == heaps->entries || entry[1].pid != pid;
            if (!entry->is_over && is_alive && is_last) {
                look_at_current(heaps, entry, process);
            } else if (!entry->is_over) {
                struct sysinfo_heap_record record;
                read_entry(heaps, entry, &record);
                take_leave(heaps, entry);
            }
            if (is_alive) {
                heaps->entry[kept++] = *entry;
            } else {
                remove_file(heaps, entry);
            }
        }
    }
    heaps->entries = kept;
}

static int by_pid_alone(const void *a, const void *b) {
    const struct entry *left = a, *right = b;
    return left->pid < right->pid ? -1 : left->pid > right->pid ? 1 : 0;
}

/* The last file of a process, unless it is over. */
static const struct entry *find(const struct heaps *heaps, int64_t pid) {
    const struct entry key = {.pid = pid};
    const struct entry *entry =
        heaps->entries == 0 ? NULL : bsearch(&key, heaps->entry, heaps->entries, sizeof key, by_pid_alone);
    while (entry != NULL && entry + 1 < heaps->entry + heaps->entries && entry[1].pid == pid) {
        entry++;
    }
    return entry != NULL && !entry->is_over ? entry : NULL;
}

const struct heap_program *heaps_find(const struct heaps *heaps, int64_t pid) {
    const struct entry *entry = find(heaps, pid);
    return entry != NULL && entry->is_counted ? &entry->program : NULL;
}

/* Why a process has no file; LATER: check again. */
static enum heap_gap find_gap(const struct heaps *heaps, const struct process *process) {
    const struct known *past = find_known(heaps, process);
    if (past != NULL && past->gap != HEAP_GAP_LATER) {
        return past->gap;
    }
    if (process->is_dead || process->rss == 0) {
        return HEAP_GAP_LATER;
    }
    if (find(heaps, process->pid) != NULL) {
        return HEAP_GAP_NONE;
    }
    const struct heap_program *parent = heaps_find(heaps, process->parent);
    return heap_gap_of(process->pid, process->name, heaps->directory, parent != NULL ? parent->image : NULL);
}

/* True if a note counts the process, or will count it. */
static bool is_noted(const struct heaps *heaps, const struct known *known) {
    return untracked_has(heaps->untracked, known->pid, known->started) ||
           untracked_has_child(heaps->untracked, known->parent, known->gap);
}

/* A process counts once, even if its name was seen to change. */
static struct known know(const struct heaps *heaps, const struct process *process) {
    const struct known *past = find_past(heaps, process);
    struct known now = {.pid = process->pid, .parent = process->parent, .started = process->started};
    memcpy(now.name, process->name, sizeof now.name);
    now.gap = find_gap(heaps, process);
    bool is_same = past != NULL && past->gap == now.gap;
    now.is_due = now.gap > HEAP_GAP_NONE && (is_same ? past->is_due : !is_noted(heaps, &now));
    now.is_counted = is_same && past->is_counted;
    return now;
}

/* Counts what the previous sample saw first, and what has no note by now. */
static void settle(struct heaps *heaps) {
    for (size_t i = 0; i < heaps->knowns; i++) {
        struct known *known = &heaps->known[i];
        if (known->is_due && !is_noted(heaps, known)) {
            heap_gap_count(&heaps->totals, known->gap, known->name);
            known->is_counted = true;
        }
        known->is_due = false;
    }
}

static void read_notes(struct heaps *heaps, const struct tree *tree) {
    heaps->departed += untracked_read(heaps->untracked, tree, &heaps->totals);
    settle(heaps);
}

/* Keeps the processes of a sample, and why those without a file are not counted. */
static void remember(struct heaps *heaps, const struct tree_sample *sample) {
    struct known *now = calloc(sample->processes + 1, sizeof *now);
    if (now == NULL) {
        fail_no_memory();
    }
    for (size_t i = 0; i < sample->processes; i++) {
        now[i] = know(heaps, &sample->process[i]);
        if (now[i].gap > HEAP_GAP_NONE && now[i].pid == heaps->command) {
            heaps->foreseen = HEAP_GAP_NONE;
        }
    }
    free(heaps->known);
    heaps->known = now;
    heaps->knowns = sample->processes;
    if (heaps->knowns > 0) {
        qsort(heaps->known, heaps->knowns, sizeof *heaps->known, by_pid);
    }
}

/* Notes when anonymous memory is at its highest, and which program has most of it. */
static void keep_outside(struct heaps *heaps, const struct tree *tree) {
    struct heap_totals *totals = &heaps->totals;
    const struct heap_sample *sample = &heaps->sample;
    if (sample->anonymous <= totals->anonymous) {
        return;
    }
    totals->anonymous = sample->anonymous;
    totals->outside = sample->outside;
    totals->mapped = sample->mapped;
    uint64_t most = 0;
    for (size_t i = 0; i < heaps->entries; i++) {
        const struct entry *entry = &heaps->entry[i];
        const struct process *process = entry->is_in_tree && !entry->is_over ? tree_find(tree, entry->pid) : NULL;
        uint64_t outside = process != NULL ? above(process->anonymous, entry->program.in_use) : 0;
        if (outside > most) {
            most = outside;
            memcpy(totals->outside_name, entry->program.name, sizeof totals->outside_name);
        }
    }
}

static void begin_look(struct heaps *heaps) {
    heaps->sample = (struct heap_sample){.peak = heaps->sample.peak};
    heaps->departed = 0;
    list(heaps);
}

const struct heap_sample *heaps_take(struct heaps *heaps, const struct tree *tree, const struct tree_sample *sample) {
    struct heap_sample *sum = &heaps->sample;
    struct heap_totals *totals = &heaps->totals;
    begin_look(heaps);
    look(heaps, tree);
    sum->has_any = sum->has_any || totals->programs > 0;
    sum->allocs += totals->allocs;
    sum->frees += totals->frees;
    read_notes(heaps, tree);
    remember(heaps, sample);
    untracked_forget(heaps->untracked, tree);
    keep_outside(heaps, tree);
    totals->peak = sum->in_use > totals->peak ? sum->in_use : totals->peak;
    totals->has_kept = totals->has_kept || sum->with_kept > 0;
    totals->kept_peak = sum->kept > totals->kept_peak ? sum->kept : totals->kept_peak;
    return sum;
}

size_t heaps_departed(const struct heaps *heaps) {
    return heaps->departed;
}

const struct heap_totals *heaps_conclude(struct heaps *heaps) {
    struct heap_totals *totals = &heaps->totals;
    begin_look(heaps);
    look(heaps, NULL);
    read_notes(heaps, NULL);
    for (size_t i = 0; i < heaps->entries; i++) {
        if (heaps->entry[i].is_counted && !heaps->entry[i].is_over) {
            add_up(totals, &heaps->entry[i].program);
        }
    }
    totals->peak = heaps->sample.peak > totals->peak ? heaps->sample.peak : totals->peak;
    if (heaps->foreseen > HEAP_GAP_NONE) {
        heap_gap_count(totals, heaps->foreseen, heaps->command_name);
        heaps->foreseen = HEAP_GAP_NONE;
    }
    return totals;
}
