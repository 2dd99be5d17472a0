/* SPDX-License-Identifier: MIT */
/* Numbers names in order of arrival, and finds a name's number in constant time. */
#ifndef CLI_NAME_INDEX_H
#define CLI_NAME_INDEX_H

#include <stdbool.h>
#include <stddef.h>

struct name_index {
    struct indexed_name {
        const char *name; /* NULL: a free slot. */
        size_t length, number;
    } *slot;
    size_t slots, count;
};
#define NAME_INDEX_INIT {NULL, 0, 0}

/* Returns false and leaves `*number` unchanged if there is no such name. */
bool name_index_find(const struct name_index *index, const char *name, size_t length, size_t *number);

/* Gives a new name the next number, from 0. The string must stay where it is. */
void name_index_add(struct name_index *index, const char *name, size_t length);

void name_index_free(struct name_index *index);

#endif
