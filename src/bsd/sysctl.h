/* SPDX-License-Identifier: MIT */
/* How to query a BSD kernel, and what the BSDs share in decoding the results. */
#ifndef SYSINFO_BSD_SYSCTL_H
#define SYSINFO_BSD_SYSCTL_H

#include "bsd/answer.h"
#include "bsd/decode.h"

/*
 * Reads the value of a key by number; `name` is used in failures. *size is the room in `answer` and becomes the length
 * of the value. A value longer than the room is SYSINFO_MALFORMED, so leave room for a struct to grow in a later
 * release.
 */
int sysinfo__sysctl(struct sysinfo_host *host, const char *name, const int *key, unsigned length, void *answer,
                    size_t *size);

/* The same for a value of unknown length, into the state's buffer, which grows to fit. */
int sysinfo__sysctl_all(struct sysinfo_host *host, const char *name, const int *key, unsigned length, size_t *size);

/* The same for a number of 4 or 8 bytes (releases differ), taken as unsigned in its own width. */
int sysinfo__sysctl_number(struct sysinfo_host *host, const char *name, const int *key, unsigned length,
                           uint64_t *number);

/* The numeric key of a name, for values that can only be read by number. FreeBSD and DragonFly. */
int sysinfo__find_key(struct sysinfo_host *host, const char *name, int *key, size_t *length);

/* Used in every BSD's table. */
void sysinfo__bsd_open(struct sysinfo__state *state);
void sysinfo__bsd_close(struct sysinfo__state *state);

/* Makes the state's buffer at least `size` bytes long and keeps its contents. False: no memory. */
bool sysinfo__make_room(struct sysinfo_host *host, size_t size);

/* Ticks per second, read once: the rate never changes on a running system. */
int sysinfo__tick_rate(struct sysinfo_host *host, double *rate);

#endif
