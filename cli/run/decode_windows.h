/* SPDX-License-Identifier: MIT */
/* Decodes NtQuerySystemInformation(SystemProcessInformation): bytes in, processes out. Tested on every machine. */
#ifndef CLI_DECODE_WINDOWS_H
#define CLI_DECODE_WINDOWS_H

#include "run/process_table.h"

/*
 * The beginning of SYSTEM_PROCESS_INFORMATION, which is partly documented; times are in units of 100 ns. The name is in
 * the same buffer.
 */
struct windows_process {
    uint32_t next, threads; /* Offset of the next entry; 0: the last one. */
    int64_t private_set;    /* Bytes; 0 before Windows Vista. */
    uint32_t hard_faults, most_threads;
    uint64_t cycles;
    int64_t created, user, kernel;
    uint16_t name_bytes, name_room; /* UTF-16, without a terminator. */
    uintptr_t name;
    int32_t priority;
    uintptr_t pid, parent;
    uint32_t handles, session;
    uintptr_t key, peak_virtual, virtual;
    uint32_t faults;
    uintptr_t peak_working_set, working_set;
};

/* Inserts all processes. False: the bytes are not a process list. */
bool decode_windows_processes(const void *bytes, size_t length, struct process_table *table);

#endif
