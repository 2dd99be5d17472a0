/* SPDX-License-Identifier: MIT */
/* A temporary directory that serves as "/" during a test. */
#ifndef TESTS_FOLDER_H
#define TESTS_FOLDER_H

#include <check.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDER_PATH = 512 };

static char folder_root[128];

static inline void folder_path(char *out, const char *path) {
    ck_assert_int_lt(snprintf(out, FOLDER_PATH, "%s/%s", folder_root, path), FOLDER_PATH);
}

static inline void folder_make(void) {
    const char *parent = getenv("TMPDIR");
    snprintf(folder_root, sizeof folder_root, "%s/sysinfo-test-XXXXXX", parent != NULL ? parent : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(folder_root));
    ck_assert_int_eq(chmod(folder_root, 0755), 0);
}

static inline int folder_remove_entry(const char *path, const struct stat *information, int type, struct FTW *walk) {
    (void)information, (void)type, (void)walk;
    return remove(path);
}

static inline void folder_remove(void) {
    ck_assert_int_eq(nftw(folder_root, folder_remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
}

/* Creates the parent directories of `path`, which is below the root. */
static inline void folder_make_parents(const char *path) {
    char full[FOLDER_PATH];
    folder_path(full, path);
    for (char *slash = strchr(full + strlen(folder_root) + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(full, 0755);
        *slash = '/';
    }
}

/* Rewrites a file in place, so that open descriptors read the new text. */
static inline void folder_write_bytes(const char *path, const void *bytes, size_t size) {
    char full[FOLDER_PATH];
    folder_make_parents(path);
    folder_path(full, path);
    int fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, bytes, size), (ssize_t)size);
    ck_assert_int_eq(close(fd), 0);
}

static inline void folder_write(const char *path, const char *text) {
    folder_write_bytes(path, text, strlen(text));
}

#endif
