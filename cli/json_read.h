/* SPDX-License-Identifier: MIT */
/* Finds values in a JSON document that lies in memory, without building anything. */
#ifndef CLI_JSON_READ_H
#define CLI_JSON_READ_H

#include <stdbool.h>

/*
 * The value of a member of the object at `object`, whose text begins there; NULL: there is none, or what lies before
 * it is not JSON. Keys are compared as they are written: one with escapes is never found.
 */
const char *json_member(const char *object, const char *key);

/* The number at `value`. False: it is something else, such as null; NULL is. */
bool json_number(const char *value, double *number);

/* Whether `text` is one whole JSON value and blanks. */
bool json_is_whole(const char *text);

#endif
