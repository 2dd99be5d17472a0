/* SPDX-License-Identifier: MIT */
/* Lines of /proc/self/mountinfo and /proc/mounts: proc(5). */
#include "decode.h"

#include <string.h>

/* Takes the next blank-separated field and advances *p past it; its length is 0 at the end of the line. */
static struct sysinfo__part next_field(const char **p, const char *end) {
    while (*p < end && **p == ' ') {
        (*p)++;
    }
    struct sysinfo__part field = {*p, 0};
    while (*p < end && **p != ' ' && **p != '\n') {
        (*p)++;
    }
    field.length = (size_t)(*p - field.at);
    return field;
}

/* "36 35 98:0 /root /point rw,noatime shared:1 ... - type source options" */
bool sysinfo__decode_mountinfo(const char *line, const char *end, struct sysinfo__mount *mount) {
    const char *p = line;
    for (int i = 0; i < 3; i++) {
        next_field(&p, end);
    }
    mount->root = next_field(&p, end);
    mount->point = next_field(&p, end);
    next_field(&p, end);
    struct sysinfo__part field;
    do { /* Any number of optional fields, up to the dash. */
        field = next_field(&p, end);
    } while (field.length > 0 && !(field.length == 1 && field.at[0] == '-'));
    mount->type = next_field(&p, end);
    next_field(&p, end);
    mount->options = next_field(&p, end);
    return mount->type.length > 0 && mount->root.at[0] == '/' && mount->point.at[0] == '/';
}

/* "source /point type options 0 0" */
bool sysinfo__decode_mounts(const char *line, const char *end, struct sysinfo__mount *mount) {
    const char *p = line;
    next_field(&p, end);
    mount->root = (struct sysinfo__part){NULL, 0};
    mount->point = next_field(&p, end);
    mount->type = next_field(&p, end);
    mount->options = next_field(&p, end);
    return mount->type.length > 0 && mount->point.at[0] == '/';
}

bool sysinfo__has_word(struct sysinfo__part list, const char *word) {
    size_t length = strlen(word);
    const char *end = list.at + list.length;
    for (const char *p = list.at; p <= end;) {
        const char *comma = p < end ? memchr(p, ',', (size_t)(end - p)) : NULL;
        size_t found = (size_t)((comma == NULL ? end : comma) - p);
        if (found == length && memcmp(p, word, length) == 0) {
            return true;
        }
        p += found + 1;
    }
    return false;
}

static bool is_octal(char c) {
    return c >= '0' && c <= '7';
}

/* The byte at `p`, with `left` bytes available; *size is how many of them encode it. */
static char resolve(const char *p, size_t left, size_t *size) {
    bool is_escape = *p == '\\' && left >= 4 && p[1] <= '3' && is_octal(p[1]) && is_octal(p[2]) && is_octal(p[3]);
    *size = is_escape ? 4 : 1;
    return is_escape ? (char)((p[1] - '0') * 64 + (p[2] - '0') * 8 + (p[3] - '0')) : *p;
}

size_t sysinfo__unescape(struct sysinfo__part part, char *out) {
    size_t length = 0;
    for (size_t i = 0, size; i < part.length; i += size) {
        out[length++] = resolve(part.at + i, part.length - i, &size);
    }
    out[length] = '\0';
    return length;
}

bool sysinfo__is_below(struct sysinfo__part point, const char *directory) {
    size_t i = 0;
    for (size_t size; *directory != '\0'; i += size, directory++) {
        if (i == point.length || resolve(point.at + i, point.length - i, &size) != *directory) {
            return false;
        }
    }
    return i == point.length || point.at[i] == '/';
}

bool sysinfo__group_is_below(struct sysinfo__part path, const char *root, struct sysinfo__part *below) {
    size_t skip = strcmp(root, "/") == 0 ? 0 : strlen(root);
    if (path.length < skip || memcmp(path.at, root, skip) != 0 || (path.length > skip && path.at[skip] != '/')) {
        return false;
    }
    *below = (struct sysinfo__part){path.at + skip, path.length - skip};
    if (below->length >= 3 && memcmp(below->at, "/..", 3) == 0 && (below->length == 3 || below->at[3] == '/')) {
        return false; /* Inside a namespace: above the mount's root. */
    }
    if (below->length == 1) { /* "/" alone is the mount's own directory. */
        below->length = 0;
    }
    return true;
}
