/* SPDX-License-Identifier: MIT */
/* The command line: options may stand anywhere, before and behind the command's name and its operands. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum format { FORMAT_TABLE, FORMAT_JSON, FORMAT_CSV, FORMAT_KV, FORMAT_PROM };
enum time_style { TIME_NONE, TIME_ISO, TIME_UNIX };

/* One bit for each option, to say which were given and which a command takes. */
enum option_id {
    OPTION_INTERVAL,
    OPTION_COUNT,
    OPTION_PERCPU,
    OPTION_TIMES,
    OPTION_SINCE_BOOT,
    OPTION_FORMAT,
    OPTION_UNIT,
    OPTION_HUMAN,
    OPTION_TIME,
    OPTION_ROOT,
    OPTION_NO_HEADER,
    OPTION_OUTPUT,
    OPTION_ANY,
    OPTION_FOR,
    OPTION_TIMEOUT,
    OPTION_VERBOSE,
    OPTION_PERNODE,
    OPTION_BYKIND,
    OPTION_RECORD,
    OPTION_PSS,
    OPTION_PER_PROCESS,
    OPTION_MAX_MEM,
    OPTION_HEAP,
    OPTION_PID,
    OPTION_SVG,
    OPTION_ASCII,
    OPTION_WIDTH,
    OPTION_FROM,
    OPTION_TO,
    OPTION_COLUMN,
    OPTION_TITLE,
    OPTION_HELP,
    OPTION_VERSION,
};
#define OPTION_BIT(id) (UINT64_C(1) << (id))

struct options {
    uint64_t given;                       /* OPTION_BIT of each. */
    const char *word[OPTION_VERSION + 1]; /* How each was spelled, for messages: "--json". */

    double interval; /* Seconds; 0: not given. */
    const char *interval_text;
    uint64_t count; /* 0: not given. */
    enum format format;
    enum time_style time;
    const char *time_text; /* What followed --time=, or "". */
    uint64_t unit_bytes;   /* 0: not given. */
    const char *unit;
    const char *root;   /* NULL: not given. */
    const char *output; /* NULL: not given. */
    double hold;        /* Seconds of --for; 0: not given. */
    double timeout;     /* Seconds of --timeout, which may be 0. */
    const char *timeout_text;

    const char *record;  /* NULL: not given, like those below. */
    const char *max_mem; /* A size or a percentage. */
    int64_t pid;
    const char *pid_text;
    uint64_t width;  /* 0: not given. */
    double from, to; /* Seconds; `to` 0: not given. */
    const char *column, *title;

    const char *command;  /* NULL: none. */
    const char *named;    /* The same while words before it are still read. */
    const char **operand; /* Those behind the command. */
    size_t operands;
};

/* Fills `options`, whose operands the caller frees. Returns 0, or the exit status after a message. */
int options_parse(struct options *options, int argc, char **argv);

/* Whether an option was given. */
bool options_has(const struct options *options, enum option_id id);

/* Refuses options that the command takes no notice of: all but those of the mask `taken`. */
int options_refuse_others(const struct options *options, uint64_t taken);

/* Refuses what excludes each other, whatever the command. */
int options_check(const struct options *options);

/* Refuses an interval that is shorter than the kernel's clock tick. */
int options_check_tick(const struct options *options);

/*
 * Takes the interval and the count from the operands behind `first`, which are the last ones.
 * `needs_tick`: it measures CPU use.
 */
int options_take_schedule(struct options *options, size_t first, bool needs_tick);

#endif
