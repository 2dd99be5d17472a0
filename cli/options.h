/* SPDX-License-Identifier: MIT */
/* The command line. Options may appear anywhere, before or after the command's name and its operands. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parse.h"

enum format { FORMAT_TABLE, FORMAT_JSON, FORMAT_CSV, FORMAT_KV, FORMAT_PROM };
enum time_style { TIME_NONE, TIME_ISO, TIME_UNIX };

/* What an option requests; several spellings may request the same. Each command takes some of them. */
enum option_id {
    OPTION_INTERVAL,
    OPTION_COUNT,
    OPTION_PERCPU,
    OPTION_TIMES,
    OPTION_SINCE_BOOT,
    OPTION_ALL,
    OPTION_JSON, /* For commands whose only format this is. */
    OPTION_FORMAT,
    OPTION_UNIT,
    OPTION_HUMAN,
    OPTION_TIME,
    OPTION_ROOT,
    OPTION_NO_HEADER,
    OPTION_OUTPUT,
    OPTION_APPEND,
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
    OPTION_COST,
    OPTION_HEAP,
    OPTION_SITES,
    OPTION_EVERY,
    OPTION_HEAP_RECORD,
    OPTION_LEAKS,
    OPTION_REFERENCES,
    OPTION_MAX_LEAKS,
    OPTION_IGNORE,
    OPTION_PID,
    OPTION_BUDGET,
    OPTION_REPEAT,
    OPTION_SVG,
    OPTION_ASCII,
    OPTION_WIDTH,
    OPTION_FROM,
    OPTION_TO,
    OPTION_COLUMN,
    OPTION_TITLE,
    OPTION_RATE,
    OPTION_FREQ,
    OPTION_GENERATIONS,
    OPTION_FOLDED,
    OPTION_HOLDERS,
    OPTION_GRAPH,
    OPTION_TOP,
    OPTION_MAX,
    OPTION_MARKDOWN,
    OPTION_EACH,
    OPTION_HELP,
    OPTION_VERSION,
};
#define OPTION_BIT(id) (UINT64_C(1) << (id))
_Static_assert(OPTION_VERSION < 64, "masks of options are 64 bits wide");

/*
 * A row of the option table: everything that messages, --help, the manual and the completions need. "" is none. The
 * texts are within the row: pointers would have to be relocated whenever the command starts.
 */
struct option {
    enum option_id id;
    char letter[3];    /* "-i" */
    char name[16];     /* "--interval" */
    char argument[12]; /* "DUR"; "[=...]": optional. DIR, FILE and PID are completed as such. */
    char words[32];    /* The accepted arguments, separated by blanks; "": any. */
    char implied[5];   /* The argument that this spelling implies. */

    char wants[20], example[12]; /* For a missing argument: "an interval", "2s". */
    /*
     * For a letter of other programs: what to advise instead. If the command lacks the option, only advice that begins
     * with "sysinfo" is printed.
     */
    char foreign[4], advice[48];

    char meaning[44]; /* A few words, for completions. */
    char line[44];    /* In --help; covers this option and those before it that have none. */
};

/* Iterates over the rows; starts and ends with NULL. */
const struct option *option_next(const struct option *option);

/* The parsed command line. */
struct options {
    uint64_t given;                       /* OPTION_BIT of each option given. */
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

    const char *cpus;             /* Of --percpu=LIST, "0,2-4"; NULL: all. */
    uint64_t each;                /* Bytes; 0: not given. */
    const char *record;           /* NULL: not given, like those below. */
    const char *max_mem, *budget; /* A size or a percentage. */
    uint64_t repeat;              /* 0: not given. */
    uint64_t frames;              /* Of --sites; 0: not given. */
    double every;                 /* Seconds; 0: not given. */
    const char *heap_record;      /* NULL: not given. */
    uint64_t max_leaks;           /* Bytes, if it was given. */
    const char *ignore;           /* NULL: not given. */
    uint64_t top;                 /* 0: not given. */
    const char *holders;          /* NULL: not given. */
    uint64_t depth;               /* Of --graph. */
    const char *max;              /* "+10%". */
    double cost;                  /* Percent of a CPU; 0: not given. */
    int64_t pid;
    const char *pid_text;
    uint64_t width; /* 0: not given. */
    struct moment from, to;
    const char *column, *title;

    const struct command *command;
    const char **operand; /* Those after the command's name. */
    size_t operands;
};

/*
 * Parses the command line of `command` into `options`; the caller frees the operands. Returns 0, or the exit status
 * after a message. An operand before the command's name stops parsing, and *stray is set to it; otherwise *stray is
 * NULL.
 */
int options_parse(struct options *options, const struct command *command, int argc, char **argv, const char **stray);

/* How many words an option occupies: 1, or 2 with a separate argument. */
int option_length(const char *word);

bool options_has(const struct options *options, enum option_id id);

/* Refuses options that exclude each other in every command. */
int options_check(const struct options *options);

/* Refuses an interval shorter than the kernel's clock tick. */
int options_check_tick(const struct options *options);

/*
 * Takes the interval and the count from the operands from `first` on, which must be the last ones. With `needs_tick`,
 * the interval must not be shorter than a clock tick.
 */
int options_take_schedule(struct options *options, size_t first, bool needs_tick);

#endif
