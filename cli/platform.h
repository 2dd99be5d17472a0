/* SPDX-License-Identifier: MIT */
/* What the command needs of an operating system beside the library: one file per family implements it. */
#ifndef CLI_PLATFORM_H
#define CLI_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* First of all: nothing that is opened later may be mistaken for a closed standard stream. */
void platform_start(void);

/*
 * For a child of this process that becomes another program: undoes what platform_start() has
 * changed and a program inherits. Where there is fork().
 */
void platform_leave(void);

/* Sets a variable of the environment for this process. */
void platform_set_variable(const char *name, const char *value);

/* Seconds on the monotonic clock, and a sleep until that clock shows `time`, which no signal shortens. */
double platform_clock(void);
void platform_sleep_until(double time);

/* Seconds of CPU that this process has used. */
double platform_own_cpu(void);

/* Milliseconds since 1970, UTC. */
int64_t platform_wall_clock(void);

/* The shortest interval over which CPU use means anything: a tick of the kernel's clock, in seconds. */
double platform_cpu_tick(void);

/* Columns of the terminal that a standard stream (1 or 2) is; 0: it is none. Only plots and progress may ask. */
size_t platform_terminal_width(int fd);

/*
 * Writes all bytes to the standard stream `fd` (1 or 2), in one write() where the
 * system takes them at once. Where it may not (more than 4096 bytes into a pipe),
 * a request to end waits until the bytes are out, but for no longer than a second.
 * NULL when they are written, else the reason.
 */
const char *platform_write(int fd, const char *bytes, size_t count);

/*
 * A file that is written. With `appends`, bytes go to its end; *continues says
 * whether there were some. Else, a regular file (or none yet) is replaced when it
 * is closed, whole: a new file beside it, made then, flushed to the disk and renamed over it with
 * its mode; links are followed. Anything else, a pipe or a device, is written in
 * place. Each returns NULL, or the reason why not.
 */
struct platform_file;
const char *platform_file_open(struct platform_file **opened, const char *path, bool appends, bool *continues);

/*
 * For a file that is appended to, before a write: opens it again when SIGHUP has arrived, as programs that rotate
 * files send it. *is_new says whether that was so, or whether the file was emptied; *continues, then, whether there
 * are bytes in it.
 */
const char *platform_file_renew(struct platform_file *file, bool *is_new, bool *continues);
const char *platform_file_write(struct platform_file *file, const char *bytes, size_t count);
const char *platform_file_close(struct platform_file *file, bool is_good);

/* What follows the last separator of a path; the whole path where nothing does. */
const char *platform_file_name(const char *path);

/* Whether both paths name one regular file, or, where there is none yet, are the same text. */
bool platform_is_same_file(const char *path, const char *other);

#endif
