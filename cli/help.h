/* SPDX-License-Identifier: MIT */
#ifndef CLI_HELP_H
#define CLI_HELP_H

/* Prints the help of a command, or of the program for NULL, on stdout; returns the exit status. */
int print_help(const char *command);

/* Prints the version. */
int print_version(void);

#endif
