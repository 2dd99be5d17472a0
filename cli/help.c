/* SPDX-License-Identifier: MIT */
/* Every text fits 24 lines of 80 columns, and begins with examples, which are what most readers want. */
#include "command.h"

#include <stdio.h>
#include <string.h>

#include <sysinfo/sysinfo.h>

#include "fail.h"
#include "output.h"

enum { TEXT_COLUMN = 39, COLUMNS = 79, FEW = 6, JOINED = 8 };

static const char examples[] = "  sysinfo                          CPUs, memory and swap at a glance\n"
                               "  sysinfo cpu --percpu             how busy each CPU is, over 0.5 s\n"
                               "  sysinfo mem available            one number: bytes that programs may have\n"
                               "  sysinfo wait 'mem.available > 2G' && ./big-job\n";

static const char statuses[] = "Status: 0 done, 1 false or timed out, 2 usage, 3 not measured or not written.\n";

/* Adds a description beside `left`, or on its own line where that would be too wide. */
static void add_line(struct text *text, struct text *left, const char *right) {
    size_t end = left->length < TEXT_COLUMN - 1 ? TEXT_COLUMN : left->length + 2;
    text_add(text, left->bytes);
    if (end + strlen(right) > COLUMNS) {
        text_add(text, "\n");
        text_pad(text, TEXT_COLUMN);
    } else if (*right != '\0') {
        text_pad(text, end - left->length);
    }
    text_addf(text, "%s\n", right);
    text_clear(left);
}

/* ---- Options ---- */

/* "-i, --interval DUR" */
static void add_option(struct text *left, const struct option *option, bool was_letter) {
    bool has_both = option->letter[0] != '\0' && option->name[0] != '\0';
    bool joins = option->argument[0] == '\0' || option->argument[0] == '[';
    text_add(left, was_letter && option->name[0] == '\0' ? " " : "  ");
    text_addf(left, "%s%s%s", option->letter, has_both ? ", " : "", option->name);
    text_addf(left, "%s%s", joins ? "" : " ", option->argument);
}

/* What the command says of this option, or `otherwise`. */
static const char *line_of(const struct command *command, const struct option *option, const char *otherwise) {
    const struct option_line *first = command != NULL ? command->lines : NULL;
    const struct option_line *end = command != NULL ? first + sizeof command->lines / sizeof command->lines[0] : NULL;
    for (const struct option_line *line = first; line < end && line->line != NULL; line++) {
        if (line->id == option->id) {
            return line->line;
        }
    }
    return otherwise;
}

/* The options of one line of the table. Its text is of all of them: if some are not taken, each has a line. */
static void add_joined(struct text *text, const struct command *command, uint64_t taken, const struct option **joined,
                       size_t count) {
    struct text left = TEXT_INIT;
    bool is_whole = joined[count - 1]->line[0] != '\0';
    for (size_t i = 0; i < count; i++) {
        is_whole = is_whole && (taken >> joined[i]->id & 1) != 0;
    }
    for (size_t i = 0; i < count; i++) {
        const struct option *option = joined[i];
        if ((taken >> option->id & 1) != 0) {
            add_option(&left, option, is_whole && i > 0 && joined[i - 1]->name[0] == '\0');
            if (!is_whole || i + 1 == count) {
                add_line(text, &left, line_of(command, option, is_whole ? option->line : option->meaning));
            }
        }
    }
    text_free(&left);
}

/* `command` may be NULL: the overview. */
static void add_options(struct text *text, const struct command *command, uint64_t taken) {
    const struct option *joined[JOINED];
    size_t count = 0;
    for (const struct option *option = NULL; (option = option_next(option)) != NULL;) {
        joined[count++] = option;
        if (option->line[0] != '\0' || count == JOINED) {
            add_joined(text, command, taken, joined, count);
            count = 0;
        }
    }
}

/* Options that few commands take come first in a command's help. */
static uint64_t special_options(const struct command *commands, size_t count) {
    uint64_t special = 0;
    for (int id = 0; id < OPTION_HELP; id++) {
        int takers = 0;
        for (size_t i = 0; i < count; i++) {
            takers += (commands[i].options >> id & 1) != 0;
        }
        special |= takers > 0 && takers <= FEW ? OPTION_BIT(id)
                                               : 0; /* Options that no command takes belong to the overview. */
    }
    return special;
}

/* ---- Commands ---- */

/* Commands with the same operands share a line: "check wait EXPR...". */
static void add_commands(struct text *text, const struct command *commands, size_t count) {
    struct text left = TEXT_INIT;
    for (size_t i = 0; i < count; i++) {
        const char *operands = commands[i].operands;
        bool is_last = i + 1 == count || commands[i].line != NULL;
        bool is_shared = !is_last && strcmp(operands, commands[i + 1].operands) == 0;
        bool was_shared = left.length > 0 && strcmp(commands[i - 1].operands, operands) == 0;
        text_addf(&left, "%s%s", was_shared ? " " : "  ", commands[i].name);
        if (!is_shared && left.length + 1 + strlen(operands) > COLUMNS) {
            text_addf(text, "%s\n", left.bytes); /* With many names, the operands get their own line. */
            text_clear(&left);
            text_add(&left, "     ");
        }
        if (!is_shared && *operands != '\0') {
            text_addf(&left, " %s", operands);
        }
        if (is_last) {
            add_line(text, &left, commands[i].line);
        }
    }
    text_free(&left);
}

static int put(struct text *text) {
    int status = output_put(NULL, text);
    text_free(text);
    return status;
}

int print_help(const struct command *commands, size_t count) {
    struct text text = TEXT_INIT;
    text_addf(&text, "%s\nCommands\n", examples);
    add_commands(&text, commands, count);
    text_add(&text, "\nOptions\n");
    add_options(&text, NULL, ~special_options(commands, count));
    text_add(&text, statuses);
    return put(&text);
}

int print_command_help(const struct command *command, const struct command *commands, size_t count) {
    struct text text = TEXT_INIT;
    uint64_t special = special_options(commands, count);
    text_addf(&text, "%s\nsysinfo %s%s%s\n", command->examples, command->name, *command->operands != '\0' ? " " : "",
              command->operands);
    text_add(&text, command->options != 0 ? "\n" : "");
    add_options(&text, command, command->options & special);
    add_options(&text, command, command->options & ~special);
    text_addf(&text, "%s%s", *command->notes != '\0' ? "\n" : "", command->notes);
    return put(&text);
}

int print_version(void) {
    struct text text = TEXT_INIT;
    text_addf(&text, "sysinfo %s (%s)\n", sysinfo_version(), sysinfo_backend());
    return put(&text);
}
