/* SPDX-License-Identifier: MIT */
/* What the command needs from the operating system beside the library; one file per family implements it. */
#ifndef CLI_PLATFORM_H
#define CLI_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Call first, so that no file opened later takes the number of a closed standard stream. */
void platform_start(void);

/*
 * For a child process before exec: undoes the changes of platform_start() and platform_allow_descriptors() that a
 * program would inherit. Exists where fork() does.
 */
void platform_leave(void);

/* Sets an environment variable for this process. */
void platform_set_variable(const char *name, const char *value);

/*
 * How many files this process may have open, at most `count`. If fewer, raises the limit as far as the system permits;
 * platform_leave() lowers it again.
 */
size_t platform_allow_descriptors(size_t count);

/* Seconds on the monotonic clock; and a sleep until that clock shows `time`, which no signal shortens. */
double platform_clock(void);
void platform_sleep_until(double time);

/* Seconds of CPU that this process has used. */
double platform_own_cpu(void);

/* Milliseconds since 1970, UTC. */
int64_t platform_wall_clock(void);

/* The shortest interval over which CPU use is meaningful: a tick of the kernel's clock, in seconds. */
double platform_cpu_tick(void);

/* The terminal width of a standard stream (1 or 2); 0: not a terminal. Only plots and progress may depend on it. */
size_t platform_terminal_width(int fd);

/*
 * Writes all bytes to the standard stream `fd` (1 or 2), in one write() if the system takes them at once. If it may not
 * (more than 4096 bytes into a pipe), a request to end is deferred until the bytes are out, but for at most a second.
 * Returns NULL, or the reason for a failure.
 */
const char *platform_write(int fd, const char *bytes, size_t count);

/*
 * A file to write. With `appends`, bytes go to its end; *continues says whether it had any. Otherwise a regular or
 * missing file is replaced as a whole on closing: a new file is created beside it, flushed to disk and renamed over it
 * with its mode; links are followed. Anything else, such as a pipe or a device, is written in place. Each function
 * returns NULL, or the reason for a failure.
 */
struct platform_file;
const char *platform_file_open(struct platform_file **opened, const char *path, bool appends, bool *continues);

/*
 * Call before a write to a file that is appended to: reopens it if SIGHUP has arrived, which log rotation sends. Sets
 * *is_new if it was reopened or had been emptied, and *continues if it then has bytes.
 */
const char *platform_file_renew(struct platform_file *file, bool *is_new, bool *continues);
const char *platform_file_write(struct platform_file *file, const char *bytes, size_t count);
const char *platform_file_close(struct platform_file *file, bool is_good);

/* The part of a path after its last separator; the whole path if that is empty. */
const char *platform_file_name(const char *path);

/* Whether both paths name the same regular file; for a missing file, whether they are the same text. */
bool platform_is_same_file(const char *path, const char *other);

#endif
