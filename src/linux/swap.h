/* SPDX-License-Identifier: MIT */
#ifndef SYSINFO_LINUX_SWAP_H
#define SYSINFO_LINUX_SWAP_H

#include "backend.h"

/*
 * `total` and `free` without what was moved; from the same text free memory in
 * bytes (0: not told), and whether it has a SwapTotal line.
 */
int sysinfo__swap_space(struct sysinfo_host *host, struct sysinfo_swap *swap, uint64_t *free_memory, bool *has_line);

#endif
