/* SPDX-License-Identifier: MIT */
#ifndef CLI_WAIT_H
#define CLI_WAIT_H

#include "options.h"

/*
 * `sysinfo check` and `sysinfo wait`: exit status 0 when the conditions hold, 1 when they do not,
 * or not in time.
 */
int run_check(struct options *options);
int run_wait(struct options *options);

#endif
