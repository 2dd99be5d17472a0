/* SPDX-License-Identifier: MIT */
/*
 * A recorder passes MONOTONIC:WALL:PATH to its program: the moment at which the
 * recording began on both clocks, in milliseconds, and where it is. Moments in a
 * recording are counted from there on the monotonic clock, also those of its
 * `time` column: a clock that is set meanwhile does not make time run backwards.
 */
#include <sysinfo/mark.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "arithmetic.h"
#include "internal.h"

enum { NAME_SIZE = 200 };

/* Digits up to a colon; `*text` is then after it. No moment of either clock has more than 14 digits. */
static bool take_number(const char **text, uint64_t *number) {
    const char *end = sysinfo__digits(*text, number);
    if (end == NULL || *end != ':' || *number >= UINT64_C(100000000000000)) {
        return false;
    }
    *text = end + 1;
    return true;
}

static bool is_leap(unsigned year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Without gmtime(), which is not safe among threads. */
static int print_time(char *line, size_t size, uint64_t milliseconds) {
    static const unsigned char lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned of_second = (unsigned)(milliseconds % 1000), of_day = (unsigned)(milliseconds / 1000 % 86400), year = 1970,
             month = 0;
    uint64_t day = milliseconds / 86400000;
    for (unsigned length; day >= (length = is_leap(year) ? 366 : 365); year++) {
        day -= length;
    }
    for (unsigned length; day >= (length = lengths[month] + (month == 1 && is_leap(year) ? 1U : 0U)); month++) {
        day -= length;
    }
    return snprintf(line, size, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", year, month + 1, (unsigned)day + 1,
                    of_day / 3600, of_day / 60 % 60, of_day % 60, of_second);
}

/* Bytes of the name that fit, without half a character at the end. */
static size_t name_length(const char *name) {
    size_t length = 0;
    while (length <= NAME_SIZE && name[length] != '\0') {
        length++;
    }
    if (length > NAME_SIZE) {
        for (length = NAME_SIZE; length > 0 && ((unsigned char)name[length] & 0xC0) == 0x80; length--) {
        }
    }
    return length;
}

/* In quotes, as CSV has it. */
static size_t print_name(char *line, const char *name) {
    size_t used = 0;
    line[used++] = '"';
    for (size_t i = 0, length = name_length(name); i < length; i++) {
        unsigned char c = (unsigned char)name[i];
        if (c == '"') {
            line[used++] = '"';
        }
        line[used++] = c < 32 || c == 127 ? ' ' : (char)c;
    }
    line[used++] = '"';
    return used;
}

/* Leaves the columns of a part of the header empty: a comma for each of its commas. Returns their number. */
static size_t print_commas(char *line, const char *from, const char *to) {
    size_t used = 0;
    for (; from < to; from++) {
        if (*from == ',') {
            line[used++] = ',';
        }
    }
    return used;
}

/* Writes a mark as a row: only the first two columns and that of the mark have a value. Returns its length. */
static size_t print_mark(char *line, uint64_t wall, uint64_t elapsed, const char *name) {
    static const char header[] = SYSINFO_RECORDING_HEADER, before[] = "time,elapsed_seconds";
    const char *mark = strstr(header, ",mark,") + 1;
    size_t used = (size_t)print_time(line, 64, wall + elapsed);
    used += (size_t)snprintf(line + used, 64, ",%" PRIu64 ".%03u", elapsed / 1000, (unsigned)(elapsed % 1000));
    used += print_commas(line + used, header + sizeof before - 1, mark);
    used += print_name(line + used, name);
    used += print_commas(line + used, mark, header + sizeof header - 1);
    line[used++] = '\n';
    return used;
}

int sysinfo_mark(const char *recording, const char *name) {
    if (name == NULL || *name == '\0') {
        return SYSINFO_INVALID;
    }
    const struct sysinfo__tracker *tracker = sysinfo__counting_tracker();
    if (tracker != NULL) {
        tracker->request(name);
    }
    if (recording == NULL || *recording == '\0') {
        return SYSINFO_OK;
    }
    uint64_t monotonic, wall;
    if (!take_number(&recording, &monotonic) || !take_number(&recording, &wall) || *recording != '/') {
        return SYSINFO_INVALID;
    }
    double now = sysinfo__clock() * 1000;
    uint64_t elapsed = now > (double)monotonic ? (uint64_t)(now - (double)monotonic) : 0;
    if (sysinfo__backend.append_mark == NULL) { /* No recorder runs on such a system. */
        return SYSINFO_OK;
    }
    char line[sizeof SYSINFO_RECORDING_HEADER + 128 + (size_t)2 * NAME_SIZE];
    size_t length = print_mark(line, wall, elapsed, name);
    int saved_errno = errno;
    int status = sysinfo__backend.append_mark(recording, line, length);
    errno = saved_errno;
    return status;
}
