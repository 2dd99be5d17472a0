/* SPDX-License-Identifier: MIT */
/* `sysinfo run`, `sysinfo mark` and `sysinfo plot`. Each returns the exit status. */
#ifndef CLI_RUN_COMMAND_H
#define CLI_RUN_COMMAND_H

#include "options.h"

int run_command(struct options *options);
int run_mark(struct options *options);
int run_plot(struct options *options);

#endif
