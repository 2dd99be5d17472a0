/* SPDX-License-Identifier: MIT */
/* The list of all processes from sysctl(3), on the BSDs and macOS. */
#ifndef CLI_PROCESS_ROWS_H
#define CLI_PROCESS_ROWS_H

#include <stddef.h>

struct process_rows {
    void *at;
    size_t room; /* Bytes; kept for the next query. */
};

/* Returns the number of bytes read; 0: none, or refused by the system. */
size_t process_rows_ask(struct process_rows *rows, const int *question, unsigned length);

#endif
