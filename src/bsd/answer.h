/* SPDX-License-Identifier: MIT */
/* Values of sysctl, on the BSDs and macOS. */
#ifndef SYSINFO_BSD_ANSWER_H
#define SYSINFO_BSD_ANSWER_H

#include "arithmetic.h"
#include "backend.h"

/* Keys by name, for FreeBSD, NetBSD and macOS. Like sysinfo__sysctl() and sysinfo__sysctl_number() in sysctl.h. */
int sysinfo__sysctl_by_name(struct sysinfo_host *host, const char *name, void *answer, size_t *size);
int sysinfo__sysctl_number_by_name(struct sysinfo_host *host, const char *name, uint64_t *number);

/* Reads a text and cuts it to `room`; it ends with a NUL. */
int sysinfo__sysctl_text_by_name(struct sysinfo_host *host, const char *name, char *text, size_t room);

/* The same, into a text of a CPU description. A key that this system lacks changes nothing. */
#define TEXT_BY_NAME(host, status, description, field, name)                              \
    do {                                                                                  \
        char text_[256];                                                                  \
        if ((status) == SYSINFO_OK) {                                                     \
            (status) = sysinfo__sysctl_text_by_name((host), (name), text_, sizeof text_); \
            if ((status) == SYSINFO_OK) {                                                 \
                FACT_TEXT((description), field, text_, strlen(text_));                    \
            }                                                                             \
            (status) = sysinfo__is_missing(status) ? SYSINFO_OK : (status);               \
        }                                                                                 \
    } while (0)

/* Fails with the status of an errno. */
int sysinfo__sysctl_failed(struct sysinfo_host *host, const char *name, int error);

/* Fails because a value is shorter than needed. */
int sysinfo__sysctl_too_short(struct sysinfo_host *host, const char *name);

/* Decodes a number of 4 or 8 bytes. */
int sysinfo__sysctl_decode_number(struct sysinfo_host *host, const char *name, const void *answer, size_t size,
                                  uint64_t *number);

/*
 * True if a failure means that this system does not report an optional figure, rather than that reading it went wrong.
 */
bool sysinfo__is_missing(int status);

/* Source rows that the BSDs and macOS share, including the last row. */
#define SOURCES_THAT_ALL_SHARE                                                                                         \
    CPU_USAGE(interval, "CLOCK_MONOTONIC"), CPU_USAGE(percent, "100 - idle"), CPU_SAMPLE(time, "CLOCK_MONOTONIC"),     \
        MEMORY(percent, "(total - available) / total"), MEMORY(used, "total - available"), SWAP(free, "total - used"), \
        SWAP(percent, "used / total"), LOAD(min1, "getloadavg(3)"), LOAD(min5, "getloadavg(3)"),                       \
        LOAD(min15, "getloadavg(3)"), NO_MORE_SOURCES

#endif
