/* SPDX-License-Identifier: MIT */
/* `sysinfo run`. Returns the exit status. */
#ifndef CLI_RUN_H
#define CLI_RUN_H

#include "options.h"

int run_command(struct options *options);

#endif
