/* SPDX-License-Identifier: MIT */
#include "run/process_rows.h"

#include <sys/types.h> /* First: the others need its types. */

#include <sys/sysctl.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"

/* Processes may start during the call, so the size of the last result may be too small. */
size_t process_rows_ask(struct process_rows *rows, const int *question, unsigned length) {
    int key[8]; /* macOS declares the key as writable by sysctl(). */
    memcpy(key, question, length * sizeof key[0]);
    for (size_t room = 65536; room <= (size_t)1 << 28; room *= 2) {
        if (room > rows->room) {
            rows->at = realloc(rows->at, room);
            if (rows->at == NULL) {
                fail_no_memory();
            }
            rows->room = room;
        }
        size_t size = rows->room;
        if (sysctl(key, length, rows->at, &size, NULL, 0) == 0) {
            return size;
        }
        if (errno != ENOMEM) {
            break;
        }
    }
    return 0;
}
