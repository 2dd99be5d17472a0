/* SPDX-License-Identifier: MIT */
#include <sysinfo/topology.h>

#include <stdlib.h>
#include <string.h>

#include "internal.h"

struct row {
    struct sysinfo_topology_object object;
    char *cpus; /* Kept for the next text when the list is refilled. */
    size_t cpus_size;
};
struct sysinfo_topology_object_list {
    struct row *row;
    size_t count, capacity;
};

void sysinfo_topology_object_list_free(struct sysinfo_topology_object_list *list) {
    if (list != NULL) {
        for (size_t i = 0; i < list->capacity; i++) {
            free(list->row[i].cpus);
        }
        free(list->row);
        free(list);
    }
}

const struct sysinfo_topology_object *sysinfo_topology_object_list_at(const struct sysinfo_topology_object_list *list,
                                                                      size_t index) {
    return list == NULL || index >= list->count ? NULL : &list->row[index].object;
}

const char *sysinfo_topology_object_list_cpus(const struct sysinfo_topology_object_list *list, size_t index) {
    return list == NULL || index >= list->count ? NULL : list->row[index].cpus;
}

size_t sysinfo_topology_object_list_count_type(const struct sysinfo_topology_object_list *list, uint32_t type) {
    size_t count = 0;
    for (size_t i = 0; list != NULL && i < list->count; i++) {
        count += list->row[i].object.type == type;
    }
    return count;
}

/* ---- Rows ---- */

static bool reserve(struct sysinfo_topology_object_list *list, size_t count) {
    if (count <= list->capacity) {
        return true;
    }
    struct row *row = realloc(list->row, count * sizeof *row);
    if (row == NULL) {
        return false;
    }
    memset(row + list->capacity, 0, (count - list->capacity) * sizeof *row);
    list->row = row;
    list->capacity = count;
    return true;
}

bool sysinfo__topology_copy(struct sysinfo_topology_object_list *to, const struct sysinfo_topology_object_list *from) {
    bool had_memory = reserve(to, from->count);
    for (size_t i = 0; i < from->count && had_memory; i++) {
        had_memory = sysinfo__text_reserve(&to->row[i].cpus, &to->row[i].cpus_size, strlen(from->row[i].cpus));
    }
    for (size_t i = 0; i < from->count && had_memory; i++) {
        to->row[i].object = from->row[i].object;
        memcpy(to->row[i].cpus, from->row[i].cpus, strlen(from->row[i].cpus) + 1);
    }
    to->count = had_memory ? from->count : to->count;
    return had_memory;
}

struct sysinfo_topology_object *sysinfo__topology_add(struct sysinfo_topology_object_list *list, const char *cpus) {
    if (list->count == list->capacity && !reserve(list, list->capacity == 0 ? 32 : list->capacity * 2)) {
        return NULL;
    }
    struct row *row = &list->row[list->count];
    size_t length = strlen(cpus);
    if (!sysinfo__text_reserve(&row->cpus, &row->cpus_size, length)) {
        return NULL;
    }
    list->count++;
    memcpy(row->cpus, cpus, length + 1);
    memset(&row->object, 0, sizeof row->object);
    return &row->object;
}

static size_t end_of(const struct sysinfo_topology_object_list *list, size_t index) {
    size_t end = index + 1;
    while (end < list->count && list->row[end].object.depth > list->row[index].object.depth) {
        end++;
    }
    return end;
}

/* Moves the row `from` to `to`, and shifts the rows between them by one. */
static void move(struct sysinfo_topology_object_list *list, size_t from, size_t to) {
    struct row row = list->row[from];
    if (from < to) {
        memmove(list->row + from, list->row + from + 1, (to - from) * sizeof row);
    } else {
        memmove(list->row + to + 1, list->row + to, (from - to) * sizeof row);
    }
    list->row[to] = row;
}

struct sysinfo_topology_object *sysinfo__topology_insert(struct sysinfo_topology_object_list *list, size_t index,
                                                         const char *cpus) {
    if (sysinfo__topology_add(list, cpus) == NULL) {
        return NULL;
    }
    move(list, list->count - 1, index);
    return &list->row[index].object;
}

void sysinfo__topology_remove(struct sysinfo_topology_object_list *list, size_t index) {
    for (size_t end = end_of(list, index), i = index + 1; i < end; i++) {
        list->row[i].object.depth--;
    }
    move(list, index, list->count - 1); /* Keeps its text buffer for the next row. */
    list->count--;
}

size_t sysinfo__topology_take_in(struct sysinfo_topology_object_list *list, size_t around, size_t index) {
    size_t count = end_of(list, index) - index, to = end_of(list, around);
    uint64_t depth = list->row[around].object.depth + 1, was = list->row[index].object.depth;
    for (size_t i = 0; i < count; i++) {
        list->row[index + i].object.depth += depth - was;
        move(list, index + i, to + i);
    }
    return count;
}

struct sysinfo_topology_object_list *sysinfo__topology_make(void) {
    return calloc(1, sizeof(struct sysinfo_topology_object_list));
}
