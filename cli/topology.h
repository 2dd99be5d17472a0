/* SPDX-License-Identifier: MIT */
/* `sysinfo topology`, and what else asks how the machine is built. */
#ifndef CLI_TOPOLOGY_H
#define CLI_TOPOLOGY_H

#include "options.h"

int run_topology(struct options *options);

/* The library's hwloc finds another root through its own variable: this process is ours, so it may be set. Before the first host is opened. */
void topology_choose_root(const struct options *options);

#endif
