/* SPDX-License-Identifier: MIT */
/*
 * For each arena the text has a <heap> element with a line for each list of free
 * chunks, and then totals; after the last arena come the totals of all:
 *
 *     <heap nr="0">
 *     <sizes>
 *       <size from="33" to="48" total="96" count="2"/>
 *       <unsorted from="1121" to="8097" total="9218" count="2"/>
 *     </sizes>
 *     <total type="fast" count="2" size="96"/>
 *     ...
 *     </heap>
 *     <total type="rest" count="3" size="139426"/>
 *     <total type="mmap" count="1" size="1003520"/>
 *     <system type="current" size="135168"/>
 */
#include "decode_malloc_info.h"

#include <string.h>

#include "arithmetic.h"

/* The number in name="number". */
static bool attribute(const char *line, const char *name, uint64_t *value) {
    const char *p = strstr(line, name);
    if (p == NULL) {
        return false;
    }
    uint64_t number;
    p = sysinfo__digits(p + strlen(name), &number);
    if (p == NULL || *p != '"') {
        return false;
    }
    *value = number;
    return true;
}

/*
 * A trim gives back whole pages inside a free chunk, after its header of 48 bytes.
 * On average a chunk keeps less, but a list says only how many bytes its chunks
 * have together: the most that each can keep errs to the safe side.
 */
static void add_list(struct sysinfo__malloc_info *info, const char *line) {
    uint64_t to, total, count;
    if (!attribute(line, " to=\"", &to) || !attribute(line, " total=\"", &total) ||
        !attribute(line, " count=\"", &count)) {
        return;
    }
    uint64_t kept = info->page_size + 47;
    if (to > kept && total / kept >= count) {
        info->releasable += total - count * kept;
    }
}

/*
 * The line is in a longer buffer, so that a fixed number of bytes may be compared, which compilers
 * make a few instructions of.
 */
#define BEGINS(line, word) (memcmp((line), (word), sizeof(word) - 1) == 0)

/* One line, without its newline and indentation. */
static void decode_line(struct sysinfo__malloc_info *info, const char *line) {
    if (info->is_in_arena) {
        if (BEGINS(line, "<size ") || BEGINS(line, "<unsorted ")) {
            add_list(info, line);
        } else if (BEGINS(line, "</heap>")) {
            info->is_in_arena = false;
        }
    } else if (BEGINS(line, "<heap nr=")) {
        info->is_in_arena = true;
        info->arenas++;
    } else if (BEGINS(line, "<total type=\"fast\"")) {
        attribute(line, " size=\"", &info->fast);
    } else if (BEGINS(line, "<total type=\"rest\"")) {
        attribute(line, " size=\"", &info->rest);
    } else if (BEGINS(line, "<total type=\"mmap\"")) {
        attribute(line, " size=\"", &info->mapped);
    } else if (BEGINS(line, "<system type=\"current\"")) {
        attribute(line, " size=\"", &info->system);
    } else if (BEGINS(line, "</malloc>")) {
        info->is_complete = true;
    }
}

/* Leaves room after it for what BEGINS() compares. */
enum { MOST_IN_LINE = 160 };

void sysinfo__decode_malloc_info(struct sysinfo__malloc_info *info, const char *text, size_t length) {
    const char *end = text + length;
    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        size_t count = (size_t)((newline != NULL ? newline : end) - text);
        size_t room = MOST_IN_LINE - info->length;
        memcpy(info->line + info->length, text, count < room ? count : room);
        info->length += count < room ? count : room;
        if (newline == NULL) {
            return;
        }
        info->line[info->length] = '\0';
        decode_line(info, info->line + (info->line[0] == ' ' && info->line[1] == ' ' ? 2 : 0));
        info->length = 0;
        text = newline + 1;
    }
}
