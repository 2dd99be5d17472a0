/* SPDX-License-Identifier: MIT */
/*
 * burn MIB SECONDS [PID_FILE GO_FILE]: takes so much memory and so much CPU time. With files, writes its pid into the
 * first, and ends when there is the second.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define WIN32_LEAN_AND_MEAN
#include <windows.h>

static double used(void) {
    FILETIME created, ended, kernel, user;
    GetProcessTimes(GetCurrentProcess(), &created, &ended, &kernel, &user);
    return (double)(((uint64_t)kernel.dwHighDateTime << 32 | kernel.dwLowDateTime) +
                    ((uint64_t)user.dwHighDateTime << 32 | user.dwLowDateTime)) /
           1e7;
}

int main(int argc, char **argv) {
    if (argc < 3) {
        return 2;
    }
    size_t size = strtoul(argv[1], NULL, 10) << 20;
    volatile char *memory = VirtualAlloc(NULL, size, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
    for (size_t at = 0; memory != NULL && at < size; at += 4096) {
        memory[at] = 1;
    }
    FILE *file = argc > 4 ? fopen(argv[3], "w") : NULL;
    if (file != NULL) {
        fprintf(file, "%lu", (unsigned long)GetCurrentProcessId());
        fclose(file);
    }
    while (used() < strtod(argv[2], NULL)) {
        for (volatile int i = 0; i < 1000000; i++) {
        }
    }
    while (argc > 4 && GetFileAttributesA(argv[4]) == INVALID_FILE_ATTRIBUTES) {
        Sleep(20);
    }
    return memory != NULL ? 0 : 1;
}
