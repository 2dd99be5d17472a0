/* SPDX-License-Identifier: MIT */
/* A file of snapshots holds those of several processes, in the order in which they were written. */
#include "blocks/blocks.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "parse.h"

/* One snapshot of the file. */
struct entry {
    size_t at, size;
    struct sysinfo_heap_moment moment;
    bool matches;
};

struct entries {
    struct entry *entry;
    size_t count;
};

static bool read_file(const char *path, struct text *text) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return false;
    }
    size_t length;
    do {
        text_reserve(text, 1 << 20);
        length = fread(text->bytes + text->length, 1, 1 << 20, file);
        text->length += length;
    } while (length > 0);
    bool is_good = ferror(file) == 0;
    fclose(file);
    return is_good;
}

/* Splits FILE@MARK at the last @. Returns NULL if a file has the whole operand as its name. */
static char *split(const char *operand, const char **mark) {
    struct text path = TEXT_INIT;
    text_add(&path, operand);
    FILE *file = fopen(operand, "rb");
    char *at = file == NULL ? strrchr(path.bytes, '@') : NULL;
    *mark = NULL;
    if (at != NULL) {
        *at = '\0';
        *mark = operand + (at - path.bytes) + 1;
    }
    if (file != NULL) {
        fclose(file);
    }
    return path.bytes;
}

/* A snapshot is named by its mark's label, or by its number within its process. */
static bool matches(const char *mark, const char *label, uint64_t number) {
    uint64_t wanted;
    return mark == NULL || strcmp(mark, label) == 0 || (parse_whole(mark, &wanted) && wanted == number);
}

/* Returns the end of the last intact snapshot, which is the end of the file if nothing in it is broken. */
static size_t list(struct entries *entries, const struct text *bytes, const char *mark, int64_t pid) {
    size_t at = 0, used = 0;
    struct sysinfo_heap_snapshot *snapshot;
    int status = SYSINFO_OK;
    while (at < bytes->length && (status = sysinfo_heap_snapshot_read(&snapshot, bytes->bytes + at, bytes->length - at,
                                                                      &used)) == SYSINFO_OK) {
        if ((entries->count & (entries->count - 1)) == 0) {
            size_t room = entries->count == 0 ? 1 : entries->count * 2;
            void *grown = realloc(entries->entry, room * sizeof *entries->entry);
            if (grown == NULL) {
                fail_no_memory();
            }
            entries->entry = grown;
        }
        struct entry *entry = &entries->entry[entries->count++];
        const char *label = "";
        *entry = (struct entry){.at = at, .size = used};
        entry->matches =
            sysinfo_heap_snapshot_moment(snapshot, &entry->moment, sizeof entry->moment, &label, NULL) == SYSINFO_OK &&
            matches(mark, label, entry->moment.number) && (pid == 0 || entry->moment.pid == (uint64_t)pid);
        sysinfo_heap_snapshot_close(snapshot);
        at += used;
    }
    if (status == SYSINFO_NO_MEMORY) {
        fail_no_memory();
    }
    return at;
}

/* Orders by process, then by time, latest first. */
static int by_process(const void *a, const void *b) {
    const struct sysinfo_heap_moment *left = &((const struct entry *)a)->moment,
                                     *right = &((const struct entry *)b)->moment;
    if (left->pid != right->pid) {
        return left->pid < right->pid ? -1 : 1;
    }
    if (left->time != right->time) {
        return left->time > right->time ? -1 : 1;
    }
    return left->number > right->number ? -1 : left->number < right->number ? 1 : 0;
}

/* Of each process's last matching snapshot, picks the one with the most bytes. */
static const struct entry *pick(struct entries *entries, size_t *others) {
    const struct entry *best = NULL, *last = NULL;
    size_t processes = 0;
    if (entries->count > 0) {
        qsort(entries->entry, entries->count, sizeof *entries->entry, by_process);
    }
    for (size_t i = 0; i < entries->count; i++) {
        const struct entry *entry = &entries->entry[i];
        if (!entry->matches || (last != NULL && last->moment.pid == entry->moment.pid)) {
            continue;
        }
        last = entry;
        processes++;
        best = best == NULL || entry->moment.live > best->moment.live ? entry : best;
    }
    *others = processes > 0 ? processes - 1 : 0;
    return best;
}

static int open_picked(struct chosen *chosen, const struct entry *entry) {
    if (sysinfo_heap_snapshot_read(&chosen->snapshot, chosen->bytes.bytes + entry->at, entry->size, NULL) !=
            SYSINFO_OK ||
        sysinfo_heap_snapshot_moment(chosen->snapshot, &chosen->moment, sizeof chosen->moment, &chosen->label,
                                     &chosen->image) != SYSINFO_OK) {
        fail_no_memory();
    }
    return 0;
}

static int choose_in(struct chosen *chosen, const char *path, const char *mark, int64_t pid) {
    if (!read_file(path, &chosen->bytes)) {
        return trouble("%s: %s", path, strerror(errno));
    }
    struct entries entries = {NULL, 0};
    size_t end = list(&entries, &chosen->bytes, mark, pid);
    const struct entry *picked = pick(&entries, &chosen->others);
    int status;
    if (entries.count == 0) {
        status = chosen->bytes.length == 0 ? trouble("%s has no snapshots; no process wrote one", path)
                                           : trouble("%s was not written by sysinfo run --heap-record", path);
    } else if (picked == NULL) {
        status = mark != NULL ? trouble("%s has no snapshot '%s'%s", path, mark, pid != 0 ? " of that process" : "")
                              : trouble("%s has no snapshot of process %" PRId64, path, pid);
    } else {
        status = open_picked(chosen, picked);
        if (end < chosen->bytes.length) {
            note("note: %s: only its first %zu snapshots can be read; the rest is cut off or damaged", path,
                 entries.count);
        }
    }
    free(entries.entry);
    return status;
}

int choose(struct chosen *chosen, const char *operand, int64_t pid) {
    const char *mark;
    char *path = split(operand, &mark);
    int status = choose_in(chosen, path, mark, pid);
    free(path);
    return status;
}

int choose_all(struct chosen **chosen, size_t *count, const char *path) {
    struct text bytes = TEXT_INIT;
    struct entries entries = {NULL, 0};
    *chosen = NULL;
    *count = 0;
    if (!read_file(path, &bytes)) {
        text_free(&bytes);
        return trouble("%s: %s", path, strerror(errno));
    }
    (void)list(&entries, &bytes, NULL, 0);
    if (entries.count > 0) {
        qsort(entries.entry, entries.count, sizeof *entries.entry, by_process);
        *chosen = calloc(entries.count, sizeof **chosen);
        if (*chosen == NULL) {
            fail_no_memory();
        }
    }
    for (size_t i = 0; i < entries.count; i++) {
        if (i == 0 || entries.entry[i].moment.pid != entries.entry[i - 1].moment.pid) {
            struct chosen *next = &(*chosen)[(*count)++];
            text_reserve(&next->bytes, entries.entry[i].size);
            memcpy(next->bytes.bytes, bytes.bytes + entries.entry[i].at, entries.entry[i].size);
            next->bytes.length = entries.entry[i].size;
            const struct entry whole = {.at = 0, .size = entries.entry[i].size};
            (void)open_picked(next, &whole);
        }
    }
    free(entries.entry);
    text_free(&bytes);
    return 0;
}

void chosen_free_all(struct chosen *chosen, size_t count) {
    for (size_t i = 0; i < count; i++) {
        chosen_free(&chosen[i]);
    }
    free(chosen);
}

void chosen_free(struct chosen *chosen) {
    sysinfo_heap_snapshot_close(chosen->snapshot);
    text_free(&chosen->bytes);
}
