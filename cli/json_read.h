/* SPDX-License-Identifier: MIT */
/* Finds values in a JSON document in memory, without building a tree. */
#ifndef CLI_JSON_READ_H
#define CLI_JSON_READ_H

#include <stdbool.h>

/*
 * Returns the value of a member of the object at `object`; NULL: no such member, or invalid JSON before it. Keys are
 * compared as written: one with escapes is never found.
 */
const char *json_member(const char *object, const char *key);

/* Reads the number at `value`. False for anything else, such as null or a NULL pointer. */
bool json_number(const char *value, double *number);

/* Whether `text` is one whole JSON value and blanks. */
bool json_is_whole(const char *text);

#endif
