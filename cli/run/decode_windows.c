/* SPDX-License-Identifier: MIT */
#include "run/decode_windows.h"

#include <string.h>

/* Encodes a code point as UTF-8; 0: half of a surrogate pair. */
static size_t encode(uint32_t code, char bytes[4]) {
    if (code < 0x80) {
        bytes[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        bytes[0] = (char)(0xC0 | code >> 6);
        bytes[1] = (char)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        bytes[0] = (char)(0xE0 | code >> 12);
        bytes[1] = (char)(0x80 | (code >> 6 & 0x3F));
        bytes[2] = (char)(0x80 | (code & 0x3F));
        return code >= 0xD800 && code < 0xE000 ? 0 : 3;
    }
    bytes[0] = (char)(0xF0 | code >> 18);
    bytes[1] = (char)(0x80 | (code >> 12 & 0x3F));
    bytes[2] = (char)(0x80 | (code >> 6 & 0x3F));
    bytes[3] = (char)(0x80 | (code & 0x3F));
    return 4;
}

static uint16_t unit(const char *name, size_t at) {
    uint16_t value;
    memcpy(&value, name + at * sizeof value, sizeof value);
    return value;
}

/* Copies as much of a name as fits, never half a character. */
static void copy_name(const char *name, size_t units, char *to, size_t room) {
    size_t used = 0;
    for (size_t i = 0; i < units; i++) {
        uint32_t code = unit(name, i);
        if (code >= 0xD800 && code < 0xDC00 && i + 1 < units && (unit(name, i + 1) & 0xFC00) == 0xDC00) {
            code = 0x10000 + ((code & 0x3FF) << 10) + (unit(name, ++i) & 0x3FFu);
        }
        char bytes[4] = "";
        size_t length = encode(code, bytes);
        if (length == 0) {
            bytes[0] = '?';
            length = 1;
        }
        if (used + length >= room) {
            break;
        }
        memcpy(to + used, bytes, length);
        used += length;
    }
    to[used] = '\0';
}

static bool add(const struct windows_process *entry, const void *bytes, size_t length, struct process_table *table) {
    struct process process = {.pid = (int64_t)entry->pid,
                              .parent = (int64_t)entry->parent,
                              .started = (uint64_t)entry->created,
                              .is_dead = entry->threads == 0, /* Someone still has a handle to it. */
                              .rss = entry->working_set,
                              .peak = entry->peak_working_set,
                              .anonymous = entry->private_set > 0 ? (uint64_t)entry->private_set : 0,
                              .threads = entry->threads,
                              .cpu = ((double)entry->user + (double)entry->kernel) / 1e7};
    uintptr_t from = (uintptr_t)bytes;
    if (entry->name != 0) {
        if (entry->name < from || entry->name - from > length || length - (entry->name - from) < entry->name_bytes) {
            return false;
        }
        copy_name((const char *)bytes + (entry->name - from), entry->name_bytes / 2, process.name, sizeof process.name);
    }
    if (process_table_find(table, process.pid) == NULL) {
        process_table_insert(table, &process);
    }
    return true;
}

bool decode_windows_processes(const void *bytes, size_t length, struct process_table *table) {
    struct windows_process entry;
    for (size_t at = 0;; at += entry.next) {
        if (length - at < sizeof entry) {
            return false;
        }
        memcpy(&entry, (const char *)bytes + at, sizeof entry);
        if (!add(&entry, bytes, length, table)) {
            return false;
        }
        if (entry.next == 0) {
            return true;
        }
        if (entry.next < sizeof entry || entry.next > length - at) {
            return false;
        }
    }
}
