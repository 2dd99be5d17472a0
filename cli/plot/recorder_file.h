/* SPDX-License-Identifier: MIT */
/* The file of a recording: what is written goes to its end, and nobody else records into it. */
#ifndef CLI_RECORDER_FILE_H
#define CLI_RECORDER_FILE_H

#include <stdbool.h>
#include <stddef.h>

struct recorder_file;

/*
 * Opens the file and empties it. A regular file that has bytes, and not these `length` of `head` first, is no
 * recording and is refused. NULL after a message. `*location` is the path by which marks of other processes find it,
 * to be freed; NULL: they cannot.
 */
struct recorder_file *recorder_file_open(const char *path, const char *head, size_t length, char **location);

/* False after a message. */
bool recorder_file_write(struct recorder_file *file, const char *bytes, size_t count);

void recorder_file_close(struct recorder_file *file);

#endif
