/* SPDX-License-Identifier: MIT */
/* The commands by name. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include <stdbool.h>

#include "options.h"

bool commands_has_name(const char *name);

/* OPTION_BIT of each option that the command takes, besides --help and --version; NULL: the overview. */
uint64_t commands_options(const char *name);

/* 0, or the status after a message that suggests what may have been meant. */
int commands_check_name(const char *name);

/* Runs what the options ask for; returns the exit status. */
int commands_run(struct options *options);

#endif
