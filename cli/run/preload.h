/* SPDX-License-Identifier: MIT */
/* The tracker's library, which is put in front of a command's own. */
#ifndef CLI_PRELOAD_H
#define CLI_PRELOAD_H

#include "text.h"

/*
 * Puts into `text` what LD_PRELOAD must be for a command: the library, by its full
 * path, and behind it what is there now. Returns 0, or the status after a message
 * that names where it was looked for.
 */
int preload_find(struct text *text);

#endif
