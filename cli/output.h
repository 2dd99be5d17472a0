/* SPDX-License-Identifier: MIT */
/* Where samples go: stdout, or the file of --output. */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdbool.h>

#include "text.h"

struct output {
    const char *path;           /* NULL: stdout. */
    struct platform_file *file; /* NULL: stdout. */
    bool continues;             /* The file had lines already: they began with a header. */
};

/*
 * Opens stdout for a NULL path. A stream is appended to the file. What is written
 * once replaces it as a whole, or not at all. Returns 0, or the status after a
 * message.
 */
int output_open(struct output *output, const char *path, bool is_stream);

/*
 * Before a sample: opens a file that was rotated again. *is_new says whether it, or a file that was emptied, begins
 * anew: with a header, unless it `continues`. 0, or the status after a message.
 */
int output_renew(struct output *output, bool *is_new);

/*
 * Of the file that is being continued: adds the first line, with its end, and says whether the last one has an end. 0,
 * or the status after a message.
 */
int output_find_lines(const struct output *output, struct text *first, bool *has_end);

/* Writes at once. 0, or the status after a message. */
int output_write(struct output *output, const struct text *text);

/* Ends it; `is_good` false: what was to replace a file is thrown away. 0, or the status after a message. */
int output_close(struct output *output, bool is_good);

/* Writes the last bytes and closes it, whether they could be written or not. 0, or the status after a message. */
int output_finish(struct output *output, const struct text *text);

/* Does all three for a text that is complete. 0, or the status after a message. */
int output_put(const char *path, const struct text *text);

#endif
