/* SPDX-License-Identifier: MIT */
/* Exit statuses, and messages: one line on stderr, "sysinfo COMMAND: what: why; what would be right". */
#ifndef CLI_FAIL_H
#define CLI_FAIL_H

#include <stdbool.h>

#if defined(__MINGW32__) && !defined(__clang__)
#define PRINTF_LIKE(string, first) \
    __attribute__((format(gnu_printf, string, first))) /* C99's format, not Microsoft's old one. */
#elif defined(__GNUC__)
#define PRINTF_LIKE(string, first) __attribute__((format(printf, string, first)))
#else
#define PRINTF_LIKE(string, first)
#endif

/* What leads to these is rare: the compiler keeps it apart from what every run needs. */
#if defined(__GNUC__)
#define RARE __attribute__((cold))
#else
#define RARE
#endif

enum exit_status {
    EXIT_DONE = 0,
    EXIT_USAGE = 2,         /* The command line is wrong; nothing was printed on stdout. */
    EXIT_TROUBLE = 3,       /* A measurement, or writing it, failed. */
    EXIT_LEAKS = 123,       /* `run --max-leaks`: the command succeeded but leaked more. */
    EXIT_LIMIT = 124,       /* `run` ended its command, as timeout(1) does. */
    EXIT_OWN_FAILURE = 125, /* `run` itself failed: 2 and 3 could be the command's own. */
};

/*
 * Sets the command that messages name after "sysinfo" ("" until it is known); the string must stay valid. A command
 * that runs a program and passes its exit status on fails with EXIT_OWN_FAILURE.
 */
void fail_set_command(const char *name, bool runs_program);

/* Print the message and return the status, so that a caller ends with `return usage(...)`. */
RARE int usage(const char *format, ...) PRINTF_LIKE(1, 2);
RARE int trouble(const char *format, ...) PRINTF_LIKE(1, 2);

/* Reports that the output could not be written. */
RARE int trouble_writing(const char *reason);

/* Prints a remark without failing. */
RARE void note(const char *format, ...) PRINTF_LIKE(1, 2);

/* Calls `function` before fail_no_memory() reports anything: it gives the terminal back. */
void fail_first(void (*function)(void));

/* Reports that memory ran out, and exits. */
#if defined(__GNUC__)
__attribute__((noreturn, cold))
#endif
void fail_no_memory(void);

#endif
