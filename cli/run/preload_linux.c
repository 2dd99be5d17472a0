/* SPDX-License-Identifier: MIT */
/* The build defines the library's name, where it is installed, and that directory relative to the command. */
#define _DEFAULT_SOURCE 1
#include "run/heaps.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fail.h"
#include "text.h"

/*
 * The library's full path if it is in that directory, to be freed, else NULL. A relative directory starts from the
 * command's own.
 */
static char *find_in(const char *directory) {
    char command[PATH_MAX];
    struct text file = TEXT_INIT;
    ssize_t length = readlink("/proc/self/exe", command, sizeof command - 1);
    if (*directory != '/' && length > 0) {
        command[length] = '\0';
        *strrchr(command, '/') = '\0';
        text_addf(&file, "%s/", command);
    }
    text_add(&file, directory);
    char *full = realpath(file.bytes, NULL);
    text_clear(&file);
    text_addf(&file, "%s/" SYSINFO_HEAP_LIBRARY, full != NULL ? full : "");
    free(full);
    if (full == NULL || access(file.bytes, R_OK) != 0) {
        text_free(&file);
    }
    return file.bytes;
}

int preload_find(struct text *text) {
    /* Moved together with the command, installed, or in a build directory. */
    static const char *const directories[] = {SYSINFO_LIBRARIES_FROM_COMMAND, ".", "..", SYSINFO_LIBRARIES};
    char *path = NULL;
    for (size_t i = 0; path == NULL && i < sizeof directories / sizeof directories[0]; i++) {
        path = find_in(directories[i]);
    }
    if (path == NULL) {
        return trouble(SYSINFO_HEAP_LIBRARY
                       " is neither in %s nor in %s relative to sysinfo; install it beside sysinfo",
                       SYSINFO_LIBRARIES, SYSINFO_LIBRARIES_FROM_COMMAND);
    }
    int status = 0;
    if (strpbrk(path, " :") != NULL) {
        status = trouble("LD_PRELOAD cannot load %s: its path has a blank or a colon", path);
    }
    const char *before = getenv("LD_PRELOAD");
    text_addf(text, "%s%s%s", path, before != NULL && *before != '\0' ? ":" : "", before != NULL ? before : "");
    free(path);
    return status;
}
