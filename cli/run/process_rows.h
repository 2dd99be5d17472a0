/* SPDX-License-Identifier: MIT */
/* The list of all processes that sysctl(3) gives on the BSDs and macOS. */
#ifndef CLI_PROCESS_ROWS_H
#define CLI_PROCESS_ROWS_H

#include <stddef.h>

struct process_rows {
    void *at;
    size_t room; /* Bytes; kept from one question to the next. */
};

/* How many bytes came; 0: none, or the system refuses. */
size_t process_rows_ask(struct process_rows *rows, const int *question, unsigned length);

#endif
