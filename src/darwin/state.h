/* SPDX-License-Identifier: MIT */
#ifndef SYSINFO_STATE_H
#define SYSINFO_STATE_H

/* Nothing is kept: Mach's answers come in memory of their own and go back at once. */
struct sysinfo__state {
    char nothing;
};

#endif
