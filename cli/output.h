/* SPDX-License-Identifier: MIT */
/* Where samples go: stdout, or the file of --output. */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdbool.h>

#include "text.h"

struct output {
    const char *path;           /* NULL: stdout. */
    struct platform_file *file; /* NULL: stdout. */
    bool continues;             /* The file already had lines, below their header. */
};

/*
 * Opens stdout if `path` is NULL. A stream is appended to the file; a single output replaces the file as a whole, or
 * not at all. Returns 0, or the status after a message.
 */
int output_open(struct output *output, const char *path, bool is_stream);

/*
 * Call before a sample: reopens a file that was rotated. Sets *is_new if the file starts over (rotated or emptied) and
 * needs a header unless it `continues`. Returns 0, or the status after a message.
 */
int output_renew(struct output *output, bool *is_new);

/*
 * For a file that is being continued: adds its first line, with the line end, and sets whether the last line is
 * complete. Returns 0, or the status after a message.
 */
int output_find_lines(const struct output *output, struct text *first, bool *has_end);

/* Writes immediately. Returns 0, or the status after a message. */
int output_write(struct output *output, const struct text *text);

/*
 * Closes the output. With `is_good` false, a file to be replaced stays as it was. Returns 0, or the status after a
 * message.
 */
int output_close(struct output *output, bool is_good);

/* Writes the last bytes and closes the output, even if writing fails. Returns 0, or the status after a message. */
int output_finish(struct output *output, const struct text *text);

/* Opens, writes and closes, for a complete text. Returns 0, or the status after a message. */
int output_put(const char *path, const struct text *text);

#endif
