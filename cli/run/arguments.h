/* SPDX-License-Identifier: MIT */
/* What the command line asks of `sysinfo run`, and the limits in it. */
#ifndef CLI_ARGUMENTS_H
#define CLI_ARGUMENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "blocks/leaks.h"
#include "options.h"

struct limits {
    uint64_t max_mem, budget; /* 0: none. */
    uint64_t whole;           /* The base of a percentage: */
    bool is_of_cgroup;        /* the cgroup's limit, or the machine's memory. */
    struct ignored ignored;   /* Leaks. */
};

/*
 * Checks the options, and reads the limits and files among them. Returns 0, or the status after a message; call
 * ignored_free() either way.
 */
int arguments_check(struct limits *limits, const struct options *options);

#endif
