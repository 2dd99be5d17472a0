/* SPDX-License-Identifier: MIT */
#include "blocks/references.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "platform.h"

/* ---- Labels ---- */

static uint64_t hash_of(const char *label) {
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    for (; *label != '\0'; label++) {
        hash = (hash ^ (unsigned char)*label) * UINT64_C(0x100000001B3);
    }
    return hash ^ hash >> 32;
}

const char *roots_label(const struct roots *roots, size_t group) {
    return roots->label.bytes + roots->begin[group];
}

static size_t *find_place(struct roots *roots, const char *label) {
    size_t i = (size_t)hash_of(label) & (roots->index_room - 1);
    while (roots->index[i] != 0 && strcmp(roots_label(roots, roots->index[i] - 1), label) != 0) {
        i = (i + 1) & (roots->index_room - 1);
    }
    return &roots->index[i];
}

static void grow(struct roots *roots) {
    roots->room = roots->room == 0 ? 64 : roots->room * 2;
    roots->index_room = roots->room * 2;
    roots->begin = realloc(roots->begin, roots->room * sizeof *roots->begin);
    free(roots->index);
    roots->index = calloc(roots->index_room, sizeof *roots->index);
    if (roots->begin == NULL || roots->index == NULL) {
        fail_no_memory();
    }
    for (size_t i = 0; i < roots->groups; i++) {
        *find_place(roots, roots_label(roots, i)) = i + 1;
    }
}

size_t roots_group(struct roots *roots, const char *label) {
    if (roots->groups == roots->room) {
        grow(roots);
    }
    size_t *place = find_place(roots, label);
    if (*place == 0) {
        size_t length = strlen(label) + 1;
        text_reserve(&roots->label, length);
        memcpy(roots->label.bytes + roots->label.length, label, length);
        roots->begin[roots->groups] = roots->label.length;
        roots->label.length += length;
        *place = ++roots->groups;
    }
    return *place - 1;
}

/* ---- A root ---- */

static void add_variable(struct text *text, const struct table *table, const struct sysinfo_heap_frame *place,
                         bool is_thread_local) {
    uint64_t offset = 0;
    bool is_rest = place->offset == UINT64_MAX;
    const char *name = is_rest ? NULL : names_variable(table->names, place, is_thread_local, &offset);
    if (name != NULL) {
        text_add_plain(text, name);
        text_add(text, " of ");
    } else if (is_rest) {
        text_add(text, "more variables of ");
    }
    text_add_plain(text, platform_file_name(place->module));
    if (name == NULL && !is_rest) {
        text_addf(text, "+0x%" PRIx64, place->offset);
    }
    text_add(text, is_thread_local ? " (thread-local)" : " (global)");
}

static void add_thread(struct text *text, const struct sysinfo_heap_root *root, const char *name) {
    text_addf(text, "thread %" PRIu64, root->thread);
    if (*name != '\0') {
        text_add(text, " (");
        text_add_plain(text, name);
        text_add(text, ")");
    }
}

static void add_root(struct text *text, const struct table *table, size_t index) {
    struct sysinfo_heap_root root;
    struct sysinfo_heap_frame place;
    const char *name;
    if (sysinfo_heap_snapshot_root(table->snapshot, index, &root, sizeof root, &place, &name) != SYSINFO_OK) {
        return;
    }
    switch (root.kind) {
    case SYSINFO_HEAP_ROOT_GLOBAL:
    case SYSINFO_HEAP_ROOT_THREAD_LOCAL:
        if (*place.module != '\0') {
            add_variable(text, table, &place, root.kind == SYSINFO_HEAP_ROOT_THREAD_LOCAL);
            return;
        }
        text_add(text, "variables of ");
        text_add_plain(text, *name != '\0' ? platform_file_name(name) : "a module");
        return;
    case SYSINFO_HEAP_ROOT_STACK:
    case SYSINFO_HEAP_ROOT_OWN_STACK:
        text_add(text, "stack of ");
        add_thread(text, &root, name);
        text_add(text, root.kind == SYSINFO_HEAP_ROOT_OWN_STACK ? ", which took the snapshot" : "");
        return;
    case SYSINFO_HEAP_ROOT_REGISTER:
        text_add(text, "registers of ");
        add_thread(text, &root, name);
        return;
    default:
        if (root.address == 0) {
            text_add(text, "other memory");
            return;
        }
        text_addf(text, "memory at 0x%" PRIx64, root.address);
        if (*name != '\0') {
            text_add(text, ", ");
            text_add_plain(text, platform_file_name(name));
        }
        return;
    }
}

void roots_open(struct roots *roots, const struct table *table) {
    struct text label = TEXT_INIT;
    *roots = (struct roots){.label = TEXT_INIT, .roots = sysinfo_heap_snapshot_roots(table->snapshot)};
    roots->group = calloc(roots->roots + 1, sizeof *roots->group);
    if (roots->group == NULL) {
        fail_no_memory();
    }
    for (size_t i = 0; i < roots->roots; i++) {
        text_clear(&label);
        text_add(&label, "");
        add_root(&label, table, i);
        roots->group[i] = roots_group(roots, label.length > 0 ? label.bytes : "");
    }
    text_free(&label);
}

void roots_free(struct roots *roots) {
    free(roots->group);
    free(roots->begin);
    free(roots->index);
    text_free(&roots->label);
}
