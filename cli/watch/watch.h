/* SPDX-License-Identifier: MIT */
#ifndef CLI_WATCH_H
#define CLI_WATCH_H

#include "options.h"

/* `sysinfo watch`. Returns the exit status. */
int run_watch(struct options *options);

#endif
