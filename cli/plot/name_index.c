/* SPDX-License-Identifier: MIT */
#include "plot/name_index.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"

/* FNV-1a. */
static uint64_t hash_of(const char *name, size_t length) {
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ (unsigned char)name[i]) * UINT64_C(1099511628211);
    }
    return hash;
}

/* The slot that holds the name, or the free slot where it belongs. */
static struct indexed_name *slot_of(const struct name_index *index, const char *name, size_t length) {
    size_t at = (size_t)(hash_of(name, length) % index->slots);
    struct indexed_name *slot = &index->slot[at];
    while (slot->name != NULL && (slot->length != length || memcmp(slot->name, name, length) != 0)) {
        at = at + 1 < index->slots ? at + 1 : 0;
        slot = &index->slot[at];
    }
    return slot;
}

bool name_index_find(const struct name_index *index, const char *name, size_t length, size_t *number) {
    if (index->count == 0) {
        return false;
    }
    const struct indexed_name *slot = slot_of(index, name, length);
    *number = slot->name != NULL ? slot->number : *number;
    return slot->name != NULL;
}

static void grow(struct name_index *index) {
    struct name_index grown = {.slots = index->slots > 0 ? index->slots * 2 : 64, .count = index->count};
    grown.slot = calloc(grown.slots, sizeof *grown.slot);
    if (grown.slot == NULL) {
        fail_no_memory();
    }
    for (size_t i = 0; i < index->slots; i++) {
        if (index->slot[i].name != NULL) {
            *slot_of(&grown, index->slot[i].name, index->slot[i].length) = index->slot[i];
        }
    }
    free(index->slot);
    *index = grown;
}

void name_index_add(struct name_index *index, const char *name, size_t length) {
    if (index->count * 2 >= index->slots) {
        grow(index);
    }
    *slot_of(index, name, length) = (struct indexed_name){name, length, index->count++};
}

void name_index_free(struct name_index *index) {
    free(index->slot);
    *index = (struct name_index)NAME_INDEX_INIT;
}
