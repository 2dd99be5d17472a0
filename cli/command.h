/* SPDX-License-Identifier: MIT */
/* The commands. A row of their table holds everything that --help, refusals, the manual and the completions need. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "options.h"

/* Why a command refuses an option, if there is more to say than that it does; @ stands for the option. */
struct refusal {
    enum option_id id;
    const char *why; /* NULL: the end. */
};

/* What --help says of an option that means something else in this command than in others. */
struct option_line {
    enum option_id id;
    const char *line; /* NULL: the end. */
};

struct command {
    const char *name;          /* NULL: the overview, which runs without a command's name. */
    const char *operands;      /* As --help shows them: "[FIELD...] [INTERVAL [COUNT]]". */
    const char *completes;     /* What completions offer for an operand; see cmake/completions.cmake. */
    uint64_t options;          /* OPTION_BIT of each option, besides --help and --version. */
    struct refusal refuses[4]; /* Options that are refused with an explanation. */
    struct option_line lines[3];
    bool runs_program; /* Words after the first operand, and exit statuses, belong to a program. */

    const char *meaning;  /* A few words, for completions. */
    const char *line;     /* In sysinfo --help; covers this command and those before it that have none. */
    const char *examples; /* sysinfo COMMAND --help begins with the examples and ends with the notes. */
    const char *notes;

    int (*run)(struct options *options); /* Returns the exit status. */
};

/* Parse the command line (the caller frees its operands) and run the command. Each returns the exit status. */
int command_parse(struct options *options, int argc, char **argv);
int command_run(struct options *options);

/* ---- Functions in the rows ---- */

int run_overview(struct options *options); /* figures.c */
int run_group(struct options *options);
int run_get(struct options *options);
int run_check(struct options *options); /* wait.c: 0 if the conditions hold, 1 if not, or not in time. */
int run_wait(struct options *options);
int run_jobs(struct options *options);     /* jobs.c */
int run_topology(struct options *options); /* topology.c */
int run_limits(struct options *options);   /* limits.c */
int run_fields(struct options *options);   /* fields.c */

/* ---- help.c ---- */

/* Print on stdout: the program's help, made from the rows of `count` commands; one command's help; the version. */
int print_help(const struct command *commands, size_t count);
int print_command_help(const struct command *command, const struct command *commands, size_t count);
int print_version(void);

#endif
