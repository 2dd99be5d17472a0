/* SPDX-License-Identifier: MIT */
/* A temporary directory that serves as "/" during a test. */
#ifndef TESTS_DIRECTORY_H
#define TESTS_DIRECTORY_H

#include <check.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DIRECTORY_PATH = 512 };

static char directory_root[128];

static inline void directory_path(char *out, const char *path) {
    ck_assert_int_lt(snprintf(out, DIRECTORY_PATH, "%s/%s", directory_root, path), DIRECTORY_PATH);
}

static inline void directory_make(void) {
    const char *parent = getenv("TMPDIR");
    snprintf(directory_root, sizeof directory_root, "%s/sysinfo-test-XXXXXX", parent != NULL ? parent : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(directory_root));
    ck_assert_int_eq(chmod(directory_root, 0755), 0);
}

static inline int directory_remove_entry(const char *path, const struct stat *information, int type, struct FTW *walk) {
    (void)information, (void)type, (void)walk;
    return remove(path);
}

static inline void directory_remove(void) {
    ck_assert_int_eq(nftw(directory_root, directory_remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
}

/* Creates the parent directories of `path`, which is below the root. */
static inline void directory_make_parents(const char *path) {
    char full[DIRECTORY_PATH];
    directory_path(full, path);
    for (char *slash = strchr(full + strlen(directory_root) + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(full, 0755);
        *slash = '/';
    }
}

/* Rewrites a file in place, so that open descriptors read the new text. */
static inline void directory_write_bytes(const char *path, const void *bytes, size_t size) {
    char full[DIRECTORY_PATH];
    directory_make_parents(path);
    directory_path(full, path);
    int fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, bytes, size), (ssize_t)size);
    ck_assert_int_eq(close(fd), 0);
}

static inline void directory_write(const char *path, const char *text) {
    directory_write_bytes(path, text, strlen(text));
}

#endif
