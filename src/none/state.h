/* SPDX-License-Identifier: MIT */
#ifndef SYSINFO_STATE_H
#define SYSINFO_STATE_H

/* Nothing is kept where nothing is known. */
struct sysinfo__state {
    char nothing;
};

#endif
