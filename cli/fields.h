/* SPDX-License-Identifier: MIT */
#ifndef CLI_FIELDS_H
#define CLI_FIELDS_H

#include "options.h"

/* Prints the fields of a group, all for NULL; returns the exit status. */
int print_fields(const struct options *options, const char *group);

#endif
