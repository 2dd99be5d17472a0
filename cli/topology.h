/* SPDX-License-Identifier: MIT */
/* `sysinfo topology`, and what else asks how the machine is built. */
#ifndef CLI_TOPOLOGY_H
#define CLI_TOPOLOGY_H

#include "options.h"

int run_topology(struct options *options);

/*
 * The hwloc library takes another root, and silence, from variables of the environment: this
 * process is ours, so they may be set.
 */
void topology_choose_root(const struct options *options);

#endif
