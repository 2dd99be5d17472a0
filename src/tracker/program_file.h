/* SPDX-License-Identifier: MIT */
/* Reads how a program is loaded from its file. Allocates and locks nothing. */
#ifndef SYSINFO_TRACKER_PROGRAM_FILE_H
#define SYSINFO_TRACKER_PROGRAM_FILE_H

#include <stdbool.h>

#pragma GCC visibility push(hidden)

/* HIDDEN: the file cannot be read. OTHER: the kernel starts it by a rule of binfmt_misc, or not at all. */
enum sysinfo__format { SYSINFO__FORMAT_HIDDEN, SYSINFO__FORMAT_OTHER, SYSINFO__FORMAT_SCRIPT, SYSINFO__FORMAT_ELF };

/* Why a program cannot be counted. */
enum sysinfo__gap {
    SYSINFO__GAP_NONE,
    SYSINFO__GAP_STATIC,
    SYSINFO__GAP_PRIVILEGED,
    SYSINFO__GAP_ENVIRONMENT,
    SYSINFO__GAP_ARCHITECTURE,
    SYSINFO__GAP_LIBC
};

struct sysinfo__program_file {
    bool is_ours;     /* Of this library's word size, byte order and processor. */
    char loader[256]; /* Its dynamic loader, "" in a static program; a script's interpreter. */
};

enum sysinfo__format sysinfo__read_program(int fd, struct sysinfo__program_file *program);

#pragma GCC visibility pop

#endif
