/* SPDX-License-Identifier: MIT */
#include "output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fail.h"
#include "platform.h"

int output_open(struct output *output, const char *path, bool is_stream) {
    *output = (struct output){.path = path};
    if (path == NULL) {
        return 0;
    }
    const char *error = platform_file_open(&output->file, path, is_stream, &output->continues);
    return error == NULL ? 0 : trouble("%s: %s", path, error);
}

int output_renew(struct output *output, bool *is_new) {
    *is_new = false;
    if (output->file == NULL) {
        return 0;
    }
    const char *error = platform_file_renew(output->file, is_new, &output->continues);
    return error == NULL ? 0 : trouble("%s: %s", output->path, error);
}

int output_find_lines(const struct output *output, struct text *first, bool *has_end) {
    FILE *file = fopen(output->path, "rb");
    if (file == NULL) {
        return trouble("%s: %s", output->path, strerror(errno));
    }
    char part[2] = "";
    for (int byte; part[0] != '\n' && (byte = getc(file)) != EOF && first->length < (1 << 20);) {
        part[0] = (char)byte;
        text_add(first, part);
    }
    *has_end = fseek(file, -1, SEEK_END) != 0 || getc(file) == '\n';
    fclose(file);
    return 0;
}

int output_write(struct output *output, const struct text *text) {
    if (output->file == NULL) {
        const char *error = platform_write(1, text->bytes, text->length);
        return error == NULL ? 0 : trouble_writing(error);
    }
    const char *error = platform_file_write(output->file, text->bytes, text->length);
    return error == NULL ? 0 : trouble("%s: write error: %s", output->path, error);
}

int output_close(struct output *output, bool is_good) {
    if (output->file == NULL) {
        return 0;
    }
    const char *error = platform_file_close(output->file, is_good);
    return error == NULL ? 0 : trouble("%s: write error: %s", output->path, error);
}

int output_finish(struct output *output, const struct text *text) {
    int status = output_write(output, text);
    int closed = output_close(output, status == 0);
    return status != 0 ? status : closed;
}

int output_put(const char *path, const struct text *text) {
    struct output output;
    int status = output_open(&output, path, false);
    return status != 0 ? status : output_finish(&output, text);
}
