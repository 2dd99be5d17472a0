/* SPDX-License-Identifier: MIT */
/*
 * Arbitrary names in the command's output for programs; each line of the input is a name. The output is parsed again.
 */
#include "command.h"
#include "json.h"

#include "run/report.h"
#include "utf8.h"

enum { MOST_WORDS = 6 };

/* Decodes a JSON string without escapes other than those of one byte, and compares it with the name. */
static void must_be_the_name(const char *json, const char *name) {
    for (json++; *name != '\0'; name++) {
        size_t length = utf8_length(name);
        if (length == 0) {
            MUST(strncmp(json, "\\ufffd", 6) == 0);
            json += 6;
        } else if (*json == '\\' && json[1] == 'u') {
            MUST(strtol((char[]){json[2], json[3], json[4], json[5], '\0'}, NULL, 16) == (unsigned char)*name);
            json += 6;
        } else {
            json += *json == '\\';
            MUST(memcmp(json, name, length) == 0);
            json += length;
            name += length - 1;
        }
    }
    MUST(strcmp(json, "\"") == 0);
}

static void try_json(const char *name) {
    struct text text = {NULL, 0, 0};
    text_add_json(&text, name);
    const char *behind = json_string(text.bytes);
    MUST(*behind == '\0' && text.length == strlen(text.bytes));
    must_be_the_name(text.bytes, name);
    text_free(&text);
}

/* RFC 4180, except that a line break within a name becomes a blank: every record is one line. */
static void try_csv(const char *name) {
    struct text text = {NULL, 0, 0};
    text_add(&text, "");
    text_add_csv(&text, name);
    MUST(strpbrk(text.bytes, "\r\n") == NULL);
    const char *p = text.bytes;
    bool is_quoted = *p == '"';
    p += is_quoted;
    for (; *name != '\0'; name++, p++) {
        char expected = *name == '\n' || *name == '\r' ? ' ' : *name;
        MUST(is_quoted || (*p != '"' && *p != ','));
        MUST(*p == expected && (*p != '"' || *++p == '"'));
    }
    MUST(strcmp(p, is_quoted ? "\"" : "") == 0);
    text_free(&text);
}

static void try_report(char *const *words, size_t count) {
    const char *command[MOST_WORDS + 1] = {NULL};
    for (size_t i = 0; i < count; i++) {
        command[i] = words[i];
    }
    struct report report = {.command = command,
                            .name = words[0],
                            .pid = 47,
                            .peak = 4096,
                            .peak_pid = 48,
                            .samples = 3,
                            .elapsed = 0.5,
                            .recording = words[count - 1]};
    snprintf(report.peak_name, sizeof report.peak_name, "%s", words[count - 1]);
    struct text text = {NULL, 0, 0};
    report_add_json(&text, &report);
    must_be_json_lines(text.bytes);
    text_clear(&text);
    report_add_text(&text, &report);
    for (const char *line = text.bytes, *end; *line != '\0'; line = end + 1) {
        end = strchr(line, '\n');
        MUST(end != NULL && strncmp(line, "sysinfo: ", 9) == 0);
        for (const char *p = line; p < end; p++) {
            MUST((unsigned char)*p >= 32 && *p != 127);
        }
    }
    text_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *words[MOST_WORDS];
    size_t count = command_words(data, size, words, MOST_WORDS);
    for (size_t i = 0; i < count; i++) {
        try_json(words[i]);
        try_csv(words[i]);
    }
    try_report(words, count);
    return 0;
}
