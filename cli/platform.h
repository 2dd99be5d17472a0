/* SPDX-License-Identifier: MIT */
/* What the command needs of an operating system beside the library: one file per family implements it. */
#ifndef CLI_PLATFORM_H
#define CLI_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* First of all: nothing that is opened later may be mistaken for a closed standard stream. */
void platform_start(void);

/* Seconds on the monotonic clock, and a sleep until that clock shows `time`, which no signal shortens. */
double platform_clock(void);
void platform_sleep_until(double time);

/* Milliseconds since 1970, UTC. */
int64_t platform_wall_clock(void);

/*
 * Writes all bytes to the standard stream `fd` (1 or 2), in one write() where the
 * system takes them at once. NULL when they are written, else the reason.
 */
const char *platform_write(int fd, const char *bytes, size_t count);

/* The shortest interval over which CPU use means anything: a tick of the kernel's clock, in seconds. */
double platform_cpu_tick(void);

#endif
