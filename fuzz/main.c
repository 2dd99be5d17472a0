/* SPDX-License-Identifier: MIT */
/*
 * Replaces libFuzzer: runs a harness on the files and directories named as arguments, so that the corpus is a test with
 * any compiler.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

static int feed_file(const char *path) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return -1;
    }
    size_t size = 0, capacity = 4096;
    uint8_t *data = memory(capacity);
    for (size_t count; (count = fread(data + size, 1, capacity - size, file)) > 0;) {
        size += count;
        if (size == capacity) {
            capacity *= 2;
            data = realloc(data, capacity);
            MUST(data != NULL);
        }
    }
    fclose(file);
    fprintf(stderr, "%s\n", path); /* Printed beforehand, so that the last name is the failing one. */
    LLVMFuzzerTestOneInput(data, size);
    free(data);
    return 1;
}

/* Returns how many files were run, or -1. */
static int feed(const char *path) {
    DIR *directory = opendir(path);
    if (directory == NULL) {
        return feed_file(path);
    }
    int fed = 0;
    for (const struct dirent *entry; fed >= 0 && (entry = readdir(directory)) != NULL;) {
        char inside[4096];
        int length = snprintf(inside, sizeof inside, "%s/%s", path, entry->d_name);
        if (entry->d_name[0] != '.' && length > 0 && (size_t)length < sizeof inside) {
            fed = feed_file(inside) < 0 ? -1 : fed + 1;
        }
    }
    closedir(directory);
    return fed;
}

int main(int count, char **arguments) {
    int fed = 0;
    for (int i = 1; i < count; i++) {
        int more = feed(arguments[i]);
        if (more < 0) {
            return 1;
        }
        fed += more;
    }
    fprintf(stderr, "%d inputs\n", fed);
    return fed > 0 ? 0 : 1;
}
