/* SPDX-License-Identifier: MIT */
/* The file of a recording: bytes are appended, and only one program records into it. */
#ifndef CLI_RECORDER_FILE_H
#define CLI_RECORDER_FILE_H

#include <stdbool.h>
#include <stddef.h>

struct recorder_file;

/*
 * Opens the file and empties it. A regular file with other bytes than these `length` of `head` at its start is not a
 * recording, and is refused. Sets `*location` to the path by which other processes' marks find it, to be freed; NULL:
 * they cannot. Returns NULL after a message.
 */
struct recorder_file *recorder_file_open(const char *path, const char *head, size_t length, char **location);

/* Returns false after a message. */
bool recorder_file_write(struct recorder_file *file, const char *bytes, size_t count);

void recorder_file_close(struct recorder_file *file);

#endif
