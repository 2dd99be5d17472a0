/* SPDX-License-Identifier: MIT */
/*
 * How the command ends: exit statuses, and one line on stderr, "sysinfo COMMAND: what: why; what
 * would be right".
 */
#ifndef CLI_FAIL_H
#define CLI_FAIL_H

#include <stdbool.h>

#if defined(__MINGW32__) && !defined(__clang__)
#define PRINTF_LIKE(string, first) \
    __attribute__((format(gnu_printf, string, first))) /* As C99 has it, not as Microsoft had. */
#elif defined(__GNUC__)
#define PRINTF_LIKE(string, first) __attribute__((format(printf, string, first)))
#else
#define PRINTF_LIKE(string, first)
#endif

enum exit_status {
    EXIT_DONE = 0,
    EXIT_USAGE = 2,         /* The command line is wrong; nothing went to stdout. */
    EXIT_TROUBLE = 3,       /* It could not be measured, or not be written. */
    EXIT_LEAKS = 123,       /* `run --max-leaks`: its command succeeded, and leaks more. */
    EXIT_LIMIT = 124,       /* `run` ended its command, as timeout(1) does. */
    EXIT_OWN_FAILURE = 125, /* `run` failed itself, in either way: 2 and 3 may be the command's own. */
};

/*
 * The command that messages name after "sysinfo"; "" before it is known. Must stay valid. One that runs a program and
 * passes its exit status on ends with EXIT_OWN_FAILURE.
 */
void fail_set_command(const char *name, bool runs_program);

/* Prints the message and returns the status, so that a caller ends with `return usage(...)`. */
int usage(const char *format, ...) PRINTF_LIKE(1, 2);
int trouble(const char *format, ...) PRINTF_LIKE(1, 2);

/* The output could not be written. */
int trouble_writing(const char *reason);

/* Prints a remark, and goes on. */
void note(const char *format, ...) PRINTF_LIKE(1, 2);

/* Ends the program: no memory. */
#if defined(__GNUC__)
__attribute__((noreturn))
#endif
void fail_no_memory(void);

#endif
