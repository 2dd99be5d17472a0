/* SPDX-License-Identifier: MIT */
/* Leaks of the same kind whose members come from the same sites are one entry of the report. */
#include "blocks/leaks.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform.h"
#include "value.h"

enum { ENTRIES_SHOWN = 20, CALLERS = 4 };

struct entry {
    struct sysinfo_heap_leak leak; /* The first of them. */
    uint64_t *site;                /* Of its members, sorted. */
    uint64_t count, bytes, kept_blocks, kept_bytes;
};

/* ---- What is ignored ---- */

int ignored_read(struct ignored *ignored, const char *path) {
    FILE *file = path != NULL ? fopen(path, "rb") : NULL;
    if (path == NULL) {
        return 0;
    }
    if (file == NULL) {
        return trouble("--ignore %s: %s", path, strerror(errno));
    }
    size_t length;
    do {
        text_reserve(&ignored->text, 4096);
        length = fread(ignored->text.bytes + ignored->text.length, 1, 4096, file);
        ignored->text.length += length;
    } while (length > 0);
    ignored->text.bytes[ignored->text.length] = '\0';
    int error = ferror(file) ? errno : 0;
    fclose(file);
    return error != 0 ? trouble("--ignore %s: %s", path, strerror(error)) : 0;
}

void ignored_free(struct ignored *ignored) {
    text_free(&ignored->text);
}

/* * matches any characters. Goes back to the last * only: at most a step for each pair of characters. */
static bool matches(const char *pattern, size_t length, const char *word) {
    const char *end = pattern + length, *star = NULL, *again = NULL;
    while (*word != '\0') {
        if (pattern < end && *pattern == '*') {
            star = pattern++;
            again = word;
        } else if (pattern < end && *pattern == *word) {
            pattern++;
            word++;
        } else if (star != NULL) {
            pattern = star + 1;
            word = ++again;
        } else {
            return false;
        }
    }
    while (pattern < end && *pattern == '*') {
        pattern++;
    }
    return pattern == end;
}

static bool names_word(const struct ignored *ignored, const char *word) {
    const char *line = ignored->text.length > 0 ? ignored->text.bytes : "";
    while (word != NULL && *line != '\0') {
        size_t length = strcspn(line, "\r\n");
        if (length > 0 && *line != '#' && matches(line, length, word)) {
            return true;
        }
        line += length + (line[length] != '\0' ? 1 : 0);
    }
    return false;
}

static bool is_ignored(const struct ignored *ignored, const struct table *table, const struct sysinfo_heap_leak *leak,
                       const struct sysinfo_heap_member *member) {
    for (uint64_t i = 0; i < leak->members && ignored->text.length > 0; i++) {
        struct sysinfo_heap_site site;
        const struct sysinfo_heap_frame *frame;
        if (sysinfo_heap_snapshot_site(table->snapshot, (size_t)member[i].site, &site, sizeof site, &frame) !=
            SYSINFO_OK) {
            continue;
        }
        for (uint64_t k = 0; k < site.frames; k++) {
            const char *slash = strrchr(frame[k].module, '/');
            if (names_word(ignored, names_find(table->names, &frame[k]).function) ||
                names_word(ignored, slash != NULL ? slash + 1 : frame[k].module)) {
                return true;
            }
        }
    }
    return false;
}

/* ---- Entries ---- */

struct entries {
    struct entry *entry;
    size_t count, room;
    size_t *index; /* By hash; index plus 1. */
    size_t index_room;
    uint64_t ignored_blocks, ignored_bytes;
};

static int by_number(const void *a, const void *b) {
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return left < right ? -1 : left > right ? 1 : 0;
}

static uint64_t hash_of(const struct sysinfo_heap_leak *leak, const uint64_t *site) {
    uint64_t hash = leak->is_cycle * 31 + leak->blocks;
    for (uint64_t i = 0; i < leak->members; i++) {
        hash = (hash ^ site[i]) * UINT64_C(0x9E3779B97F4A7C15);
        hash ^= hash >> 32;
    }
    return hash;
}

static bool is_same(const struct entry *entry, const struct sysinfo_heap_leak *leak, const uint64_t *site) {
    return entry->leak.is_cycle == leak->is_cycle && entry->leak.blocks == leak->blocks &&
           entry->leak.members == leak->members && memcmp(entry->site, site, (size_t)leak->members * sizeof *site) == 0;
}

static size_t *find_place(struct entries *entries, const struct sysinfo_heap_leak *leak, const uint64_t *site) {
    size_t i = (size_t)hash_of(leak, site) & (entries->index_room - 1);
    while (entries->index[i] != 0 && !is_same(&entries->entry[entries->index[i] - 1], leak, site)) {
        i = (i + 1) & (entries->index_room - 1);
    }
    return &entries->index[i];
}

static void grow(struct entries *entries) {
    entries->room = entries->room == 0 ? 64 : entries->room * 2;
    entries->index_room = entries->room * 2;
    entries->entry = realloc(entries->entry, entries->room * sizeof *entries->entry);
    free(entries->index);
    entries->index = calloc(entries->index_room, sizeof *entries->index);
    if (entries->entry == NULL || entries->index == NULL) {
        fail_no_memory();
    }
    for (size_t i = 0; i < entries->count; i++) {
        *find_place(entries, &entries->entry[i].leak, entries->entry[i].site) = i + 1;
    }
}

static void add_leak(struct entries *entries, const struct sysinfo_heap_leak *leak,
                     const struct sysinfo_heap_member *member) {
    if (entries->count == entries->room) {
        grow(entries);
    }
    uint64_t *site = calloc((size_t)leak->members + 1, sizeof *site);
    if (site == NULL) {
        fail_no_memory();
    }
    for (uint64_t i = 0; i < leak->members; i++) {
        site[i] = member[i].site;
    }
    qsort(site, (size_t)leak->members, sizeof *site, by_number);
    size_t *place = find_place(entries, leak, site);
    if (*place == 0) {
        entries->entry[entries->count] = (struct entry){.leak = *leak, .site = site};
        *place = ++entries->count;
    } else {
        free(site);
    }
    struct entry *entry = &entries->entry[*place - 1];
    entry->count++;
    entry->bytes += leak->bytes;
    entry->kept_blocks += leak->kept_blocks;
    entry->kept_bytes += leak->kept_bytes;
}

static int by_bytes(const void *a, const void *b) {
    const struct entry *left = a, *right = b;
    uint64_t one = left->bytes + left->kept_bytes, other = right->bytes + right->kept_bytes;
    return one > other ? -1 : one < other ? 1 : 0;
}

static void collect(struct entries *entries, const struct table *table, const struct ignored *ignored) {
    for (size_t i = 0; i < sysinfo_heap_snapshot_leaks(table->snapshot); i++) {
        struct sysinfo_heap_leak leak;
        const struct sysinfo_heap_member *member;
        if (sysinfo_heap_snapshot_leak(table->snapshot, i, &leak, sizeof leak, &member) != SYSINFO_OK) {
            continue;
        }
        if (is_ignored(ignored, table, &leak, member)) {
            entries->ignored_blocks += leak.blocks + leak.kept_blocks;
            entries->ignored_bytes += leak.bytes + leak.kept_bytes;
        } else {
            add_leak(entries, &leak, member);
        }
    }
    if (entries->count > 0) {
        qsort(entries->entry, entries->count, sizeof *entries->entry, by_bytes);
    }
}

static void release(struct entries *entries) {
    for (size_t i = 0; i < entries->count; i++) {
        free(entries->entry[i].site);
    }
    free(entries->entry);
    free(entries->index);
}

/* ---- As text ---- */

static void add_member(struct text *text, const struct table *table, uint64_t number, uint64_t times,
                       const char *prefix) {
    struct sysinfo_heap_site site;
    const struct sysinfo_heap_frame *frame;
    if (sysinfo_heap_snapshot_site(table->snapshot, (size_t)number, &site, sizeof site, &frame) != SYSINFO_OK) {
        return;
    }
    text_addf(text, "%s      ", prefix);
    if (times > 1) {
        text_addf(text, "%" PRIu64 " x ", times);
    }
    site_add(text, table, &site, frame, CALLERS, prefix);
}

static void add_entry(struct text *text, const struct table *table, const struct entry *entry, const char *prefix) {
    const struct sysinfo_heap_leak *leak = &entry->leak;
    text_addf(text, "%s  %s", prefix, leak->is_cycle != 0 ? "CYCLE of " : "LOST ");
    amount_add(text, leak->blocks, entry->bytes / entry->count);
    if (entry->count > 1) {
        text_addf(text, " (%" PRIu64 " such)", entry->count);
    }
    if (entry->kept_blocks > 0) {
        text_add(text, entry->count > 1 ? ", keep " : ", keeps ");
        amount_add(text, entry->kept_blocks, entry->kept_bytes);
    }
    text_add(text, "\n");
    for (uint64_t i = 0, times; i < leak->members; i += times) {
        for (times = 1; i + times < leak->members && entry->site[i + times] == entry->site[i]; times++) {
        }
        add_member(text, table, entry->site[i], times, prefix);
    }
}

static void add_held(struct text *text, const char *name, uint64_t bytes) {
    if (bytes > 0) {
        text_addf(text, ", by %s ", name);
        bytes_add_human(text, bytes);
    }
}

uint64_t leaks_add(struct text *text, const struct table *table, const struct ignored *ignored, const char *prefix) {
    struct entries entries = {.entry = NULL};
    const struct sysinfo_heap_moment *moment = &table->moment;
    collect(&entries, table, ignored);
    uint64_t bytes = moment->lost_bytes - entries.ignored_bytes;
    text_add(text, prefix);
    text_add(text, "leaks of ");
    text_add_plain(text, platform_file_name(table->image));
    text_addf(text, " (pid %" PRIu64 "): ", moment->pid);
    amount_add(text, moment->lost_blocks - entries.ignored_blocks, bytes);
    text_addf(text, " unreachable, of %" PRId64 " block%s%s\n", moment->blocks, moment->blocks == 1 ? "" : "s",
              SYSINFO_IS_ESTIMATED(moment, lost_blocks) ? " (estimated: its threads could not be stopped)" : "");
    for (size_t i = 0; i < entries.count && i < ENTRIES_SHOWN; i++) {
        add_entry(text, table, &entries.entry[i], prefix);
    }
    if (entries.count > ENTRIES_SHOWN) {
        text_addf(text, "%s  and %zu more kinds of leaks\n", prefix, entries.count - ENTRIES_SHOWN);
    }
    if (entries.ignored_blocks > 0) {
        text_addf(text, "%s  ignored: ", prefix);
        amount_add(text, entries.ignored_blocks, entries.ignored_bytes);
        text_add(text, "\n");
    }
    if (moment->perhaps_blocks > 0) {
        text_addf(text, "%s  perhaps unreachable: ", prefix);
        amount_add(text, moment->perhaps_blocks, moment->perhaps_bytes);
        text_add(text, ", held only by what may be an unaligned or tagged pointer\n");
    }
    if (moment->inherited_blocks > 0) {
        text_addf(text, "%s  inherited from its parent and unreachable here: ", prefix);
        amount_add(text, moment->inherited_blocks, moment->inherited_bytes);
        text_add(text, "\n");
    }
    text_addf(text, "%s  still reached: ", prefix);
    bytes_add_human(text, moment->held_by_globals + moment->held_by_thread_locals + moment->held_by_mappings +
                              moment->held_by_stacks + moment->held_by_own_stack);
    add_held(text, "globals", moment->held_by_globals);
    add_held(text, "thread-local variables", moment->held_by_thread_locals);
    add_held(text, "other memory", moment->held_by_mappings);
    add_held(text, "other threads", moment->held_by_stacks);
    add_held(text, "nothing but the last thread's stack", moment->held_by_own_stack);
    text_add(text, "\n");
    release(&entries);
    return bytes;
}

/* ---- As JSON ---- */

void leaks_add_json(struct text *text, const struct table *table, const struct ignored *ignored) {
    struct entries entries = {.entry = NULL};
    const struct sysinfo_heap_moment *moment = &table->moment;
    struct json json = JSON_INIT(text);
    collect(&entries, table, ignored);
    json_open_object(&json, NULL);
    json_add_uint(&json, "pid", moment->pid);
    json_add_string(&json, "image", table->image);
    json_add_bool(&json, "is_estimated", SYSINFO_IS_ESTIMATED(moment, lost_blocks) != 0);
    if (SYSINFO_HAS(moment, pause)) {
        json_addf(&json, "pause", "%.6f", moment->pause);
    } else {
        json_add_null(&json, "pause");
    }
    json_open_object(&json, "unreachable");
    json_add_uint(&json, "blocks", moment->lost_blocks - entries.ignored_blocks);
    json_add_uint(&json, "bytes", moment->lost_bytes - entries.ignored_bytes);
    json_close(&json);
    json_add_uint(&json, "ignored_bytes", entries.ignored_bytes);
    json_open_object(&json, "perhaps");
    json_add_uint(&json, "blocks", moment->perhaps_blocks);
    json_add_uint(&json, "bytes", moment->perhaps_bytes);
    json_close(&json);
    json_open_object(&json, "inherited");
    json_add_uint(&json, "blocks", moment->inherited_blocks);
    json_add_uint(&json, "bytes", moment->inherited_bytes);
    json_close(&json);
    json_open_array(&json, "leaks");
    for (size_t i = 0; i < entries.count; i++) {
        const struct entry *entry = &entries.entry[i];
        json_open_object(&json, NULL);
        json_add_string(&json, "kind", entry->leak.is_cycle != 0 ? "cycle" : "lost");
        json_add_uint(&json, "count", entry->count);
        json_add_uint(&json, "blocks", entry->leak.blocks);
        json_add_uint(&json, "bytes", entry->bytes);
        json_add_uint(&json, "kept_blocks", entry->kept_blocks);
        json_add_uint(&json, "kept_bytes", entry->kept_bytes);
        json_open_array(&json, "members");
        for (uint64_t k = 0; k < entry->leak.members; k++) {
            json_site_add(&json, NULL, table, (size_t)entry->site[k]);
        }
        json_close(&json);
        json_close(&json);
    }
    json_close(&json);
    json_close(&json);
    text_add(text, "\n");
    release(&entries);
}

/* ---- At the end of a run ---- */

static uint64_t report_one(struct text *text, const struct chosen *chosen, const struct ignored *ignored) {
    struct table table = {
        .snapshot = chosen->snapshot, .moment = chosen->moment, .label = chosen->label, .image = chosen->image};
    if (!SYSINFO_HAS(&table.moment, lost_blocks) || table.moment.lost_blocks == 0) {
        return 0;
    }
    table.names = names_open();
    uint64_t bytes = leaks_add(text, &table, ignored, "sysinfo: ");
    names_close(table.names);
    return bytes;
}

int leaks_report(struct text *text, const char *path, const struct ignored *ignored, uint64_t *bytes) {
    struct chosen *chosen = NULL;
    size_t count = 0;
    *bytes = 0;
    int status = choose_all(&chosen, &count, path);
    for (size_t i = 0; i < count; i++) {
        *bytes += report_one(text, &chosen[i], ignored);
    }
    if (status == 0 && count == 0) {
        text_add(text, "sysinfo: leaks: no process of the command could be examined\n");
    } else if (status == 0 && text->length == 0) {
        text_addf(text, "sysinfo: leaks: none in %zu process%s\n", count, count == 1 ? "" : "es");
    }
    chosen_free_all(chosen, count);
    return status;
}
