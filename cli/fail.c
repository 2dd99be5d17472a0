/* SPDX-License-Identifier: MIT */
#include "fail.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "platform.h"
#include "utf8.h"

static const char *command = "";
static void (*first)(void);
static int usage_status = EXIT_USAGE, trouble_status = EXIT_TROUBLE;

void fail_set_command(const char *name, bool runs_program) {
    command = name;
    usage_status = runs_program ? EXIT_OWN_FAILURE : EXIT_USAGE;
    trouble_status = runs_program ? EXIT_OWN_FAILURE : EXIT_TROUBLE;
}

/* Quoted text may be long, so a message is cut at a fixed length. */
static void print(const char *format, va_list arguments) {
    char line[4096];
    int length = snprintf(line, sizeof line, *command != '\0' ? "sysinfo %s: " : "sysinfo: ", command);
    size_t used = length > 0 ? (size_t)length : 0;
    length = vsnprintf(line + used, sizeof line - used - 1, format, arguments);
    used = length > 0 && (size_t)length < sizeof line - used - 1 ? used + (size_t)length : strlen(line);
    utf8_hide_controls(line); /* The message may quote a path or a word of the command line. */
    line[used++] = '\n';
    platform_write(2, line, used);
}

int usage(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    print(format, arguments);
    va_end(arguments);
    return usage_status;
}

int trouble(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    print(format, arguments);
    va_end(arguments);
    return trouble_status;
}

/* Names no command: the output failed, whichever command wrote it. */
int trouble_writing(const char *reason) {
    command = "";
    return trouble("write error: %s", reason);
}

void note(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    print(format, arguments);
    va_end(arguments);
}

void fail_first(void (*function)(void)) {
    first = function;
}

void fail_no_memory(void) {
    if (first != NULL) {
        first();
    }
    exit(trouble("no memory"));
}
