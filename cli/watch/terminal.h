/* SPDX-License-Identifier: MIT */
/* The terminal that a screen is drawn on; one file per family of systems. */
#ifndef CLI_WATCH_TERMINAL_H
#define CLI_WATCH_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include "watch/canvas.h"

/* Why stdout cannot show a screen, as a clause; NULL: it can. */
const char *terminal_refusal(void);

/*
 * Switches to a separate screen without a cursor, and to keys that arrive immediately and are not echoed. The terminal
 * is restored however the process ends, except by SIGKILL, and also while it is stopped.
 */
void terminal_open(void);
void terminal_close(void);

/* Whether the screen may be drawn: not from the background. */
bool terminal_is_ours(void);

void terminal_size(size_t *columns, size_t *rows);
bool terminal_has_blocks(void); /* It can show Unicode's block characters. */
enum palette terminal_palette(void);

enum terminal_event { TERMINAL_TIME, TERMINAL_CHANGED, TERMINAL_QUIT };

/* Waits until platform_clock() shows `time`, the size has changed, or q was pressed. */
enum terminal_event terminal_wait(double time);

#endif
