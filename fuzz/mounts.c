/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/mountinfo and /proc/mounts. The first line is a directory (a host's root), a blank and a group's path;
 * mounts follow.
 */
#include "text.h"

static void must_be_within(struct sysinfo__part part, const char *line, const char *end) {
    MUST(part.at >= line && part.at + part.length <= end);
    MUST(memchr(part.at, ' ', part.length) == NULL && memchr(part.at, '\n', part.length) == NULL);
}

/* An escape is a backslash and three octal digits. Escaping every byte of a path gives the same path. */
static void must_read_again(const char *plain, size_t length) {
    char *escaped = memory(4 * length + 1), *again = memory(4 * length + 1);
    for (size_t i = 0; i < length; i++) {
        sprintf(escaped + 4 * i, "\\%03o", (unsigned)(unsigned char)plain[i]);
    }
    struct sysinfo__part part = {escaped, 4 * length};
    MUST(sysinfo__unescape(part, again) == length && memcmp(again, plain, length) == 0);
    free(escaped);
    free(again);
}

static void try_part(struct sysinfo__part part, const char *directory, struct sysinfo__part group) {
    char *plain = memory(part.length + 1);
    size_t length = sysinfo__unescape(part, plain);
    MUST(length <= part.length && plain[length] == '\0');
    must_read_again(plain, length);
    size_t directory_length = strlen(directory);
    bool is_below = length >= directory_length && memcmp(plain, directory, directory_length) == 0 &&
                    (length == directory_length || plain[directory_length] == '/');
    if (memchr(part.at, '\\', part.length) ==
        NULL) { /* A slash may be escaped, so the mount point's own byte counts. */
        MUST(sysinfo__is_below(part, directory) == is_below);
    } else {
        MUST(!sysinfo__is_below(part, directory) || is_below);
    }
    struct sysinfo__part below = {NULL, 0};
    if (strlen(plain) == length && length > 0 && sysinfo__group_is_below(group, plain, &below)) {
        MUST(below.at >= group.at && below.at + below.length <= group.at + group.length);
        MUST(below.length == 0 || (*below.at == '/' && below.at + below.length == group.at + group.length));
        MUST(!(below.length >= 3 && memcmp(below.at, "/..", 3) == 0 && (below.length == 3 || below.at[3] == '/')));
    }
    free(plain);
}

static void try_mount(const struct sysinfo__mount *mount, const char *line, const char *end, const char *directory,
                      struct sysinfo__part group) {
    must_be_within(mount->point, line, end);
    must_be_within(mount->type, line, end);
    must_be_within(mount->options, line, end);
    MUST(mount->type.length > 0 && mount->point.length > 0 && *mount->point.at == '/');
    try_part(mount->point, directory, group);
    if (mount->root.at != NULL) {
        must_be_within(mount->root, line, end);
        MUST(*mount->root.at == '/');
        try_part(mount->root, directory, group);
    }
    MUST(sysinfo__has_word(mount->options, "") || mount->options.length > 0);
    struct sysinfo__part twice[] = {mount->options, mount->options};
    MUST(sysinfo__has_word(twice[0], "memory") == sysinfo__has_word(twice[1], "memory"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = text_of(data, size);
    const char *end = text + size, *line = slow_next_line(text, end);
    size_t first = (size_t)(line - text);
    first -= first > 0 && text[first - 1] == '\n';
    char *directory = memory(first + 1);
    memcpy(directory, text, first);
    directory[first] = '\0';
    struct sysinfo__part group = {"/", 1};
    char *blank = strchr(directory, ' ');
    if (blank != NULL) {
        *blank = '\0';
        if (blank[1] == '/') {
            group = (struct sysinfo__part){blank + 1, strlen(blank + 1)};
        }
    }
    for (const char *next; line < end; line = next) {
        next = slow_next_line(line, end);
        struct sysinfo__mount mount;
        if (sysinfo__decode_mountinfo(line, next, &mount)) {
            MUST(mount.root.at != NULL);
            try_mount(&mount, line, next, directory, group);
        }
        if (sysinfo__decode_mounts(line, next, &mount)) {
            MUST(mount.root.at == NULL);
            try_mount(&mount, line, next, directory, group);
        }
    }
    free(directory);
    free(text);
    return 0;
}
