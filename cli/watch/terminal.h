/* SPDX-License-Identifier: MIT */
/* The terminal that a screen is drawn on: one file for each family of systems. */
#ifndef CLI_WATCH_TERMINAL_H
#define CLI_WATCH_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include "watch/canvas.h"

/* Why stdout can have no screen, as a clause; NULL: it can. */
const char *terminal_refusal(void);

/*
 * Takes the terminal: a screen of its own, no cursor, keys that arrive at once and are not shown. However the process
 * ends, but for SIGKILL, the terminal is then as it was; the same while it is stopped.
 */
void terminal_open(void);
void terminal_close(void);

/* Whether the screen may be drawn: not while this process is in the background. */
bool terminal_is_ours(void);

void terminal_size(size_t *columns, size_t *rows);
bool terminal_has_blocks(void); /* The characters of Unicode. */
enum palette terminal_palette(void);

enum terminal_event { TERMINAL_TIME, TERMINAL_CHANGED, TERMINAL_QUIT };

/* Until platform_clock() shows `time`, or the size has changed, or q was pressed. */
enum terminal_event terminal_wait(double time);

#endif
