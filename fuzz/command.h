/* SPDX-License-Identifier: MIT */
/* For parts of the command: the program's own objects, except that their output is kept here. */
#ifndef SYSINFO_FUZZ_COMMAND_H
#define SYSINFO_FUZZ_COMMAND_H

#include "../cli/fail.h"
#include "../cli/options.h"
#include "../cli/text.h"
#include "harness.h"

/*
 * What was written to stdout and stderr since command_begin(). The harness is linked with --wrap for the only function
 * that writes.
 */
static struct text command_written[3];
static size_t command_writes[3];

const char *__wrap_platform_write(int fd, const char *bytes, size_t count);

const char *__wrap_platform_write(int fd, const char *bytes, size_t count) {
    MUST(fd == 1 || fd == 2);
    struct text *text = &command_written[fd];
    text_reserve(text, count);
    memcpy(text->bytes + text->length, bytes, count);
    text->length += count;
    text->bytes[text->length] = '\0';
    command_writes[fd]++;
    return NULL;
}

static inline void command_begin(void) {
    for (int fd = 1; fd <= 2; fd++) {
        text_free(&command_written[fd]);
        text_add(&command_written[fd], "");
        command_writes[fd] = 0;
    }
    fail_set_command("", false);
}

/*
 * Each message is one line that begins with the program's name and contains nothing that moves a terminal's cursor. A
 * failure has one message; success has only notes.
 */
static inline void command_must_explain(int status) {
    const struct text *said = &command_written[2];
    MUST(status == 0 || said->length > 0);
    MUST(strlen(said->bytes) == said->length);
    size_t lines = 0;
    for (const char *line = said->bytes; *line != '\0'; lines++) {
        const char *end = strchr(line, '\n');
        MUST(end != NULL && strncmp(line, "sysinfo", 7) == 0 && (line[7] == ':' || line[7] == ' '));
        for (; line < end; line++) {
            MUST((unsigned char)*line >= 32 && *line != 127);
        }
        line = end + 1;
    }
    MUST(lines == command_writes[2]);
}

/* The lines of the input as words, at most `most`, in a copy that is kept until the next input. */
static inline size_t command_words(const uint8_t *data, size_t size, char **words, size_t most) {
    static char *copy;
    free(copy);
    copy = memory(size + 1);
    memcpy(copy, data, size);
    copy[size] = '\0';
    size_t count = 0;
    for (char *word = copy, *end; count < most && word <= copy + size; word = end + 1) {
        end = word + strcspn(word, "\n");
        bool is_last = *end == '\0';
        *end = '\0';
        words[count++] = word;
        if (is_last) {
            break;
        }
    }
    return count;
}

#endif
